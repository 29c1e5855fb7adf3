"""The demo's files are found from a checkout and from an installed package."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gridgeo.demo import DEFAULT_GROUND, GROUNDS, ground_path, ground_spec, grounds, population_path
from gridgeo.errors import NotFoundError

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", list(GROUNDS))
def test_every_ground_has_its_extract(name: str) -> None:
    assert ground_path(name).is_file()
    assert ground_path(name).name == GROUNDS[name].file


def test_liechtenstein_at_resolution_9_is_the_default() -> None:
    assert ground_spec(DEFAULT_GROUND).name == "liechtenstein"
    assert (GROUNDS["liechtenstein"].resolution, GROUNDS["liechtenstein"].travel) == (9, "drive")
    assert (GROUNDS["helsinki"].resolutions, GROUNDS["helsinki"].travel) == ((10, 11), "walk")


def test_an_unknown_ground_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="no demo ground atlantis; there are liechtenstein, helsinki"):
        ground_path("atlantis")


def test_a_missing_file_says_where_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grounds, "POPULATION_FILE", "gone.csv")
    with pytest.raises(NotFoundError, match=r"demo file gone\.csv is missing"):
        population_path()


def test_the_installed_file_comes_before_the_checkouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "ground_files" / "population.csv"
    installed.parent.mkdir()
    installed.write_text("x")
    monkeypatch.setattr(grounds.resources, "files", lambda _: tmp_path)
    assert population_path() == installed


def test_the_sources_name_the_licence_and_the_very_files() -> None:
    folder = ROOT / "data" / "boundaries"
    text = (folder / "SOURCES.md").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors" in text
    assert "ODC Open Database License (ODbL)" in (folder / "ODbL-1.0.txt").read_text(encoding="utf-8")
    for name in GROUNDS:
        assert hashlib.sha256(ground_path(name).read_bytes()).hexdigest() in text
