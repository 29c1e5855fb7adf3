"""Boosted trees for potential: a challenger of the regression, kept as plain numbers so that a version can store it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gridgeo.domain import FloatArray, IntArray

SHAPE = {"n_estimators": 60, "learning_rate": 0.06, "max_leaf_nodes": 8, "min_samples_leaf": 20}
FIT_CELLS = 4_000
"""Sixty trees of eight leaves need no more cells."""
LEAF = -1


@dataclass(frozen=True)
class Tree:
    """One tree, an entry a node, the root first: a cell goes left where its feature is at most the threshold.

    feature: position among the features, LEAF at an end. left, right: positions of the nodes below. value: what a leaf
    adds, learning rate included, and the mean of an inner node, which tells what its split adds.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


@dataclass(frozen=True)
class Forest:
    """Trees on the logarithm of 1 plus customers. start: before any tree; factor: back to the mean of the counts."""

    names: tuple[str, ...]
    start: float
    factor: float
    trees: tuple[Tree, ...]


def fit_forest(names: tuple[str, ...], matrix: FloatArray, customers: FloatArray) -> Forest:
    """Fit boosted trees to counts.

    matrix: shape (n, n_features), finite; customers: shape (n,). The same cells in the same order give the same trees.
    Source: Friedman 2001, Annals of Statistics 29(5), as scikit-learn builds it; Duan 1983, JASA 78(383), for the way
    back from the logarithm.
    """
    # Loaded here: it takes most of a second, and most commands never boost.
    from sklearn.ensemble import GradientBoostingRegressor

    chosen = np.arange(len(customers))
    if len(chosen) > FIT_CELLS:
        order = np.lexsort((*matrix.T, customers))
        chosen = order[np.linspace(0, len(order) - 1, FIT_CELLS).astype(np.int64)]
    learner = GradientBoostingRegressor(random_state=0, **SHAPE).fit(matrix[chosen], np.log1p(customers[chosen]))
    start = float(np.log1p(customers[chosen]).mean())
    trees = tuple(_plain(stage.tree_, SHAPE["learning_rate"]) for stage in learner.estimators_[:, 0])
    raw = Forest(names, start, 1.0, trees)
    level = float(forest_mean(raw, names, matrix[chosen]).mean())
    factor = float(customers[chosen].mean()) / level if level > 0 else 1.0
    return Forest(names, start, factor, trees)


def _plain(tree: object, rate: float) -> Tree:
    leaf = tree.children_left < 0  # type: ignore[attr-defined]  # scikit-learn's own, without types
    return Tree(
        feature=tuple(np.where(leaf, LEAF, tree.feature).tolist()),  # type: ignore[attr-defined]
        threshold=tuple(np.where(leaf, 0.0, tree.threshold).tolist()),  # type: ignore[attr-defined]
        left=tuple(tree.children_left.tolist()),  # type: ignore[attr-defined]
        right=tuple(tree.children_right.tolist()),  # type: ignore[attr-defined]
        value=tuple((rate * tree.value[:, 0, 0]).tolist()),  # type: ignore[attr-defined]
    )


def forest_mean(forest: Forest, names: tuple[str, ...], matrix: FloatArray) -> FloatArray:
    """Return what the trees expect of cells with these features, shape (n,); names must hold the forest's."""
    # The trees were split in single precision.
    seen = matrix[:, [names.index(name) for name in forest.names]].astype(np.float32)
    total = np.full(len(matrix), forest.start)
    for tree in forest.trees:
        total += np.array(tree.value)[_leaves(tree, seen)]
    mean: FloatArray = np.maximum(np.expm1(total) * forest.factor, 0.0)
    return mean


def _leaves(tree: Tree, seen: np.ndarray) -> IntArray:
    """Return the leaf that each cell ends in; all cells go down a level at a time."""
    at = np.zeros(len(seen), np.int64)
    for rows, _, below in _steps(tree, seen):
        at[rows] = below
    return at


def _steps(tree: Tree, seen: np.ndarray) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
    """Yield a level at a time the cells that still go down, the node they leave, and the one below."""
    feature, threshold = np.array(tree.feature), np.array(tree.threshold)
    left, right = np.array(tree.left), np.array(tree.right)
    rows, node = np.arange(len(seen)), np.zeros(len(seen), np.int64)
    while True:
        inner = feature[node] != LEAF
        rows, node = rows[inner], node[inner]
        if not len(rows):
            return
        below = np.where(seen[rows, feature[node]] <= threshold[node], left[node], right[node])
        yield rows, node, below
        node = below


def contributions(forest: Forest, matrix: FloatArray) -> tuple[float, FloatArray]:
    """Take the logarithm that the trees expect of cells apart by feature.

    matrix: shape (n, n_features), columns as in forest.names. Returns what is the same for all cells, and what each
    feature adds, shape (n, n_features): the change of a node's mean along a cell's way, booked on the feature that
    splits there.
    """
    seen = matrix.astype(np.float32)
    added = np.zeros(matrix.shape)
    start = forest.start
    for tree in forest.trees:
        value = np.array(tree.value)
        start += float(value[0])
        for rows, node, below in _steps(tree, seen):
            np.add.at(added, (rows, np.array(tree.feature)[node]), value[below] - value[node])
    return start, added


def forest_from(given: dict[str, object] | None) -> Forest | None:
    """Return the forest that a stored record describes."""
    if given is None:
        return None
    trees = tuple(Tree(**{name: tuple(values) for name, values in each.items()}) for each in given["trees"])  # type: ignore[attr-defined]
    return Forest(tuple(given["names"]), float(given["start"]), float(given["factor"]), trees)  # type: ignore[arg-type]
