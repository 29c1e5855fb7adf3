"""Made-up grounds for plans: the same draws as the reference figures were found on, so that lengths can be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import h3
import numpy as np
from scipy.spatial import cKDTree

from gridgeo.cells import centres, neighbour_graph
from gridgeo.domain import CellArray, FloatArray, IntArray, LabelArray
from gridgeo.territory import Problem

Kind = Literal["mild", "hard"]
SIZES = {"S": (18, 10), "M": (40, 40), "L": (81, 100), "XL": (258, 1000)}
"""Size -> rings around the middle cell, and territories: 1,027, 4,921, 19,927 and 200,467 cells."""
LNG, LAT = 121.5, 31.2
KM_A_DEGREE_LNG, KM_A_DEGREE_LAT = 111.32, 110.57
WAVES, AT_ONCE = 400, 20_000
RELAXATIONS = 8
PLANTED_MEASURES = 2


@dataclass(frozen=True, eq=False)
class MadeUpGround:
    """xy_km: shape (n, 2). weights: shape (n, 3), each column sums to n. indptr, indices: neighbours."""

    cells: CellArray
    xy_km: FloatArray
    weights: FloatArray
    indptr: IntArray
    indices: LabelArray
    k: int

    def problem(self, tolerance: tuple[float | None, ...]) -> Problem:
        """Balance the measures that have a tolerance; the ones after them are only reported."""
        limits = np.full(self.weights.shape[1], np.nan)
        limits[: len(tolerance)] = [np.nan if limit is None else limit for limit in tolerance]
        return Problem(self.xy_km, self.weights, self.indptr, self.indices, k=self.k, tolerance=limits)


def made_up(size: str, kind: Kind = "mild", seed: int = 1) -> MadeUpGround:
    """Make up a round ground with three measures; mild: they agree at the scale of a territory, hard: they do not."""
    rings, k = SIZES[size]
    names = h3.grid_disk(h3.latlng_to_cell(LAT, LNG, 9), rings)
    cells = np.sort(np.array([h3.str_to_int(name) for name in names], dtype=np.uint64))
    lng, lat = centres(cells)
    east = (lng - LNG) * KM_A_DEGREE_LNG * np.cos(np.radians(LAT))
    xy_km = np.column_stack([east, (lat - LAT) * KM_A_DEGREE_LAT])
    graph = neighbour_graph(cells)
    weights = _measures(np.random.default_rng(seed), xy_km, kind)
    return MadeUpGround(cells, xy_km, weights, graph.indptr, graph.indices.astype(np.int32), k)


def _measures(rng: np.random.Generator, xy_km: FloatArray, kind: Kind) -> FloatArray:
    """Return three lognormal measures of a field in common, a field of their own and noise, shape (n, 3)."""
    hard = kind == "hard"
    shared, own = (0.8, 0.6) if hard else (0.95, 0.35)
    common = _field(rng, xy_km, long=True)
    columns = []
    for _ in range(3):
        field = shared * common + own * _field(rng, xy_km, long=hard)
        columns.append(np.exp(0.9 * field + 0.3 * rng.normal(size=len(xy_km))))
    weights = np.column_stack(columns)
    scaled: FloatArray = weights * (len(weights) / weights.sum(axis=0))
    return scaled


def _field(rng: np.random.Generator, xy_km: FloatArray, *, long: bool) -> FloatArray:
    """Draw a smooth field of unit variance, correlated over kilometres (long) or some hundred metres.

    Source: Rahimi and Recht 2007, Random Features for Large-Scale Kernel Machines.
    """
    length_km = rng.choice([3.0, 1.0] if long else [0.7, 0.7], size=WAVES, p=[0.6, 0.4])
    frequency = rng.normal(size=(WAVES, 2)) / length_km[:, None]
    phase = rng.uniform(0, 2 * np.pi, WAVES)
    parts = [
        np.cos(part @ frequency.T + phase).sum(axis=1) for part in np.array_split(xy_km, len(xy_km) // AT_ONCE + 1)
    ]
    field: FloatArray = np.sqrt(2 / WAVES) * np.concatenate(parts)
    return field


def grown(ground: MadeUpGround, share: float, seed: int = 3) -> MadeUpGround:
    """Let demand grow around one place by up to a share, with a tenth of noise: the year after, for planning again."""
    rng = np.random.default_rng(seed)
    xy = ground.xy_km
    reach = 0.35 * np.ptp(xy, axis=0).max() / 2
    away = ((xy - xy[rng.integers(len(xy))]) ** 2).sum(axis=1)
    factor = 1 + share * np.exp(-away / (2 * reach**2))
    weights = ground.weights * factor[:, None] * np.exp(0.1 * rng.normal(size=ground.weights.shape))
    return replace(ground, weights=weights * (len(xy) / weights.sum(axis=0)))


def hidden_plan(size: str, seed: int) -> LabelArray:
    """Return the plan that `planted` hides; to be judged by, never to be solved from."""
    ground = made_up(size, "hard", seed)
    rng = np.random.default_rng(1000 + seed)
    middles = ground.xy_km[rng.choice(len(ground.xy_km), ground.k, replace=False)]
    labels = np.zeros(len(ground.xy_km), np.int64)
    for _ in range(RELAXATIONS):
        labels = np.asarray(cKDTree(middles).query(ground.xy_km)[1])
        held = np.bincount(labels, minlength=ground.k)[:, None]
        sums = [np.bincount(labels, ground.xy_km[:, axis], minlength=ground.k) for axis in (0, 1)]
        middles = np.column_stack(sums) / held
    return labels.astype(np.int32)


def planted(size: str, seed: int = 1) -> MadeUpGround:
    """Make up a hard ground on which a hidden plan holds the first two measures within 2.5 %."""
    ground = made_up(size, "hard", seed)
    rng = np.random.default_rng(2000 + seed)
    labels = hidden_plan(size, seed)
    weights = ground.weights.copy()
    for measure in range(PLANTED_MEASURES):
        load = np.bincount(labels, weights[:, measure], minlength=ground.k)
        aim = (1 + 0.02 * rng.uniform(-1, 1, ground.k)) * weights[:, measure].sum() / ground.k
        weights[:, measure] *= (aim / load)[labels]
    return replace(ground, weights=weights * (len(weights) / weights.sum(axis=0)))


def with_river(ground: MadeUpGround) -> MadeUpGround:
    """Cut the neighbours on the two banks of a winding river apart, but at three bridges."""
    xy = ground.xy_km - ground.xy_km.mean(axis=0)
    radius = np.ptp(xy, axis=0).max() / 2
    north = xy[:, 1] > 0.25 * radius * np.sin(3 * xy[:, 0] / radius)
    from_middle = np.abs(xy[:, 0])
    bridge = (np.abs(from_middle - 0.5 * radius) < 0.35) | (from_middle < 0.35)
    source = np.repeat(np.arange(len(xy)), np.diff(ground.indptr))
    kept = (north[source] == north[ground.indices]) | (bridge[source] & bridge[ground.indices])
    degree = np.bincount(source[kept], minlength=len(xy))
    return replace(ground, indptr=np.concatenate([[0], np.cumsum(degree)]), indices=ground.indices[kept])
