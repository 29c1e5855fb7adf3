"""The layers of a map as tables with shapes: what tiles, feature services and files draw of a publication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import merged_polygons
from gridgeo.domain import Actor
from gridgeo.domain.public import sees_public_only
from gridgeo.errors import NotFoundError
from gridgeo.grids import GridSetState, regions, replay, stated_outlines
from gridgeo.pipeline import browse
from gridgeo.pipeline.grids.sets import grid_table
from gridgeo.pipeline.steps import require_insider
from gridgeo.storage import read_frame
from gridgeo.storage.grids import GridSetRecord, empty_state, grid_sets, read_log, read_state
from gridgeo.storage.scenarios import scenario_record

Shapes = npt.NDArray[np.object_]
PUBLISHED = ("cells", "territories", "grids", "catchments", "branches", "boundaries", "streets")
"""Layers of a publication, in the order in which a tile of all of them holds them."""
GRID_COLUMNS = ("id", "name", "branch_id", "kind", "code", "status", "stage", "owner_id", "cells")


@dataclass(frozen=True)
class LayerTable:
    """One layer: a row a feature, and its shapely shape in the house datum, shape (n,).

    ground: of grids that are drawn by their stated border, what belongs to each, shape (n,).
    """

    table: pl.DataFrame
    shapes: Shapes
    ground: Shapes | None = None


def layer_names(actor: Actor) -> tuple[str, ...]:
    """Return the layers of a publication that an actor may see; area grids stay inside the bank."""
    return tuple(name for name in PUBLISHED if name != "grids" or not sees_public_only(actor))


def published_layer(connection: sa.Connection, actor: Actor, published: browse.Publication, name: str) -> LayerTable:
    """Return a layer of a publication without the cells, inside the actor's scope.

    Area grids are those of the moment of publishing. Raises NotAllowedError for a consumer who asks for them.
    """
    return _SOURCES[name](connection, actor, published)


def working_grids(connection: sa.Connection, actor: Actor, *, stated: bool = False) -> LayerTable:
    """Return the area grids in the actor's scope as they stand now; NotAllowedError for a consumer.

    stated: with the border that each is shown with, streets as lines, in place of its ground.
    """
    require_insider(actor)
    return _grids([read_state(connection, found) for found in grid_sets(connection, actor)], stated=stated)


def grid_revisions(connection: sa.Connection, actor: Actor) -> tuple[tuple[str, int], ...]:
    """Return branch and revision of every set of area grids in the actor's scope; NotAllowedError for a consumer."""
    require_insider(actor)
    return tuple((found.branch_id, found.revision) for found in grid_sets(connection, actor))


def draft_territories(connection: sa.Connection, actor: Actor, scenario: str) -> LayerTable:
    """Return the territories of a scenario as it stands.

    Raises NotFoundError for a scenario that is not there or not in the actor's scope, NotAllowedError for a consumer.
    """
    require_insider(actor)
    version = scenario_record(connection, scenario, actor).version_id
    table = read_frame(connection, "territory", version_id=version, actor=actor).sort("branch_id", "id")
    members = read_frame(connection, "territory_cell", version_id=version, actor=actor)
    places = table.select("branch_id", territory_id="id").with_row_index("position")
    cells = members.join(places, on=["branch_id", "territory_id"]).select("cell", pl.col("position").cast(pl.Int64))
    return LayerTable(table, _outlines(cells, table.height))


def _territories(connection: sa.Connection, actor: Actor, published: browse.Publication) -> LayerTable:
    found = browse.territories(connection, actor, published)
    return LayerTable(found.table, _outlines(found.cells, found.table.height))


def _outlines(cells: pl.DataFrame, count: int) -> Shapes:
    return merged_polygons(cells["cell"].to_numpy(), cells["position"].to_numpy(), count)


def _published_grids(connection: sa.Connection, actor: Actor, published: browse.Publication) -> LayerTable:
    require_insider(actor)
    states = [_state_at(connection, found, published.published_at) for found in grid_sets(connection, actor)]
    return _grids([state for state in states if state.grids])


def _state_at(connection: sa.Connection, found: GridSetRecord, moment: datetime) -> GridSetState:
    """Return a set of grids as it stood at a moment: the log replayed up to then."""
    entries = read_log(connection, found.id)
    before = [entry for entry in entries if entry.at <= moment]
    if len(before) == len(entries):
        return read_state(connection, found)
    return replay(empty_state(found), before)


def _grids(states: list[GridSetState], *, stated: bool = False) -> LayerTable:
    tables = [grid_table(state).with_columns(branch_id=pl.lit(state.branch_id)) for state in states]
    if not tables:
        schema = dict.fromkeys(GRID_COLUMNS, pl.String()) | {"cells": pl.Int64()}
        return LayerTable(pl.DataFrame(schema=schema), np.empty(0, dtype=object))
    table = pl.concat(table.select(GRID_COLUMNS) for table in tables)
    held = [regions(state) for state in states]
    ground = np.concatenate(held)
    if not stated:
        return LayerTable(table, ground)
    return LayerTable(table, np.concatenate([*map(stated_outlines, states, held)]), ground)


def _catchments(connection: sa.Connection, actor: Actor, published: browse.Publication) -> LayerTable:
    return _with_shapes(browse.catchments(connection, actor, published))


def _branches(connection: sa.Connection, actor: Actor, published: browse.Publication) -> LayerTable:
    table = browse.branches(connection, actor, published).drop_nulls(["lng", "lat"])
    points: Shapes = np.array(shapely.points(table.select("lng", "lat").to_numpy()), dtype=np.object_)
    return LayerTable(table, points)


def _boundaries(connection: sa.Connection, _: Actor, published: browse.Publication) -> LayerTable:
    return _with_shapes(browse.ground_layer(connection, "boundary", published))


def _streets(connection: sa.Connection, _: Actor, published: browse.Publication) -> LayerTable:
    return _with_shapes(browse.ground_layer(connection, "street", published))


def _buildings(connection: sa.Connection, _: Actor, published: browse.Publication) -> LayerTable:
    """Footprints, and points of the buildings of which no more is known."""
    table = browse.ground_layer(connection, "building", published)
    shapes = np.asarray(shapely.from_wkb(table["geometry"].to_numpy()), dtype=object)
    points = np.asarray(shapely.points(table.select("lng", "lat").to_numpy()), dtype=object)
    return LayerTable(table.select("kind"), np.where(shapely.is_missing(shapes), points, shapes))


def _with_shapes(table: pl.DataFrame) -> LayerTable:
    return LayerTable(table.drop("geometry"), np.asarray(shapely.from_wkb(table["geometry"].to_numpy()), dtype=object))


def require_layer(name: str, known: tuple[str, ...]) -> None:
    """Raise NotFoundError for a layer that the actor does not have."""
    if name not in known:
        raise NotFoundError("there is no layer {layer}; there are {known}", layer=name, known=", ".join(known))


_SOURCES: dict[str, Callable[[sa.Connection, Actor, browse.Publication], LayerTable]] = {
    "territories": _territories,
    "grids": _published_grids,
    "catchments": _catchments,
    "branches": _branches,
    "boundaries": _boundaries,
    "streets": _streets,
    "buildings": _buildings,
}
