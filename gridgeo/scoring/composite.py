"""One figure out of several by a planner's weights, and how much its order depends on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import positions

Direction = Literal["up", "down"]
FIRM_SHARE = 0.8
"""A place among the top is firm when at least this part of the perturbed weights keeps it there."""
WEIGHT_SPREAD = 0.3
"""Standard deviation of the log of a perturbed weight: weights are rarely meant closer than a third."""
RANK_BAND = (0.05, 0.95)
BLOCK = 4_096
"""Cells whose ranks are cut at a time."""
SORTED_AT_ONCE = 8_192
"""Cells that are ranked at a time, so that a draw's scores stay in the cache; more only where one group has more."""


@dataclass(frozen=True)
class Component:
    """One part of a composite: measure, weight (0 or more) and whether more of it is better."""

    measure: str
    weight: float
    direction: Direction = "up"


@dataclass(frozen=True)
class Composite:
    """Arrays of shape (n_cells,); order is within the cell's group.

    score: weighted mean of the components' percentile places, 0 to 1; not-a-number where a component is missing, such
    cells have rank 0. rank: 1 is best. rank_low, rank_high: 90 % of ranks under perturbed weights lie between. top: in
    the group's first n_top. top_share: part of the perturbed weights that put it there. firm: top and held there often
    enough. parts: each component's contribution to the score, shape (n_cells, n_components), for the waterfall.
    """

    score: FloatArray
    rank: IntArray
    rank_low: IntArray
    rank_high: IntArray
    top: BoolArray
    top_share: FloatArray
    firm: BoolArray
    parts: FloatArray


def composite(
    values: ArrayLike,
    components: tuple[Component, ...],
    group: ArrayLike,
    *,
    n_top: int = 10,
    draws: int = 1000,
    seed: int = 7,
) -> Composite:
    """Combine measures into one order per group (branch) and tell how far it hangs on the weights.

    values: shape (n_cells, n_components), one column a component; group: positions, shape (n_cells,). Each component
    enters by its percentile place among all cells, so that units and outliers do not weigh. Weights are perturbed
    `draws` times by a log-normal factor and ranked anew.
    Raises InvalidInputError on wrong shapes, negative weights or weights that sum to zero.
    """
    table = _table(values, components)
    members = positions(group, "group", np.iinfo(np.int64).max)
    if len(members) != len(table):
        raise InvalidInputError("group must have {n} entries, got {given}", n=len(table), given=len(members))
    weights = _weights(components)
    known = np.flatnonzero(np.isfinite(table).all(axis=1))
    places = _places(table[known], components)
    _, inside = np.unique(members[known], return_inverse=True)
    rank = _ranks(np.einsum("ij,j->i", places, weights), inside)
    low, high, top_share = _perturbed(places, inside, n_top, _draws(weights, draws, seed))
    n_cells = len(table)
    top = _whole(rank <= n_top, known, n_cells, fill=False)
    held = _whole(top_share, known, n_cells, fill=0.0)
    return Composite(
        score=_whole(places @ weights, known, n_cells, fill=np.nan),
        rank=_whole(rank, known, n_cells, fill=0),
        rank_low=_whole(low, known, n_cells, fill=0),
        rank_high=_whole(high, known, n_cells, fill=0),
        top=top,
        top_share=held,
        firm=top & (held >= FIRM_SHARE),
        parts=_whole(places * weights, known, n_cells, fill=np.nan),
    )


def contributions(values: ArrayLike, components: tuple[Component, ...]) -> FloatArray:
    """Return what each component adds to the score of each cell, as `Composite.parts` has it, without any ranking.

    values: shape (n_cells, n_components), all cells that the composite was computed over: a place is among them all.
    Returns the same shape; not-a-number in cells with a missing component. Rows sum to the score: a waterfall.
    Raises InvalidInputError as `composite` does.
    """
    table = _table(values, components)
    weights = _weights(components)
    known = np.flatnonzero(np.isfinite(table).all(axis=1))
    return _whole(_places(table[known], components) * weights, known, len(table), fill=np.nan)


def _table(values: ArrayLike, components: tuple[Component, ...]) -> FloatArray:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(components):
        raise InvalidInputError(
            "composite needs one column a component: {components} components, values of shape {given}",
            components=len(components),
            given=table.shape,
        )
    return table


def _weights(components: tuple[Component, ...]) -> FloatArray:
    weights = np.array([component.weight for component in components], dtype=np.float64)
    if not bool(np.all(np.isfinite(weights) & (weights >= 0))) or not weights.sum() > 0:
        raise InvalidInputError(
            "weights must not be negative and at least one must be positive, got {given}", given=weights.tolist()
        )
    scaled: FloatArray = weights / weights.sum()
    return scaled


def _places(table: FloatArray, components: tuple[Component, ...]) -> FloatArray:
    """Return each value's percentile place in its column, 0 to 1, ties sharing the mean, "down" turned round."""
    if len(table) == 0:
        return table
    signs = np.array([1.0 if component.direction == "up" else -1.0 for component in components])
    ranks: FloatArray = scipy.stats.rankdata(table * signs, axis=0)
    places: FloatArray = (ranks - 0.5) / len(table)
    return places


def _draws(weights: FloatArray, draws: int, seed: int) -> FloatArray:
    """Return perturbed weights, shape (draws, n_components), each row summing to 1."""
    factors = np.exp(WEIGHT_SPREAD * np.random.default_rng(seed).standard_normal((draws, len(weights))))
    perturbed: FloatArray = weights * factors
    perturbed /= perturbed.sum(axis=1, keepdims=True)
    return perturbed


def _ranks(score: FloatArray, group: IntArray) -> IntArray:
    """Return the place of each score in its group, 1 is the highest; equal scores share the better place."""
    if len(score) == 0:
        return np.zeros(0, dtype=np.int64)
    # Scores lie in 0 to 1, so one sort orders groups and the scores inside them.
    key = 2.0 * group - np.round(score, 12)
    order = np.argsort(key)
    place = np.arange(len(order))
    new = np.concatenate([[True], np.diff(key[order]) > 0])
    first_equal = np.maximum.accumulate(np.where(new, place, 0))
    sizes = np.bincount(group)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = first_equal - (np.cumsum(sizes) - sizes)[group[order]] + 1
    return rank


def _perturbed(
    places: FloatArray, group: IntArray, n_top: int, draws: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the ends of each cell's rank interval and the part of the draws in which it is among the top."""
    if len(draws) == 0:
        raise InvalidInputError("draws must be at least 1, got {given}", given=0)
    # Sorted by group first: the sort of every draw then meets keys that are nearly in order.
    order = np.argsort(group, kind="stable")
    inside, members = places[order], group[order]
    low, high = np.empty((2, len(order)), dtype=np.int64)
    top_share = np.empty(len(order))
    for block in _blocks(members):
        mine = slice(block.start, block.stop)
        part, numbers = inside[mine], members[mine] - members[block.start]
        # A row a draw: writing columns of a table this size would touch every page of it in each draw.
        ranks = np.empty((len(draws), len(part)), dtype=np.int32)
        for at, weights in enumerate(draws):
            ranks[at] = _ranks(np.einsum("ij,j->i", part, weights), numbers)
        low[order[mine]], high[order[mine]] = _rank_ends(ranks)
        top_share[order[mine]] = (ranks <= n_top).sum(axis=0) / len(draws)
    return low, high, top_share


def _blocks(members: IntArray) -> list[range]:
    """Cut rows that are sorted by group into runs of whole groups, each of about the size that sorts fastest."""
    ends = np.append(np.flatnonzero(np.diff(members)) + 1, len(members))
    begins = np.concatenate([[0], ends[:-1]])
    # The last end within each block closes it; a group larger than a block is one by itself.
    closing = np.flatnonzero(np.diff(begins // SORTED_AT_ONCE, append=-1))
    stops = ends[closing].tolist()
    return [range(start, stop) for start, stop in zip([0, *stops[:-1]], stops, strict=True) if stop > start]


def _rank_ends(ranks: NDArray[np.int32]) -> tuple[IntArray, IntArray]:
    """Return the ends of the middle 90 % of each column, in blocks that fit the cache."""
    last = len(ranks) - 1
    ends = [int(np.floor(RANK_BAND[0] * last)), int(np.ceil(RANK_BAND[1] * last))]
    found = np.empty((2, ranks.shape[1]), dtype=np.int64)
    for start in range(0, ranks.shape[1], BLOCK):
        block = np.ascontiguousarray(ranks[:, start : start + BLOCK].T)
        block.partition(ends, axis=1)
        found[:, start : start + BLOCK] = block[:, ends].T
    return found[0], found[1]


def _whole(values: NDArray[Any], known: IntArray, n_cells: int, *, fill: float) -> NDArray[Any]:
    """Return the values of the known cells in a table of all cells, the others filled."""
    found = np.full((n_cells, *values.shape[1:]), fill, dtype=values.dtype)
    found[known] = values
    return found
