"""The real command line in a subprocess, and one demo store that read-only tests share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.warm_commands import WarmCommands

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def gridgeo(warm_commands: WarmCommands) -> Run:
    """Run `gridgeo ARGUMENTS` in a process of its own and return what it printed and its exit code."""

    def run(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        return warm_commands.run(arguments, cwd=cwd, **environment)

    return run


@pytest.fixture(scope="session")
def fresh_gridgeo() -> Run:
    """Run the program `gridgeo` itself: several seconds slower, for what a process has from its very start."""

    def run(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "gridgeo"), *map(str, arguments)]
        env = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def demo(demo_file: tuple[Path, dict[str, Any]]) -> tuple[Path, dict[str, Any]]:
    """The file of a finished demo store, and the object the demo printed."""
    return demo_file


@pytest.fixture
def store_copy(demo: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of the demo store that a test may change."""
    return Path(shutil.copy(demo[0], tmp_path / "copy.db"))
