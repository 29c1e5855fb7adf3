"""From how catchments are stated to the cells each branch claims, and to the one branch that gets each cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import orjson
import polars as pl
import shapely

from gridgeo.cells import CLI_LIMITS, admit_polygon, cells_from_polygon_guarded
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.catchments.named import cells_along, ground_between, named_boundaries, named_streets
from gridgeo.pipeline.catchments.specs import GROUND_METHODS, CatchmentPlan, CatchmentSpec, SettleRules
from gridgeo.pipeline.catchments.terrain import Terrain
from gridgeo.pipeline.catchments.units import units_of
from gridgeo.sources import nearest_branch
from gridgeo.sources.isochrones import isochrone
from gridgeo.sources.settling import CLAIMS, settle
from gridgeo.sources.trade_areas import (
    buffer,
    customer_area,
    filled,
    home_of,
    joined,
    nearest_in_a_line,
    straight_line_m,
)

SET_RULES: dict[str, Callable[[IntArray, IntArray], IntArray]] = {
    "union": np.union1d,
    "difference": np.setdiff1d,
    "intersection": np.intersect1d,
}


@dataclass(frozen=True)
class Areas:
    """Catchments over the cells of a ground.

    claims: one row a branch and cell that its method gives it (branch, at: positions). owner: position of the branch
    that gets each cell, -1 for a cell that stays uncovered; travel_s: seconds from that branch, infinite where there
    is no way. by_rule: whether a cell nobody claimed was given away by the rule for holes.
    """

    claims: pl.DataFrame
    owner: IntArray
    travel_s: FloatArray
    by_rule: np.ndarray


def areas_of(plan: CatchmentPlan, terrain: Terrain) -> Areas:
    """Draw every branch's catchment and settle overlaps and holes.

    Raises InvalidInputError naming the branch whose catchment holds no cell of the ground.
    """
    shared = _Shared(plan, terrain)
    parts = [_claim(branch, plan.specs[branch_id], shared) for branch, branch_id in enumerate(terrain.ids)]
    claims = pl.DataFrame(
        {
            "branch": np.repeat(np.arange(len(parts), dtype=np.int64), [len(part) for part in parts]),
            "at": np.concatenate(parts).astype(np.int64),
        },
        schema=CLAIMS,
    )
    travel_s = _claimed_travel(claims, shared)
    owner = settle(claims, _ranks(claims, travel_s, plan, terrain), len(terrain.cells))
    seconds = _owners_travel(claims, travel_s, owner)
    open_cells = owner < 0
    if plan.rules.holes == "nearest" and open_cells.any():
        near, near_s = shared.by_travel(list(range(len(terrain.ids))))
        owner, seconds = np.where(open_cells, near, owner), np.where(open_cells, near_s, seconds)
    return Areas(claims, owner, seconds, open_cells & (owner >= 0))


class _Shared:
    """The methods that share out the ground, each worked out once among the branches that have it."""

    def __init__(self, plan: CatchmentPlan, terrain: Terrain) -> None:
        self.terrain = terrain
        self._contenders = {
            method: [
                branch
                for branch, branch_id in enumerate(terrain.ids)
                if any(part.method == method for part in plan.specs[branch_id].parts())
            ]
            for method in GROUND_METHODS
        }
        self._owners: dict[str, IntArray] = {}
        self._reached: dict[tuple[int, ...], tuple[IntArray, FloatArray]] = {}
        self.plain = np.array([plan.specs[branch_id].method == "drive_time" for branch_id in terrain.ids])

    def owners(self, method: str) -> IntArray:
        """Return the branch that a method gives each cell to."""
        if method not in self._owners:
            self._owners[method] = self._drawn(method)
        return self._owners[method]

    def _drawn(self, method: str) -> IntArray:
        among = self._contenders[method]
        if method == "straight_line":
            return np.array(among, dtype=np.int64)[nearest_in_a_line(*self.terrain.points(among), self.terrain.cells)]
        owner, travel_s = self.by_travel(among)
        return owner if method == "drive_time" else _by_zone(self.terrain.zone, owner, travel_s)

    def by_travel(self, among: list[int]) -> tuple[IntArray, FloatArray]:
        """Return the branch out of some that each cell is reached from first, and the seconds."""
        key = tuple(among)
        if key not in self._reached:
            terrain = self.terrain
            index, travel_s = nearest_branch(terrain.roads, *terrain.points(among), terrain.cells, terrain.anchors)
            self._reached[key] = np.array(among, dtype=np.int64)[index], travel_s
        return self._reached[key]

    def nearest_seconds(self) -> FloatArray:
        """Return the seconds that came with the shares by travel time."""
        return self.by_travel(self._contenders["drive_time"])[1]


def _claim(branch: int, spec: CatchmentSpec, shared: _Shared) -> IntArray:
    """Return the cells that a branch's method gives it, and name the branch where there are none."""
    found = _cells_of(spec, branch, shared)
    if len(found) == 0 and spec.method not in GROUND_METHODS:
        raise InvalidInputError(
            "branch {branch}: its catchment by method {method} holds no cell of the ground at resolution {resolution}",
            branch=shared.terrain.ids[branch],
            method=spec.method,
            resolution=shared.terrain.resolution,
        )
    return found


def _cells_of(spec: CatchmentSpec, branch: int, shared: _Shared) -> IntArray:
    """Return the positions of the cells of one spec, ascending."""
    if spec.method in GROUND_METHODS:
        return np.flatnonzero(shared.owners(spec.method) == branch)
    if spec.method == "combined":
        return reduce(SET_RULES[str(spec.operation)], [_cells_of(part, branch, shared) for part in spec.of])
    return OWN_AREAS[spec.method](spec, branch, shared.terrain)


def _drawn(spec: CatchmentSpec, branch: int, terrain: Terrain) -> IntArray:  # noqa: ARG001 - the branch of its siblings
    shape = shape_of(spec.polygon or {})
    return _inside_admitted([shape], terrain)


def shape_of(geometry: dict[str, Any]) -> shapely.Geometry:
    """Return the shape of a GeoJSON geometry; InvalidInputError when it is none."""
    try:
        return shapely.from_geojson(orjson.dumps(geometry))
    except (shapely.errors.GEOSException, TypeError, orjson.JSONEncodeError) as error:
        raise InvalidInputError("the drawn polygon is not a GeoJSON geometry: {detail}", detail=str(error)) from error


def _inside(polygons: Sequence[shapely.Geometry], terrain: Terrain) -> IntArray:
    """Return the positions of the ground's cells with their centre in one of a few polygons."""
    found: list[CellArray] = [cells_from_polygon_guarded(shape, terrain.resolution) for shape in polygons]
    return np.flatnonzero(np.isin(terrain.cells, np.concatenate([np.empty(0, np.uint64), *found])))


def _buffer(spec: CatchmentSpec, branch: int, terrain: Terrain) -> IntArray:
    return buffer(*(spec.point or terrain.point(branch)), terrain.cells, float(spec.radius_m or 0))


def _isochrone(spec: CatchmentSpec, branch: int, terrain: Terrain) -> IntArray:
    place = spec.point or terrain.point(branch)
    return isochrone(terrain.seconds_to(place, spec.mode or terrain.mode), float(spec.minutes or 0))


def _administrative(spec: CatchmentSpec, branch: int, terrain: Terrain) -> IntArray:
    return _inside_admitted(units_of(terrain.boundaries, spec.units, spec.kind, terrain.point(branch)), terrain)


def _places(spec: CatchmentSpec, branch: int, terrain: Terrain) -> IntArray:
    along = cells_along(named_streets(spec, branch, terrain), terrain)
    return np.union1d(along, _inside_admitted(named_boundaries(spec, terrain), terrain))


def _between(spec: CatchmentSpec, branch: int, terrain: Terrain) -> IntArray:
    return _inside_admitted([ground_between(spec, branch, terrain)], terrain)


def _inside_admitted(shapes: Sequence[shapely.Geometry], terrain: Terrain) -> IntArray:
    """Return the positions of the cells with their centre in shapes that first have to pass the gate."""
    return _inside(
        [admit_polygon(shape, limits=CLI_LIMITS, resolution=terrain.resolution) for shape in shapes], terrain
    )


def _customers(spec: CatchmentSpec, branch: int, terrain: Terrain) -> IntArray:
    point = terrain.point(branch)
    distance_m = straight_line_m(*point, terrain.cells)
    chosen = customer_area(terrain.customers_of(branch), distance_m, float(spec.share or 0))
    if spec.contiguous:
        chosen = joined(terrain.touching, chosen, home_of(*point, terrain.cells))
    return filled(terrain.cells, chosen) if spec.fill_holes else chosen


OWN_AREAS: dict[str, Callable[[CatchmentSpec, int, Terrain], IntArray]] = {
    "drawn": _drawn,
    "buffer": _buffer,
    "isochrone": _isochrone,
    "administrative": _administrative,
    "places": _places,
    "between": _between,
    "customers": _customers,
}


def _by_zone(zone: IntArray, branch_index: IntArray, travel_s: FloatArray) -> IntArray:
    """Give each zone whole to the branch that most of its cells reach first."""
    votes = pl.DataFrame({"zone": zone, "branch": branch_index, "travel_s": travel_s}).with_columns(
        pl.col("travel_s").fill_nan(None)
    )
    # Ties go to the shorter median way.
    winner = (
        votes.group_by("zone", "branch")
        .agg(pl.len().alias("cells"), pl.col("travel_s").median())
        .sort("zone", "cells", "travel_s", "branch", descending=[False, True, False, False])
        .group_by("zone", maintain_order=True)
        .first()
    )
    return votes.join(winner.select("zone", won="branch"), on="zone", how="left", maintain_order="left")[
        "won"
    ].to_numpy()


def _claimed_travel(claims: pl.DataFrame, shared: _Shared) -> FloatArray:
    """Return the seconds from the branch to the cell of each claim."""
    branch, at = claims["branch"].to_numpy(), claims["at"].to_numpy()
    seconds = np.full(claims.height, np.inf)
    plain = shared.plain[branch]
    if plain.any():
        seconds[plain] = shared.nearest_seconds()[at[plain]]
    for other in np.unique(branch[~plain]).tolist():
        rows = branch == other
        seconds[rows] = shared.terrain.seconds_from(other)[at[rows]]
    return seconds


def _ranks(claims: pl.DataFrame, travel_s: FloatArray, plan: CatchmentPlan, terrain: Terrain) -> list[FloatArray]:
    """Return what overlaps are settled by, lowest first: the chosen rule, then travel time.

    On a ground without roads nothing is reached; travel time then gives way to the straight line.
    """
    rules = plan.rules
    if rules.overlaps == "travel_time" and np.isfinite(travel_s).any():
        return [travel_s]
    if rules.overlaps in ("priority", "first_drawn"):
        return [_order(claims, rules, plan.drawn_order, terrain), travel_s]
    branch, at = claims["branch"].to_numpy(), claims["at"].to_numpy()
    rank = np.empty(claims.height)
    for each in np.unique(branch).tolist():
        rows = branch == each
        if rules.overlaps == "customers":
            rank[rows] = -terrain.customers_of(each)[at[rows]]
        else:
            rank[rows] = straight_line_m(*terrain.point(each), terrain.cells[at[rows]])
    return [rank, travel_s]


def _order(claims: pl.DataFrame, rules: SettleRules, drawn: tuple[str, ...], terrain: Terrain) -> FloatArray:
    first = rules.priority if rules.overlaps == "priority" else drawn
    place = {branch_id: rank for rank, branch_id in enumerate(first)}
    ranks = np.array([place.get(branch_id, len(first)) for branch_id in terrain.ids], dtype=np.float64)
    rank: FloatArray = ranks[claims["branch"].to_numpy()]
    return rank


def _owners_travel(claims: pl.DataFrame, travel_s: FloatArray, owner: IntArray) -> FloatArray:
    """Return the seconds from each cell's owner, infinite where nobody owns it."""
    won = owner[claims["at"].to_numpy()] == claims["branch"].to_numpy()
    seconds = np.full(len(owner), np.inf)
    seconds[claims["at"].to_numpy()[won]] = travel_s[won]
    return seconds
