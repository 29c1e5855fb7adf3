"""Files of area grids: lists of cells, strokes or names on the way in; the grids on the way out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_strings, cells_from_strings
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.grids import GridSetState, regions
from gridgeo.maps import formula_safe
from gridgeo.maps.files import written
from gridgeo.pipeline.grids.sets import grid_state, grid_table
from gridgeo.sources.text_file import text_of_file
from gridgeo.storage import house_datum

MAX_LIST_BYTES = 16 * 2**20
STROKES = ("cell", "from", "to")


def words_of_file(path: Path) -> list[str]:
    """Return the words of a text file (cells, say), whatever stands between them: blanks, commas, lines."""
    return [word for word in re.split(r"[\s,;，；]+", text_of_file(path, MAX_LIST_BYTES)) if word]


def lines_of_file(path: Path) -> list[str]:
    """Return the lines of a text file that are not empty, as pasted lists of names come."""
    return [line.strip() for line in text_of_file(path, MAX_LIST_BYTES).splitlines() if line.strip()]


def moves_of_file(path: Path) -> list[dict[str, Any]]:
    """Return the moves of a CSV with the columns cell, from, to: one for each pair of grids.

    Raises InvalidInputError when a column or a value is missing.
    """
    try:
        table = pl.read_csv(text_of_file(path, MAX_LIST_BYTES).encode(), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise InvalidInputError("{path} is not a CSV: {detail}", path=path, detail=str(error)) from error
    missing = [name for name in STROKES if name not in table.columns]
    if missing or table.is_empty():
        raise InvalidInputError(
            "{path} needs the columns cell, from, to and a row; missing: {missing}",
            path=path,
            missing=", ".join(missing),
        )
    if table.select(STROKES).null_count().row(0) != (0, 0, 0):
        raise InvalidInputError("{path}: every row needs a cell, the grid it is in and the one it goes to", path=path)
    grouped = table.group_by("from", "to", maintain_order=True).agg("cell")
    return [{"from": row["from"], "to": row["to"], "cells": row["cell"]} for row in grouped.iter_rows(named=True)]


def moves_to(state: GridSetState, cells: list[str], target: str) -> list[dict[str, Any]]:
    """Return the moves that bring cells, wherever they are, into one grid; those already there are left out."""
    brush = cells_from_strings(cells)
    goal = state.find(target).id
    held = state.grid_of[state.places(brush)]
    return [
        {"from": grid.id, "to": goal, "cells": cell_strings(brush[held == at])}
        for at, grid in enumerate(state.grids)
        if grid.id != goal and (held == at).any()
    ]


def grid_features(connection: sa.Connection, state: GridSetState) -> dict[str, Any]:
    """Return the grids as a GeoJSON collection, one feature each, with its record and number of cells.

    The shape is the ground that belongs to the grid: own boundaries first, then hexagons. The coordinates are in the
    house datum, which the collection names.
    """
    table = grid_table(state).with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
    shapes = shapely.to_geojson(regions(state))
    features = [
        {"type": "Feature", "id": row["id"], "geometry": orjson.Fragment(shape), "properties": row}
        for row, shape in zip(table.to_dicts(), shapes, strict=True)
    ]
    return {
        "type": "FeatureCollection",
        "branch_id": state.branch_id,
        "revision": state.revision,
        "datum": house_datum(connection),
        "features": features,
    }


def export_grids(connection: sa.Connection, actor: Actor, branch_id: str, out: Path) -> dict[str, Any]:
    """Write the grids of a branch to a file: .geojson with their shapes, or .csv with their records.

    Raises InvalidInputError for another ending or a missing folder, NotFoundError as `grid_state` does.
    """
    state = grid_state(connection, actor, branch_id)
    if out.suffix not in (".geojson", ".csv"):
        raise InvalidInputError("grids are written to a .geojson or .csv file, got {given}", given=out.name)
    with written(out) as fresh:
        if out.suffix == ".csv":
            formula_safe(grid_table(state)).write_csv(fresh, include_bom=True)
        else:
            fresh.write_bytes(orjson.dumps(grid_features(connection, state), option=orjson.OPT_APPEND_NEWLINE))
    return {"path": str(out), "branch_id": branch_id, "revision": state.revision, "grids": len(state.grids)}
