"""What lies around a cell: households met, branches within reach, rivals."""

from __future__ import annotations

import numpy as np

from gridgeo.domain.words import EVIDENCE
from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.pipeline.columns.depth import column_of
from gridgeo.scoring import accessibility
from gridgeo.scoring.notes import note
from gridgeo.scoring.shares import share_by_cell

PER_PEOPLE = 10_000.0
NO_REGISTER = note("no register of households: import households")
NO_ROADS = note("the ground has no roads: import roads")
NO_RIVALS = note("no branch of a bank is known: import merchants of industry finance with the tag rival")


def reached(basis: Basis) -> Found:
    """Return community reach: the households of the register that were met within 12 months."""
    rows = basis.given.facts.households
    if rows is None:
        return Found({}, absent={"community_reach": NO_REGISTER})
    met = rows["contacted"].cast(float).to_numpy()
    part = share_by_cell(rows["at"].to_numpy(), np.ones(rows.height), met, len(basis.given.cells))
    day = basis.given.facts.as_of
    said = {
        "as_of": day.isoformat() if day else None,
        "households": rows.height,
        "without_a_place": basis.given.facts.households_without_cell,
    }
    return Found({"community_reach": column_of(part)}, {"community_reach": said})


def accessible(basis: Basis) -> Found:
    """Return managers within reach of a person, in full posts for 10,000 people."""
    given = basis.given
    near = given.facts.reachable
    if near is None:
        return Found({}, absent={"accessibility": NO_ROADS})
    found = accessibility(given.people, near.supply, near.travel, near.reach_s)
    firm, _, none = EVIDENCE
    some = np.where(given.people > 0, firm, none)
    value = np.where(given.people > 0, found.per_person * PER_PEOPLE, np.nan)
    said = {"reach_s": near.reach_s, "managers": float(near.supply.sum()), "managers_out_of_reach": found.unused}
    return Found({"accessibility": Column(value, evidence=some)}, {"accessibility": said})


def contested(basis: Basis) -> Found:
    """Return how many branches of rivals stand near, and the time to the nearest."""
    rivals = basis.given.facts.rivals
    if rivals is None:
        return Found({}, absent={"rivals": NO_RIVALS, "rival_travel_s": NO_RIVALS})
    columns = {"rivals": Column(rivals.near)}
    if rivals.travel_s is None:
        why = NO_ROADS if rivals.total else NO_RIVALS
        return Found(columns, {"rivals": {"branches": rivals.total}}, {"rival_travel_s": why})
    return Found(columns | {"rival_travel_s": Column(rivals.travel_s)}, {"rivals": {"branches": rivals.total}})
