"""What a cell lacks against cells like it at other branches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.words import EVIDENCE
from gridgeo.scoring.checks import counts, one_column, positions
from gridgeo.scoring.others import others_quantiles
from gridgeo.scoring.penetration import Shrunk

TARGET_QUANTILE = 0.75
"""The rate that a quarter of comparable cells exceed: ambitious, and reached by real cells."""


@dataclass(frozen=True)
class GapRule:
    """Which cells compare and when a gap is firm.

    least_people: a cell below it is no example for others. least_comparable: fewer examples give evidence none and no
    gap. firm_comparable: a firm gap has at least this many, and its cell's band lies wholly below the target rate.
    """

    least_people: float = 10.0
    least_comparable: int = 10
    firm_comparable: int = 30


@dataclass(frozen=True)
class Gap:
    """Customer gap of each cell; arrays have shape (n_cells,).

    value: customers missing against the target rate; not-a-number without people or examples. low, high: the same at
    the ends of the cell's own band, stretched to hold the value. comparable: examples found. target_rate, median_rate:
    upper quartile and median of their shrunk shares. expected: target_rate * people. typical: median_rate * people,
    "cells like this have". evidence: firm, weak, none.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    comparable: IntArray
    target_rate: FloatArray
    median_rate: FloatArray
    expected: FloatArray
    typical: FloatArray
    evidence: NDArray[np.str_]


def customer_gap(
    customers: ArrayLike,
    people: ArrayLike,
    shrunk: Shrunk,
    cluster: ArrayLike,
    branch_index: ArrayLike,
    rule: GapRule = GapRule(),
) -> Gap:
    """Compare each cell with those of its make-up cluster at other branches: max(0, q75 rate * people - customers).

    customers, people: shape (n_cells,); shrunk: their penetration, whose shrunk shares are compared so that a chance
    share of a tiny cell sets no target; cluster, branch_index: whole numbers from 0, shape (n_cells,).
    Raises InvalidInputError when a count is negative or missing, or lengths differ.
    """
    table = comparables(people, shrunk, cluster, branch_index, rule)
    return gap_against(customers, people, shrunk, table, rule)


@dataclass(frozen=True)
class Comparables:
    """Examples of a cell's kind at other branches: how many, and upper quartile and median of their shrunk shares.

    Shape (n_cells,); rates are not-a-number where there is no example.
    """

    count: IntArray
    target_rate: FloatArray
    median_rate: FloatArray


def comparables(
    people: ArrayLike, shrunk: Shrunk, cluster: ArrayLike, branch_index: ArrayLike, rule: GapRule = GapRule()
) -> Comparables:
    """Return what each cell is compared with: the cells of its cluster at other branches.

    Raises InvalidInputError when people are negative or missing, or lengths differ.
    """
    exposed = counts(people, "people")
    kind = positions(cluster, "cluster", np.iinfo(np.int64).max)
    branch = positions(branch_index, "branch_index", np.iinfo(np.int64).max)
    one_column(kind, "cluster", len(exposed))
    one_column(branch, "branch_index", len(exposed))
    example = np.isfinite(shrunk.value) & ~shrunk.over & (exposed >= rule.least_people)
    found, (target, median) = others_quantiles(shrunk.value, (kind, branch), example, (TARGET_QUANTILE, 0.5))
    return Comparables(found, target, median)


def gap_against(
    customers: ArrayLike, people: ArrayLike, shrunk: Shrunk, table: Comparables, rule: GapRule = GapRule()
) -> Gap:
    """Return what each cell lacks against its comparable cells, all of shape (n_cells,).

    Raises InvalidInputError when a count is negative or missing, or lengths differ.
    """
    exposed = counts(people, "people")
    found = counts(customers, "customers", len(exposed))
    usable = (exposed > 0) & (table.count >= rule.least_comparable)
    target, median = np.where(usable, table.target_rate, np.nan), np.where(usable, table.median_rate, np.nan)
    value = np.maximum(target * exposed - found, 0.0)
    return Gap(
        value=value,
        # The value counts the customers there are, the band the share behind them: it is stretched to hold both.
        low=np.minimum(np.maximum((target - shrunk.high) * exposed, 0.0), value),
        high=np.maximum(np.maximum((target - shrunk.low) * exposed, 0.0), value),
        comparable=table.count,
        target_rate=target,
        median_rate=median,
        expected=target * exposed,
        typical=median * exposed,
        evidence=_evidence(shrunk, target, table.count, rule),
    )


def _evidence(shrunk: Shrunk, target: FloatArray, comparable: IntArray, rule: GapRule) -> NDArray[np.str_]:
    firm, weak, none = EVIDENCE
    surely_below = (shrunk.high < target) & (comparable >= rule.firm_comparable)
    shown = np.where(surely_below, firm, weak)
    return np.where(np.isfinite(target) & (shrunk.evidence != none), shown, none)
