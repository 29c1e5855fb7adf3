"""Run the whole job: catchments, locate, score, assign, publish; a run that was killed goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.pipeline import assign, locate, publish, score
from gridgeo.pipeline.catchments.draw import draw
from gridgeo.pipeline.changed import Since, changed_since, state_now, still_as_compared, taken_over
from gridgeo.pipeline.steps import (
    Inputs,
    Progress,
    RunParams,
    Step,
    StepResult,
    no_progress,
    require_planner,
    run_params,
)
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import finish_run, live, reading, record_step, start_or_resume_run, version_record

STEPS: dict[str, Step] = {
    "catchment": draw,
    "location": locate.locate,
    "score": score.refresh,
    "plan": assign.assign,
    "publication": publish.publish,
}
"""Kind of version -> the step that writes it, in order."""


AtEnd = Callable[[sa.Connection, dict[str, Any]], None]
"""Called with the numbers of the run and of its publication."""


def nothing_more(connection: sa.Connection, result: dict[str, Any]) -> None:
    """Do nothing at the end of a run."""


Asked = tuple[str, Mapping[str, Any], Since | None]
"""A publication, parameters to be other than its own, and the comparison with it if there is one."""


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    resumed: names of the steps an earlier, killed run had already finished. seconds: wall time of each step run now.
    since: what was compared with an earlier publication, whose steps were taken over where nothing had changed.
    """

    run_id: int
    inputs: Inputs
    publication: int
    resumed: tuple[str, ...]
    reports: dict[str, dict[str, Any]]
    seconds: dict[str, float] = field(default_factory=dict)
    since: Since | None = None


def run(  # noqa: PLR0913 - what a run is told, and whom it tells
    engine: sa.Engine,
    actor: Actor,
    params: RunParams,
    clock: Callable[[], datetime],
    progress: Progress = no_progress,
    at_end: AtEnd = nothing_more,
    since: Asked | None = None,
) -> RunReport:
    """Run every step on the working ground and bank, each in a transaction of its own.

    since: a publication and parameters to be other than its own, as `changed_since` takes them, and the comparison if
    it was made already: of the steps that no change since then concerns the rows are taken over; params are not asked
    then.
    at_end: called in the transaction of the publication, so that whoever asked for the run can note its end with it.

    An engine and not a connection comes in, since the run must outlive a kill: a step's version and the note that the
    step is done are committed together, so a later run with the same parameters on the same data takes up the
    unfinished one. A finished run is never reused: running again makes new versions.
    """
    require_planner(actor)
    with engine.begin() as connection:
        inputs = Inputs(ground=live(connection, "ground").id, bank=live(connection, "bank").id)
        compared = None if since is None else _compared(connection, since, clock().date())
        state = state_now(connection) if compared is None else compared.moment.state
        params = params if compared is None else compared.params
        reused = {} if compared is None else compared.reusable
        digest = _digest(inputs, params, (reused, state))
        run_id, done = start_or_resume_run(connection, actor, digest=digest, state=state, now=clock())
    seconds: dict[str, float] = {}
    reports: dict[str, dict[str, Any]] = {}
    publication = 0
    for kind, step in STEPS.items():
        progress(kind)
        if kind not in done:
            began = time.perf_counter()
            how = step if kind not in reused else _taking_over(reused[kind])
            result = _run_step(engine, actor, (run_id, kind, at_end), how, (inputs, params, clock()))
            seconds[kind] = round(time.perf_counter() - began, 3)
        else:
            with reading(engine) as connection:
                result = StepResult(done[kind], version_record(connection, done[kind]).report or {})
        reports[kind] = result.report
        if kind == "publication":
            publication = result.version_id
        else:
            inputs = inputs.with_version(kind, result.version_id)
    return RunReport(run_id, inputs, publication, tuple(done), reports, seconds, compared)


def _compared(connection: sa.Connection, since: Asked, today: date) -> Since:
    publication, chosen, before = since
    if before is None:
        return changed_since(connection, publication, chosen, state_now(connection), today)
    return still_as_compared(connection, before, (publication, chosen), today)


def run_one(connection: sa.Connection, actor: Actor, kind: str, chosen: dict[str, Any], now: datetime) -> StepResult:
    """Run one step alone on the newest versions before it, inside the caller's transaction.

    chosen: run parameters to change; the others are those of the newest catchments (defaults when there are none).
    Raises InvalidInputError when a step before it has not run, ConflictError when the versions do not match.
    """
    require_planner(actor)
    inputs, params = _prepared(connection, kind, chosen)
    return STEPS[kind](connection, actor, inputs, params, now)


def addresses_to_ask(connection: sa.Connection, actor: Actor) -> list[str]:
    """Return the addresses of the working bank that have no place by gazetteer, point or decision, each once.

    Raises InvalidInputError when there are no catchments yet.
    """
    require_planner(actor)
    return locate.texts_to_ask(connection, *_prepared(connection, "location", {}))


def _prepared(connection: sa.Connection, kind: str, chosen: dict[str, Any]) -> tuple[Inputs, RunParams]:
    """Return what one step alone runs on, and with which parameters."""
    inputs = newest_inputs(connection)
    before = list(STEPS)[: list(STEPS).index(kind)]
    inputs = Inputs(inputs.ground, inputs.bank, **{name: getattr(inputs, name) for name in before})
    publish.require_matching(connection, inputs, tuple(before))
    stored = version_record(connection, inputs.catchment).params if inputs.catchment else {}
    known = {name: stored[name] for name in RunParams().as_dict() if name in stored}
    return inputs, run_params(**known | chosen)


def _run_step(
    engine: sa.Engine,
    actor: Actor,
    place: tuple[int, str, AtEnd],
    step: Step,
    given: tuple[Inputs, RunParams, datetime],
) -> StepResult:
    (run_id, kind, at_end), (inputs, params, now) = place, given
    with engine.begin() as connection:
        result = step(connection, actor, inputs, params, now)
        record_step(connection, run_id, kind, result.version_id)
        if kind == "publication":
            finish_run(connection, run_id, now)
            at_end(connection, {"run": run_id, "publication": result.version_id})
    return result


def _taking_over(version_id: int) -> Step:
    def step(
        connection: sa.Connection,
        actor: Actor,
        inputs: Inputs,
        params: RunParams,  # noqa: ARG001 - every step is called alike
        now: datetime,
    ) -> StepResult:
        return taken_over(connection, actor, version_id, inputs, now)

    return step


def _digest(inputs: Inputs, params: RunParams, found: tuple[Mapping[str, int], Mapping[str, str]]) -> str:
    reusable, state = found
    # A run that takes steps over is another one as soon as anything is other than it was compared with.
    compared = [dict(reusable), dict(state)] if reusable else []
    text = json.dumps([inputs.as_dict(), params.as_dict(), *compared], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
