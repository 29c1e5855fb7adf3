"""Scenarios of territories: drafts apart from what is live, compared and weighed before anybody decides."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat

from gridgeo_api.schemas.common import answer_config

HEAD: dict[str, Any] = {
    "scenario": "Spring",
    "status": "draft",
    "version": 12,
    "revision": 1,
    "planned": ["b1"],
    "k": 6,
    "measures": ["customers", "workload"],
    "tolerance_percent": [5.0, 5.0],
    "feasible": True,
    "bound_gap_percent": 1.4,
    "created_by": "anna",
    "notes": None,
    "created_at": "2026-03-01T08:30:00+00:00",
    "inputs": {"ground": 1, "bank": 2, "catchment": 3, "location": 4, "score": 5, "plan": 6},
}


class ScenarioHead(BaseModel):
    """A scenario without its figures; planned: the branches that it plans; k: territories in all.

    bound_gap_percent: the largest of a branch to the best assignment for its centres, null where one states none.
    """

    model_config = ConfigDict(extra="forbid")

    scenario: str
    status: Literal["draft", "submitted", "approved", "rejected", "published", "rolled_back"]
    version: int
    revision: int
    planned: list[str]
    k: int
    measures: list[str]
    tolerance_percent: list[FiniteFloat]
    feasible: bool
    bound_gap_percent: FiniteFloat | None
    created_by: str | None
    notes: str | None
    created_at: str
    inputs: dict[str, int]


class Scenarios(BaseModel):
    """The scenarios in the actor's scope."""

    model_config = answer_config({"scenarios": [HEAD], "total": 1, "next": None})

    scenarios: list[ScenarioHead]
    total: int
    next: str | None


class Seat(BaseModel):
    """One territory of a scenario and who holds it; rm_id is null where nobody does yet."""

    model_config = ConfigDict(extra="forbid")

    id: str
    rm_id: str | None
    branch_id: str
    hours_per_week: FiniteFloat


WHOLE: dict[str, Any] = HEAD | {
    "units": "cells",
    "growth": {},
    "changes": {},
    "territories": [{"id": "T-s1", "rm_id": "s1", "branch_id": "b1", "hours_per_week": 38.5}],
    "branches": {"b1": {"feasible": True, "imbalance_percent": {"customers": 3.1, "workload": 4.2}}},
    "load": {"fits": True, "cadence": None, "example": True, "managers": []},
    "comments": [],
    "log": [{"seq": 1, "kind": "created", "by": "local", "at": "2026-03-01T08:30:00+00:00", "branches": ["b1"]}],
}


class Scenario(ScenarioHead):
    """A scenario whole. branches: figures and certificate by branch; load: whose work does not fit the hours."""

    model_config = answer_config(WHOLE)

    units: Literal["cells", "grids"]
    growth: dict[str, FiniteFloat]
    changes: dict[str, Any]
    territories: list[Seat]
    branches: dict[str, dict[str, Any]]
    load: dict[str, Any]
    comments: list[dict[str, Any]]
    log: list[dict[str, Any]]


class PlansCompared(BaseModel):
    """Two plans side by side. figures: branch -> figure -> one, other, change."""

    model_config = answer_config(
        {
            "one": "live",
            "other": "Spring",
            "branches": ["b1"],
            "figures": {"b1": {"J_km": {"one": 900.1, "other": 880.4, "change": -19.7}}},
            "cells": 40,
            "cells_moved": 3,
            "customers_moved": 21.5,
            "customers_moved_hard": 21,
            "customers_kept_percent": 97.4,
            "moves": [{"from": "T-s1", "to": "T-s2", "cells": 3, "customers": 21.5, "customers_hard": 21}],
            "files": {},
        }
    )

    one: str
    other: str
    branches: list[str]
    figures: dict[str, dict[str, dict[str, Any]]]
    cells: int
    cells_moved: int
    customers_moved: FiniteFloat
    customers_moved_hard: int
    customers_kept_percent: FiniteFloat
    moves: list[dict[str, Any]]
    files: dict[str, str]


class Gains(BaseModel):
    """What every manager and branch gains and loses by a scenario, in sums; money in fen."""

    model_config = answer_config(
        {
            "scenario": "Spring",
            "effective_on": "2026-04-01",
            "month": 0,
            "policy_example": True,
            "managers": [
                {
                    "rm": "s1",
                    "customers_before": 540,
                    "customers_after": 519,
                    "customers_gained": 0,
                    "customers_lost": 21,
                    "balance_before_fen": 9_000_000_00,
                    "balance_after_fen": 8_600_000_00,
                    "balance_gained_fen": 0,
                    "balance_lost_fen": 400_000_00,
                    "pay_basis_before_fen": 9_000_000_00,
                    "pay_basis_after_fen": 9_000_000_00,
                    "pay_basis_change_fen": 0,
                }
            ],
            "branches": [],
            "customers": 1040,
        }
    )

    scenario: str
    effective_on: str
    month: int
    policy_example: bool
    managers: list[dict[str, int | str]]
    branches: list[dict[str, int | str]]
    customers: int
