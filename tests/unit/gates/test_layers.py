"""The import contracts hold, and a planted violation of each is found."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

PLANTED = {
    "Layers import downwards only": ("gridgeo/cells/planted.py", "import gridgeo.territory\n"),
    "The library knows no web framework": ("gridgeo/maps/planted.py", "import fastapi\n"),
    "No input or output in the core": ("gridgeo/scoring/planted.py", "import os\n"),
    "Settings are read at the edges only": ("gridgeo/storage/planted.py", "import gridgeo.settings\n"),
}


def lint(folder: Path) -> str:
    """Run import-linter in the folder and return what it printed."""
    script = (
        "import sys; sys.path[:0] = ['.', 'api']\n"
        "from importlinter.cli import lint_imports\n"
        "sys.exit(lint_imports(no_cache=True))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the two packages and the contracts, free to be spoiled."""
    folder = tmp_path_factory.mktemp("layers")
    for package in ("gridgeo", "api/gridgeo_api"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_contract_is_kept(copy: Path) -> None:
    assert "0 broken" in lint(copy)


@pytest.mark.parametrize("contract", PLANTED)
def test_planted_violation_breaks_its_contract(copy: Path, contract: str) -> None:
    path, text = PLANTED[contract]
    planted = copy / path
    planted.write_text(text)
    try:
        printed = lint(copy)
    finally:
        planted.unlink()
    assert f"{contract} BROKEN" in printed


def test_a_package_outside_the_layers_is_found(copy: Path) -> None:
    planted = copy / "gridgeo/newroom"
    planted.mkdir()
    (planted / "__init__.py").touch()
    try:
        printed = lint(copy)
    finally:
        shutil.rmtree(planted)
    assert "newroom" in printed
    assert "0 broken" not in printed
