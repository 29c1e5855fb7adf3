"""Scenarios of territories: made, solved, moved, decided about, published, taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import cast
from urllib.parse import quote

from gridgeo.client.records import Job, Scenario, ScenarioHead
from gridgeo.client.transport import Json, Transport

PATH = "/api/v1/scenarios"


class Scenarios:
    """The scenarios of a service. A change is of the revision that was read: ``scenario["revision"]``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Iterator[ScenarioHead]:
        """Yield the scenarios in scope, without their figures."""
        return self._transport.pages(PATH, "scenarios")

    def read(self, name: str) -> Scenario:
        """Return a scenario whole."""
        return cast("Scenario", self._transport.get(_of(name)))

    def cells(self, name: str) -> Json:
        """Return a scenario on its cells, in columns: owners, weights, area grids, figures by territory."""
        return self._transport.get(f"{_of(name)}/cells")

    def check(self, branches: Sequence[str], **aim: object) -> Json:
        """Name what cannot work before anything is solved. aim: k, homes, measures, tolerance_percent and so on."""
        return self._transport.post(f"{PATH}/check", {"branches": list(branches)} | aim)

    def make(self, name: str, branches: Sequence[str], *, notes: str | None = None, **aim: object) -> Job:
        """Queue a fresh plan under a new name."""
        body = {"scenario": name, "branches": list(branches), "notes": notes} | aim
        return cast("Job", self._transport.post(PATH, body))

    def make_replan(self, name: str, *, notes: str | None = None, **changes: object) -> Job:
        """Queue a plan from the one before under a new name. changes: leaves, joins, keep_share and so on."""
        return cast("Job", self._transport.post(f"{PATH}/replans", {"scenario": name, "notes": notes} | changes))

    def solve(self, name: str, revision: int, branches: Sequence[str], **aim: object) -> Job:
        """Queue another plan for an open scenario."""
        return self._job(name, "solve", revision, {"branches": list(branches)} | aim)

    def replan(self, name: str, revision: int, **changes: object) -> Job:
        """Queue another plan, from the plan before, for an open scenario."""
        return self._job(name, "replan", revision, changes)

    def repair(self, name: str, revision: int, locked: Sequence[str] = ()) -> Job:
        """Queue a repair around the cells placed by hand and around locked territories."""
        return self._job(name, "repair", revision, {"locked": list(locked)})

    def move(self, name: str, revision: int, moves: Mapping[int, str]) -> Json:
        """Give cells to other territories, all or none. moves: cell -> territory or manager."""
        wishes = [{"cell": f"{int(cell):015x}", "territory": territory} for cell, territory in moves.items()]
        return self._step(name, "moves", revision, {"moves": wishes})

    def comment(self, name: str, text: str) -> Json:
        """Add a remark."""
        return self._transport.post(f"{_of(name)}/comments", {"text": text})

    def submit(self, name: str, revision: int) -> Scenario:
        """Hand a draft to a checker."""
        return cast("Scenario", self._step(name, "submit", revision, None))

    def approve(self, name: str, revision: int, remark: str = "") -> Scenario:
        """Approve a submitted scenario; not for whoever made it."""
        return cast("Scenario", self._step(name, "approve", revision, {"remark": remark}))

    def reject(self, name: str, revision: int, remark: str = "") -> Scenario:
        """Send a scenario back to its makers."""
        return cast("Scenario", self._step(name, "reject", revision, {"remark": remark}))

    def delete(self, name: str, revision: int) -> Json:
        """Delete a draft or a rejected scenario that was never published, with its log, comments, disputes and jobs."""
        return self._transport.delete(_of(name), revision=revision)

    def publish(self, name: str, revision: int, effective_on: date) -> Json:
        """Make an approved scenario live."""
        return self._step(name, "publish", revision, {"effective_on": effective_on.isoformat()})

    def rollback(self, name: str, revision: int) -> Json:
        """Take a publication back."""
        return self._step(name, "rollback", revision, None)

    def compare(self, name: str, against: str = "live") -> Json:
        """Return the figures of two plans side by side."""
        return self._transport.get(f"{_of(name)}/compare", {"against": against})

    def changes(self, name: str, against: str = "live") -> Json:
        """Return the ground that changes hands between two plans as GeoJSON."""
        return self._transport.get(f"{_of(name)}/changes.geojson", {"against": against})

    def gains(self, name: str, effective_on: date | None = None, month: int = 0) -> Json:
        """Return what every manager and branch gains and loses."""
        return self._transport.get(f"{_of(name)}/gains", {"effective_on": effective_on, "month": month})

    def handover(self, name: str) -> Iterator[Json]:
        """Yield the customers who get another manager."""
        return self._transport.pages(f"{_of(name)}/handover", "rows")

    def conflicts(self, name: str = "live") -> Iterator[Json]:
        """Yield the customers whose account is with another manager than their area."""
        return self._transport.pages(f"{_of(name)}/conflicts", "items")

    def enclaves(self, name: str = "live") -> Iterator[Json]:
        """Yield the customers of other branches who live in an area."""
        return self._transport.pages(f"{_of(name)}/enclaves", "items")

    def report(self, name: str) -> bytes:
        """Return the report on paper as HTML."""
        return self._transport.fetch("GET", f"{_of(name)}/report.html").content

    def history(self) -> Sequence[Json]:
        """Return what was published and taken back, newest first."""
        return list(self._transport.pages("/api/v1/territories/history", "history"))

    def disputes(self, name: str | None = None, *, only_open: bool = False) -> Iterator[Json]:
        """Yield disputes with their decisions."""
        return self._transport.pages("/api/v1/disputes", "disputes", {"scenario": name, "open": only_open})

    def dispute(self, name: str, kind: str, subject: str, claimed_by: str, reason: str) -> Json:
        """Claim a customer or a cell for a manager."""
        body = {"kind": kind, "subject": subject, "claimed_by": claimed_by, "reason": reason}
        return self._transport.post(f"{_of(name)}/disputes", body)

    def decide_dispute(self, dispute_id: int, awarded_to: str, decision: str) -> Json:
        """Decide a dispute, once; head office alone may."""
        body = {"awarded_to": awarded_to, "decision": decision}
        return self._transport.post(f"/api/v1/disputes/{dispute_id}/decision", body)

    def cadence(self) -> Json:
        """Return the cadence table that counts; a change names its ``policy``."""
        return self._transport.get("/api/v1/cadence")

    def set_cadence(self, rows: Sequence[Json], policy: int | None, **hours: float) -> Json:
        """Set the cadence table whole. policy: number of the one before, None for the example."""
        return self._transport.post("/api/v1/cadence", {"rows": list(rows)} | hours, revision=policy or 0)

    def account_policy(self) -> Json:
        """Return the policy of accounts and areas that counts; a change names its ``policy``."""
        return self._transport.get("/api/v1/account-policy")

    def set_account_policy(self, paid: Sequence[Json], policy: int | None, **rules: object) -> Json:
        """Set the policy of accounts and areas whole. policy: number of the one before, None for the example."""
        return self._transport.post("/api/v1/account-policy", {"paid": list(paid)} | rules, revision=policy or 0)

    def overlays(self, feature_id: str | None = None, on: date | None = None) -> Iterator[Json]:
        """Yield the specialists of industry and cohort grids."""
        return self._transport.pages("/api/v1/overlays", "overlays", {"feature_id": feature_id, "on": on})

    def assign_overlay(self, feature_id: str, staff_id: str, **chosen: object) -> Json:
        """Give a grid to a specialist. chosen: branch_id, starts_on, ends_on (days as texts)."""
        return self._transport.post("/api/v1/overlays", {"feature_id": feature_id, "staff_id": staff_id} | chosen)

    def end_overlay(self, overlay_id: int, ends_on: str | None = None) -> Json:
        """Write the last day of a specialist; today without it."""
        return self._transport.post(f"/api/v1/overlays/{overlay_id}/end", {"ends_on": ends_on})

    def _step(self, name: str, step: str, revision: int, body: object) -> Json:
        return self._transport.post(f"{_of(name)}/{step}", body, revision=revision)

    def _job(self, name: str, step: str, revision: int, body: object) -> Job:
        return cast("Job", self._step(name, step, revision, body))


def _of(name: str) -> str:
    return f"{PATH}/{quote(name, safe='')}"
