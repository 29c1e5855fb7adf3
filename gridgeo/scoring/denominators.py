"""People of zones spread over cells with their sum kept, and roll-ups that stay exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gridgeo.domain import FloatArray
from gridgeo.domain.measures import Measure
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import counts, positions, sums_by

ZoneWeights = tuple[ArrayLike, ArrayLike, ArrayLike]
"""(zone_index, cell_index, weight): one entry a piece of a zone that lies in a cell; pairs may repeat and add up."""


def spread_people(
    zone_people: ArrayLike,
    weights: ZoneWeights,
    n_cells: int,
    *,
    without_weights: Literal["error", "even"] = "error",
    zone_names: Sequence[str] | None = None,
) -> FloatArray:
    """Spread each zone's people over its cells in proportion to the weights.

    zone_people: shape (n_zones,); weights: pieces of zones in cells. Where all weights of a zone are zero, "even" gives
    each of its pieces the same part. Returns people a cell, shape (n_cells,); each zone's sum is kept.
    Raises InvalidInputError on negative or missing numbers, and names a zone with people but without weights.
    """
    people = counts(zone_people, "people")
    zone = positions(weights[0], "zone_index", len(people))
    cell = positions(weights[1], "cell_index", n_cells)
    weight = counts(weights[2], "weight", len(zone))
    if without_weights == "even":
        weight = np.where(sums_by(zone, weight, len(people))[zone] > 0, weight, 1.0)
    total = sums_by(zone, weight, len(people))
    _refuse_empty(people, total, zone_names)
    share = np.divide(weight, total[zone], out=np.zeros_like(weight), where=total[zone] > 0)
    return sums_by(cell, people[zone] * share, n_cells)


def spread_units(figures: ArrayLike, shares: ZoneWeights, n_cells: int) -> FloatArray:
    """Spread the figure of each unit over cells by its shares of them; what is in no cell is left out.

    figures: shape (n_units,). shares: (unit_index, cell_index, share), each 0 to 1, those of one unit at most 1 in all.
    Returns shape (n_cells,). Raises InvalidInputError on negative or missing numbers.
    """
    given = counts(figures, "figures")
    unit = positions(shares[0], "unit_index", len(given))
    cell = positions(shares[1], "cell_index", n_cells)
    return sums_by(cell, given[unit] * counts(shares[2], "share", len(unit)), n_cells)


def roll_up_counts(values: ArrayLike, parent_index: ArrayLike, n_parents: int) -> FloatArray:
    """Add the counts of each parent's cells; shape (n_parents,)."""
    parent = positions(parent_index, "parent_index", n_parents)
    return sums_by(parent, counts(values, "values", len(parent)), n_parents)


def roll_up_shares(numerator: ArrayLike, denominator: ArrayLike, parent_index: ArrayLike, n_parents: int) -> FloatArray:
    """Recompute a share for each parent from the sums of its parts, never as a mean of shares.

    Returns shape (n_parents,), not-a-number where the denominator is zero.
    """
    top = roll_up_counts(numerator, parent_index, n_parents)
    bottom = roll_up_counts(denominator, parent_index, n_parents)
    shares: FloatArray = np.divide(top, bottom, out=np.full(n_parents, np.nan), where=bottom > 0)
    return shares


def roll_up_measure(
    measure: Measure, parts: tuple[ArrayLike, ArrayLike | None], parent_index: ArrayLike, n_parents: int
) -> FloatArray:
    """Roll a measure up by its kind; parts: (values or numerator, denominator of a share).

    Raises InvalidInputError for an index, which has no meaning above the cell, and for a share without denominator.
    """
    if measure.kind == "count":
        return roll_up_counts(parts[0], parent_index, n_parents)
    if measure.kind == "share" and parts[1] is not None:
        return roll_up_shares(parts[0], parts[1], parent_index, n_parents)
    raise InvalidInputError("measure {measure} does not roll up", measure=measure.id)


def _refuse_empty(people: FloatArray, total: FloatArray, names: Sequence[str] | None) -> None:
    lost = np.flatnonzero((people > 0) & ~(total > 0))
    if lost.size:
        first = int(lost[0])
        raise InvalidInputError(
            "zone {zone} has {people} people and no weights in any cell; {others} more zones like it",
            zone=names[first] if names is not None else first,
            people=float(people[first]),
            others=int(lost.size) - 1,
        )
