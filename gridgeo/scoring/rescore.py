"""Score one branch again with the stored model: its own counts are new, all that was fitted stays as it is.

What other branches say of a cell (its ring beyond the border, the share of all others, comparable cells) is taken from
the basis and the model; only the branch's own part of it is worked out anew. No other cell is read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from gridgeo.domain import BoolArray, FloatArray
from gridgeo.domain.words import INDUSTRIES, TIERS
from gridgeo.scoring.basis import FEATURE, PRIOR, TIER
from gridgeo.scoring.checks import NOBODY, RingPairs, counts
from gridgeo.scoring.gap import Gap, gap_against
from gridgeo.scoring.makeup import RING_FEATURES, assign_clusters, with_ring_sums
from gridgeo.scoring.penetration import Shrunk, shrunk_towards
from gridgeo.scoring.potential import predict_potential
from gridgeo.scoring.potential_model import Potential
from gridgeo.scoring.prior import EDGE, LocalPrior, prior_from_ring
from gridgeo.scoring.rings import ring_matrix
from gridgeo.scoring.score_model import RateModel, ScoreModel, comparables_by, pool_of
from gridgeo.scoring.workload import workload_hours

RESCORED = (
    *("customers", "customers_hard", "merchants", "penetration", "potential", "gap", "workload"),
    *(f"customers_{tier}" for tier in TIERS),
    *(f"penetration_{tier}" for tier in TIERS),
    *(f"merchants_{industry}" for industry in INDUSTRIES),
)
"""Measures that follow from a branch's own counts and the stored model."""
COUNTED = ("customers_hard", *(f"merchants_{industry}" for industry in INDUSTRIES))
"""Counts by point, which the basis keeps as they are."""
SAME = 1e-12
Figures = tuple[FloatArray, FloatArray | None, FloatArray | None, np.ndarray | None]
"""Value, low, high and evidence of a measure."""


@dataclass(frozen=True)
class BranchCounts:
    """What is new of a branch, aligned with its basis.

    by_tier: expected customers, shape (n_cells, n_tiers); customers_hard: by point, shape (n_cells,); by_industry:
    merchants, shape (n_cells, n_industries); makeup: the features that merchants enter potential as.
    """

    by_tier: FloatArray
    customers_hard: FloatArray
    by_industry: FloatArray
    makeup: pl.DataFrame


@dataclass(frozen=True)
class Rescored:
    """A branch scored again.

    columns: measure -> its figures. changed: measure -> cells where what it follows from is not what it was, shape
    (n_cells,). basis: of the branch, made new; model: with its new totals.
    """

    columns: dict[str, Figures]
    changed: dict[str, BoolArray]
    basis: pl.DataFrame
    model: ScoreModel


def rescore(model: ScoreModel, basis: pl.DataFrame, new: BranchCounts, branch_id: str, pairs: RingPairs) -> Rescored:
    """Return the measures of RESCORED for a branch's cells.

    basis: of the branch, as `basis_frame` made it; pairs: ring of k = 2 among its cells.
    Raises InvalidInputError when a count is negative or missing.
    """
    customers = counts(new.by_tier.sum(axis=1), "customers", basis.height)
    people, share = basis["people"].to_numpy(), basis["placed_share"].to_numpy()
    exposed = np.where(people * share < NOBODY, 0.0, people * share)
    updated = _with_totals(model, basis, new.by_tier)
    shrunk, prior = _rate((updated, updated.prior, updated.customers), basis, (customers, exposed), "", pairs)
    columns: dict[str, Figures] = {}
    kept: list[pl.Series] = [*prior]
    for at, tier in enumerate(TIERS):
        columns[f"customers_{tier}"] = (new.by_tier[:, at], None, None, None)
        rate = updated.rates.get(tier)
        if rate is not None:
            given = (updated, rate.prior, rate.customers)
            part, prior = _rate(given, basis, (new.by_tier[:, at], exposed), tier, pairs)
            columns[f"penetration_{tier}"] = (part.value, part.low, part.high, part.evidence)
            kept += prior
    features = _features(basis, new.makeup, pairs)
    potential = predict_potential(updated.potential, features, people, proven=updated.proven)
    cluster = assign_clusters(updated.clusters, features)
    gap = gap_against(customers / share, people, shrunk, comparables_by(updated, cluster, branch_id))
    columns |= _whole(new, customers, shrunk, potential, gap)
    columns["workload"] = (workload_hours(new.by_tier, basis["travel_s"].to_numpy(), model.cadence), None, None, None)
    fresh = basis.with_columns(
        pl.Series("customers", customers),
        *(pl.Series(f"{TIER}{tier}", new.by_tier[:, at]) for at, tier in enumerate(TIERS)),
        *kept,
        *(pl.Series(name, columns[name][0]) for name in COUNTED),
        pl.Series("over", shrunk.over),
        pl.Series("cluster", cluster),
        pl.Series("comparable", gap.comparable),
        pl.Series("target_rate", gap.target_rate),
        pl.Series("median_rate", gap.median_rate),
        *(features[name].alias(f"{FEATURE}{name}") for name in features.columns),
    )
    return Rescored(columns, _changes(basis, fresh), fresh, updated)


def _changes(old: pl.DataFrame, new: pl.DataFrame) -> dict[str, BoolArray]:
    """Return for each measure the cells where anything that it follows from is not what it was."""
    moved = {name: _moved(old[name], new[name]) for name in new.columns if name not in ("cell", "travel_s")}
    tiers = [f"{TIER}{tier}" for tier in TIERS]
    makeup = [name for name in new.columns if name.startswith(FEATURE)]
    share = ["customers", *PRIOR]
    rests_on: dict[str, list[str]] = {
        "customers": ["customers"],
        "merchants": list(COUNTED[1:]),
        "penetration": share,
        "potential": makeup,
        "gap": [*share, "comparable", "target_rate", "median_rate"],
        "workload": tiers,
        **{name: [name] for name in COUNTED},
        **{f"customers_{tier}": [f"{TIER}{tier}"] for tier in TIERS},
        **{f"penetration_{tier}": [f"{TIER}{tier}", *(f"{name}_{tier}" for name in PRIOR)] for tier in TIERS},
    }
    none = np.zeros(new.height, dtype=bool)
    return {
        measure: np.logical_or.reduce([none, *(moved[name] for name in names if name in moved)])
        for measure, names in rests_on.items()
    }


def _moved(old: pl.Series, new: pl.Series) -> BoolArray:
    """Tell where a figure is another one; sums taken in another order are not."""
    before, after = (each.cast(pl.Float64).fill_null(np.nan).to_numpy() for each in (old, new))
    moved: BoolArray = ~np.isclose(before, after, rtol=SAME, atol=SAME, equal_nan=True)
    return moved


def _whole(
    new: BranchCounts, customers: FloatArray, shrunk: Shrunk, potential: Potential, gap: Gap
) -> dict[str, Figures]:
    return {
        "customers": (customers, None, None, None),
        "customers_hard": (new.customers_hard, None, None, None),
        "merchants": (new.by_industry.sum(axis=1), None, None, None),
        **{f"merchants_{name}": (new.by_industry[:, at], None, None, None) for at, name in enumerate(INDUSTRIES)},
        "penetration": (shrunk.value, shrunk.low, shrunk.high, shrunk.evidence),
        "potential": (potential.value, potential.low, potential.high, potential.evidence),
        "gap": (gap.value, gap.low, gap.high, gap.evidence),
    }


def _with_totals(model: ScoreModel, basis: pl.DataFrame, by_tier: FloatArray) -> ScoreModel:
    """Return the model with the branch's new customers in the sums over all cells."""
    change = by_tier.sum(axis=0) - basis.select(f"{TIER}{tier}" for tier in TIERS).sum().to_numpy()[0]
    rates = {
        tier: RateModel(model.rates[tier].prior, model.rates[tier].customers + float(change[at]))
        for at, tier in enumerate(TIERS)
        if tier in model.rates
    }
    return replace(model, customers=model.customers + float(change.sum()), rates=rates)


def _rate(
    given: tuple[ScoreModel, LocalPrior, float],
    basis: pl.DataFrame,
    data: tuple[FloatArray, FloatArray],
    name: str,
    pairs: RingPairs,
) -> tuple[Shrunk, list[pl.Series]]:
    """Return the penetration of all customers or of a part, and the columns of its prior for the basis."""
    (model, prior, total), (found, exposed) = given, data
    mean_name, strength_name, people_name, customers_name = (f"{each}_{name}" if name else each for each in PRIOR)
    before = basis[f"{TIER}{name}" if name else "customers"].to_numpy()
    factor = (prior.strength + 1) / (prior.strength + exposed)
    ring = ring_matrix(pairs, len(found))
    # Neighbours of other branches are in the old sum; only what the branch itself changed is added.
    around = basis[customers_name].to_numpy() + np.asarray(ring @ ((found - before) * factor))
    effective = basis[people_name].to_numpy()
    pool = pool_of(model, found, exposed, total)
    informed = np.isfinite(pool)
    mean, strength = prior_from_ring(prior, (effective, around), np.where(informed, np.clip(pool, EDGE, 1 - EDGE), 0.5))
    local = (np.where(informed, mean, 0.5), np.where(informed, strength, 1.0), informed)
    columns = [pl.Series(mean_name, local[0]), pl.Series(strength_name, local[1]), pl.Series(customers_name, around)]
    return shrunk_towards(found, exposed, local, prior), columns


def _features(basis: pl.DataFrame, makeup: pl.DataFrame, pairs: RingPairs) -> pl.DataFrame:
    """Return the features of potential with the merchants' part and its ring sums made new."""
    old = basis.select(pl.col(f"^{FEATURE}.*$").name.map(lambda name: name.removeprefix(FEATURE)))
    changed = makeup.select(name for name in makeup.columns if name in old.columns)
    fresh = old.with_columns(changed.get_columns())
    names = [name for name in RING_FEATURES if name in changed.columns and f"ring_{name}" in old.columns]
    if not names:
        return fresh
    added = with_ring_sums(changed.select(pl.col(name) - old[name] for name in names), pairs, names)
    rings = [f"ring_{name}" for name in names]
    return fresh.with_columns((old[name] + added[name]).alias(name) for name in rings)
