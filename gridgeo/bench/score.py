"""`gridgeo bench score`: scores judged by a known truth, what a consumer could work out of them, and what they cost."""

from __future__ import annotations

from typing import Any

from gridgeo.bench import score_columns, score_known_truth, score_rescore, score_suppression
from gridgeo.bench.report import report, yardstick


def bench(*, quick: bool = False, postgis_url: str | None = None) -> dict[str, Any]:  # noqa: ARG001 - every bench is called alike
    """Run every case and return the bench's report; quick: fewer seeds, the same checks."""
    measure = yardstick(100_000 if quick else 1_000_000)
    cases = score_known_truth.cases(quick) + score_suppression.cases(quick)
    cases += score_rescore.cases(quick, measure["scale"])
    more, checks = score_columns.cases(quick, measure["scale"])
    seeds = score_suppression.QUICK_SEEDS if quick else score_suppression.SEEDS
    return report("score", cases + more, measure) | {"checks": {"seeds": seeds, **checks}}
