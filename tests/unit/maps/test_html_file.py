"""The HTML map: one file, no outside request, and names from data are inert."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
import shapely

from gridgeo.errors import InvalidInputError
from gridgeo.maps import ExportNotes, ExportTables, export_html, html_map

LOADING = {"src", "href", "srcset", "action", "data", "poster", "background", "xlink:href", "formaction"}


class _Reader(HTMLParser):
    """Gathers attributes that load something, scripts, and the text a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.shown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [(name, value or "") for name, value in attrs if name in LOADING]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        where = self.tags[-1] if self.tags else ""
        {"script": self.scripts, "style": self.styles}.get(where, self.shown).append(data)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module")
def page(tables: ExportTables, notes: ExportNotes) -> str:
    return html_map(tables, notes)


def test_the_page_loads_nothing(page: str) -> None:
    reader = _read(page)
    assert reader.loads == []
    assert "link" not in reader.tags
    assert "url(" not in "".join(reader.styles)
    assert not re.search(r"(src|href)\s*=\s*[\"']?\s*(https?:)?//", page)
    assert "default-src 'none'" in page


def test_leaflet_stands_in_the_page(page: str) -> None:
    assert "Leaflet 1.9.4" in page
    assert ".leaflet-container" in "".join(_read(page).styles)


def test_names_from_data_are_neither_computed_nor_run(page: str, hostile: str) -> None:
    assert hostile not in page
    assert "49" not in [text.strip() for text in _read(page).shown]
    reader = _read(page)
    assert not any("alert(1)<" in script for script in reader.scripts)
    assert not any(script.strip().startswith("alert") for script in reader.scripts)
    assert "img" not in reader.tags
    assert "&#123;&#123; 7*7 &#125;&#125;" in page.replace("\\u0026", "&")


def test_the_page_says_what_it_is(page: str) -> None:
    shown = " ".join(_read(page).shown)
    for words in (
        "仅供营销,不用于授信审批",
        "for marketing only, not for credit decisions",
        "合成数据",
        "synthetic data",
        "© OpenStreetMap contributors",
        "ODbL",
        "data version 7",
        "渗透率 / Penetration",
    ):
        assert words in shown


def test_a_page_of_real_data_is_not_called_synthetic(tables: ExportTables) -> None:
    real = html_map(tables, ExportNotes(version=1, ground="here", synthetic=False))
    assert "synthetic" not in " ".join(_read(real).shown)


def test_hostile_notes_are_inert_too(tables: ExportTables, hostile: str) -> None:
    page = html_map(tables, ExportNotes(version=1, ground=hostile, synthetic=False))
    assert hostile not in page
    assert "img" not in _read(page).tags


def test_another_measure_can_be_drawn_and_an_unknown_one_is_refused(
    tables: ExportTables, notes: ExportNotes, tmp_path: Path
) -> None:
    path = export_html(tables, notes, tmp_path / "map.html", measure="people")
    assert "人口 / People" in path.read_text(encoding="utf-8")
    with pytest.raises(InvalidInputError, match="measure must be one of people, customers, penetration, got wealth"):
        export_html(tables, notes, tmp_path / "map.html", measure="wealth")


def test_a_column_without_values_is_drawn_as_such(tables: ExportTables, notes: ExportNotes) -> None:
    blank = ExportTables(
        cells=tables.cells.with_columns(penetration=pl.lit(None, dtype=pl.Float64)),
        catchments=tables.catchments,
        territories=tables.territories.clear(),
        branches=tables.branches.clear(),
    )
    assert "无数值 / no value" in " ".join(_read(html_map(blank, notes)).shown)


def test_every_hexagon_is_in_the_page(page: str, tables: ExportTables) -> None:
    assert page.count('"type": "Polygon"') >= tables.cells.height
    west, south, east, north = shapely.total_bounds(shapely.from_wkb(tables.catchments["geometry"].to_numpy()))
    assert west < east
    assert south < north
