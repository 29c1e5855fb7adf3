"""`gridgeo territory solve` answers a problem file with a plan, or says why not, by exit code and file."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

SQUARE = 6


def ground(**changes: Any) -> dict[str, Any]:
    """A square of streets, every crossing of the same weight."""
    n = SQUARE * SQUARE
    right = [[i, i + 1] for i in range(n) if (i + 1) % SQUARE]
    down = [[i, i + SQUARE] for i in range(n - SQUARE)]
    return {
        "nodes": [f"x{i}" for i in range(n)],
        "xy_km": [[i % SQUARE, i // SQUARE] for i in range(n)],
        "weights": [[1.0]] * n,
        "edges": right + down,
        "k": 4,
        "tolerance": [0.05],
        "seed": 3,
        "starts": 2,
    } | changes


@pytest.fixture
def solve(gridgeo: Run, tmp_path: Path) -> Callable[[Any], tuple[subprocess.CompletedProcess[str], Path]]:
    """Write a problem, solve it, return what was printed and where the plan should be."""

    def run(problem: Any) -> tuple[subprocess.CompletedProcess[str], Path]:
        path, out = tmp_path / "problem.json", tmp_path / "plan.json"
        path.write_text(problem if isinstance(problem, str) else json.dumps(problem), encoding="utf-8")
        return gridgeo("territory", "solve", "--problem", path, "--out", out, "--json"), out

    return run


Solve = Callable[[Any], "tuple[subprocess.CompletedProcess[str], Path]"]


def test_a_plan_is_written_with_its_certificate(solve: Solve) -> None:
    done, out = solve(ground())
    assert done.returncode == 0, done.stderr
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert sorted(plan) == ["certificate", "cpu_s", "feasible", "findings", "labels", "violations"]
    assert [plan["labels"].count(j) for j in range(4)] == [9, 9, 9, 9]
    named = {
        "loads", "imbalance_percent", "pieces", "bridges", "J_km", "lower_bound", "bound_gap_percent",
        "price_of_balance_percent", "kept_share", "seed",
    }  # fmt: skip
    assert named <= set(plan["certificate"])
    assert json.loads(done.stdout)["feasible"] is True


def test_the_same_seed_gives_the_same_plan(solve: Solve, fresh_gridgeo: Run, tmp_path: Path) -> None:
    first = json.loads(solve(ground())[1].read_text(encoding="utf-8"))
    # A process of another start, with hashes of its own.
    out = tmp_path / "again.json"
    assert fresh_gridgeo("territory", "solve", "--problem", tmp_path / "problem.json", "--out", out).returncode == 0
    assert first["labels"] == json.loads(out.read_text(encoding="utf-8"))["labels"]


def test_what_cannot_be_kept_ends_in_3_with_the_nearest_plan(solve: Solve) -> None:
    done, out = solve(ground(weights=[[1.0]] * 35 + [[30.0]]))
    assert done.returncode == 3
    assert "violates least" in done.stderr
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert plan["feasible"] is False
    assert plan["violations"][0].keys() == {"territory", "measure", "value", "limit"}


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("{", "not JSON"),
        ('{"weights": [[NaN]]}', "not JSON"),
        (ground(k=37), "from 1 to 36"),
        (ground(edges=[]), "parts"),
    ],
)
def test_bad_input_ends_in_2_without_a_file(solve: Solve, problem: Any, words: str) -> None:
    done, out = solve(problem)
    assert done.returncode == 2
    assert words in done.stderr
    assert not out.exists()


def test_bad_input_leaves_an_older_plan_alone(solve: Solve) -> None:
    out = solve(ground())[1]
    before = out.read_bytes()
    assert solve(ground(k=0))[0].returncode == 2
    assert out.read_bytes() == before
