"""How many people live in each house: in every cell as many as the spread of the zone's people puts there."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from gridgeo.cells import centres
from gridgeo.demo.numbering import ZONE_APART_M
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.sources import Ground, people_weights
from gridgeo.sources.plane import Plane


def residents_of(
    ground: Ground, people: pl.DataFrame, cells: CellArray, plane: Plane, houses: pl.DataFrame
) -> FloatArray:
    """Return the people of each house, shape (n_houses,); each zone's sum is kept.

    houses: HOUSES with cell (position in `cells`). The people of a zone are spread over the cells as
    `gridgeo.sources.people_weights` says, those of a cell over its houses by weight; people of a cell without a house
    go to the zone's nearest house. So the truth of the generator and the spread people agree cell by cell.
    Raises InvalidInputError when a boundary has no row of people, or people and nowhere to live.
    """
    zone_people = _zone_people(ground, people)
    zone, cell, weight = people_weights(ground, cells)
    total = np.bincount(zone, weights=weight, minlength=len(zone_people))
    house_zone, house_weight = houses["zone"].to_numpy(), houses["weight"].to_numpy()
    built = np.bincount(house_zone, weights=house_weight, minlength=len(zone_people))
    _refuse_homeless(ground, zone_people, np.minimum(total, built))
    share = weight * (zone_people / np.maximum(total, 1e-9))[zone]
    key, house_key = zone * len(cells) + cell, house_zone * len(cells) + houses["cell"].to_numpy()
    at = np.searchsorted(key, house_key)
    known = key[np.minimum(at, len(key) - 1)] == house_key
    room = np.bincount(at[known], weights=house_weight[known], minlength=len(key))
    found = np.zeros(houses.height)
    found[known] = (share / np.maximum(room, 1e-9))[at[known]] * house_weight[known]
    bare = np.flatnonzero(room <= 0)
    spots = plane.to_metres(*centres(cells[cell[bare]]))
    nearest = _nearest_houses(spots, zone[bare], houses)
    return found + np.bincount(nearest, weights=share[bare], minlength=houses.height)


def _zone_people(ground: Ground, people: pl.DataFrame) -> FloatArray:
    joined = ground.boundaries.join(people, left_on="name", right_on="zone", how="left", maintain_order="left")
    missing = joined.filter(pl.col("people").is_null())
    if not missing.is_empty():
        raise InvalidInputError("boundary {zone} has no row in the table of people", zone=missing["name"][0])
    return joined["people"].to_numpy()


def _refuse_homeless(ground: Ground, zone_people: FloatArray, room: FloatArray) -> None:
    homeless = (zone_people > 0) & (room <= 0)
    if homeless.any():
        raise InvalidInputError(
            "boundary {zone} has people but neither houses nor residential streets",
            zone=ground.boundaries["name"][int(np.argmax(homeless))],
        )


def _nearest_houses(spots: FloatArray, zone: IntArray, houses: pl.DataFrame) -> IntArray:
    """Return the nearest house of the same zone with a weight; of several equally near the first."""
    homes = houses.filter(pl.col("weight") > 0)
    apart = np.column_stack([homes["zone"].to_numpy() * ZONE_APART_M, np.zeros(homes.height)])
    points = np.asarray(shapely.points(homes.select("x", "y").to_numpy() + apart), dtype=np.object_)
    asked = shapely.points(spots + np.column_stack([zone * ZONE_APART_M, np.zeros(len(zone))]))
    pairs = shapely.STRtree(points).query_nearest(asked, all_matches=True)
    first = np.unique(pairs[0], return_index=True)[1]
    order = np.lexsort((pairs[1], pairs[0]))
    near = pairs[1][order][first]
    return np.asarray(homes["house"].to_numpy()[near], dtype=np.int64)
