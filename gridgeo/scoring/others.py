"""Quantiles over a group's members at other branches, for all cells at once.

Examples are sorted once within their group. The sorted examples of "all branches but mine" are the group's with my own
taken out, so the position of a quantile is found by skipping the own ones before it: no loop over branches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo.domain import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class _Sorted:
    """Examples in order of group and value.

    values, pair, foreign_before: one entry an example: its value, its (group, branch) pair, and how many examples of
    its group at other branches come before it. start, own, others: one entry a pair: where the group's examples
    start, how many are the pair's own and how many are not.
    """

    values: FloatArray
    pair: IntArray
    foreign_before: IntArray
    start: IntArray
    own: IntArray
    others: IntArray


def others_quantiles(
    values: FloatArray, labels: tuple[IntArray, IntArray], example: BoolArray, quantiles: tuple[float, ...]
) -> tuple[IntArray, tuple[FloatArray, ...]]:
    """Return how many examples each cell's group has at other branches, and quantiles of their values.

    values, example: shape (n_cells,); labels: (group, branch) of each cell. Quantiles are interpolated as numpy does
    by default; not-a-number where there is no example.
    """
    pairs, pair = np.unique(np.column_stack(labels), axis=0, return_inverse=True)
    pair = pair.ravel()
    _, group_of_pair = np.unique(pairs[:, 0], return_inverse=True)
    data = _sorted(values, pair, group_of_pair.ravel(), example)
    found = tuple(_quantile(data, quantile)[pair] for quantile in quantiles)
    return data.others[pair], found


def _sorted(values: FloatArray, pair: IntArray, group_of_pair: IntArray, example: BoolArray) -> _Sorted:
    where = np.flatnonzero(example)
    group = group_of_pair[pair[where]]
    order = where[np.lexsort((values[where], group))]
    n_groups = int(group_of_pair.max(initial=-1)) + 1
    in_group = np.bincount(group, minlength=n_groups)
    own = np.bincount(pair[order], minlength=len(group_of_pair))
    first = np.cumsum(in_group) - in_group
    rank = np.arange(len(order)) - first[group_of_pair[pair[order]]]
    return _Sorted(
        values=values[order],
        pair=pair[order],
        foreign_before=rank - _rank_in_group(pair[order], own),
        start=first[group_of_pair],
        own=own,
        others=in_group[group_of_pair] - own,
    )


def _quantile(data: _Sorted, quantile: float) -> FloatArray:
    """Return the quantile of the others' examples for each pair."""
    last = np.maximum(data.others - 1, 0)
    wanted = last * quantile
    below = np.floor(wanted).astype(np.int64)
    low, high = _at(data, below), _at(data, np.minimum(below + 1, last))
    return low + (wanted - below) * (high - low)


def _at(data: _Sorted, place: IntArray) -> FloatArray:
    """Return the value at a place, from 0, among the others' sorted examples of each pair."""
    skipped = np.bincount(data.pair[data.foreign_before <= place[data.pair]], minlength=len(place))
    found = np.full(len(place), np.nan)
    some = data.others > 0
    found[some] = data.values[(data.start + place + skipped)[some]]
    return found


def _rank_in_group(group: IntArray, sizes: IntArray) -> IntArray:
    """Give each member its place among its group, from 0 in the order they come."""
    order = np.argsort(group, kind="stable")
    first = np.cumsum(sizes) - sizes
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - first[group[order]]
    return rank
