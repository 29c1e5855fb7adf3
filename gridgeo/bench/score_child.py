"""Every measure of a made-up ground, suppression and ranks, in a process of its own: CPU time and peak memory."""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import numpy as np

from gridgeo.bench.score_ground import inputs_of, made_up
from gridgeo.domain import CellArray, IntArray
from gridgeo.domain.words import INDUSTRIES, TIERS
from gridgeo.pipeline.columns.registry import Computed, measure_columns
from gridgeo.scoring import Component, composite
from gridgeo.scoring.suppression import SuppressionRule
from gridgeo.scoring.suppression_parts import protect_family

DRAWS = 200
COMPONENTS = (Component("gap", 3.0), Component("people", 1.0), Component("workload", 1.0, "down"))


def figures(n_cells: int, n_customers: int, n_merchants: int) -> dict[str, Any]:
    """Return cpu_s, peak_gib, and sums to check the figures by.

    The clock runs from the points of customers and merchants to the last rank; making them up does not count.
    """
    made = made_up(n_cells, n_customers, n_merchants)
    began = time.process_time()
    given = inputs_of(made)
    del made
    found = measure_columns(given, validated=False)
    # What was read of the parties is let go before consumers' figures are settled, as the steps of a run do.
    cells, branch = given.cells, given.branch_index
    del given
    hidden = _suppressed(cells, found)
    ranked = _ranked(branch, found)
    cpu_s = time.process_time() - began
    return {
        "cpu_s": cpu_s,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "cells": len(cells),
        "measures": len(found.columns),
        "absent": sorted(found.absent),
        "customers": float(found.columns["customers"].value.sum()),
        "merchants": float(found.columns["merchants"].value.sum()),
        "hidden": hidden,
        "ranked": ranked,
    }


def _suppressed(cells: CellArray, found: Computed) -> int:
    """Return how many cells a consumer is not shown one count of."""
    rule, hidden = SuppressionRule(), 0
    parts = {"customers": [f"customers_{name}" for name in TIERS], "merchants": [f"merchants_{x}" for x in INDUSTRIES]}
    for measure in ("people", "customers", "merchants"):
        names = parts.get(measure, [])
        families = [np.column_stack([found.columns[name].value for name in names])] if names else []
        counts, _ = protect_family(cells, found.columns[measure].value, families, rule)
        hidden += int(counts.hidden[: len(cells)].sum())
    return hidden


def _ranked(branch: IntArray, found: Computed) -> int:
    """Return how many cells have a place in the order of their branch."""
    values = np.column_stack([found.columns[each.measure].value for each in COMPONENTS])
    ranks = composite(np.nan_to_num(values), COMPONENTS, branch, draws=DRAWS)
    return int((ranks.rank > 0).sum())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(figures(*(int(text) for text in sys.argv[1:4]))))
