"""Customers whose address could not be placed: what their absence does to penetration, and the choice about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gridgeo.domain import FloatArray, IntArray
from gridgeo.scoring.checks import NOBODY, counts, positions, sums_by

PlacedChoice = Literal["placed", "corrected"]
PRIOR_CUSTOMERS = 20.0
"""A zone's placed share counts as this many customers of the whole ground's; a zone of three customers says little."""


@dataclass(frozen=True)
class PlacedCorrection:
    """What penetration is taken of.

    choice: "placed", penetration of placed customers, too low by the part that is not placed; or "corrected", by the
    placed share around. share: placed share of each cell's zone, shape (n_cells,). people: exposed people to divide by,
    people * share; dividing by them corrects the rate without inventing certainty. customers: placed customers / share,
    an estimate of all. Arrays have shape (n_cells,); with choice "placed" nothing is changed.
    """

    choice: PlacedChoice
    share: FloatArray
    people: FloatArray
    customers: FloatArray


def placed_correction(
    customers: ArrayLike,
    people: ArrayLike,
    zone_index: ArrayLike,
    unplaced: ArrayLike,
    *,
    choice: PlacedChoice = "corrected",
    unplaced_elsewhere: float = 0.0,
) -> PlacedCorrection:
    """Correct for customers known to a zone (town) but not to a cell.

    customers: placed customers, people, zone_index: shape (n_cells,); unplaced: customers known to the zone only, shape
    (n_zones,). unplaced_elsewhere: customers whose zone is unknown too; they raise every zone alike. The share of a
    zone is (placed + c * overall share) / (all + c), c = PRIOR_CUSTOMERS.
    Raises InvalidInputError when a count is negative or missing.
    """
    found = counts(customers, "customers")
    exposed = counts(people, "people", len(found))
    missing = counts(unplaced, "unplaced")
    zone = positions(zone_index, "zone_index", len(missing))
    nowhere = float(counts([unplaced_elsewhere], "unplaced_elsewhere")[0])
    share = np.ones(len(found)) if choice == "placed" else _shares(found, zone, missing, nowhere)[zone]
    return PlacedCorrection(choice, share, exposed * share, found / share)


def _shares(found: FloatArray, zone: IntArray, missing: FloatArray, nowhere: float) -> FloatArray:
    placed = sums_by(zone, found, len(missing))
    known = float(placed.sum() + missing.sum())
    if placed.sum() < NOBODY:
        return np.ones(len(missing))
    overall = float(placed.sum()) / known
    share: FloatArray = (placed + PRIOR_CUSTOMERS * overall) / (placed + missing + PRIOR_CUSTOMERS)
    return share * (known / (known + nowhere))
