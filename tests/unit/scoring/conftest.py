"""Grounds for scoring tests: the shared instances with known truth, and a synthetic ground with known drivers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from gridgeo.cells import ring_pairs
from gridgeo.domain import FloatArray, IntArray
from gridgeo.scoring import Shrunk, shrink_penetration, with_ring_sums
from tests.modules import module_at

INSTANCES = Path(__file__).resolve().parents[4] / "shared" / "instances"
SEEDS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Scored:
    """One seed of the shared instances with its estimate."""

    rates: object
    shrunk: Shrunk
    figures: dict[str, float]
    raw_recall: float


@dataclass(frozen=True)
class Ground:
    """Synthetic cells in four areas: counts follow a negative binomial of dispersion 1/3 with known means."""

    features: pl.DataFrame
    customers: FloatArray
    people: FloatArray
    level: FloatArray
    areas: IntArray
    pairs: tuple[IntArray, IntArray]


@pytest.fixture(scope="session")
def rates() -> ModuleType:
    path = INSTANCES / "rates.py"
    if not path.exists():
        reason = f"{path} is absent: the shared instances with known truth are needed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return module_at("shared_rates", path)


@pytest.fixture(scope="session")
def ring_two(rates: ModuleType) -> tuple[IntArray, IntArray]:
    return ring_pairs(rates.make(1).cells, 2)


def score(rates: ModuleType, seed: int, pairs: tuple[IntArray, IntArray], *, widen: bool) -> Scored:
    instance = rates.make(seed)
    shrunk = shrink_penetration(instance.customers, instance.people, pairs, widen=widen)
    raw = np.nan_to_num(shrunk.raw)
    return Scored(
        rates=instance,
        shrunk=shrunk,
        figures=rates.evaluate(instance, shrunk.value, shrunk.low, shrunk.high),
        raw_recall=rates.evaluate(instance, raw, raw, raw)["top_decile_recall"],
    )


@pytest.fixture(scope="session")
def scored(rates: ModuleType, ring_two: tuple[IntArray, IntArray]) -> list[Scored]:
    return [score(rates, seed, ring_two, widen=True) for seed in SEEDS]


@pytest.fixture(scope="session")
def scored_narrow(rates: ModuleType, ring_two: tuple[IntArray, IntArray]) -> list[Scored]:
    return [score(rates, seed, ring_two, widen=False) for seed in SEEDS]


@pytest.fixture(scope="session")
def line_pairs() -> tuple[IntArray, IntArray]:
    """Rings of 40 cells in a row, each with the two next to it on both sides."""
    return row_pairs(40)


def row_pairs(n: int) -> tuple[IntArray, IntArray]:
    i, j = np.divmod(np.arange(n * n), n)
    near = (np.abs(i - j) <= 2) & (i != j)
    return i[near], j[near]


@pytest.fixture(scope="session")
def ground() -> Ground:
    """900 cells in a 30 x 30 square; customers depend on people, trade and access, partly unseen."""
    rng = np.random.default_rng(11)
    side = 30
    n = side * side
    x, y = np.divmod(np.arange(n), side)
    people = rng.poisson(rng.gamma(1.5, 30.0, n)).astype(np.float64)
    trade = rng.poisson(0.03 * people + rng.gamma(0.5, 1.0, n)).astype(np.float64)
    access_s = 200.0 + 40.0 * np.hypot(x - 10, y - 18)
    mean = people * np.exp(-1.9 + 0.5 * np.log1p(trade) - 0.001 * access_s)
    level = mean * rng.gamma(3.0, 1 / 3.0, n)
    near = (np.abs(x[:, None] - x) <= 1) & (np.abs(y[:, None] - y) <= 1) & ~np.eye(n, dtype=bool)
    pairs = (np.nonzero(near)[0], np.nonzero(near)[1])
    features = pl.DataFrame({"trade": trade, "access_s": access_s, "building_m2": people * rng.gamma(4.0, 8.0, n)})
    return Ground(
        features=with_ring_sums(features, pairs, ["trade"]),
        customers=rng.poisson(level).astype(np.float64),
        people=people,
        level=level,
        areas=(x >= side // 2) * 2 + (y >= side // 2),
        pairs=pairs,
    )
