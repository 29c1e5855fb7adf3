"""Where things cluster: location quotients of industries, hot and cold spots of penetration."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridgeo.cells import cell_strings
from gridgeo.domain import FloatArray
from gridgeo.domain.measures import Measure
from gridgeo.domain.words import EVIDENCE, INDUSTRIES
from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.pipeline.columns.rates import ids_of
from gridgeo.scoring import hot_spots, location_quotient
from gridgeo.scoring.checks import sums_by
from gridgeo.scoring.groups import counts_by_group
from gridgeo.scoring.rings import ring_sums

LISTED = 200
"""Spots named in the report; the map has them all."""
SPOT = {"hot": 1.0, "cold": -1.0, "none": 0.0}


def quotients(basis: Basis) -> Found:
    """Return the location quotient of each industry over the cell and its two rings."""
    rows, n_cells = basis.given.merchant_rows, len(basis.given.cells)
    table = counts_by_group(rows["at"].to_numpy(), rows["industry"], INDUSTRIES, n_cells)
    return Found(quotient_columns(basis, table, [f"lq_{name}" for name in INDUSTRIES]))


def cohort_quotients(basis: Basis) -> Found:
    """Return the location quotient of each cohort among the customers of the cell and its two rings."""
    rows, cohorts, n_cells = basis.given.facts.customers, basis.given.facts.cohorts, len(basis.given.cells)
    at, share = rows["at"].to_numpy(), rows["share"].to_numpy()
    everybody = sums_by(at, share, n_cells)
    columns, measures = {}, []
    for cohort, name in zip(cohorts, ids_of("lq_cohort", [each.id for each in cohorts]), strict=True):
        mine = cohort.member.to_numpy()
        members = sums_by(at[mine], share[mine], n_cells)
        table = np.column_stack([members, np.maximum(everybody - members, 0.0)])
        columns[name] = quotient_columns(basis, table, [name, "others"])[name]
        words = (f"区位商：{cohort.name}", f"Location quotient of cohort {cohort.name}")
        measures.append(Measure(name, *words, "1 is average", "index", "none", "gamma-poisson-1"))
    return Found(columns, measures=tuple(measures))


def quotient_columns(basis: Basis, table: FloatArray, names: list[str]) -> dict[str, Column]:
    """Return a column a kind: its share of the cell and its rings against its share of the ground.

    table: counts, shape (n_cells, n_kinds). Evidence is firm where the band leaves 1 out, none where too few are
    expected.
    """
    found = location_quotient(table + ring_sums(table, basis.given.pairs))
    firm, weak, none = EVIDENCE
    clear = (found.low > 1) | (found.high < 1)
    evidence = np.where(np.isfinite(found.value), np.where(clear, firm, weak), none)
    return {
        name: Column(found.value[:, at], found.low[:, at], found.high[:, at], evidence[:, at])
        for at, name in enumerate(names)
    }


def spots(basis: Basis) -> Found:
    """Return hot and cold spots of penetration: 1, -1 or 0; undefined where a ring expects too little to be tested."""
    given, corrected = basis.given, basis.fits.corrected
    found = hot_spots(given.customers, corrected.people, given.pairs)
    value = np.select([found.kind == kind for kind in SPOT], list(SPOT.values()), np.nan)
    tested = np.isfinite(found.p_value)
    firm, weak, none = EVIDENCE
    evidence = np.where(tested, np.where(value != 0, firm, weak), none)
    column = Column(np.where(tested, value, np.nan), evidence=evidence)
    named = np.flatnonzero(tested & (value != 0))
    order = named[np.argsort(found.p_value[named], kind="stable")][:LISTED]
    rows: list[dict[str, Any]] = [
        {"cell": cell, "kind": str(found.kind[at]), "z": float(found.z[at]), "p": float(found.p_value[at])}
        | {"q": float(found.q_value[at])}
        for cell, at in zip(cell_strings(given.cells[order]), order.tolist(), strict=True)
    ]
    said = {
        "tested": int(tested.sum()),
        "hot": int((found.kind == "hot").sum()),
        "cold": int((found.kind == "cold").sum()),
        "share": found.share,
        "scatter": found.scatter,
        "false_discovery": 0.05,
        "spots": rows,
    }
    return Found({"hotspot": column}, {"hotspot": said})
