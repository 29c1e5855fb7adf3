"""Frames of any table of the store, made by hypothesis, with everything in them that has gone wrong somewhere."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl
import shapely
import sqlalchemy as sa
from hypothesis import strategies as st

from gridgeo.storage.contracts import CONTRACTS, columns_of_type, keys_of, required_of
from gridgeo.storage.types import Shape

AWKWARD_TEXTS = (
    "",
    " ",
    "\\.",
    "\\N",
    "a\n\\.\nb",
    '"',
    '""',
    "a,b",
    "x\r\ny",
    "NULL",
    "null",
    "'",
    "中文",
    "é",
    "é",
    "🏦",
    "1",
    "t",
)
H3_CELL = 0x891F8D7A49BFFFF


def texts() -> st.SearchStrategy[str]:
    """Any text a store takes: all of Unicode but NUL and halves of surrogate pairs."""
    characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    return st.sampled_from(AWKWARD_TEXTS) | st.text(characters, max_size=20)


def geometries() -> st.SearchStrategy[bytes]:
    """Points, lines and polygons as little-endian WKB, with coordinates that use every bit."""
    degrees = st.floats(-180, 180)
    position = st.tuples(degrees, degrees)
    points = position.map(shapely.Point)
    lines = st.lists(position, min_size=2, max_size=5).map(shapely.LineString)
    polygons = st.lists(position, min_size=3, max_size=5).map(shapely.Polygon)
    several = st.lists(polygons, min_size=1, max_size=3).map(shapely.MultiPolygon)
    return (points | lines | polygons | several).map(lambda shape: shapely.to_wkb(shape, byte_order=1))


SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    pl.String: texts(),
    pl.Float64: st.floats(allow_nan=False, allow_infinity=False),
    pl.UInt64: st.just(H3_CELL) | st.integers(0, 2**63 - 1),
    pl.Int64: st.integers(-(2**63), 2**63 - 1),
    pl.Int32: st.integers(-(2**31), 2**31 - 1),
    pl.Boolean: st.booleans(),
    pl.Date: st.dates(date(1, 1, 1), date(9999, 12, 31)),
    pl.Binary: geometries(),
}
JSON_TEXTS = st.dictionaries(texts(), texts() | st.integers() | st.none(), max_size=3).map(json.dumps)


def frames_of(table: str, max_rows: int = 6) -> st.SearchStrategy[pl.DataFrame]:
    """Frames of a table's contract whose keys stand once."""
    contract, required = CONTRACTS[table], required_of(table)
    columns = {name: SCALARS[kind] for name, kind in contract.items()}
    columns |= dict.fromkeys(columns_of_type(table, sa.JSON), JSON_TEXTS)
    assert {name for name in contract if contract[name] == pl.Binary} == set(columns_of_type(table, Shape))
    nullable = {name: values if name in required else st.none() | values for name, values in columns.items()}
    keys = tuple(_key(names) for names in keys_of(table))
    rows = st.lists(st.fixed_dictionaries(nullable), max_size=max_rows, unique_by=keys)
    return rows.map(lambda found: pl.DataFrame(found, schema=contract, orient="row"))


def _key(names: list[str]) -> Any:
    return lambda row: tuple(row[name] for name in names)
