"""A built wheel carries the page, the migrations and the demo ground, and runs the demo away from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel, beside none of its sources."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = out.glob("*.whl")
    folder = out / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(installed: Path, tmp_path: Path, *command: str) -> str:
    """Run Python with the wheel's folder before everything else on its path."""
    env = {**os.environ, "PYTHONPATH": str(installed), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_runs_is_the_wheel(installed: Path, tmp_path: Path) -> None:
    printed = run(
        installed, tmp_path, "-c", "import gridgeo, gridgeo_api; print(gridgeo.__file__, gridgeo_api.__file__)"
    )
    assert all(Path(name).is_relative_to(installed) for name in printed.split())


def test_the_wheel_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    printed = run(installed, tmp_path, "-m", "gridgeo.cli.main", "demo", "--no-serve", "--json")
    assert json.loads(printed)["cells"] == 1570
    assert (tmp_path / "gridgeo.db").is_file()


def test_the_wheel_carries_page_and_licences(installed: Path) -> None:
    for name in ("gridgeo_api/static/index.html", "gridgeo/demo/ground_files/SOURCES.md"):
        assert (installed / name).is_file(), name
