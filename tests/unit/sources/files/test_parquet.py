"""Parquet and GeoParquet: typed columns as the text a person would write, shapes as WKB."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import polars as pl
import pyarrow as pa
import pytest
import shapely
from pyarrow import parquet

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import FileLimits, RawTable


def test_typed_columns_come_as_text(tmp_path: Path, frame_of: Callable[..., pl.DataFrame]) -> None:
    moment = datetime.datetime.fromisoformat("2024-05-01T09:30")
    pl.DataFrame(
        {
            "text": [" a ", "", None],
            "whole": [622202199001010123, 2, None],
            "float": [12.0, 0.25, float("nan")],
            "day": [datetime.date(2024, 5, 1), None, None],
            "moment": [moment, None, moment + datetime.timedelta(seconds=0.5)],
            "yes": [True, False, None],
            "list": [[1, 2], None, []],
            "row": ["x", "y", "z"],
        }
    ).write_parquet(tmp_path / "t.csv", row_group_size=2)
    assert frame_of(tmp_path / "t.csv").rows() == [
        (1, "a", "622202199001010123", "12", "2024-05-01", "2024-05-01T09:30:00", "true", "[1,2]", "x"),
        (2, None, "2", "0.25", None, None, "false", None, "y"),
        (3, None, None, None, None, "2024-05-01T09:30:00.500000", None, "[]", "z"),
    ]


def test_geoparquet_gives_its_primary_shapes_and_crs(
    tmp_path: Path, opened: Callable[..., RawTable], frame_of: Callable[..., pl.DataFrame]
) -> None:
    frame = gpd.GeoDataFrame({"a": ["x", "y"]}, geometry=[shapely.Point(1, 2), None], crs="EPSG:27700")
    frame.rename_geometry("shape").to_parquet(tmp_path / "g.parquet")
    table = opened(tmp_path / "g.parquet")
    assert (table.crs, table.columns, table.has_geometry) == ("EPSG:27700", ("a",), True)
    read = frame_of(tmp_path / "g.parquet")
    assert read.drop("geometry").rows() == [(1, "x"), (2, "y")]
    assert shapely.from_wkb(read["geometry"][0]) == shapely.Point(1, 2)
    assert read["geometry"][1] is None


def test_geoparquet_without_crs_is_crs84_by_its_standard_and_null_is_unknown(
    tmp_path: Path, opened: Callable[..., RawTable]
) -> None:
    for crs, said in ((b"", "OGC:CRS84"), (b',"crs":null', None)):
        geo = b'{"version":"1.0.0","primary_column":"g","columns":{"g":{"encoding":"WKB"' + crs + b"}}}"
        made = pa.table({"g": pa.array([shapely.to_wkb(shapely.Point(1, 2))])}).replace_schema_metadata({b"geo": geo})
        parquet.write_table(made, tmp_path / "g.parquet")
        assert opened(tmp_path / "g.parquet").crs == said


@pytest.mark.parametrize(
    ("geo", "said"),
    [
        (b"{", "unreadable geo metadata"),
        (b"[]", "unreadable geo metadata"),
        (b'{"primary_column":"x","columns":{"x":{}}}', "a geometry column it does not have"),
        (b'{"primary_column":"g","columns":{"g":{"encoding":"point"}}}', "stores shapes as point"),
    ],
)
def test_broken_geo_metadata_is_refused(geo: bytes, said: str, tmp_path: Path, opened: Callable[..., RawTable]) -> None:
    parquet.write_table(pa.table({"g": ["x"]}).replace_schema_metadata({b"geo": geo}), tmp_path / "g.parquet")
    with pytest.raises(InvalidInputError, match=said):
        opened(tmp_path / "g.parquet")


def test_a_broken_file_is_refused(
    make_file: Callable[..., Path], tmp_path: Path, frame_of: Callable[..., pl.DataFrame]
) -> None:
    with pytest.raises(InvalidInputError, match="broken"):
        frame_of(make_file(b"PAR1" + b"x" * 100 + b"PAR1"))
    parquet.write_table(pa.table({"a": [str(at) for at in range(10_000)]}), tmp_path / "cut.parquet")
    content = bytearray((tmp_path / "cut.parquet").read_bytes())
    content[20:400] = b"\xff" * 380
    with pytest.raises(InvalidInputError, match="broken"):
        frame_of(make_file(bytes(content)))


@pytest.mark.parametrize("kind", ["text", "long text", "list", "structure"])
def test_a_short_file_that_repeats_one_long_text_is_refused_before_it_is_decoded(
    kind: str, tmp_path: Path, frame_of: Callable[..., pl.DataFrame], within: Callable[..., FileLimits]
) -> None:
    coded = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * 10_000]))
    column = {
        "text": coded,
        "long text": coded.cast(pa.large_string()),
        "list": pa.ListArray.from_arrays(range(20_001), coded.cast(pa.string())),
        "structure": pa.StructArray.from_arrays([coded.cast(pa.string())], names=["x"]),
    }[kind]
    path = tmp_path / "long.parquet"
    parquet.write_table(pa.table({"a": column}), path, store_schema=kind == "long text", compression="zstd")
    assert path.stat().st_size < 50_000
    tight = within(unpacked_bytes=20_000_000)
    with pytest.raises(InvalidInputError, match=r"unpacks to 200[0-9]{6} bytes, allowed are 20000000"):
        frame_of(path, limits=tight)
    assert frame_of(path, limits=tight, rows=1_000).height == 20_000


def test_lists_and_structures_come_as_json(tmp_path: Path, frame_of: Callable[..., pl.DataFrame]) -> None:
    columns = {"list": [["a", "b"], None, []], "structure": [{"x": "a", "y": 1.5}, None, {"x": None, "y": None}]}
    parquet.write_table(pa.table(columns), tmp_path / "n.parquet")
    assert frame_of(tmp_path / "n.parquet").rows() == [
        (1, '["a","b"]', '{"x":"a","y":1.5}'),
        (3, "[]", '{"x":null,"y":null}'),
    ]


def test_rows_columns_cells_growth_over_the_limit_are_refused_by_the_footer(
    tmp_path: Path, opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"a": [0] * 100_000, "b": ["y" * 100] * 100_000}), path, use_dictionary=False)
    limits = {"rows": 99_999, "columns": 1, "cells": 199_999, "unpacked_bytes": 1_000_000, "ratio": 3}
    for limit, allowed in limits.items():
        with pytest.raises(InvalidInputError, match=f"allowed (are|is) {allowed}"):
            opened(path, limits=within(**{"ratio": 1_000_000, limit: allowed}))
    assert opened(path, limits=within(ratio=1_000_000)).columns == ("a", "b")
