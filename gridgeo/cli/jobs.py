"""`gridgeo jobs`: long work that is waiting, under way or over, and the worker that does it."""

from __future__ import annotations

import signal
import threading
from typing import Annotated, Any

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, Session, StoreOption, emit, now, session
from gridgeo.i18n import Language, translate

JobArgument = Annotated[str, typer.Argument(help="Number of the job, as gridgeo jobs list shows it.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Long work: watch it, cancel it, do it.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(list_)
    group.command("show")(show)
    group.command("cancel")(cancel)
    group.command("work")(work)
    app.add_typer(group, name="jobs")


def list_(
    state: Annotated[
        str | None, typer.Option(help="Only jobs in this state: queued, running, done, failed or cancelled.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most jobs to list, newest first.")] = 50,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List jobs, newest first: your own, and everybody's for head office and planners.

    Example: gridgeo jobs list --state running
    """
    from gridgeo.jobs.view import job_view
    from gridgeo.storage import reading
    from gridgeo.storage.jobs import STATES, check_state, list_jobs

    states = STATES if state is None else (check_state(state),)
    with session(store, as_json, actor) as opened:
        with reading(opened.engine) as connection:
            found = list_jobs(connection, opened.actor, states=states, limit=limit)
        body = {"jobs": [job_view(job, opened.language) for job in found]}
        emit(as_json, body, _table(body["jobs"], opened.language))


def show(job: JobArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """Show one job: how far it is, and what came of it.

    Example: gridgeo jobs show 3f1c8e0a5b7d4c2e9f60718293a4b5c6
    """
    with session(store, as_json, actor) as opened:
        emit(as_json, _view(opened, job))


def cancel(job: JobArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """Cancel a job: one that waits at once, one under way as soon as its work looks up. Nothing half-done stays.

    Example: gridgeo jobs cancel 3f1c8e0a5b7d4c2e9f60718293a4b5c6
    """
    from gridgeo.storage.jobs import cancel_job

    with session(store, as_json, actor) as opened:
        cancel_job(opened.engine, opened.actor, job, now())
        emit(as_json, _view(opened, job))


def work(
    once: Annotated[bool, typer.Option("--once", help="End as soon as no job is waiting.")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Do the jobs of a store, one after the other, until stopped; several workers may share a store.

    Example: gridgeo jobs work --once
    """
    from gridgeo.jobs.worker import work as work_on

    stop = threading.Event()
    with session(store, as_json, None) as opened:
        previous = signal.signal(signal.SIGTERM, lambda *_: stop.set())
        try:
            begun = work_on(opened.engine, now, once=once, stop=stop)
        finally:
            signal.signal(signal.SIGTERM, previous)
        emit(as_json, {"begun": begun})


def _view(opened: Session, job: str) -> dict[str, Any]:
    from gridgeo.jobs.view import job_view
    from gridgeo.storage import reading
    from gridgeo.storage.jobs import job_record

    with reading(opened.engine) as connection:
        return job_view(job_record(connection, opened.actor, job), opened.language)


def _table(jobs: list[dict[str, Any]], language: Language) -> Table:
    table = Table()
    for column in ("job", "kind", "state", "step", "done, %", "created at", "created by"):
        table.add_column(translate(column, language))
    for job in jobs:
        table.add_row(
            job["id"],
            job["kind"],
            translate(job["state"], language),
            job["step"] or "",
            f"{100 * job['progress']:.0f}",
            job["created_at"],
            job["created_by"],
        )
    return table
