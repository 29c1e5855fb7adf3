"""Every bench runs with --quick and prints the agreed object; its totals are checked, never its speed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date

import pytest

from gridgeo.bench import BENCHES
from gridgeo.bench.markdown import benchmark_page
from gridgeo.bench.report import Case

Run = Callable[..., "subprocess.CompletedProcess[str]"]
CASE_KEYS = {"id", "unit", "ours", "peer", "peer_version", "theirs", "ratio", "better", "floor", "met"}


@pytest.mark.parametrize("name", BENCHES)
def test_bench_prints_one_object_of_the_agreed_shape(gridgeo: Run, name: str) -> None:
    done = gridgeo("bench", name, "--quick", "--json")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert {"bench", "machine", "yardstick", "cases", "checks"} <= set(body)
    assert all(set(case) == CASE_KEYS for case in body["cases"])
    assert len({case["id"] for case in body["cases"]}) == len(body["cases"])
    customers = body["checks"]["customers"]
    assert customers["in"] == customers["placed"] + customers["unplaced"] + customers["rejected"]
    assert f"`gridgeo bench {name}`" in benchmark_page([body], date(2026, 1, 1))


@pytest.mark.parametrize(
    ("ours", "better", "floor", "met"),
    [
        (1.0, "lower", 2.0, True),
        (3.0, "lower", 2.0, False),
        (3.0, "higher", 2.0, True),
        (1.0, "higher", 2.0, False),
        (None, "lower", 2.0, False),
        (1.0, "lower", None, None),
    ],
)
def test_a_case_knows_whether_its_floor_is_met(
    ours: float | None, better: str, floor: float | None, met: bool | None
) -> None:
    assert Case("x", "s", ours, better, floor=floor).met is met  # type: ignore[arg-type]


def test_the_ratio_is_times_better_than_the_peer() -> None:
    assert Case("x", "s", 2.0, "lower", peer="p", theirs=6.0).ratio == 3.0
    assert Case("x", "1/s", 6.0, "higher", peer="p", theirs=2.0).ratio == 3.0
