"""`gridgeo bench territory`: plans on made-up grounds, their lengths against the best known, what a change costs."""

from __future__ import annotations

from typing import Any

from gridgeo.bench import territory_changes, territory_peers, territory_plans
from gridgeo.bench.report import report, yardstick
from gridgeo.territory import warm_up


def bench(*, quick: bool = False, postgis_url: str | None = None) -> dict[str, Any]:  # noqa: ARG001 - every bench is called alike
    """Run every case and return the bench's report; quick: the small ground only, the same checks."""
    measure = yardstick(100_000 if quick else 1_000_000)
    warm_up()
    book = territory_plans.Book(measure["scale"])
    cases = territory_plans.cases(book, quick)
    cases += territory_changes.cases(book, quick)
    cases += territory_peers.cases(quick)
    cases.append(book.independent())
    return report("territory", cases, measure) | {"checks": {"plans": [plan.as_dict() for plan in book.plans]}}
