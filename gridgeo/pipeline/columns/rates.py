"""Penetration of parts of the customers: each tier, shrunk as the whole is."""

from __future__ import annotations

from gridgeo.domain import FloatArray
from gridgeo.domain.words import TIERS
from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.scoring import shrink_penetration


def rated(basis: Basis) -> Found:
    """Return the penetration of each tier: its customers per person of the cell."""
    given = basis.given
    return Found({f"penetration_{tier}": _of(basis, given.by_tier[:, at]) for at, tier in enumerate(TIERS)})


def _of(basis: Basis, customers: FloatArray) -> Column:
    shrunk = shrink_penetration(customers, basis.fits.corrected.people, basis.given.pairs)
    return Column(shrunk.value, shrunk.low, shrunk.high, shrunk.evidence)
