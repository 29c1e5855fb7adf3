"""Penetration, hot spots and forecasts judged by a made-up ground whose true shares are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import h3
import numpy as np

from gridgeo.bench.report import Case
from gridgeo.bench.score_mass import mass
from gridgeo.cells import centres, ring_pairs
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.scoring import Shrunk, hot_spots, shrink_penetration
from gridgeo.scoring.folds import parent_folds

SEEDS = (1, 2, 3, 4, 5)
FLAT_SEEDS = 20
QUICK_SEEDS = 2
LNG, LAT = 104.1, 30.6
RINGS, RESOLUTION, WAVES = 24, 8, 300
KM_A_DEGREE_LNG, KM_A_DEGREE_LAT = 111.32, 110.57
FEW_PEOPLE = 20
DECILES = 10


@dataclass(frozen=True)
class KnownTruth:
    """1,801 cells of resolution 8, ascending: people, customers among them, and the share they were drawn with."""

    cells: CellArray
    people: IntArray
    customers: IntArray
    truth: FloatArray


def cases(quick: bool) -> list[Case]:
    """Return the floors of penetration and hot spots, each with its worst seed; quick: two seeds of each."""
    seeds = SEEDS[:QUICK_SEEDS] if quick else SEEDS
    grounds = [made_up(seed) for seed in seeds]
    pairs = ring_pairs(grounds[0].cells, 2)
    shrunk = [shrink_penetration(ground.customers, ground.people, pairs) for ground in grounds]
    both = list(zip(grounds, shrunk, strict=True))
    cover = [_coverage(ground, one) for ground, one in both]
    flat = [_spots(seed, pairs) for seed in range(1, (QUICK_SEEDS if quick else FLAT_SEEDS) + 1)]
    deciles = [_worst_decile(ground, pairs) for ground in grounds]
    return [
        _case("rmse-ratio", "of the raw share's", max(_rmse(*one) for one in both), "lower", 0.38),
        _case("top-decile-recall", "times the raw share's", min(_recall(*one) for one in both), "higher", 1.3),
        _case("coverage-90", "share, lowest seed", min(each for each, _ in cover), "higher", 0.87),
        _case("coverage-90-most", "share, highest seed", max(each for each, _ in cover), "lower", 0.94),
        _case("coverage-90-small", "share where people < 20", min(few for _, few in cover), "higher", 0.85),
        _case("deciles-blocked", "largest miss of a decile", max(deciles), "lower", 0.10),
        _case("no-signal-hotspots", "cells called hot or cold", float(sum(flat)), "lower", 0.0),
        _case("mass", "relative error", mass(), "lower", 1e-9),
    ]


def made_up(seed: int, *, flat: bool = False) -> KnownTruth:
    """Make up a ground: people and shares follow smooth random fields with some noise; flat: one share everywhere."""
    rng = np.random.default_rng(seed)
    names = sorted(h3.grid_disk(h3.latlng_to_cell(LAT, LNG, RESOLUTION), RINGS))
    cells = np.array([h3.str_to_int(name) for name in names], dtype=np.uint64)
    lng, lat = centres(cells)
    east_km = (lng - LNG) * KM_A_DEGREE_LNG * np.cos(np.radians(LAT))
    field = _smooth_fields(rng, np.column_stack([east_km, (lat - LAT) * KM_A_DEGREE_LAT]))
    people = rng.poisson(np.exp(3.2 + 0.9 * field(4.0) + 0.5 * rng.normal(size=len(cells))))
    logit = np.full(len(cells), -1.2)
    if not flat:
        logit = logit + 0.55 * field(5.0) + 0.25 * field(1.5) + 0.15 * rng.normal(size=len(cells))
    truth = 1 / (1 + np.exp(-logit))
    return KnownTruth(cells, people, rng.binomial(people, truth), truth)


def _smooth_fields(rng: np.random.Generator, xy_km: FloatArray) -> Callable[[float], FloatArray]:
    """Return what draws a field of unit variance with a length of correlation in kilometres.

    Source: Rahimi and Recht 2007, Random Features for Large-Scale Kernel Machines.
    """

    def field(length_km: float) -> FloatArray:
        frequency = rng.normal(size=(WAVES, 2)) / length_km
        waves = np.cos(xy_km @ frequency.T + rng.uniform(0, 2 * np.pi, WAVES))
        drawn: FloatArray = np.sqrt(2 / WAVES) * waves.sum(axis=1)
        return drawn

    return field


def _rmse(ground: KnownTruth, shrunk: Shrunk) -> float:
    some = ground.people > 0
    missed = [((value - ground.truth)[some] ** 2).mean() for value in (shrunk.value, shrunk.raw)]
    return float(np.sqrt(missed[0] / missed[1]))


def _recall(ground: KnownTruth, shrunk: Shrunk) -> float:
    some = ground.people > 0
    n_top = int(some.sum()) // DECILES
    top = set(np.argsort(-ground.truth[some])[:n_top].tolist())
    ours, raw = (len(top & set(np.argsort(-value[some])[:n_top].tolist())) for value in (shrunk.value, shrunk.raw))
    return ours / raw


def _coverage(ground: KnownTruth, shrunk: Shrunk) -> tuple[float, float]:
    """Return the part of cells whose band holds the truth: of all, and of those with few people."""
    some = ground.people > 0
    inside = (shrunk.low <= ground.truth) & (ground.truth <= shrunk.high)
    return float(inside[some].mean()), float(inside[some & (ground.people < FEW_PEOPLE)].mean())


def _worst_decile(ground: KnownTruth, pairs: tuple[IntArray, IntArray]) -> float:
    """Return how far, in the worst tenth of the cells by estimate, expected and true customers lie apart.

    Strength and anchor of each block of cells (an H3 parent two or more levels up) are those found on the other blocks.
    """
    folds = parent_folds(ground.cells)
    if folds is None:
        raise RuntimeError("the made-up ground lies in one block")
    fold_of, estimate = folds.fold_of_cells, np.zeros(len(ground.cells))
    for number in range(folds.n_folds):
        inside = fold_of == number
        customers, people = (np.where(inside, 0, counted) for counted in (ground.customers, ground.people))
        prior = shrink_penetration(customers, people, pairs).prior
        estimate[inside] = shrink_penetration(ground.customers, ground.people, pairs, prior=prior).value[inside]
    some = np.flatnonzero(ground.people > 0)
    tenths = np.array_split(some[np.argsort(estimate[some], kind="stable")], DECILES)
    expected = np.array([float((estimate * ground.people)[part].sum()) for part in tenths])
    true = np.array([float((ground.truth * ground.people)[part].sum()) for part in tenths])
    return float(np.abs(expected / true - 1).max())


def _spots(seed: int, pairs: tuple[IntArray, IntArray]) -> int:
    ground = made_up(seed, flat=True)
    return int((hot_spots(ground.customers, ground.people, pairs).kind != "none").sum())


def _case(name: str, unit: str, ours: float, better: str, floor: float) -> Case:
    return Case(name, unit, ours if floor < 1e-6 else round(ours, 4), "lower" if better == "lower" else "higher", floor)
