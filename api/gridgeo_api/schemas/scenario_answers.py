"""What is answered about scenarios besides themselves: checks, moves, history, hand-over, disputes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat

from gridgeo_api.schemas.common import CELL, Cell, answer_config
from gridgeo_api.schemas.scenarios import WHOLE, Scenario
from gridgeo_api.schemas.territories import TERRITORY, Territory


class DraftChecked(BaseModel):
    """What cannot work, named before anything is solved; feasible: nothing found, no promise that a plan exists.

    smallest_tolerance_percent: measure -> at which every finding about it goes away.
    """

    model_config = answer_config(
        {
            "feasible": False,
            "branches": ["b1"],
            "measures": ["customers", "workload"],
            "tolerance_percent": [5.0, 5.0],
            "findings": [
                {
                    "branches": ["b1"],
                    "territory": None,
                    "measure": "customers",
                    "smallest_tolerance_percent": 7.1,
                    "message": "one cell is heavier than a target",
                    "template": "one cell is heavier than a target",
                    "values": {},
                }
            ],
            "smallest_tolerance_percent": {"customers": 7.1},
        }
    )

    feasible: bool
    branches: list[str]
    measures: list[str]
    tolerance_percent: list[FiniteFloat]
    findings: list[dict[str, Any]]
    smallest_tolerance_percent: dict[str, FiniteFloat]


class PlannedTerritory(Territory):
    """A territory of a scenario: in how many parts it lies, and the hours that its targets are in proportion to.

    group: only cells of the same group can be its own.
    """

    group: int
    pieces: int
    hours_per_week: FiniteFloat


class GridName(BaseModel):
    """An area grid by name."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    branch_id: str


class ScenarioCells(BaseModel):
    """A scenario on its cells, in columns: who has each cell, what it weighs, in which area grid it lies.

    territory_index, grid_index: positions in territories and grids, -1 for none. weights: what loads are sums of.
    cut: pairs of cells that touch without a way across; bridges: pairs that count as touching. placed: put by hand.
    group_index: which branches' joint plan a cell is of.
    """

    model_config = answer_config(
        {
            "scenario": "Spring",
            "revision": 1,
            "version": 12,
            "units": "cells",
            "inputs": {"ground": 1, "score": 5},
            "measures": ["customers"],
            "tolerance_percent": {"customers": 5.0},
            "cells": [CELL],
            "territory_index": [0],
            "group_index": [0],
            "weights": {"customers": [7.5]},
            "grids": [{"id": "g1-1", "name": "Grid 1", "branch_id": "b1"}],
            "grid_index": [0],
            "placed": [],
            "cut": [],
            "bridges": [],
            "territories": [TERRITORY | {"group": 0, "pieces": 1, "hours_per_week": 38.5}],
        }
    )

    scenario: str
    revision: int
    version: int
    units: Literal["cells", "grids"]
    inputs: dict[str, int]
    measures: list[str]
    tolerance_percent: dict[str, FiniteFloat]
    cells: list[Cell]
    territory_index: list[int]
    group_index: list[int]
    weights: dict[str, list[FiniteFloat]]
    grids: list[GridName]
    grid_index: list[int]
    placed: list[int]
    cut: list[list[int]]
    bridges: list[list[int]]
    territories: list[PlannedTerritory]


class ScenarioMoved(Scenario):
    """The scenario afterwards, and what each move did to loads, imbalance, pieces and compactness."""

    model_config = answer_config(
        WHOLE
        | {
            "moves": [
                {
                    "cell": CELL,
                    "from": "T-s1",
                    "to": "T-s2",
                    "load_change": {"customers": 7.5},
                    "loads": {"T-s1": {"customers": 500.0}, "T-s2": {"customers": 507.5}},
                    "imbalance_percent": {"T-s1": {"customers": -0.7}, "T-s2": {"customers": 0.7}},
                    "pieces": {"T-s1": 1, "T-s2": 1},
                    "contiguous": True,
                    "J_km": 880.4,
                    "J_change_km": 0.6,
                }
            ]
        }
    )

    moves: list[dict[str, Any]]


class Commented(BaseModel):
    """A remark as it stands in the log."""

    model_config = answer_config(
        {
            "scenario": "Spring",
            "seq": 4,
            "by": "anna",
            "at": "2026-03-01T08:30:00+00:00",
            "text": "The river divides T-s2.",
        }
    )

    scenario: str
    seq: int
    by: str
    at: datetime
    text: str


class ScenarioDeleted(BaseModel):
    """What is gone: the scenario, and how many entries of its log, disputes and jobs went with it."""

    model_config = answer_config({"scenario": "Spring", "planned": ["b1"], "entries": 3, "disputes": 0, "jobs": 1})

    scenario: str
    planned: list[str]
    entries: int
    disputes: int
    jobs: int


class ScenarioPublished(BaseModel):
    """What went live: the plan version, the publication, and the one before, to which it can be taken back."""

    model_config = answer_config(
        {
            "scenario": "Spring",
            "status": "published",
            "branches": ["b1"],
            "effective_on": "2027-01-01",
            "plan": 13,
            "publication": 14,
            "publication_before": 7,
        }
    )

    scenario: str
    status: Literal["published"]
    branches: list[str]
    effective_on: date
    plan: int
    publication: int
    publication_before: int


class ScenarioTakenBack(BaseModel):
    """What is live again, and the publication that was taken back."""

    model_config = answer_config(
        {
            "scenario": "Spring",
            "status": "rolled_back",
            "branches": ["b1"],
            "publication": 7,
            "taken_back": 14,
            "plan": 13,
        }
    )

    scenario: str
    status: Literal["rolled_back"]
    branches: list[str]
    publication: int
    taken_back: int
    plan: int


class HistoryEntry(BaseModel):
    """One publication or roll-back. live: readers see it now; in_force: its date of effect has come."""

    model_config = ConfigDict(extra="forbid")

    scenario: str
    what: Literal["published", "rolled_back"]
    branches: list[str]
    by: str
    at: datetime
    effective_on: date | None
    publication: int
    live: bool
    in_force: bool


class TerritoryHistory(BaseModel):
    """Publications and roll-backs of scenarios, newest first."""

    model_config = answer_config(
        {
            "history": [
                {
                    "scenario": "Spring",
                    "what": "published",
                    "branches": ["b1"],
                    "by": "wang",
                    "at": "2026-03-01T08:30:00+00:00",
                    "effective_on": "2027-01-01",
                    "publication": 14,
                    "live": True,
                    "in_force": False,
                }
            ],
            "total": 1,
            "next": None,
        }
    )

    history: list[HistoryEntry]
    total: int
    next: str | None


class Handover(BaseModel):
    """Customers whose area goes to another manager, one page of them; money in fen."""

    model_config = answer_config(
        {
            "scenario": "Spring",
            "customers": 21,
            "balance_fen": 400_000_00,
            "cadence_example": True,
            "by_pair": [{"from_rm": "s1", "to_rm": "s2", "customers": 21, "balance_fen": 400_000_00}],
            "columns": ["from_rm", "to_rm", "customer_id"],
            "rows": [{"from_rm": "s1", "to_rm": "s2", "customer_id": "c1", "cell": "891f8c86cc3ffff"}],
            "total": 21,
            "next": None,
        }
    )

    scenario: str
    customers: int
    balance_fen: int
    cadence_example: bool
    by_pair: list[dict[str, Any]]
    columns: list[str]
    rows: list[dict[str, Any]]
    total: int
    next: str | None


DISPUTE: dict[str, Any] = {
    "id": 1,
    "branch_id": "b1",
    "subject_kind": "cell",
    "subject": CELL,
    "claimed_by": "s2",
    "reason": "Ours since 2019.",
    "raised_by": "anna",
    "raised_at": "2026-03-01T08:30:00+00:00",
    "awarded_to": None,
    "decision": None,
    "decided_by": None,
    "decided_at": None,
    "decided_on": None,
    "scenario": "Spring",
    "status": "open",
}


class Dispute(BaseModel):
    """A customer or cell that two claim, and what head office decided."""

    model_config = answer_config(DISPUTE)

    id: int
    branch_id: str
    subject_kind: Literal["customer", "cell"]
    subject: str
    claimed_by: str
    reason: str
    raised_by: str
    raised_at: datetime
    awarded_to: str | None
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    decided_on: date | None
    scenario: str
    status: Literal["open", "decided"]


class Disputes(BaseModel):
    """The disputes in the actor's scope."""

    model_config = answer_config({"disputes": [DISPUTE], "total": 1, "next": None})

    disputes: list[Dispute]
    total: int
    next: str | None


class CellChanges(BaseModel):
    """GeoJSON: the cells that change hands, merged by who gives and who gets them."""

    model_config = answer_config({"type": "FeatureCollection", "features": []})

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]


class Area(BaseModel):
    """Customers of one manager's area."""

    model_config = ConfigDict(extra="forbid")

    area_branch: str | None
    area_rm: str | None
    customers: int
    balance_fen: int | None


class AccountList(BaseModel):
    """Customers whose account and area part, one page of them; count: on all pages; customers: looked through."""

    model_config = answer_config(
        {
            "plan": "Spring",
            "policy_example": True,
            "customers": 400,
            "count": 1,
            "by_area": [{"area_branch": "b1", "area_rm": "s1", "customers": 1, "balance_fen": 10_000_00}],
            "items": [{"customer_id": "c1", "account_branch": "b2", "account_rm": "s3"}],
            "next": None,
        }
    )

    plan: str
    policy_example: bool
    customers: int
    count: int
    by_area: list[Area]
    items: list[dict[str, Any]]
    next: str | None
