"""The entries of the service's lists as typed dictionaries; a test holds them against its description."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class Branch(TypedDict):
    """A branch with the sums over its catchment."""

    id: str
    name: str
    kind: str
    lng: float | None
    lat: float | None
    synthetic: bool
    cells: int
    people: float | None
    customers: float | None
    merchants: float | None
    rms: int


class MeasureInfo(TypedDict):
    """What a measure means."""

    id: str
    name_zh: str
    name_en: str
    unit: str
    kind: str
    direction: str
    method: str
    numerator: str | None
    denominator: str | None
    weight: str | None
    origin: str
    formula: str | None


class Territory(TypedDict):
    """One manager's area: loads beside targets, imbalance in percent of the target."""

    id: str
    name: str
    branch_id: str
    rm_id: str | None
    rm_name: str | None
    colour: int
    cells: int
    loads: dict[str, float | None]
    targets: dict[str, float]
    imbalance_percent: dict[str, float]


class Job(TypedDict):
    """One job: progress is the share done, result what came of it, error why it failed."""

    id: str
    kind: str
    words: str
    file_name: str | None
    params: dict[str, Any]
    state: JobState
    step: str | None
    progress: float
    cancel_asked: bool
    attempts: int
    result: dict[str, Any] | None
    error: str | None
    created_by: str
    created_at: str
    started_at: str | None
    finished_at: str | None


class ScenarioHead(TypedDict):
    """A scenario without its figures."""

    scenario: str
    status: Literal["draft", "submitted", "approved", "rejected", "published", "rolled_back"]
    version: int
    revision: int
    planned: list[str]
    k: int
    measures: list[str]
    tolerance_percent: list[float]
    feasible: bool
    bound_gap_percent: float | None
    created_by: str | None
    notes: str | None
    created_at: str
    inputs: dict[str, int]


class Scenario(ScenarioHead):
    """A scenario whole: figures and certificate by branch, hours, comments, log."""

    units: Literal["cells", "grids"]
    growth: dict[str, float]
    changes: dict[str, Any]
    territories: list[dict[str, Any]]
    branches: dict[str, dict[str, Any]]
    load: dict[str, Any]
    comments: list[dict[str, Any]]
    log: list[dict[str, Any]]


class CustomerRow(TypedDict):
    """One customer; personal columns masked unless asked for whole."""

    id: str
    branch_id: str
    account_rm_id: str | None
    party: str | None
    tier: str | None
    age_band: str | None
    name: str | None
    phone: str | None
    address: str | None
    products: int | None
    balance_fen: int | None
    last_contact_on: str | None
    contacts_12m: int | None
    consent: bool | None
    do_not_contact: bool | None
    synthetic: bool | None


class MerchantRow(TypedDict):
    """One merchant; own: it stands in the bank's own list."""

    id: str
    name: str | None
    industry: str | None
    cell: str
    branch_id: str | None
    own: bool
