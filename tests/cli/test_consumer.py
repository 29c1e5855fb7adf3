"""A consumer at the command line: published figures, small counts hidden with the reason, everything else closed."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
CONSUMER = ("--as", "portal:consumer")


@pytest.fixture
def store(demo: tuple[Path, dict[str, Any]]) -> str:
    return f"sqlite:///{demo[0]}"


def exported(gridgeo: Run, store: str, out: Path, *more: str) -> list[dict[str, str]]:
    done = gridgeo("export", "--format", "csv", "--out", out, "--store", store, *more)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader((out / "cells.csv").read_text(encoding="utf-8-sig").splitlines()))


def test_an_export_hides_small_counts_and_says_why(gridgeo: Run, store: str, tmp_path: Path) -> None:
    inside = exported(gridgeo, store, tmp_path / "inside")
    outside = exported(gridgeo, store, tmp_path / "outside", *CONSUMER)
    assert [row["cell"] for row in inside] == [row["cell"] for row in outside]
    small = 0
    for true, shown in zip(inside, outside, strict=True):
        count = int(float(true["customers"]) + 0.5)
        if 0 < count < 10:
            small += 1
            assert (shown["customers"], shown["customers_hidden"]) == ("", "small_count")
            assert shown["penetration"] == ""
        elif shown["customers"]:
            assert float(shown["customers"]) == count
        assert shown["workload"] == ""
        assert count or shown["customers"] == "0.0", "zeros are shown"
    assert small > 100
    assert "customers_hidden" not in inside[0]


def test_explain_gives_null_with_the_reason_in_both_languages(gridgeo: Run, store: str, tmp_path: Path) -> None:
    rows = exported(gridgeo, store, tmp_path / "out", *CONSUMER)
    cell = next(row["cell"] for row in rows if row["customers_hidden"])
    done = gridgeo("explain", cell, "--json", "--store", store, *CONSUMER)
    customers = json.loads(done.stdout)["measures"]["customers"]
    assert (customers["value"], customers["reason"]) == (None, "small_count")
    assert customers["reason_zh"]
    assert "small" in customers["reason_en"]
    spoken = gridgeo("explain", cell, "--store", store, *CONSUMER, GRIDGEO_LANGUAGE="zh")
    assert "隐藏" in spoken.stdout.replace("\n", "")
    assert json.loads(gridgeo("explain", cell, "--json", "--store", store).stdout)["measures"]["customers"]["value"]


@pytest.mark.parametrize("command", ["show", "versions", "catchment show B1", "grid show B1", "publish"])
def test_what_is_not_made_for_consumers_is_closed(gridgeo: Run, store: str, command: str) -> None:
    done = gridgeo(*command.split(), "--json", "--store", store, *CONSUMER)
    assert done.returncode == 5, done.stderr
    assert done.stdout == ""
    assert "published figures only" in done.stderr


def test_a_threshold_under_three_is_refused_and_a_higher_one_hides_more(gridgeo: Run, store_copy: Path) -> None:
    store = f"sqlite:///{store_copy}"
    refused = gridgeo("publish", "--threshold", "2", "--store", store)
    assert refused.returncode == 2
    assert "3" in refused.stderr
    hidden = [
        json.loads(gridgeo("publish", "--threshold", str(k), "--json", "--store", store).stdout)["public"]["hidden"]
        for k in (10, 30)
    ]
    assert hidden[0]["customers"] < hidden[1]["customers"]
