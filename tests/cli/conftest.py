"""The real command line in a subprocess, and one demo store that read-only tests share."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def gridgeo() -> Run:
    """Run `gridgeo ARGUMENTS` and return what it printed and its exit code."""

    def run(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "gridgeo"), *map(str, arguments)]
        env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def demo(gridgeo: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The file of a finished demo store, and the object the demo printed."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    done = gridgeo("demo", "--no-serve", "--json", "--store", f"sqlite:///{path}")
    assert done.returncode == 0, done.stderr
    return path, json.loads(done.stdout)


@pytest.fixture
def store_copy(demo: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of the demo store that a test may change."""
    return Path(shutil.copy(demo[0], tmp_path / "copy.db"))
