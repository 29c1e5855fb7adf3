"""What a cell is made of: the features that potential and comparison rest on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from gridgeo.domain import BoolArray, FloatArray, IntArray
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

    Features are logged, standardised and clustered by k-means; columns that never vary are left out. among: bool,
    shape (n_cells,), the cells to tell apart (inhabited ones: empty cells would take most clusters for themselves);
    the others join the nearest cluster. The number of clusters is one for CELLS_A_CLUSTER cells unless given. The
    order of the rows does not matter.
    Raises InvalidInputError when a feature is missing somewhere or n_clusters is not 1 to the number of cells.
    """
    matrix = tame(feature_matrix(features))
    chosen = np.ones(len(matrix), dtype=bool) if among is None else np.asarray(among, dtype=bool)
    one_column(chosen, "among", len(matrix))
    n_cells = int(chosen.sum())
    wanted = n_clusters if n_clusters is not None else int(np.clip(n_cells // CELLS_A_CLUSTER, 1, MAX_CLUSTERS))
    if wanted < 1 or (n_cells and wanted > n_cells):
        raise InvalidInputError("clusters must be 1 to {most}, got {given}", most=n_cells, given=wanted)
    scaled = _standardised(matrix, chosen)
    distinct = np.unique(scaled[chosen].round(9), axis=0)
    if wanted == 1 or len(distinct) <= 1:
        return np.zeros(len(matrix), dtype=np.int64)
    # Loaded here: it takes most of a second, and most commands never cluster.
    from sklearn.cluster import KMeans

    # Distinct rows in sorted order: the result does not depend on the order of the cells.
    some = distinct[np.linspace(0, len(distinct) - 1, min(len(distinct), CLUSTER_CELLS)).astype(np.int64)]
    model = KMeans(n_clusters=min(wanted, len(some)), n_init=5, random_state=seed).fit(some)
    return np.asarray(model.predict(scaled.round(9)), dtype=np.int64)


def _standardised(matrix: FloatArray, chosen: BoolArray) -> FloatArray:
    """Centre and scale by the chosen cells; columns that do not vary among them are left out."""
    if not chosen.any():
        return matrix[:, :0]
    spread = matrix[chosen].std(axis=0)
    varied = spread > 0
    scaled: FloatArray = (matrix[:, varied] - matrix[chosen][:, varied].mean(axis=0)) / spread[varied]
    return scaled
