"""Every bench runs with --quick and prints the agreed object; its totals are checked, never its speed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest

from gridgeo.bench import BENCHES, imports, partition
from gridgeo.bench.markdown import benchmark_page
from gridgeo.bench.partition import Figures
from gridgeo.bench.report import Case

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Answer = Callable[[str], dict[str, Any]]
CASE_KEYS = {"id", "unit", "ours", "peer", "peer_version", "theirs", "ratio", "better", "floor", "met"}


@pytest.fixture(scope="module")
def answer(gridgeo: Run) -> Answer:
    """What a bench prints with --quick; each is run once."""

    @cache
    def of(name: str) -> dict[str, Any]:
        done = gridgeo("bench", name, "--quick", "--json")
        assert done.returncode == 0, done.stderr
        body: dict[str, Any] = json.loads(done.stdout)
        return body

    return of


@pytest.mark.parametrize("name", BENCHES)
def test_bench_prints_one_object_of_the_agreed_shape(answer: Answer, name: str) -> None:
    body = answer(name)
    assert {"bench", "machine", "yardstick", "cases", "checks"} <= set(body)
    assert all(set(case) == CASE_KEYS for case in body["cases"])
    assert len({case["id"] for case in body["cases"]}) == len(body["cases"])
    assert f"`gridgeo bench {name}`" in benchmark_page([body], date(2026, 1, 1))


def test_the_bench_of_the_demo_accounts_for_every_customer(answer: Answer) -> None:
    customers = answer("demo")["checks"]["customers"]
    assert customers["in"] == customers["placed"] + customers["unplaced"] + customers["rejected"]


def test_every_plan_of_the_bench_of_territories_is_whole_and_truly_certified(answer: Answer) -> None:
    body = answer("territory")
    found = {case["id"]: case["ours"] for case in body["cases"]}
    assert found["check-independent"] == 100
    assert {found[name] for name in ("s-mild-2", "s-mild-3", "planted-s", "barrier", "l-locks")} == {0}
    assert found["peer-exact"] <= 0.5
    assert len(body["checks"]["plans"]) >= 8


def test_the_bench_of_the_service_is_answered_without_an_error(answer: Answer) -> None:
    body = answer("serve")
    cases = {case["id"]: case for case in body["cases"]}
    assert {"branch-read", "mixed-load", "rls-cost", "rls-cells-cost"} <= set(cases)
    assert body["checks"]["errors"] == 0
    assert cases["mixed-load"]["ours"] > 0


def test_the_bench_of_imports_has_the_cases_of_both_stores_and_no_operation_breaks_a_partition(
    answer: Answer,
) -> None:
    body = answer("import")
    assert body["checks"]["accepted"] + sum(body["checks"]["rejected"].values()) == imports.QUICK
    cases = {case["id"]: case for case in body["cases"]}
    assert {"import-1m-sqlite", "import-1m-postgis", "import-memory", "partition-ops", "membership-250m"} <= set(cases)
    assert (cases["partition-ops"]["ours"], cases["partition-ops"]["met"]) == (0, True)
    assert cases["import-1m-postgis"]["ours"] is not None
    assert cases["partition-ops-postgis-speed"]["ours"] is not None
    assert cases["membership-250m"]["met"]


def test_the_case_of_operations_is_not_met_without_a_second_store_or_with_a_violation() -> None:
    good, bad = Figures(9, 1, 0, 20.0, True), Figures(9, 1, 2, 20.0, False)
    assert partition.violations_case([(good, 30.0), (good, 30.0)]).met
    assert partition.violations_case([(good, 30.0), None]).met is False
    assert partition.violations_case([(good, 30.0), (bad, 30.0)]).ours == 3


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


def test_the_bench_of_scores_finds_no_small_count_and_would_find_one(answer: Answer) -> None:
    cases = {case["id"]: case for case in answer("score")["cases"]}
    assert (cases["suppression-audit"]["ours"], cases["suppression-audit"]["met"]) == (0, True)
    assert cases["suppression-audit"]["theirs"] > 100
    assert cases["suppression-guard-off"]["met"]
    assert cases["suppression-naive-rate"]["ours"] == 36


def test_what_the_bench_of_the_page_paints_is_undone_exactly(answer: Answer) -> None:
    checks = answer("page")["checks"]
    assert checks["cells"] == 800
    assert checks["undone_exactly"] is True
    assert checks["strokes"] > 1
    assert checks["painted_at_once"] > 20
    assert checks["maps"] == 2
