"""Catchments out of names: villages, communities and streets as they are typed or pasted, and roads to lie between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgeo.cells import CLI_LIMITS, admit_polygon, cells_from_polygon_guarded, overlay_lengths
from gridgeo.domain import IntArray
from gridgeo.grids.blocks import Lines, area_between
from gridgeo.grids.proposals_common import Catchment, Plane
from gridgeo.locate.plane import METRES_PER_DEGREE
from gridgeo.locate.shares import EDGE_M
from gridgeo.pipeline.catchments.specs import CatchmentSpec
from gridgeo.pipeline.catchments.terrain import Terrain
from gridgeo.pipeline.place_names import STREET, places_named, streets_named

SAME_STREET_M = 500.0
"""Pieces of one name that lie further apart are streets of different towns."""


def named_boundaries(spec: CatchmentSpec, terrain: Terrain) -> list[shapely.Geometry]:
    """Return the shapes of the boundaries among the places of a spec."""
    found = places_named(spec.places, terrain.boundaries, terrain.streets)
    rows = found.filter(pl.col("rule") != STREET)["row"]
    return list(shapely.from_wkb(terrain.boundaries["geometry"].gather(rows).to_numpy()))


def named_streets(spec: CatchmentSpec, branch: int, terrain: Terrain) -> list[shapely.Geometry]:
    """Return the lines of the streets among the places of a spec; of several streets of a name the nearest one."""
    found = places_named(spec.places, terrain.boundaries, terrain.streets)
    names = found.filter(pl.col("rule") == STREET)["label"].to_list()
    return list(shapely.from_wkb(streets_near(terrain.streets, names, terrain.point(branch))["geometry"].to_numpy()))


def cells_along(lines: Sequence[shapely.Geometry], terrain: Terrain) -> IntArray:
    """Return the positions of the ground's cells that lines run through, ascending."""
    if not lines:
        return np.empty(0, dtype=np.int64)
    near = _cells_around(lines, terrain)
    return near[np.unique(overlay_lengths(lines, terrain.cells[near])[1])]


def ground_between(spec: CatchmentSpec, branch: int, terrain: Terrain) -> shapely.Geometry:
    """Return the ground between the roads of a spec, of several roads of a name the nearest to the branch.

    Raises InvalidInputError when a road is unknown (with the nearest names), or nothing lies between them.
    """
    roads = streets_named(spec.roads, terrain.streets, whole_ground=True)
    rows = streets_near(terrain.streets, roads, terrain.point(branch))
    lines = Lines(rows["name"].to_list(), list(shapely.from_wkb(rows["geometry"].to_numpy())))
    return area_between(Catchment(terrain.outline, terrain.cells), lines, roads)


def streets_near(streets: pl.DataFrame, names: Sequence[str], point: tuple[float, float]) -> pl.DataFrame:
    """Return the pieces of streets by name; where a name stands for several streets, those of the nearest to a point.

    streets: name, geometry. Pieces of one name belong to one street when a chain of them leaves no gap above
    SAME_STREET_M.
    """
    mine = streets.filter(pl.col("name").is_in(list(names)))
    if mine.is_empty():
        return mine
    flat = Plane(*point).flat(shapely.from_wkb(mine["geometry"].to_numpy()))
    name = mine["name"].rank("dense").to_numpy()
    first, second = shapely.STRtree(flat).query(flat, predicate="dwithin", distance=SAME_STREET_M)
    same = name[first] == name[second]
    touching = coo_array((np.ones(int(same.sum())), (first[same], second[same])), shape=(len(flat), len(flat)))
    street = connected_components(touching, directed=False)[1]
    away = pl.DataFrame({"name": name, "street": street, "away_m": shapely.distance(flat, shapely.Point(0.0, 0.0))})
    nearest = away.sort("away_m", "street").unique("name", keep="first", maintain_order=True)["street"]
    return mine.filter(pl.Series(street).is_in(nearest.implode()))


def _cells_around(lines: Sequence[shapely.Geometry], terrain: Terrain) -> IntArray:
    """Return the positions of the cells near lines: a ground is larger than a street."""
    west, south, east, north = shapely.total_bounds(np.asarray(lines, dtype=object)).tolist()
    reach = 2.0 * EDGE_M[terrain.resolution] / METRES_PER_DEGREE
    wide = reach / np.cos(np.radians(min(max(abs(south), abs(north)), 85.0)))
    box = admit_polygon(
        shapely.box(west - wide, south - reach, east + wide, north + reach),
        limits=CLI_LIMITS,
        resolution=terrain.resolution,
    )
    return np.flatnonzero(np.isin(terrain.cells, cells_from_polygon_guarded(box, terrain.resolution)))
