"""Compiled walk over the tree of cells: which sums stand, and what is hidden besides the small counts.

Hidden cells under one shown sum form a group: a reader knows what they add up to, and nothing else. The group protects
its members when at least two counts can move against each other far enough. Where they cannot, another cell below that
sum is hidden, the cheapest one; where none is left, the sum itself, and its group joins the one above.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from gridgeo.domain.arrays import BoolArray, IntArray

FREE = 2
"""Counts that must be free to move within a group."""
DEARER = 2.0**52
"""Added to the cost of a sum below which a cell would have to be hidden too."""


class Tree(NamedTuple):
    """`CellTree` as the compiled code takes it, with the count of each node (`counted`).

    threshold: the least count that may be shown. room: how far a free count must reach.
    """

    parent: IntArray
    resolution: IntArray
    start: IntArray
    child: IntArray
    n_leaves: int
    counted: IntArray
    threshold: int
    room: int


class Known(NamedTuple):
    """What an earlier version told of each cell.

    free: the cell's count was not bound by any sum shown then: it is new, has changed, or had no sum above it. block:
    the group it was hidden in then, -1 for none. whole: of each block, whether all its cells are hidden again with the
    same counts. shown_at: of each block, the resolution of the sum that stood above it.
    """

    free: BoolArray
    block: IntArray
    whole: BoolArray
    shown_at: IntArray


class State(NamedTuple):
    """What is decided so far, changed in place.

    hidden: of each node. head, tail (by node), next (by cell): linked lists of the hidden cells below each node; -1
    ends. cheapest: the smallest cell below each node that may still be hidden, -1 where there is none.
    """

    hidden: BoolArray
    head: IntArray
    tail: IntArray
    next: IntArray
    cheapest: IntArray


@njit(cache=True)
def settle(tree: Tree, known: Known, state: State) -> None:
    """Decide every sum from the finest up; small cells, and those that must stay hidden, are marked already."""
    for leaf in range(tree.n_leaves):
        if state.hidden[leaf]:
            state.head[leaf] = leaf
            state.tail[leaf] = leaf
        elif known.free[leaf] and tree.counted[leaf] > 0:
            state.cheapest[leaf] = leaf
    for node in range(tree.n_leaves, len(tree.parent)):
        if tree.counted[node] == 0:
            continue
        _settle_one(tree, known, state, node)
        if not state.hidden[node]:
            for child in _children(tree, node):
                _offer(tree, state, node, state.cheapest[child])


@njit(cache=True)
def _settle_one(tree: Tree, known: Known, state: State, node: int) -> None:
    below = 0
    for child in _children(tree, node):
        if state.hidden[child]:
            below += 1
            _join(state, node, child)
    if tree.counted[node] < tree.threshold:
        state.hidden[node] = True
        return
    if below == 0:
        return
    if not _protects(tree, known, state, node, below):
        below = _hide_more(tree, known, state, node, below)
    if _protects(tree, known, state, node, below):
        _break_blocks(tree, known, state, node)
    else:
        state.hidden[node] = True


@njit(cache=True)
def _children(tree: Tree, node: int) -> IntArray:
    at = node - tree.n_leaves
    return tree.child[tree.start[at] : tree.start[at + 1]]


@njit(cache=True)
def _offer(tree: Tree, state: State, node: int, leaf: int) -> None:
    """Take the cell as the node's cheapest where it is one; what was hidden meanwhile is none."""
    if leaf >= 0 and not state.hidden[leaf] and not _is_under_hidden(tree, state, leaf, node):
        best = state.cheapest[node]
        if best < 0 or tree.counted[leaf] < tree.counted[best]:
            state.cheapest[node] = leaf


@njit(cache=True)
def _is_under_hidden(tree: Tree, state: State, leaf: int, node: int) -> bool:
    at = tree.parent[leaf]
    while at != node:
        if state.hidden[at]:
            return True
        at = tree.parent[at]
    return False


@njit(cache=True)
def _join(state: State, node: int, other: int) -> None:
    """Append the other node's list to the node's."""
    if state.head[other] < 0:
        return
    if state.head[node] < 0:
        state.head[node] = state.head[other]
    else:
        state.next[state.tail[node]] = state.head[other]
    state.tail[node] = state.tail[other]


@njit(cache=True)
def _is_settled(tree: Tree, known: Known, leaf: int, node: int) -> bool:
    """Tell whether the cell belongs to a block whose sum an earlier version told and this one repeats: no news."""
    block = known.block[leaf]
    return bool(block >= 0 and known.whole[block] and tree.resolution[node] <= known.shown_at[block])


@njit(cache=True)
def _free_counts(tree: Tree, known: Known, state: State, node: int) -> tuple[int, int, int]:
    """Return of the node's group: cells that are news, those of them free to move, and by how much these could fall."""
    news, free, room = 0, 0, 0
    leaf = state.head[node]
    while leaf >= 0:
        if not _is_settled(tree, known, leaf, node):
            news += 1
            if known.free[leaf]:
                free += 1
                room += tree.counted[leaf] - 1
        leaf = state.next[leaf]
    return news, free, room


@njit(cache=True)
def _protects(tree: Tree, known: Known, state: State, node: int, below: int) -> bool:
    """Tell whether the group may have its sum shown; below: hidden children of the node.

    With room for r in all, each of the free counts reaches from 1 to r + 1 while the others make way.
    """
    news, free, room = _free_counts(tree, known, state, node)
    return below >= FREE and (news == 0 or (free >= FREE and room + 1 >= tree.room))


@njit(cache=True)
def _moves(tree: Tree, known: Known, state: State, child: int) -> bool:
    """Tell whether a shown sum has a group that makes it a help when it is hidden as it is."""
    return child >= tree.n_leaves and state.head[child] >= 0 and _free_counts(tree, known, state, child)[1] >= FREE


@njit(cache=True)
def _hide_more(tree: Tree, known: Known, state: State, node: int, below: int) -> int:
    """Hide the cheapest children until the group protects; returns how many children are hidden then.

    Where even all of them would not be enough, none is hidden: the sum will be.
    """
    helpers = 0
    for child in _children(tree, node):
        helpers += _cost(tree, known, state, child) < np.inf
    free = _free_counts(tree, known, state, node)[1]
    if below + helpers < FREE or free + helpers < FREE:
        return below
    while helpers > 0 and not _protects(tree, known, state, node, below):
        child = _cheapest_child(tree, known, state, node)
        _hide_child(tree, known, state, child)
        _join(state, node, child)
        helpers -= 1
        below += 1
    return below


@njit(cache=True)
def _cost(tree: Tree, known: Known, state: State, child: int) -> float:
    """Return what hiding the child costs, infinite where it is hidden already or nothing below it may be."""
    if state.hidden[child]:
        return np.inf
    if child < tree.n_leaves or _moves(tree, known, state, child):
        return float(tree.counted[child]) if child >= tree.n_leaves or state.cheapest[child] >= 0 else np.inf
    return tree.counted[child] + DEARER if state.cheapest[child] >= 0 else np.inf


@njit(cache=True)
def _cheapest_child(tree: Tree, known: Known, state: State, node: int) -> int:
    best, best_cost = -1, np.inf
    for child in _children(tree, node):
        cost = _cost(tree, known, state, child)
        if cost < best_cost:
            best, best_cost = child, cost
    return best


@njit(cache=True)
def _hide_child(tree: Tree, known: Known, state: State, child: int) -> None:
    """Hide a child: a sum with its group, or a cell below it and all sums between."""
    if _moves(tree, known, state, child):
        state.hidden[child] = True
        return
    at = state.cheapest[child]
    state.hidden[at] = True
    state.head[at] = at
    state.tail[at] = at
    while at != child:
        above = tree.parent[at]
        state.hidden[above] = True
        _join(state, above, at)
        at = above


@njit(cache=True)
def _break_blocks(tree: Tree, known: Known, state: State, node: int) -> None:
    """Note the blocks of which this sum tells a part: what is left of them is news further up."""
    leaf = state.head[node]
    while leaf >= 0:
        block = known.block[leaf]
        if block >= 0 and tree.resolution[node] > known.shown_at[block]:
            known.whole[block] = False
        leaf = state.next[leaf]


@njit(cache=True)
def blocks_of(parent: IntArray, hidden: BoolArray) -> IntArray:
    """Return for each node the shown sum that binds it; -1 where it is shown itself or nothing binds it."""
    block = np.full(len(parent), -1, np.int64)
    for node in range(len(parent) - 1, -1, -1):
        above = parent[node]
        if hidden[node] and above >= 0:
            block[node] = block[above] if hidden[above] else above
    return block
