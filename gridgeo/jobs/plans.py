"""Scenarios of territories as jobs: solved, planned again, mended; with progress, and stopped when cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import BusyError
from gridgeo.jobs.tasks import Task
from gridgeo.pipeline.territories.answers import Answer, WatchedSolver, fresh
from gridgeo.pipeline.territories.drafts import (
    Draft,
    Question,
    asking,
    checked_name,
    keep_answers,
    question,
    require_revision,
    spec_of_draft,
)
from gridgeo.pipeline.territories.ground import PartGround
from gridgeo.pipeline.territories.moves import keep_mended, mending
from gridgeo.pipeline.territories.replans import Changes, replan_solver, spec_of_replan
from gridgeo.pipeline.territories.spec import Aim, Part
from gridgeo.storage.jobs import NewJob

STEP = "plan"
SOLVED = 0.95
"""Share done when all is solved; the rest is writing it down."""
MOST_WAIT_S = 600.0
BETWEEN_TRIES_S = 0.5
"""How long, and how often, a plan that is solved waits for whoever writes, as an import on SQLite does for minutes."""
HEAD = ("scenario", "status", "version", "revision", "planned", "feasible")
"""What the result of a job tells of its scenario; the rest is read with the scenario itself."""


def solving(name: str, draft: Draft, notes: str | None, revision: int | None) -> NewJob:
    """Return the job that solves a draft. revision: of the scenario that it takes the place of, None for a new one."""
    params = {"scenario": name, "draft": asdict(draft), "notes": notes, "revision": revision}
    return NewJob("scenario_solve", _json(params))


def planning_again(
    name: str, asked: tuple[Changes, Aim, tuple[str, ...]], notes: str | None, revision: int | None
) -> NewJob:
    """Return the job of a re-plan. asked: changes, aim, branches to plan (none for those that the changes concern)."""
    changes, aim, branches = asked
    params = {
        "scenario": name,
        "changes": asdict(changes),
        "aim": asdict(aim),
        "branches": branches,
        "notes": notes,
        "revision": revision,
    }
    return NewJob("scenario_replan", _json(params))


def repairing(name: str, locked: tuple[str, ...], revision: int) -> NewJob:
    """Return the job that mends a scenario around its locks."""
    return NewJob("scenario_repair", {"scenario": name, "locked": list(locked), "revision": revision})


def do_solve(task: Task) -> None:
    """Solve a draft and keep it under its name."""
    draft = _draft(task.params["draft"])
    task.progress(STEP, 0.0)
    with asking(task.engine, task.actor) as connection:
        name = _name_as_read(task, connection)
        asked = question(connection, task.actor, name, spec_of_draft(connection, task.actor, draft))
    _solved(task, asked, fresh, "solved")


def do_replan(task: Task) -> None:
    """Plan again from the plan before and keep it under its name."""
    changes, aim = _changes(task.params["changes"]), _aim(task.params["aim"])
    task.progress(STEP, 0.0)
    with asking(task.engine, task.actor) as connection:
        name = _name_as_read(task, connection)
        spec = spec_of_replan(connection, task.actor, changes, aim, tuple(task.params["branches"]))
        asked = question(connection, task.actor, name, spec)
    _solved(task, asked, replan_solver(changes), "replanned")


def do_repair(task: Task) -> None:
    """Mend a scenario around the cells that were placed by hand and its locked territories."""
    task.progress(STEP, 0.0)
    with asking(task.engine, task.actor) as connection:
        name = _name_as_read(task, connection)
        asked = mending(connection, task.actor, name, tuple(task.params["locked"]))
    answers = asked.answers(lambda share: task.progress(STEP, SOLVED * share))
    _kept(task, lambda connection: keep_mended(connection, task.actor, (asked, answers), task.clock()))


def _name_as_read(task: Task, connection: sa.Connection) -> str:
    name = str(task.params["scenario"])
    require_revision(connection, task.actor, name, task.params["revision"])
    return name


def _solved(task: Task, asked: Question, solver: WatchedSolver, kind: str) -> None:
    solved = asked, asked.answers(_Told(task, solver, len(asked.grounds)))
    notes = task.params["notes"]
    _kept(task, lambda connection: keep_answers(connection, task.actor, solved, task.clock(), kind=kind, notes=notes))


def _kept(task: Task, keep: Callable[[sa.Connection], Mapping[str, Any]]) -> None:
    """Write what was solved, as soon as nobody else writes: minutes of work are not thrown away for a busy store."""
    until = time.monotonic() + MOST_WAIT_S
    while True:
        task.progress(STEP, SOLVED)
        try:
            with task.engine.begin() as connection:
                body = keep(connection)
                task.finish(connection, {key: body[key] for key in HEAD})
        except BusyError:
            if time.monotonic() > until:
                raise
            time.sleep(BETWEEN_TRIES_S)
        else:
            return


class _Told:
    """A solver that tells the job how far all parts are."""

    def __init__(self, task: Task, solver: WatchedSolver, parts: int) -> None:
        self.task = task
        self.solver = solver
        self.parts = parts
        self.done = 0

    def __call__(self, ground: PartGround, part: Part, aim: Aim) -> Answer:
        """Solve a part."""
        answer = self.solver(ground, part, aim, watch=self._look)
        self.done += 1
        return answer

    def _look(self, share: float) -> None:
        self.task.progress(STEP, SOLVED * (self.done + share) / self.parts)


def check_asked(connection: sa.Connection, actor: Actor, new: NewJob) -> None:
    """Refuse at once what would fail later: the work's own questions, without solving anything."""
    params = new.params
    require_revision(connection, actor, checked_name(str(params["scenario"])), params["revision"])
    if new.kind == "scenario_solve":
        spec_of_draft(connection, actor, _draft(params["draft"]))
    elif new.kind == "scenario_replan":
        changes, aim = _changes(params["changes"]), _aim(params["aim"])
        spec_of_replan(connection, actor, changes, aim, tuple(params["branches"]))


def _draft(body: Mapping[str, Any]) -> Draft:
    return Draft(tuple(body["branches"]), _aim(body["aim"]), body["k"], body["homes"])


def _aim(body: Mapping[str, Any]) -> Aim:
    return Aim(**{**body, "measures": tuple(body["measures"]), "tolerance": tuple(body["tolerance"])})


def _changes(body: Mapping[str, Any]) -> Changes:
    lists = {name: tuple(body[name]) for name in ("leaves", "opens", "closes")}
    return Changes(**{**body, **lists})


def _json(value: Any) -> Any:  # noqa: ANN401 - plain values
    """Return tuples as lists, as the store gives them back, so that a repeated request is known by its parameters."""
    if isinstance(value, Mapping):
        return {key: _json(each) for key, each in value.items()}
    return [_json(each) for each in value] if isinstance(value, tuple | list) else value
