"""Figures for readers outside the bank, computed from shown counts and nothing else.

Hidden cells are left out of every prior, model and comparison: the functions here are given what is shown, so that no
formula of theirs can lead back to a hidden count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.domain.words import EVIDENCE
from gridgeo.scoring.checks import RingPairs
from gridgeo.scoring.gap import customer_gap
from gridgeo.scoring.makeup import makeup_clusters, with_ring_sums
from gridgeo.scoring.penetration import Shrunk, shrink_penetration
from gridgeo.scoring.potential import fit_potential, predict_potential

LEAST_LEARNT_FROM = 2
"""Cells with both counts shown below which nothing is fitted."""


@dataclass(frozen=True)
class ShownCounts:
    """What is shown of the cells of one resolution; arrays of shape (n_cells,), not-a-number where hidden.

    travel_s: seconds to the branch, not-a-number where unknown. pairs: ring of k = 2 among all cells.
    """

    customers: FloatArray
    people: FloatArray
    travel_s: FloatArray
    branch_index: IntArray
    pairs: RingPairs


@dataclass(frozen=True)
class PublicFigure:
    """One figure of the cells; not-a-number, and evidence null, where it cannot be given."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    evidence: NDArray[np.object_]


def public_figures(shown: ShownCounts) -> dict[str, PublicFigure]:
    """Return penetration, potential and gap of each cell from shown counts.

    Penetration is that of placed customers: the correction for unplaced ones would need true sums. Penetration and gap
    need both counts of the cell, potential its people. Where fewer than two cells show both, all is undefined.
    """
    both = np.isfinite(shown.customers) & np.isfinite(shown.people)
    if int(both.sum()) < LEAST_LEARNT_FROM:
        nothing = _spread([np.zeros(0)] * 4, np.zeros(0, dtype=np.int64), len(both))
        return dict.fromkeys(("penetration", "potential", "gap"), nothing)
    at = np.flatnonzero(both)
    features = _features(shown)
    shrunk = shrink_penetration(shown.customers[at], shown.people[at], _pairs_among(shown.pairs, both))
    return {
        "penetration": _spread([shrunk.value, shrunk.low, shrunk.high, shrunk.evidence], at, len(both)),
        "potential": _potential(shown, features, at),
        "gap": _gap(shown, features[at], shrunk, at),
    }


def _features(shown: ShownCounts) -> pl.DataFrame:
    """Return what the models may rest on: shown people, here and around, and the way to the branch.

    Hidden people count as none; the rows of such cells are never used themselves.
    """
    known = np.nan_to_num(shown.people, nan=0.0)
    farthest = np.nanmax(shown.travel_s, initial=0.0)
    travel_s = np.where(np.isfinite(shown.travel_s), shown.travel_s, farthest)
    return with_ring_sums(pl.DataFrame({"people": known, "travel_s": travel_s}), shown.pairs, ("people",))


def _potential(shown: ShownCounts, features: pl.DataFrame, at: IntArray) -> PublicFigure:
    model = fit_potential(features[at], shown.customers[at], shown.people[at], groups=shown.branch_index[at])
    # What is predicted for a cell needs its people, not its customers.
    where = np.flatnonzero(np.isfinite(shown.people))
    found = predict_potential(model, features[where], shown.people[where])
    return _spread([found.value, found.low, found.high, found.evidence], where, features.height)


def _gap(shown: ShownCounts, features: pl.DataFrame, shrunk: Shrunk, at: IntArray) -> PublicFigure:
    customers, people = shown.customers[at], shown.people[at]
    clusters = makeup_clusters(features, among=people > 0)
    gap = customer_gap(customers, people, shrunk, clusters, shown.branch_index[at])
    return _spread([gap.value, gap.low, gap.high, gap.evidence], at, len(shown.people))


def _pairs_among(pairs: RingPairs, kept: BoolArray) -> RingPairs:
    """Return the pairs of kept cells, by their position among these."""
    place = np.cumsum(kept) - 1
    both = kept[pairs[0]] & kept[pairs[1]]
    return place[pairs[0][both]], place[pairs[1][both]]


def _spread(columns: list[NDArray[np.generic]], at: IntArray, n_cells: int) -> PublicFigure:
    """Return the columns of some cells over all of them."""
    value, low, high = (np.full(n_cells, np.nan) for _ in range(3))
    for whole, column in zip((value, low, high), columns, strict=False):
        whole[at] = column
    evidence = np.full(n_cells, None, dtype=object)
    evidence[at] = columns[3] if len(at) else EVIDENCE[2]
    return PublicFigure(value, low, high, evidence)
