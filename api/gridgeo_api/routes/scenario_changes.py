"""Scenarios of territories, changed: made and solved by jobs, moved by hand, decided about, published, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from gridgeo.domain import Actor
from gridgeo.jobs.plans import check_asked, planning_again, repairing, solving
from gridgeo.pipeline.steps import require_money, require_planner
from gridgeo.pipeline.territories import approval, disputes, drafts, live, moves, removal
from gridgeo.storage.jobs import NewJob
from gridgeo_api.deps import ActorKnown, Connected, Once, OnceGiven, RevisionGiven, Writing, WritingNow, plain_answer
from gridgeo_api.errors import language_of
from gridgeo_api.openapi import accepted, problems
from gridgeo_api.params import ScenarioName
from gridgeo_api.routes.jobs import queued
from gridgeo_api.routes.scenarios import checked_answer, scenario_answer
from gridgeo_api.schemas import (
    Commented,
    CommentWanted,
    DecisionWanted,
    Dispute,
    DisputeDecision,
    DisputeWanted,
    DraftAsked,
    DraftChecked,
    MovesWanted,
    PublishWanted,
    RepairWanted,
    ReplanWanted,
    Scenario,
    ScenarioDeleted,
    ScenarioMoved,
    ScenarioPublished,
    ScenarioReplanned,
    ScenarioSolved,
    ScenarioTakenBack,
    ScenarioWanted,
)

router = APIRouter(tags=["territories"])
NEW = problems(401, 403, 404, 412, 413, 422, 503)
CHANGE = problems(401, 403, 404, 412, 413, 422, 428, 503)
DisputeId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the dispute.", examples=[1])]


@router.post("/scenarios/check", summary="Check a plan's question", response_model=DraftChecked, responses=NEW)
def check_draft(request: Request, actor: ActorKnown, connection: Connected, wanted: DraftAsked) -> Response:
    """Name what cannot work before anything is solved: territory, measure and the smallest tolerance that would."""
    require_money(actor)
    spec = drafts.spec_of_draft(connection, actor, wanted.draft())
    return checked_answer(language_of(request), (connection, actor), drafts.check_draft(connection, actor, spec))


@router.post("/scenarios", summary="Make a scenario", status_code=202, responses=accepted("Job") | NEW)
def make_scenario(writing: WritingNow, once: OnceGiven, wanted: ScenarioWanted) -> Response:
    """Queue a fresh plan under a new name; nothing live is touched. 412 when the name is taken."""
    return once.answer(writing, lambda: _queued(writing, solving(wanted.scenario, wanted.draft(), wanted.notes, None)))


@router.post(
    "/scenarios/replans",
    summary="Make a scenario from the plan before",
    status_code=202,
    responses=accepted("Job") | NEW,
)
def make_replan(writing: WritingNow, once: OnceGiven, wanted: ReplanWanted) -> Response:
    """Queue a plan that keeps customers with their managers while people, branches and demand change."""
    job = planning_again(wanted.scenario, wanted.asked(), wanted.notes, None)
    return once.answer(writing, lambda: _queued(writing, job))


@router.post(
    "/scenarios/{name}/solve", summary="Solve a scenario again", status_code=202, responses=accepted("Job") | CHANGE
)
def solve_scenario(
    writing: WritingNow, once: OnceGiven, name: ScenarioName, revision: RevisionGiven, wanted: ScenarioSolved
) -> Response:
    """Queue another plan for an open scenario, with another question."""
    job = solving(name, wanted.draft(), wanted.notes, revision)
    return once.answer(writing, lambda: _queued(writing, job))


@router.post(
    "/scenarios/{name}/replan", summary="Plan a scenario again", status_code=202, responses=accepted("Job") | CHANGE
)
def replan_scenario(
    writing: WritingNow, once: OnceGiven, name: ScenarioName, revision: RevisionGiven, wanted: ScenarioReplanned
) -> Response:
    """Queue another plan for an open scenario, from the plan before."""
    job = planning_again(name, wanted.asked(), wanted.notes, revision)
    return once.answer(writing, lambda: _queued(writing, job))


@router.post("/scenarios/{name}/repair", summary="Mend a scenario", status_code=202, responses=accepted("Job") | CHANGE)
def repair_scenario(
    writing: WritingNow, once: OnceGiven, name: ScenarioName, revision: RevisionGiven, wanted: RepairWanted
) -> Response:
    """Queue a repair around the cells that were placed by hand and around locked territories."""
    return once.answer(writing, lambda: _queued(writing, repairing(name, tuple(wanted.locked), revision)))


@router.post("/scenarios/{name}/moves", summary="Move cells by hand", response_model=ScenarioMoved, responses=CHANGE)
def move_cells(
    writing: WritingNow, once: OnceGiven, name: ScenarioName, revision: RevisionGiven, wanted: MovesWanted
) -> Response:
    """Give cells to other territories, all or none; a repair leaves them there. Tells loads, pieces, compactness."""

    def body() -> Response:
        _require(writing, name, revision)
        wishes = [(one.cell.lower(), one.territory) for one in wanted.moves]
        return scenario_answer(moves.move_cells(writing.connection, writing.actor, name, wishes, writing.now))

    return once.answer(writing, body)


@router.post(
    "/scenarios/{name}/comments",
    summary="Comment on a scenario",
    status_code=201,
    response_model=Commented,
    responses=NEW,
)
def comment_scenario(writing: WritingNow, once: OnceGiven, name: ScenarioName, wanted: CommentWanted) -> Response:
    """Add a remark; everybody inside the bank who sees the scenario may."""

    def body() -> Response:
        told = drafts.comment(writing.connection, writing.actor, name, wanted.text, writing.now)
        return plain_answer(told, status=201)

    return once.answer(writing, body)


@router.post("/scenarios/{name}/submit", summary="Submit a scenario", response_model=Scenario, responses=CHANGE)
def submit_scenario(writing: WritingNow, once: OnceGiven, name: ScenarioName, revision: RevisionGiven) -> Response:
    """Hand a draft to a checker; it cannot be changed from then on."""
    return _stepped(writing, once, (name, revision), lambda who: approval.submit(*who, name, writing.now))


@router.post("/scenarios/{name}/approve", summary="Approve a scenario", response_model=Scenario, responses=CHANGE)
def approve_scenario(
    writing: WritingNow, once: OnceGiven, name: ScenarioName, revision: RevisionGiven, wanted: DecisionWanted
) -> Response:
    """Approve a submitted scenario; nobody approves what they made, changed or submitted (403)."""
    remark = wanted.remark
    return _stepped(writing, once, (name, revision), lambda who: approval.approve(*who, name, writing.now, remark))


@router.post("/scenarios/{name}/reject", summary="Reject a scenario", response_model=Scenario, responses=CHANGE)
def reject_scenario(
    writing: WritingNow, once: OnceGiven, name: ScenarioName, revision: RevisionGiven, wanted: DecisionWanted
) -> Response:
    """Send a submitted or approved scenario back to its makers."""
    remark = wanted.remark
    return _stepped(writing, once, (name, revision), lambda who: approval.reject(*who, name, writing.now, remark))


@router.delete("/scenarios/{name}", summary="Delete a scenario", response_model=ScenarioDeleted, responses=CHANGE)
def delete_scenario(writing: WritingNow, once: OnceGiven, name: ScenarioName, revision: RevisionGiven) -> Response:
    """Delete a draft or a rejected scenario with its log, comments, disputes and jobs; its name is free again.

    412 when it is submitted or approved (reject it first), was ever published (it stays as a record), or a job works
    on it (cancel the job first).
    """
    who = (writing.connection, writing.actor)
    return once.answer(
        writing, lambda: plain_answer(removal.delete_scenario(*who, name, writing.now, revision=revision))
    )


@router.post(
    "/scenarios/{name}/publish", summary="Publish a scenario", response_model=ScenarioPublished, responses=CHANGE
)
def publish_scenario(
    writing: WritingNow, once: OnceGiven, name: ScenarioName, revision: RevisionGiven, wanted: PublishWanted
) -> Response:
    """Make an approved scenario live; its certificates are recomputed from the store by the independent checker."""

    def body() -> Response:
        _require(writing, name, revision)
        day = wanted.effective_on
        return plain_answer(live.publish_scenario(writing.connection, writing.actor, name, day, writing.now))

    return once.answer(writing, body)


@router.post(
    "/scenarios/{name}/rollback", summary="Take a scenario back", response_model=ScenarioTakenBack, responses=CHANGE
)
def rollback_scenario(writing: WritingNow, once: OnceGiven, name: ScenarioName, revision: RevisionGiven) -> Response:
    """Take a publication back: what was live before it is live again; 412 when something was published since."""

    def body() -> Response:
        _require(writing, name, revision)
        return plain_answer(live.rollback(writing.connection, writing.actor, name, writing.now))

    return once.answer(writing, body)


@router.post(
    "/scenarios/{name}/disputes",
    summary="Raise a dispute",
    status_code=201,
    response_model=Dispute,
    responses=NEW,
)
def raise_dispute(writing: WritingNow, once: OnceGiven, name: ScenarioName, wanted: DisputeWanted) -> Response:
    """Claim a customer or a cell for a manager; the scenario is not published before head office has decided."""
    claim = (wanted.kind, wanted.subject, wanted.claimed_by, wanted.reason)

    def body() -> Response:
        return plain_answer(
            disputes.raise_dispute(writing.connection, writing.actor, name, claim, writing.now), status=201
        )

    return once.answer(writing, body)


@router.post("/disputes/{dispute_id}/decision", summary="Decide a dispute", response_model=Dispute, responses=NEW)
def decide_dispute(writing: WritingNow, once: OnceGiven, dispute_id: DisputeId, wanted: DisputeDecision) -> Response:
    """Decide a dispute, once; head office alone may."""
    decision = (wanted.awarded_to, wanted.decision, wanted.decided_on or writing.now.date())

    def body() -> Response:
        return plain_answer(disputes.decide(writing.connection, writing.actor, dispute_id, decision, writing.now))

    return once.answer(writing, body)


def _require(writing: Writing, name: str, revision: int) -> None:
    require_planner(writing.actor)
    drafts.require_revision(writing.connection, writing.actor, name, revision)


def _queued(writing: Writing, new: NewJob) -> Response:
    """Queue a job once its question is known to be one."""
    require_planner(writing.actor)
    check_asked(writing.connection, writing.actor, new)
    return queued(writing, new)


def _stepped(
    writing: Writing,
    once: Once,
    which: tuple[str, int],
    step: Callable[[tuple[sa.Connection, Actor]], dict[str, Any]],
) -> Response:
    """Move a scenario on and return it."""

    def body() -> Response:
        _require(writing, *which)
        return scenario_answer(step((writing.connection, writing.actor)))

    return once.answer(writing, body)
