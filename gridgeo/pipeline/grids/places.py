"""Grids out of names: villages, communities and streets as a planner types or pastes them, and roads to lie between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import overlay_lengths
from gridgeo.domain import CellArray
from gridgeo.domain.sums import sum_of
from gridgeo.errors import InvalidInputError
from gridgeo.grids import GridSetState, NewGrid
from gridgeo.grids.blocks import Lines, area_between
from gridgeo.grids.geometry import hexagons_of, union, without
from gridgeo.grids.proposals_common import Catchment
from gridgeo.grids.stated import border_of
from gridgeo.pipeline.grids.ground import BranchGround, branch_ground
from gridgeo.pipeline.place_names import RULES, STREET, places_named, streets_named
from gridgeo.storage import live, read_frame

KIND_OF = {"village": "village", "community": "residential"}
"""Kind of a boundary -> kind of the grid made of it; other where it is not here."""


@dataclass(frozen=True, eq=False)
class _Street:
    """The cells along a street, uint64, and the street itself as WKB."""

    cells: CellArray
    line: bytes


def grids_from_places(
    connection: sa.Connection,
    state: GridSetState,
    places: Sequence[str],
    *,
    as_one: str | None = None,
    grid_kind: str | None = None,
) -> tuple[list[NewGrid], dict[str, Any]]:
    """Return the grids that a list of villages, communities and streets stands for, and how each text was understood.

    places: names or codes; a text that is no name by itself may hold several, as a pasted list does. as_one: name of
    the one grid of all of them; None makes one grid a place. A boundary gives its shape; a street the cells that it
    runs through further than any other street of the list, and takes them from the boundaries of the list; the grid is
    stated by the street itself. Only what reaches into the catchment counts.
    Raises InvalidInputError naming every text that is unknown (with the nearest names) or stands for several places.
    """
    ground = branch_ground(connection, state.branch_id, state.catchment_id, state.resolution)
    boundaries, streets = _layers(connection, ground)
    found = places_named(places, boundaries, streets, state.branch_id)
    along = _streets_along(streets, found.filter(pl.col("rule") == STREET)["label"].to_list(), ground)
    made = [_grid(row, boundaries, along, grid_kind) for row in found.iter_rows(named=True)]
    report = [
        {"given": row["given"], "matched": row["label"], "rule": RULES[row["rule"]]}
        for row in found.iter_rows(named=True)
    ]
    grids = _with_streets_cut_out(made) if as_one is None else [_joined(made, as_one, grid_kind)]
    return grids, {"places": report}


def grid_between(connection: sa.Connection, ground: BranchGround, road: str, other_road: str) -> shapely.Geometry:
    """Return the ground between two roads of the catchment, by their names.

    Raises InvalidInputError when a road is unknown (with the nearest names), or nothing lies between them.
    """
    streets = _layers(connection, ground)[1]
    roads = streets_named((road, other_road), streets)
    lines = Lines(streets["name"].to_list(), list(shapely.from_wkb(streets["geometry"].to_numpy())))
    return area_between(Catchment(ground.area, ground.cells), lines, roads)


def _layers(connection: sa.Connection, ground: BranchGround) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the boundaries and the named streets of the working ground that reach into the catchment."""
    version = live(connection, "ground").id
    boundaries = read_frame(connection, "boundary", version_id=version)
    streets = read_frame(connection, "street", version_id=version).drop_nulls("name")
    return _reaching(boundaries, ground.area), _reaching(streets, ground.area)


def _reaching(table: pl.DataFrame, area: shapely.Geometry) -> pl.DataFrame:
    shapely.prepare(area)
    near: Any = (
        shapely.intersects(area, shapely.from_wkb(table["geometry"].to_numpy()))
        if table.height
        else np.empty(0, np.bool_)
    )
    return table.filter(pl.Series(near, dtype=pl.Boolean))


def _streets_along(streets: pl.DataFrame, names: Sequence[str], ground: BranchGround) -> dict[str, _Street]:
    """Return each street with the cells that it runs through further than the others do."""
    mine = streets.filter(pl.col("name").is_in(list(names)))
    if mine.is_empty():
        return {}
    line, cell, length_m = overlay_lengths(shapely.from_wkb(mine["geometry"].to_numpy()), ground.cells)
    runs = pl.DataFrame({"name": mine["name"].to_numpy()[line], "cell": ground.cells[cell], "length_m": length_m})
    sums = runs.group_by("name", "cell").agg(sum_of("length_m"))
    first = sums.sort("cell", pl.col("length_m").round(3), "name", descending=[False, True, False])
    won = first.unique("cell", keep="first", maintain_order=True)
    empty = won.filter(False)["cell"].to_numpy()
    held = {str(name): part["cell"].to_numpy() for (name,), part in won.partition_by("name", as_dict=True).items()}
    lines = {name: mine.filter(pl.col("name") == name)["geometry"].to_numpy() for name in names}
    return {name: _Street(held.get(name, empty), border_of(shapely.from_wkb(lines[name]))) for name in names}


def _grid(row: dict[str, Any], boundaries: pl.DataFrame, along: dict[str, _Street], grid_kind: str | None) -> NewGrid:
    if row["rule"] == STREET:
        street = along[row["label"]]
        if not len(street.cells):
            raise InvalidInputError(
                "street {street} has no cell that it runs through further than the other streets: "
                "make one grid of them, or leave it out",
                street=row["label"],
            )
        return NewGrid(row["label"], grid_kind or "other", cells=street.cells, border=street.line)
    place = boundaries.row(row["row"], named=True)
    kind = grid_kind or KIND_OF.get(place["kind"], "other")
    return NewGrid(place["name"], kind, place["code"], boundary=shapely.from_wkb(place["geometry"]))


def _with_streets_cut_out(made: Sequence[NewGrid]) -> list[NewGrid]:
    """Return the grids, those with a boundary without the hexagons of those that are streets."""
    streets = [item.cells for item in made if item.cells is not None]
    if not streets or len(streets) == len(made):
        return list(made)
    taken = hexagons_of(np.concatenate(streets))
    return [item if item.cells is not None else replace(item, boundary=without(item.boundary, taken)) for item in made]


def _joined(made: Sequence[NewGrid], name: str, grid_kind: str | None) -> NewGrid:
    """Return one grid of several: their cells where none has a boundary, else all of their ground; stated by all."""
    kinds = {item.kind for item in made}
    kind = grid_kind or (kinds.pop() if len(kinds) == 1 else "other")
    codes = ";".join(item.code for item in made if item.code) or None
    streets = [item.cells for item in made if item.cells is not None]
    cells = np.unique(np.concatenate(streets)) if streets else None
    stated = [item.boundary if item.border is None else shapely.from_wkb(item.border) for item in made]
    border = None if cells is None else border_of(stated)
    if cells is not None and len(streets) == len(made):
        return NewGrid(name, kind, codes, cells=cells, border=border)
    ground = union([*(item.boundary for item in made), None if cells is None else hexagons_of(cells)])
    return NewGrid(name, kind, codes, boundary=ground, border=border)
