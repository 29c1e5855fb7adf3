"""A built wheel carries the page, the migrations and the demo ground, and runs the demo away from the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gridgeo.demo import GROUNDS, ground_path

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
    take_compiled(ROOT / "gridgeo", folder / "gridgeo")
    return folder


def take_compiled(source: Path, target: Path) -> None:
    """Copy what numba has compiled for files that are the same to the byte: half a minute of compiling less."""
    for index in source.rglob("__pycache__/*.nbi"):
        name = index.name.partition(".")[0] + ".py"
        mine, theirs = (root / index.relative_to(source).parents[1] / name for root in (source, target))
        if mine.read_bytes() == theirs.read_bytes():
            # numba goes by a file's time and size.
            shutil.copystat(mine, theirs)
            theirs.with_name("__pycache__").mkdir(exist_ok=True)
            for compiled in index.parent.glob(f"{index.stem}*.nb?"):
                shutil.copy(compiled, theirs.with_name("__pycache__"))


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
    # On the smaller ground; that the other one's files came along as they are is asked below.
    command = ("-m", "gridgeo.cli.main", "demo", "--ground", "helsinki", "--no-serve", "--json")
    assert json.loads(run(installed, tmp_path, *command))["cells"] == 144
    assert (tmp_path / "gridgeo.db").is_file()


def test_the_wheel_carries_every_ground_as_it_is(installed: Path) -> None:
    carried, kept = (
        {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
        for folder in (installed / "gridgeo/demo/ground_files", ROOT / "data/boundaries")
    )
    assert carried == kept
    assert {Path(ground_path(name)).name for name in GROUNDS} <= set(carried)


def test_the_wheel_carries_page_and_licences(installed: Path) -> None:
    for name in ("gridgeo_api/static/index.html", "gridgeo/demo/ground_files/SOURCES.md"):
        assert (installed / name).is_file(), name
