"""Exports read back by other libraries; what went in comes out, with its notes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from gridgeo.cells import cell_polygons, cell_strings
from gridgeo.errors import InvalidInputError
from gridgeo.maps import (
    ExportNotes,
    ExportTables,
    export_csv,
    export_geopackage,
    export_geoparquet,
    export_html,
    export_png,
    formula_safe,
)

WRITERS: dict[str, Callable[[ExportTables, ExportNotes, Path], Path]] = {
    "map.gpkg": export_geopackage,
    "map.parquet": export_geoparquet,
    "parquet": export_geoparquet,
    "cells.csv": export_csv,
    "csv": export_csv,
    "map.html": export_html,
    "map.png": export_png,
}


def test_a_geopackage_holds_every_layer_and_its_notes(tables: ExportTables, notes: ExportNotes, tmp_path: Path) -> None:
    path = export_geopackage(tables, notes, tmp_path / "map.gpkg")
    assert [name for name, _ in pyogrio.list_layers(path)] == [
        "cells",
        "territories",
        "catchments",
        "branches",
        "about",
    ]
    cells = gpd.read_file(path, layer="cells")
    assert cells.crs.to_epsg() == 4326
    assert cells["cell"].tolist() == cell_strings(tables.cells["cell"].to_numpy())
    np.testing.assert_allclose(cells["people"], tables.cells["people"])
    assert cells["penetration"].isna().sum() == tables.cells["penetration"].null_count()
    assert shapely.equals_exact(cells.geometry.to_numpy(), cell_polygons(tables.cells["cell"].to_numpy()), 1e-9).all()
    assert len(gpd.read_file(path, layer="branches")) == 1
    about = pyogrio.read_dataframe(path, layer="about")
    facts = dict(zip(about["name"], about["value"], strict=True))
    _assert_notes(facts)
    _assert_notes(pyogrio.read_info(path, layer="cells")["layer_metadata"])


def _assert_notes(facts: dict[str, str]) -> None:
    assert facts["data_version"] == "7"
    assert facts["synthetic"] == "true"
    assert "仅供营销,不用于授信审批" in facts["notice"]
    assert "for marketing only" in facts["notice"]
    assert facts["attribution"] == "© OpenStreetMap contributors"
    assert "ODbL" in facts["licence"]


def test_geoparquet_of_cells_reads_back_as_one_file(tables: ExportTables, notes: ExportNotes, tmp_path: Path) -> None:
    path = export_geoparquet(tables, notes, tmp_path / "cells.parquet")
    frame = gpd.read_parquet(path)
    assert frame.crs.to_epsg() == 4326
    assert len(frame) == tables.cells.height
    plain = pl.read_parquet(path)
    assert plain["people"].to_list() == tables.cells["people"].to_list()
    metadata = {key.decode(): value.decode() for key, value in pq.read_metadata(path).metadata.items()}
    assert json.loads(metadata["geo"])["primary_column"] == "geometry"
    _assert_notes({key.removeprefix("gridgeo:"): value for key, value in metadata.items()})


def test_a_folder_of_geoparquet_holds_every_table(tables: ExportTables, notes: ExportNotes, tmp_path: Path) -> None:
    folder = export_geoparquet(tables, notes, tmp_path / "out")
    lengths = {path.stem: len(gpd.read_parquet(path)) for path in folder.iterdir()}
    assert lengths == {"cells": tables.cells.height, "territories": 2, "catchments": 1, "branches": 1}


def test_csv_reads_back_with_its_notes_on_every_row(tables: ExportTables, notes: ExportNotes, tmp_path: Path) -> None:
    folder = export_csv(tables, notes, tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == [
        "about.csv",
        "branches.csv",
        "catchments.csv",
        "cells.csv",
        "territories.csv",
    ]
    assert (folder / "cells.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    cells = pl.read_csv(folder / "cells.csv")
    assert cells["cell"].to_list() == cell_strings(tables.cells["cell"].to_numpy())
    np.testing.assert_allclose(cells["people"].to_numpy(), tables.cells["people"].to_numpy())
    assert set(cells["synthetic"]) == {True}
    assert set(cells["data_version"]) == {7}
    assert "仅供营销,不用于授信审批" in cells["notice"][0]
    assert "OpenStreetMap" in cells["attribution"][0]
    alone = export_csv(tables, notes, tmp_path / "cells.csv")
    assert alone.read_bytes() == (folder / "cells.csv").read_bytes()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    text = start + "cmd|' /C calc'!A0"
    table = formula_safe(pl.DataFrame({"name": [text, "plain", None, "5-5"], "amount": [-1.5, 2.0, None, -0.0]}))
    assert table["name"].to_list() == ["'" + text, "plain", None, "5-5"]
    assert table["amount"].to_list() == [-1.5, 2.0, None, -0.0]


def test_formulas_in_names_reach_no_csv(tables: ExportTables, notes: ExportNotes, tmp_path: Path) -> None:
    folder = export_csv(tables, notes, tmp_path / "out")
    assert pl.read_csv(folder / "territories.csv")["name"][0] == "'=1+1"


@pytest.mark.parametrize("name", WRITERS)
def test_an_export_replaces_an_older_one_and_leaves_nothing_else(
    name: str, tables: ExportTables, notes: ExportNotes, tmp_path: Path
) -> None:
    WRITERS[name](tables, notes, tmp_path / name)
    WRITERS[name](tables, notes, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", WRITERS)
def test_a_failed_export_leaves_the_older_file_and_no_half_written_one(
    name: str, tables: ExportTables, notes: ExportNotes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITERS[name](tables, notes, tmp_path / name)
    before = _content(tmp_path / name)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("gridgeo.maps.files._replace", fail)
    with pytest.raises(OSError, match="disk full"):
        WRITERS[name](tables, notes, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert _content(tmp_path / name) == before


def _content(path: Path) -> dict[str, bytes]:
    return {str(part): part.read_bytes() for part in sorted([path, *path.rglob("*")]) if part.is_file()}


@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_that_does_not_exist_is_named(
    name: str, tables: ExportTables, notes: ExportNotes, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="nowhere does not exist"):
        WRITERS[name](tables, notes, tmp_path / "nowhere" / name)


def test_a_file_does_not_replace_a_folder(tables: ExportTables, notes: ExportNotes, tmp_path: Path) -> None:
    (tmp_path / "map.gpkg").mkdir()
    with pytest.raises(InvalidInputError, match="in the way"):
        export_geopackage(tables, notes, tmp_path / "map.gpkg")


@pytest.mark.parametrize("name", ["map.gpkg", "parquet", "csv"])
def test_empty_tables_are_exported_as_such(name: str, tables: ExportTables, notes: ExportNotes, tmp_path: Path) -> None:
    empty = ExportTables(
        cells=tables.cells.clear(),
        catchments=tables.catchments.clear(),
        territories=tables.territories.clear(),
        branches=tables.branches.clear(),
    )
    path = WRITERS[name](empty, notes, tmp_path / name)
    assert path.exists()
    if name == "map.gpkg":
        assert len(gpd.read_file(path, layer="cells")) == 0


def test_tables_must_have_the_columns_that_place_them(tables: ExportTables) -> None:
    with pytest.raises(InvalidInputError, match=r"table territories to export: missing columns \['geometry'\]"):
        ExportTables(tables.cells, tables.catchments, tables.territories.drop("geometry"), tables.branches)
