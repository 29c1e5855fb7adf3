"""What a cell is made of: the features that potential and comparison rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from gridgeo.domain import FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import RingPairs, one_column, positions
from gridgeo.scoring.rings import ring_sums

MERCHANT_GROUPS: dict[str, tuple[str, ...]] = {
    "merchants_trade": ("retail", "food", "lodging", "fuel"),
    "merchants_services": ("health", "finance", "office", "other"),
    "merchants_public": ("public",),
}
"""Industries merged before a model uses them: single ones are too rare to tell anything."""
RING_FEATURES = ("people", "merchants_trade", "merchants_services")
"""Features whose sums over the ring around join those of a cell's potential."""
CELLS_A_CLUSTER = 60
MAX_CLUSTERS = 12
CLUSTER_CELLS = 20_000
"""A dozen centres need no more rows; larger tables are thinned evenly in the order of their features."""
CENTRE_DIGITS = 9


def merchant_features(industry: Sequence[str], cell_index: ArrayLike, n_cells: int) -> pl.DataFrame:
    """Count merchants of each group in each cell; one column a group, n_cells rows.

    Raises InvalidInputError for an industry outside the list.
    """
    group_of = {name: group for group, names in MERCHANT_GROUPS.items() for name in names}
    names = np.asarray(industry, dtype=object)
    unknown = sorted(set(names.tolist()) - set(group_of))
    if unknown:
        raise InvalidInputError("unknown industry {industry}", industry=", ".join(map(str, unknown)))
    cell = positions(cell_index, "cell_index", n_cells)
    group = np.array([group_of[name] for name in names.tolist()], dtype=object)
    columns = {name: np.bincount(cell[group == name], minlength=n_cells).astype(np.float64) for name in MERCHANT_GROUPS}
    return pl.DataFrame(columns)


def with_ring_sums(features: pl.DataFrame, pairs: RingPairs, names: Sequence[str]) -> pl.DataFrame:
    """Add a column ``ring_<name>``, the sum over the cell's ring without the cell, for each of the names.

    Raises InvalidInputError when a name is not a column.
    """
    missing = [name for name in names if name not in features.columns]
    if missing:
        raise InvalidInputError("feature {feature} is missing", feature=", ".join(missing))
    if not names:
        return features
    sums = ring_sums(feature_matrix(features.select(names)), pairs)
    return features.with_columns(pl.Series(f"ring_{name}", sums[:, at]) for at, name in enumerate(names))


def feature_matrix(features: pl.DataFrame) -> FloatArray:
    """Return the features as float64, shape (n_cells, n_features).

    Raises InvalidInputError naming the first feature that is not a number, missing or infinite somewhere.
    """
    for name, dtype in features.schema.items():
        if not (dtype.is_numeric() or dtype == pl.Boolean):
            raise InvalidInputError("feature {feature} must be a number, is {given}", feature=name, given=str(dtype))
    matrix = features.select(pl.all().cast(pl.Float64)).to_numpy().reshape(features.height, features.width)
    bad = np.argwhere(~np.isfinite(matrix.T))
    if bad.size:
        raise InvalidInputError(
            "feature {feature} is missing or infinite at position {position}",
            feature=features.columns[bad[0][0]],
            position=int(bad[0][1]),
        )
    return np.ascontiguousarray(matrix)


def tame(matrix: FloatArray) -> FloatArray:
    """Return log(1 + x) of each column without negative values, the others as they are: counts are skewed."""
    return np.where(np.min(matrix, axis=0, initial=0.0) >= 0, np.log1p(np.maximum(matrix, 0.0)), matrix)


def makeup_clusters(
    features: pl.DataFrame, *, among: ArrayLike | None = None, n_clusters: int | None = None, seed: int = 7
) -> IntArray:
    """Group cells of like make-up; returns a cluster for each cell, shape (n_cells,), 0 to n_clusters - 1.

    `fit_clusters` and `assign_clusters` in one; the order of the rows does not matter.
    Raises InvalidInputError when a feature is missing somewhere or n_clusters is not 1 to the number of cells.
    """
    return assign_clusters(fit_clusters(features, among=among, n_clusters=n_clusters, seed=seed), features)


@dataclass(frozen=True)
class Clusters:
    """Make-up clusters as a record: what cells of other times and places are assigned by.

    features: names in order. logged, mean, spread: how each is brought to scale; a spread of 0 leaves it out. centres:
    one row a cluster over the features that are left, in their scale; none means one cluster for all.
    """

    features: tuple[str, ...]
    logged: tuple[bool, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    centres: tuple[tuple[float, ...], ...]


def fit_clusters(
    features: pl.DataFrame, *, among: ArrayLike | None = None, n_clusters: int | None = None, seed: int = 7
) -> Clusters:
    """Find clusters of make-up by k-means over logged, standardised features; columns that never vary are left out.

    among: bool, shape (n_cells,), the cells to tell apart (inhabited ones: empty cells would take most clusters for
    themselves). The number of clusters is one for CELLS_A_CLUSTER cells unless given.
    Raises InvalidInputError when a feature is missing somewhere or n_clusters is not 1 to the number of cells.
    """
    matrix = feature_matrix(features)
    chosen = np.ones(len(matrix), dtype=bool) if among is None else np.asarray(among, dtype=bool)
    one_column(chosen, "among", len(matrix))
    n_cells = int(chosen.sum())
    wanted = n_clusters if n_clusters is not None else int(np.clip(n_cells // CELLS_A_CLUSTER, 1, MAX_CLUSTERS))
    if wanted < 1 or (n_cells and wanted > n_cells):
        raise InvalidInputError("clusters must be 1 to {most}, got {given}", most=n_cells, given=wanted)
    logged = np.min(matrix, axis=0, initial=0.0) >= 0
    tamed = tame(matrix)[chosen]
    mean, spread = (tamed.mean(axis=0), tamed.std(axis=0)) if n_cells else (np.zeros(matrix.shape[1]),) * 2
    scale = Clusters(tuple(features.columns), tuple(logged.tolist()), tuple(mean.tolist()), tuple(spread.tolist()), ())
    distinct = np.unique(scaled_features(scale, matrix[chosen]), axis=0)
    if wanted == 1 or len(distinct) <= 1:
        return scale
    # Loaded here: it takes most of a second, and most commands never cluster.
    from sklearn.cluster import KMeans

    # Distinct rows in sorted order: the result does not depend on the order of the cells.
    some = distinct[np.linspace(0, len(distinct) - 1, min(len(distinct), CLUSTER_CELLS)).astype(np.int64)]
    model = KMeans(n_clusters=min(wanted, len(some)), n_init=5, random_state=seed).fit(some)
    # Rounded, so that sums taken in another order on another machine give the same record.
    return replace(scale, centres=tuple(tuple(row) for row in model.cluster_centers_.round(CENTRE_DIGITS).tolist()))


def assign_clusters(clusters: Clusters, features: pl.DataFrame) -> IntArray:
    """Return the nearest cluster of each cell, shape (n_cells,).

    Raises InvalidInputError when a feature of the record is missing.
    """
    missing = [name for name in clusters.features if name not in features.columns]
    if missing:
        raise InvalidInputError("feature {feature} is missing", feature=", ".join(missing))
    if not clusters.centres:
        return np.zeros(features.height, dtype=np.int64)
    scaled = scaled_features(clusters, feature_matrix(features.select(clusters.features)))
    centres = np.array(clusters.centres)
    # The cell's own square is the same for every centre.
    away = (centres**2).sum(axis=1) - 2 * (scaled @ centres.T)
    return np.asarray(np.argmin(away, axis=1), dtype=np.int64)


def scaled_features(clusters: Clusters, matrix: FloatArray) -> FloatArray:
    """Centre and scale features as the record says; columns that did not vary when it was made are left out."""
    tamed = np.where(clusters.logged, np.log1p(np.maximum(matrix, 0.0)), matrix)
    mean, spread = np.array(clusters.mean), np.array(clusters.spread)
    varied = spread > 0
    scaled: FloatArray = ((tamed[:, varied] - mean[varied]) / spread[varied]).round(CENTRE_DIGITS)
    return scaled
