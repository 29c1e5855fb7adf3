"""How well people are served by branches within reach, by the two-step floating catchment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import NOBODY, counts, positions, sums_by

TravelTimes = tuple[ArrayLike, ArrayLike, ArrayLike]
"""(cell_index, site_index, travel_s): one entry a cell and a site it can reach, no pair twice."""


@dataclass(frozen=True)
class Accessibility:
    """per_person: supply within reach of a person of the cell, shape (n_cells,), 0 where no site is within reach.

    load: people that a unit of the site's supply is for, shape (n_sites,); not-a-number without supply. unused: supply
    of sites that nobody reaches. The sum of people * per_person is the supply of all sites less what is unused.
    """

    per_person: FloatArray
    load: FloatArray
    unused: float


def accessibility(people: ArrayLike, supply: ArrayLike, travel: TravelTimes, reach_s: float) -> Accessibility:
    """Share each site's supply among the people who reach it, nearer ones more, and add up what a person gets.

    people: shape (n_cells,); supply: counters, staff or hours of each site, shape (n_sites,); reach_s: travel time
    beyond which a site is out of reach. Weights fall as a Gaussian to one percent at reach_s.
    Raises InvalidInputError when a number is negative or missing, or reach_s is not positive.
    Source: Luo and Qi 2009, Health & Place 15(4), with continuous decay after Dai 2010, Health & Place 16(5).
    """
    if not reach_s > 0:
        raise InvalidInputError("reach must be above 0 seconds, got {given}", given=reach_s)
    demand, offered = counts(people, "people"), counts(supply, "supply")
    cell = positions(travel[0], "cell_index", len(demand))
    site = positions(travel[1], "site_index", len(offered))
    travel_s = counts(travel[2], "travel_s", len(cell))
    weight = np.where(travel_s <= reach_s, np.exp(np.log(0.01) * (travel_s / reach_s) ** 2), 0.0)
    wanted = sums_by(site, demand[cell] * weight, len(offered))
    rate = np.divide(offered, wanted, out=np.zeros_like(offered), where=wanted >= NOBODY)
    load = np.divide(wanted, offered, out=np.full(len(offered), np.nan), where=offered >= NOBODY)
    per_person = sums_by(cell, rate[site] * weight, len(demand))
    return Accessibility(per_person, load, float(offered[wanted < NOBODY].sum()))
