"""The cases all-measures and peer-pandas: what every measure of half a million cells costs, and beside it pandas."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import h3
import h3.api.basic_int as h3_int
import numpy as np
import pandas as pd

from gridgeo.bench.report import Case
from gridgeo.bench.score_ground import RESOLUTION, Made, made_up
from gridgeo.cells import cells_from_points, parents, ring_pairs
from gridgeo.domain import FloatArray
from gridgeo.domain.words import INDUSTRIES, TIERS
from gridgeo.scoring.groups import mean_by_cell
from gridgeo.scoring.rings import ring_sums

FULL = (500_000, 1_000_000, 200_000)
QUICK = (5_000, 10_000, 2_000)
"""Cells, customers, merchants."""
RUNS = 3
CPU_S, MEMORY_GIB, TIMES = 60.0, 2.0, 5.0
RINGS, UP = 2, 7
SAME = 1e-9


def cases(quick: bool, scale: float) -> tuple[list[Case], dict[str, Any]]:
    """Return the cases and what they were checked by; scale: of the machine, by which the floor of CPU time grows."""
    runs = [_child(QUICK if quick else FULL) for _ in range(1 if quick else RUNS)]
    ours, theirs, differs = against_pandas(QUICK if quick else FULL, 1 if quick else RUNS)
    cpu_s, peak = (statistics.median(run[name] for run in runs) for name in ("cpu_s", "peak_gib"))
    found = [
        Case("all-measures", "CPU s", cpu_s, "lower", CPU_S * scale),
        Case("all-measures-memory", "GiB", max(run["peak_gib"] for run in runs), "lower", MEMORY_GIB),
        # A comparison of different figures is none.
        Case(
            "peer-pandas",
            "times",
            theirs / ours if differs <= SAME else None,
            "higher",
            TIMES,
            "pandas with h3",
            pd.__version__,
            1.0,
        ),
    ]
    seconds = {"ours_cpu_s": ours, "pandas_cpu_s": theirs, "largest_difference": differs, "peak_gib": peak}
    return found, {"all_measures": runs[0], "pandas": seconds | {"h3": h3.__version__}}


def _child(size: tuple[int, int, int]) -> dict[str, Any]:
    command = [sys.executable, "-m", "gridgeo.bench.score_child", *map(str, size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own module
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def against_pandas(size: tuple[int, int, int], runs: int) -> tuple[float, float, float]:
    """Return CPU seconds of ours and of pandas for the same figures, and the largest relative difference."""
    made = made_up(*size)
    mine, ours = _timed(lambda: with_arrays(made), runs + 1)
    other, theirs = _timed(lambda: with_pandas(made), runs)
    return ours, theirs, max(_difference(mine[name], other[name]) for name in other)


def _timed(work: Callable[[], dict[str, FloatArray]], runs: int) -> tuple[dict[str, FloatArray], float]:
    """Return the answer and the median CPU time of the runs, the first left out where there are several."""
    times = []
    for _ in range(runs):
        began = time.process_time()
        found = work()
        times.append(time.process_time() - began)
    return found, statistics.median(times[1:] or times)


def _difference(mine: FloatArray, other: FloatArray) -> float:
    if mine.shape != other.shape or not np.array_equal(np.isnan(mine), np.isnan(other)):
        return float("inf")
    gap = np.abs(mine - other) / np.maximum(np.abs(other), 1.0)
    return float(np.nanmax(gap, initial=0.0))


def with_arrays(made: Made) -> dict[str, FloatArray]:
    """Return counts by tier and industry, means, sums over rings, what follows from them, and sums by parent."""
    n_cells = len(made.cells)
    at, shop = (
        np.searchsorted(made.cells, cells_from_points(party.lng, party.lat, RESOLUTION)).clip(0, n_cells - 1)
        for party in (made.customers, made.merchants)
    )
    tier = np.bincount(at * len(TIERS) + made.customers.kind, minlength=n_cells * len(TIERS)).reshape(n_cells, -1)
    trade = np.bincount(shop * len(INDUSTRIES) + made.merchants.kind, minlength=n_cells * len(INDUSTRIES))
    trade = trade.reshape(n_cells, -1)
    customers = tier.sum(axis=1).astype(np.float64)
    ones = np.ones(len(at))
    held, fen = (made.known[name].cast(float).to_numpy() for name in ("products", "balance_fen"))
    table = np.column_stack([made.people, customers, tier, trade])
    around = table + ring_sums(table, ring_pairs(made.cells, RINGS))
    _, up = np.unique(parents(made.cells, UP), return_inverse=True)
    return {
        "tiers": tier.astype(np.float64),
        "trades": trade.astype(np.float64),
        "products": mean_by_cell(at, ones, held, n_cells).value,
        "second": mean_by_cell(at, ones, (held >= 2).astype(np.float64), n_cells).value,
        "balance": np.bincount(at, weights=fen, minlength=n_cells),
        "around": around,
        "rate": _divided(around[:, 1], around[:, 0]),
        "quotient": _divided(around[:, -len(INDUSTRIES) :], around[:, -len(INDUSTRIES) :].sum(axis=1)[:, None])
        / (trade.sum(axis=0) / trade.sum()),
        "up": np.bincount(up, weights=customers),
    }


def _divided(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Return top / bottom, not-a-number where there is nothing to divide by."""
    share: FloatArray = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return share


def with_pandas(made: Made) -> dict[str, FloatArray]:
    """Return the same with pandas' grouping and joins, h3's own calls for cells, rings and parents."""
    cells = pd.Index(made.cells.astype(np.int64))
    customers = pd.DataFrame({"cell": _h3_cells(made, "customers"), "tier": made.customers.kind})
    customers["products"] = made.known["products"].to_numpy()
    customers["second"] = (customers["products"] >= 2).astype(np.float64)
    customers["fen"] = made.known["balance_fen"].cast(float).to_numpy()
    shops = pd.DataFrame({"cell": _h3_cells(made, "merchants"), "trade": made.merchants.kind})
    tiers = pd.crosstab(customers["cell"], customers["tier"]).reindex(cells, columns=range(len(TIERS)), fill_value=0)
    trades = pd.crosstab(shops["cell"], shops["trade"]).reindex(cells, columns=range(len(INDUSTRIES)), fill_value=0)
    by_cell = customers.groupby("cell")
    means = by_cell[["products", "second"]].mean().reindex(cells)
    balance = by_cell["fen"].sum().reindex(cells, fill_value=0.0)
    ground = pd.DataFrame({"people": made.people, "customers": tiers.sum(axis=1).to_numpy(np.float64)}, index=cells)
    ground = ground.join(tiers.add_prefix("tier_")).join(trades.add_prefix("trade_"))
    disks = pd.Series([h3_int.grid_disk(cell, RINGS) for cell in cells.tolist()], index=cells).explode()
    pairs = pd.DataFrame({"cell": disks.index, "near": disks.to_numpy(np.int64)})
    around = pairs.join(ground, on="near", how="inner").drop(columns="near").groupby("cell").sum().reindex(cells)
    shops_around = around.filter(like="trade_")
    up = pd.Series([h3_int.cell_to_parent(cell, UP) for cell in cells.tolist()])
    return {
        "tiers": tiers.to_numpy(np.float64),
        "trades": trades.to_numpy(np.float64),
        "products": means["products"].to_numpy(),
        "second": means["second"].to_numpy(),
        "balance": balance.to_numpy(),
        "around": around.to_numpy(),
        "rate": (around["customers"] / around["people"].where(around["people"] > 0)).to_numpy(),
        "quotient": (shops_around.div(shops_around.sum(axis=1).replace(0, np.nan), axis=0)).to_numpy()
        / (trades.sum() / trades.to_numpy().sum()).to_numpy(),
        "up": ground["customers"].reset_index(drop=True).groupby(up).sum().to_numpy(),
    }


def _h3_cells(made: Made, which: str) -> list[int]:
    """Return the cell of each point by h3, those outside the ground moved as ours are."""
    party = made.customers if which == "customers" else made.merchants
    points = zip(party.lat.tolist(), party.lng.tolist(), strict=True)
    found = np.array([h3_int.latlng_to_cell(lat, lng, RESOLUTION) for lat, lng in points], dtype=np.uint64)
    place = np.searchsorted(made.cells, found).clip(0, len(made.cells) - 1)
    moved: list[int] = made.cells[place].astype(np.int64).tolist()
    return moved
