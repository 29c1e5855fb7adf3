"""How well a cell is served against what it could give: penetration, potential, gap, workload."""

from __future__ import annotations

import json
from dataclasses import asdict

from gridgeo.domain.words import TIERS
from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.scoring import EXAMPLE_POLICY, model_bytes, workload_hours


def standing(basis: Basis) -> Found:
    """Return penetration, potential, gap and workload, and what is to be said about their models."""
    given, shrunk, potential, gap = basis.given, basis.fits.shrunk, basis.fits.potential, basis.fits.gap
    columns = {
        "penetration": Column(shrunk.value, shrunk.low, shrunk.high, shrunk.evidence),
        "potential": Column(potential.value, potential.low, potential.high, potential.evidence),
        "gap": Column(gap.value, gap.low, gap.high, gap.evidence),
        "workload": Column(workload_hours(given.by_tier, given.travel_s)),
    }
    report = {
        "penetration": {
            "of": "all customers, corrected by the placed share of each zone",
            "placed_share": round(float(given.customers.sum() / max(given.customers_in, 1)), 4),
            "cells_over": int(shrunk.over.sum()),
        },
        "potential": {
            "model": json.loads(model_bytes(basis.fits.model)),
            "validation": asdict(basis.validation) if basis.validation else None,
        },
        "workload": {"policy": "example", "rows": [asdict(row) for row in EXAMPLE_POLICY.rows], "tiers": list(TIERS)},
    }
    return Found(columns, report)
