"""How well a cell is served against what it could give: penetration, potential, gap, workload."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from gridgeo.cells import cell_strings
from gridgeo.domain.words import TIERS
from gridgeo.i18n import LANGUAGES, translate
from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.scoring import model_bytes, workload_hours
from gridgeo.scoring.over import REASONS, over_reasons

LISTED = 1_000
"""Cells named in the report."""


def standing(basis: Basis) -> Found:
    """Return penetration, potential, gap and workload, and what is to be said about their models."""
    given, shrunk, potential, gap = basis.given, basis.fits.shrunk, basis.fits.potential, basis.fits.gap
    columns = {
        "penetration": Column(shrunk.value, shrunk.low, shrunk.high, shrunk.evidence),
        "potential": Column(potential.value, potential.low, potential.high, potential.evidence),
        "gap": Column(gap.value, gap.low, gap.high, gap.evidence),
        "workload": Column(workload_hours(given.by_tier, given.travel_s, given.cadence)),
    }
    report = {
        "penetration": {
            "of": "all customers, corrected by the placed share of each zone",
            "placed_share": round(float(given.customers.sum() / max(given.customers_in, 1)), 4),
            "cells_over": int(shrunk.over.sum()),
            "over": _over(basis),
        },
        "potential": {
            "model": json.loads(model_bytes(basis.fits.model)),
            "validation": asdict(basis.validation) if basis.validation else None,
        },
        "workload": {
            "policy": "example" if given.cadence.example else "own",
            "rows": [asdict(row) for row in given.cadence.rows],
            "tiers": list(TIERS),
        },
    }
    return Found(columns, report)


def _over(basis: Basis) -> list[dict[str, Any]]:
    """Name the cells with more customers than people, the likeliest reason beside each; the largest excess first."""
    given, shrunk, doubts = basis.given, basis.fits.shrunk, basis.given.facts.doubts
    if doubts is None or not shrunk.over.any():
        return []
    people = basis.fits.corrected.people
    known = (doubts.at_one_point, doubts.border, doubts.years_old)
    reason = over_reasons(shrunk.over, given.customers, people, given.merchants, known)
    at = np.flatnonzero(shrunk.over)
    order = at[np.argsort((people - given.customers)[at], kind="stable")][:LISTED]
    return [
        {"cell": cell, "customers": float(given.customers[each]), "people": float(people[each])}
        | {"reason": str(reason[each])}
        | {f"reason_{language}": translate(REASONS[str(reason[each])], language) for language in LANGUAGES}
        for cell, each in zip(cell_strings(given.cells[order]), order.tolist(), strict=True)
    ]
