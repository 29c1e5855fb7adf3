"""What the scores of each cell follow from, kept beside them: to explain a figure, and to score a branch again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.words import TIERS
from gridgeo.scoring.checks import NOBODY, RingPairs
from gridgeo.scoring.gap import Comparables, Gap, GapRule, comparables, gap_against
from gridgeo.scoring.makeup import Clusters, assign_clusters, fit_clusters
from gridgeo.scoring.penetration import Shrunk
from gridgeo.scoring.placed import PlacedCorrection
from gridgeo.scoring.potential import predict_potential, settled_model
from gridgeo.scoring.potential_model import Potential, PotentialModel
from gridgeo.scoring.prior import ring_evidence
from gridgeo.scoring.rings import ring_matrix
from gridgeo.scoring.score_model import RateModel, ScoreModel, Target, targets_of

FEATURE = "x_"
TIER = "tier_"
PRIOR = ("prior_mean", "prior_strength", "ring_people", "ring_customers")
DEFAULT_RULE = GapRule()


@dataclass(frozen=True)
class Fits:
    """What was fitted on the cells of one resolution, and the figures that came of it.

    features: make-up with ring sums, as potential is predicted from. cluster: of each cell, shape (n_cells,).
    """

    corrected: PlacedCorrection
    shrunk: Shrunk
    features: pl.DataFrame
    model: PotentialModel
    potential: Potential
    proven: bool
    clusters: Clusters
    cluster: IntArray
    gap: Gap
    targets: tuple[Target, ...]

    def record(
        self, resolution: int, customers: FloatArray, versions: Mapping[str, int], rates: Mapping[str, Rate]
    ) -> ScoreModel:
        """Return what a score version stores of it. customers: placed ones, shape (n_cells,)."""
        return ScoreModel(
            resolution=resolution,
            prior=self.shrunk.prior,
            customers=float(customers.sum()),
            people=float(exposed_people(self.corrected).sum()),
            potential=self.model,
            proven=self.proven,
            clusters=self.clusters,
            targets=self.targets,
            versions=versions,
            rates={name: RateModel(rate.shrunk.prior, float(rate.customers.sum())) for name, rate in rates.items()},
        )


@dataclass(frozen=True)
class Rate:
    """A part of the customers, shape (n_cells,), and their penetration."""

    customers: FloatArray
    shrunk: Shrunk


@dataclass(frozen=True)
class Compared:
    """Clusters of the cells and what each cell lacks against its comparable cells."""

    clusters: Clusters
    cluster: IntArray
    gap: Gap
    targets: tuple[Target, ...]


def compare(
    makeup: pl.DataFrame,
    people: FloatArray,
    corrected: PlacedCorrection,
    shrunk: Shrunk,
    branches: tuple[IntArray, Sequence[str]],
    rule: GapRule = DEFAULT_RULE,
) -> Compared:
    """Cluster the cells by make-up and compare each with its cluster at other branches.

    branches: branch_index of each cell, and the ids that it points to.
    """
    clusters = fit_clusters(makeup, among=people > 0)
    cluster = assign_clusters(clusters, makeup)
    table = comparables(people, shrunk, cluster, branches[0], rule)
    # One made-up cell of no branch in each cluster, never an example: what a branch new to a cluster is compared with.
    n_clusters = max(len(clusters.centres), 1)
    extended = _extended(shrunk, n_clusters)
    whole = comparables(
        np.append(people, np.zeros(n_clusters)),
        extended,
        np.append(cluster, np.arange(n_clusters)),
        np.append(branches[0], np.full(n_clusters, len(branches[1]))),
        rule,
    )
    n_cells = len(people)
    last = Comparables(whole.count[n_cells:], whole.target_rate[n_cells:], whole.median_rate[n_cells:])
    names = [branches[1][at] for at in branches[0].tolist()]
    gap = gap_against(corrected.customers, people, shrunk, table, rule)
    return Compared(clusters, cluster, gap, targets_of(cluster, names, table, last))


def settled_potential(
    model: PotentialModel, features: pl.DataFrame, people: FloatArray, *, proven: bool
) -> tuple[PotentialModel, Potential]:
    """Return the model as it is stored, and what it expects."""
    settled = settled_model(model)
    return settled, predict_potential(settled, features, people, proven=proven)


def exposed_people(corrected: PlacedCorrection) -> FloatArray:
    """Return the people that penetration divides by."""
    return np.where(corrected.people < NOBODY, 0.0, corrected.people)


def basis_frame(
    fits: Fits, cells: np.ndarray, by_tier: FloatArray, people: FloatArray, travel_s: FloatArray, pairs: RingPairs
) -> pl.DataFrame:
    """Return one row a cell with all that its figures follow from, besides what the score model holds.

    by_tier: shape (n_cells, n_tiers). Columns: cell, people, customers (placed), placed_share, tier_*, travel_s,
    prior_mean, prior_strength, ring_people and ring_customers (weighted as the prior does), over, cluster, comparable,
    target_rate, median_rate, and x_* for each feature of potential.
    """
    customers = by_tier.sum(axis=1)
    effective, found = ring_evidence(
        fits.shrunk.prior, customers, exposed_people(fits.corrected), ring_matrix(pairs, len(cells))
    )
    columns = {
        "cell": cells,
        "people": people,
        "customers": customers,
        "placed_share": fits.corrected.share,
        **{f"{TIER}{tier}": by_tier[:, at] for at, tier in enumerate(TIERS)},
        "travel_s": travel_s,
        "prior_mean": fits.shrunk.prior_mean,
        "prior_strength": fits.shrunk.prior_strength,
        "ring_people": effective,
        "ring_customers": found,
        "over": fits.shrunk.over,
        "cluster": fits.cluster,
        "comparable": fits.gap.comparable,
        "target_rate": fits.gap.target_rate,
        "median_rate": fits.gap.median_rate,
    }
    return pl.DataFrame(columns).hstack(fits.features.select(pl.all().cast(pl.Float64).name.prefix(FEATURE)))


def rate_columns(fits: Fits, rates: Mapping[str, Rate], pairs: RingPairs) -> pl.DataFrame:
    """Return the four columns of the prior of each part of the customers, as in `basis_frame`, its name behind them."""
    exposed = exposed_people(fits.corrected)
    ring = ring_matrix(pairs, len(exposed))
    columns: dict[str, FloatArray] = {}
    for name, rate in rates.items():
        effective, found = ring_evidence(rate.shrunk.prior, rate.customers, exposed, ring)
        values = (rate.shrunk.prior_mean, rate.shrunk.prior_strength, effective, found)
        columns |= {f"{column}_{name}": each for column, each in zip(PRIOR, values, strict=True)}
    return pl.DataFrame(columns)


def _extended(shrunk: Shrunk, more: int) -> Shrunk:
    """Return penetration with some cells more that are no example."""
    return replace(
        shrunk, value=np.append(shrunk.value, np.full(more, np.nan)), over=np.append(shrunk.over, np.zeros(more, bool))
    )
