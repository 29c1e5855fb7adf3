"""What scores of one resolution were fitted with, as one record that a score version stores.

With it and with what `basis` keeps of each cell, every figure can be explained, and a branch scored again by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from gridgeo.domain import FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.gap import Comparables
from gridgeo.scoring.makeup import Clusters
from gridgeo.scoring.potential import model_bytes, model_from_bytes
from gridgeo.scoring.potential_model import PotentialModel
from gridgeo.scoring.prior import LocalPrior
from gridgeo.scoring.workload import EXAMPLE_POLICY, CadencePolicy, CadenceRow

FORMAT = "score-model-1"
ANY_BRANCH = ""
"""Stands for a branch without cells in a cluster: all of the cluster's examples are other branches'."""


@dataclass(frozen=True)
class Target:
    """What cells of a cluster and branch are compared with: examples, upper quartile and median of their shares."""

    cluster: int
    branch_id: str
    count: int
    target_rate: float | None
    median_rate: float | None


@dataclass(frozen=True)
class RateModel:
    """The prior of the penetration of a part of the customers, and how many of them there are in all cells."""

    prior: LocalPrior
    customers: float


@dataclass(frozen=True)
class ScoreModel:
    """Fitted parts of the scores of one resolution.

    customers, people: sums over all cells, people after the correction for unplaced customers; a cell's pool is what
    the others have. proven: whether the potential was predictive on areas left out. versions: kind -> data version it
    was fitted on. rates: part of the customers (a tier) -> its own prior. cadence: what workload is counted by.
    """

    resolution: int
    prior: LocalPrior
    customers: float
    people: float
    potential: PotentialModel
    proven: bool
    clusters: Clusters
    targets: tuple[Target, ...]
    versions: Mapping[str, int]
    rates: Mapping[str, RateModel] = field(default_factory=dict)
    cadence: CadencePolicy = EXAMPLE_POLICY


def targets_of(cluster: IntArray, branch: Sequence[str], table: Comparables, whole: Comparables) -> tuple[Target, ...]:
    """Return one target for each cluster and branch that occur, and one a cluster for branches that have no cell of it.

    cluster, branch, table: aligned by cell. whole: the same for one made-up cell of no branch in each cluster.
    """
    place = np.unique(branch, return_inverse=True)[1]
    _, first = np.unique(np.column_stack([cluster, place]), axis=0, return_index=True)
    found = [_target(int(cluster[at]), str(branch[at]), table, int(at)) for at in first.tolist()]
    return (*found, *(_target(at, ANY_BRANCH, whole, at) for at in range(len(whole.count))))


def comparables_by(model: ScoreModel, cluster: IntArray, branch_id: str) -> Comparables:
    """Return what cells of a branch with these clusters are compared with."""
    by = {(each.cluster, each.branch_id): each for each in model.targets}
    kinds, place = np.unique(cluster, return_inverse=True)
    chosen = [by.get((kind, branch_id)) or by[kind, ANY_BRANCH] for kind in kinds.tolist()]
    target, median = (
        np.array([_number(getattr(each, name)) for each in chosen])[place] for name in ("target_rate", "median_rate")
    )
    return Comparables(np.array([each.count for each in chosen], dtype=np.int64)[place], target, median)


def score_model_bytes(model: ScoreModel) -> bytes:
    """Return the record as JSON; the same inputs give the same bytes."""
    body = asdict(model) | {"format": FORMAT, "potential": json.loads(model_bytes(model.potential))}
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def score_model_from_bytes(body: bytes) -> ScoreModel:
    """Return the record that `score_model_bytes` wrote; InvalidInputError for one of another format."""
    given = json.loads(body)
    if given.pop("format", None) != FORMAT:
        raise InvalidInputError("the stored model is of another release: run gridgeo score refresh")
    return ScoreModel(
        **given
        | {
            "prior": LocalPrior(**given["prior"]),
            "potential": model_from_bytes(json.dumps(given["potential"]).encode()),
            "clusters": _clusters(given["clusters"]),
            "rates": {
                name: RateModel(LocalPrior(**each["prior"]), each["customers"]) for name, each in given["rates"].items()
            },
            "targets": tuple(Target(**each) for each in given["targets"]),
            "cadence": _cadence(given["cadence"]) if "cadence" in given else EXAMPLE_POLICY,
        }
    )


def _cadence(given: Mapping[str, Any]) -> CadencePolicy:
    return CadencePolicy(**{**given, "rows": tuple(CadenceRow(**row) for row in given["rows"])})


def _clusters(given: Mapping[str, Any]) -> Clusters:
    plain = {name: tuple(values) for name, values in given.items()}
    return Clusters(**plain | {"centres": tuple(tuple(row) for row in given["centres"])})


def _target(cluster: int, branch_id: str, table: Comparables, at: int) -> Target:
    rates = (float(rate[at]) for rate in (table.target_rate, table.median_rate))
    target, median = (rate if np.isfinite(rate) else None for rate in rates)
    return Target(cluster, branch_id, int(table.count[at]), target, median)


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def pool_of(model: ScoreModel, customers: FloatArray, people: FloatArray, total: float | None = None) -> FloatArray:
    """Return the share of all other cells for each cell, not-a-number where nobody lives in them.

    total: customers of all cells, where those of a part of them are meant.
    """
    others = model.people - people
    total = model.customers if total is None else total
    share = np.full(len(people), np.nan)
    np.divide(total - customers, others, out=share, where=others > 0)
    return share
