"""Why a cell may have more customers than people: the likeliest reason of each, by what is known of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo.domain import BoolArray
from gridgeo.scoring.checks import counts, one_column

REASONS = {
    "one_point": "half of the customers or more stand at one point: a rounded address, or many registered at one house",
    "nobody_spread": "no people were spread here: homes that the map lacks, or customers registered where they work",
    "border": "the cell lies on the border of a zone: its people were counted in the neighbouring one",
    "old_people": "the people were counted two years or more before the customers",
    "workplace": "more merchants than a tenth of the people: customers registered where they work",
    "unknown": "none of the known reasons applies: check the people and the addresses",
}
"""Word -> what it says, the likeliest first."""
ONE_POINT_SHARE, ONE_POINT_LEAST = 0.5, 3
OLD_YEARS = 2.0
MERCHANTS_A_PERSON = 0.1


def over_reasons(
    over: BoolArray, customers: ArrayLike, people: ArrayLike, merchants: ArrayLike, doubts: tuple[ArrayLike, ...]
) -> NDArray[np.str_]:
    """Return the likeliest reason of each cell with more customers than people, "" for the others; shape (n_cells,).

    doubts: largest number of customers at one point, whether the cell lies on a border of zones, years since the
    people were counted (not-a-number where unknown). The first reason of REASONS that applies is taken.
    Raises InvalidInputError when a count is negative or missing.
    """
    found, exposed, shops = counts(customers, "customers"), counts(people, "people"), counts(merchants, "merchants")
    point, border, years = (one_column(each, "doubts", len(found)) for each in doubts)
    applies = [
        (point >= ONE_POINT_LEAST) & (point >= ONE_POINT_SHARE * found),
        exposed < 1.0,
        border > 0,
        np.nan_to_num(years) >= OLD_YEARS,
        shops > MERCHANTS_A_PERSON * exposed,
        np.ones(len(found), dtype=bool),
    ]
    words = np.select(applies, list(REASONS), "")
    return np.where(over, words, "")
