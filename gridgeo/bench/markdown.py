"""docs/benchmarks.md out of the objects that benches print."""

from __future__ import annotations

from datetime import date
from typing import Any

HEAD = """# Benchmarks

Made by `scripts/bench` on {on}; do not edit. Every figure is of this one run on this one machine, which other work may
have shared; floors in seconds are scaled by the yardstick (h3-py's loop over points; scale 1 is the machine the floors
were set on). A case without a floor is shown for information.
"""


def benchmark_page(objects: list[dict[str, Any]], on: date) -> str:
    """Return the page: one section a bench, one row a case."""
    return "\n".join([HEAD.format(on=on.isoformat()), *(_section(item) for item in objects)])


def _section(item: dict[str, Any]) -> str:
    machine = ", ".join(f"{key} {value}" for key, value in item["machine"].items())
    measure = item["yardstick"]
    lines = [
        f"## `gridgeo bench {item['bench']}`",
        "",
        f"{machine}; yardstick {measure['points_per_cpu_s']:,} points per CPU second, scale {measure['scale']}.",
        "",
        "| case | ours | unit | peer | theirs | ratio | floor | met |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join(lines + [_row(case) for case in item["cases"]]) + "\n"


def _row(case: dict[str, Any]) -> str:
    met = {True: "yes", False: "**no**", None: ""}[case["met"]]
    peer = f"{case['peer']} {case['peer_version']}" if case["peer"] else ""
    cells = [case["id"], _number(case["ours"]), case["unit"], peer, _number(case["theirs"]), _number(case["ratio"])]
    return "| " + " | ".join([*cells, _number(case["floor"]), met]) + " |"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
