#!/usr/bin/env python
"""A planner's example: balance the territories of a store's branches, and print how well that went.

Drafts one scenario for every branch named, compares it with what is live and writes the report; nothing live changes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gridgeo.cli.common import now
from gridgeo.pipeline.notebook import connect
from gridgeo.pipeline.territories.compare import compare
from gridgeo.pipeline.territories.drafts import Draft, keep_answer, spec_of_draft
from gridgeo.pipeline.territories.report import write_report
from gridgeo.pipeline.territories.spec import aim_from_words


def main() -> int:
    """Draft, compare, report; 3 when a tolerance is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("branches", nargs="+", help="branches to balance, each by itself")
    parser.add_argument("--store", default="sqlite:///gridgeo.db")
    parser.add_argument("--scenario", default="balanced")
    parser.add_argument("--measures", default="customers,workload")
    parser.add_argument("--tolerance", default="5,5", help="percent, one a measure")
    parser.add_argument("--out", type=Path, default=Path("territories.html"), help="the report")
    given = parser.parse_args()
    aim = aim_from_words(given.measures, given.tolerance, {})
    with connect(given.store) as store, store.engine.begin() as connection:
        spec = spec_of_draft(connection, store.actor, Draft(tuple(given.branches), aim))
        plan = keep_answer(connection, store.actor, given.scenario, spec, now())
        changed = compare(connection, store.actor, ("live", given.scenario))
        write_report(connection, store.actor, given.scenario, now().date(), given.out)
    for branch, figures in plan["branches"].items():
        off = ", ".join(f"{name} {value:.1f} %" for name, value in figures["imbalance_percent"].items())
        print(f"{branch}: {'within tolerance' if figures['feasible'] else 'NOT within tolerance'}; largest off: {off}")
    print(f"{changed['cells_moved']} cells and {changed['customers_moved']:.0f} customers change hands; {given.out}")
    return 0 if plan["feasible"] else 3


if __name__ == "__main__":
    raise SystemExit(main())
