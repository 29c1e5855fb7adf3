"""Long work: what waits, what is under way, what came of it; and the way to stop it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from gridgeo.domain import Actor
from gridgeo.errors import BusyError, InvalidInputError
from gridgeo.jobs.view import job_view
from gridgeo.pipeline.steps import require_planner, run_params
from gridgeo.storage import jobs as rows
from gridgeo.storage import reading
from gridgeo.storage.jobs import STATES, JobRecord, NewJob, add_job, check_state, job_record
from gridgeo_api.deps import ActorKnown, Connected, KeyGiven, Writing, WritingNow, json_bytes, moment, plain_answer
from gridgeo_api.errors import language_of
from gridgeo_api.events import EVENT_EXAMPLE, MAX_WATCHERS, job_events
from gridgeo_api.openapi import accepted, problems, text_answer
from gridgeo_api.paging import BAD_CURSOR, cursor_of, parts_of
from gridgeo_api.schemas import Job, Jobs, JobsAsked, RunWanted

router = APIRouter(tags=["jobs"])
JobId = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-f]{32}$",
        description="Number of the job, as the request that began it was answered.",
        examples=["3f1c8e0a5b7d4c2e9f60718293a4b5c6"],
    ),
]


@router.get("/jobs", summary="List jobs", response_model=Jobs, responses=problems(401, 422, 503))
def list_jobs(
    request: Request, actor: ActorKnown, connection: Connected, asked: Annotated[JobsAsked, Query()]
) -> Response:
    """Jobs, newest first: the actor's own, everybody's for head office and planners."""
    states = STATES if asked.state is None else (check_state(asked.state),)
    after = None if asked.cursor is None else _place_of(asked.cursor)
    found = rows.list_jobs(connection, actor, states=states, limit=asked.limit + 1, after=after)
    shown = found[: asked.limit]
    more = cursor_of("jobs", shown[-1].created_at.isoformat(), shown[-1].id) if len(found) > len(shown) else None
    return plain_answer({"jobs": [job_view(job, language_of(request)) for job in shown], "next": more})


@router.get("/jobs/{job_id}", summary="Read one job", response_model=Job, responses=problems(401, 404, 422, 503))
def read_job(request: Request, actor: ActorKnown, connection: Connected, job_id: JobId) -> Response:
    """How far a job is, what came of it or why it failed; somebody else's job is not there."""
    return plain_answer(job_view(job_record(connection, actor, job_id), language_of(request)))


@router.get(
    "/jobs/{job_id}/events",
    summary="Watch a job",
    response_class=Response,
    responses=text_answer("text/event-stream", "Server-sent events; data is the job.", EVENT_EXAMPLE)
    | problems(401, 404, 422, 503),
)
async def watch_job(request: Request, actor: ActorKnown, job_id: JobId) -> Response:
    """Tell of every change of a job as it happens, until it is over: server-sent events whose data is the job.

    A stream ends after a minute at the latest; a browser asks again by itself.
    """
    first = await run_in_threadpool(_viewed, request, actor, job_id)
    watchers: anyio.CapacityLimiter = request.app.state.watchers
    if watchers.available_tokens < 1:
        raise BusyError("{count} jobs are watched already; ask for the job itself", count=MAX_WATCHERS)
    look = partial(run_in_threadpool, _viewed, request, actor, job_id)
    return StreamingResponse(
        job_events(first, look, watchers),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


@router.post(
    "/jobs/{job_id}/cancel",
    summary="Cancel a job",
    response_model=Job,
    responses=problems(401, 403, 404, 413, 422, 503),
)
async def cancel_job(request: Request, actor: ActorKnown, job_id: JobId) -> Response:
    """Cancel a job that waits; ask one under way to stop, which undoes what it did. A finished one stays."""
    return plain_answer(await run_in_threadpool(_cancelled, request, actor, job_id))


@router.post(
    "/runs",
    summary="Run every step",
    status_code=202,
    responses=accepted("Job") | problems(401, 403, 412, 413, 422, 503),
)
def start_run(writing: WritingNow, key: KeyGiven, wanted: RunWanted) -> Response:
    """Queue catchments, locating, scoring, territories and publication as one job."""
    require_planner(writing.actor)
    params = run_params(**wanted.model_dump()).as_dict()
    return queued(writing, NewJob("run", params, idempotency_key=key))


def queued(writing: Writing, new: NewJob) -> Response:
    """Queue a job for a planner and return the 202 that leads to it."""
    require_planner(writing.actor)
    return taken(writing.request, add_job(writing.connection, writing.actor, new, writing.now))


def taken(request: Request, job: JobRecord) -> Response:
    """Return the 202 that leads to a job."""
    location = f"/api/v1/jobs/{job.id}"
    body = json_bytes(job_view(job, language_of(request)))
    headers = {"location": location, "cache-control": "no-store"}
    return Response(body, status_code=202, media_type="application/json", headers=headers)


def _place_of(cursor: str) -> tuple[datetime, str]:
    """Return when the last job of the page before was queued, and its number."""
    name, moment_text, job_id = parts_of(cursor, 3)
    if name != "jobs" or not isinstance(job_id, str):
        raise InvalidInputError(BAD_CURSOR, given=cursor)
    try:
        at = datetime.fromisoformat(moment_text)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(BAD_CURSOR, given=cursor) from error
    if at.tzinfo is None:
        raise InvalidInputError(BAD_CURSOR, given=cursor)
    return at, job_id


def _cancelled(request: Request, actor: Actor, job_id: str) -> dict[str, Any]:
    rows.cancel_job(request.app.state.engine, actor, job_id, moment())
    return _viewed(request, actor, job_id)


def _viewed(request: Request, actor: Actor, job_id: str) -> dict[str, Any]:
    with reading(request.app.state.engine) as connection:
        return job_view(job_record(connection, actor, job_id), language_of(request))
