"""Draft scenarios: what-ifs apart from what is live, solved, kept under a name, commented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, InvalidInputError, NotFoundError
from gridgeo.pipeline.published import publication
from gridgeo.pipeline.steps import Inputs, require_changer, require_money, require_planner
from gridgeo.pipeline.territories.answers import Answer, Solver, findings_of, fresh, write_answers
from gridgeo.pipeline.territories.cadence import cadence_of, load_of
from gridgeo.pipeline.territories.ground import PartGround, grid_revisions, part_ground
from gridgeo.pipeline.territories.seats import branch_seats
from gridgeo.pipeline.territories.spec import Aim, Part, Spec, spec_from_dict
from gridgeo.storage import act_as, reading, version_record
from gridgeo.storage.scenarios import (
    ScenarioRecord,
    add_event,
    add_scenario,
    change_scenario,
    creator_of,
    events_of,
    find_scenario,
    scenario_record,
    scenario_records,
)

OPEN = ("draft", "rejected", "rolled_back")
"""States in which a scenario may be changed."""
MOST_NAME, MOST_TEXT = 80, 2_000


@dataclass(frozen=True)
class Draft:
    """A plan as it is asked for. k: territories a branch, its managers' number by default. homes: cell by manager."""

    branches: tuple[str, ...]
    aim: Aim = field(default_factory=Aim)
    k: int | None = None
    homes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Question:
    """All that a plan is solved from, read at one moment: its solver needs no store and keeps nobody waiting.

    before: the scenario that the answer takes the place of, None for a new one. grounds: of the spec's parts.
    """

    name: str
    before: ScenarioRecord | None
    spec: Spec
    inputs: Inputs
    grounds: tuple[PartGround, ...]

    def answers(self, solver: Solver = fresh) -> list[Answer]:
        """Solve every part."""
        aim = self.spec.aim
        return [solver(ground, part, aim) for ground, part in zip(self.grounds, self.spec.parts, strict=True)]


@contextmanager
def asking(engine: sa.Engine, actor: Actor) -> Iterator[sa.Connection]:
    """Yield a connection that reads at one moment what a plan is made from: as much as its writer sees."""
    with reading(engine) as connection:
        act_as(connection, actor, writes=True)
        yield connection


def live_inputs(connection: sa.Connection) -> Inputs:
    """Return the versions that are live, on which every scenario rests; NotFoundError when nothing is published."""
    return Inputs(**publication(connection).versions)


def spec_of_draft(connection: sa.Connection, actor: Actor, draft: Draft) -> Spec:
    """Make the question of a fresh plan, a part a branch.

    Raises NotFoundError for a branch that is not there or not in scope, InvalidInputError for homes that do not fit.
    """
    inputs = live_inputs(connection)
    if not draft.branches:
        raise InvalidInputError("name a branch to plan: --branch")
    parts = []
    for branch in dict.fromkeys(draft.branches):
        require_scope(actor, branch)
        seats = tuple(branch_seats(connection, inputs, branch, draft.k))
        revisions = grid_revisions(connection, (branch,)) if draft.aim.units == "grids" else {}
        parts.append(Part((branch,), seats, previous=inputs.plan, grid_revisions=revisions))
    return Spec(settled_aim(connection, draft.aim), tuple(_with_homes(parts, draft.homes)))


def settled_aim(connection: sa.Connection, aim: Aim) -> Aim:
    """Return the aim with the number of the cadence table that counts now, where one is stored.

    Raises InvalidInputError for a measure that the live scores do not have, or that does not add up over cells.
    """
    known = publication(connection).adding
    unknown = [name for name in aim.measures if name not in known]
    if unknown:
        raise InvalidInputError(
            "measures must be some of {known}, got {given}", known=", ".join(known), given=", ".join(unknown)
        )
    return replace(aim, cadence=cadence_of(connection).id)


def _with_homes(parts: list[Part], homes: Mapping[str, str]) -> list[Part]:
    """Give a part its homes: all of its territories have one, or none."""
    known = {seat.label for part in parts for seat in part.seats}
    stray = sorted(set(homes) - known)
    if stray:
        raise InvalidInputError(
            "there is no territory {name}: known are {known}", name=stray[0], known=", ".join(known)
        )
    filled = []
    for part in parts:
        missing = [seat.label for seat in part.seats if seat.label not in homes]
        if missing and len(missing) < len(part.seats):
            raise InvalidInputError(
                "give every territory of a branch a home, or none: {name} has none", name=missing[0]
            )
        cells = () if missing else tuple(homes[seat.label] for seat in part.seats)
        filled.append(replace(part, homes=cells))
    return filled


def require_scope(actor: Actor, branch_id: str) -> None:
    """Raise NotFoundError for a branch outside the actor's scope."""
    if not actor.sees(branch_id):
        raise NotFoundError("there is no branch {branch}", branch=branch_id)


def check_draft(connection: sa.Connection, actor: Actor, spec: Spec) -> dict[str, Any]:
    """Name what cannot work before anything is solved; nothing is written.

    Returns feasible (nothing found; no promise that a plan exists), findings, and the smallest tolerance in percent by
    measure at which every finding about that measure goes away.
    """
    require_money(actor)
    found = findings_of(connection, live_inputs(connection), spec)
    smallest: dict[str, float] = {}
    for finding in found:
        percent, measure = finding["smallest_tolerance_percent"], finding["measure"]
        if percent is not None and measure is not None:
            smallest[measure] = max(smallest.get(measure, 0.0), percent)
    return {
        "feasible": not found,
        "branches": spec.branches,
        "measures": list(spec.aim.measures),
        "tolerance_percent": [round(100 * share, 6) for share in spec.aim.tolerance],
        "findings": found,
        "smallest_tolerance_percent": smallest,
    }


def check_scenario(connection: sa.Connection, actor: Actor, name: str) -> dict[str, Any]:
    """Name what cannot work in what a scenario asks, as `check_draft` does."""
    return check_draft(connection, actor, spec_of(connection, scenario_record(connection, name, actor)))


def keep_answer(  # noqa: PLR0913 - what was asked and how it is to be solved
    connection: sa.Connection,
    actor: Actor,
    name: str,
    spec: Spec,
    now: datetime,
    *,
    solver: Solver = fresh,
    kind: str = "solved",
    notes: str | None = None,
) -> dict[str, Any]:
    """Solve what is asked and keep the answer, all in one transaction, which on SQLite keeps all others from writing.

    Raises what `question` and `keep_answers` raise.
    """
    asked = question(connection, actor, name, spec)
    return keep_answers(connection, actor, (asked, asked.answers(solver)), now, kind=kind, notes=notes)


def question(connection: sa.Connection, actor: Actor, name: str, spec: Spec) -> Question:
    """Read what a plan is solved from that is to be kept under a name, new or that of an open scenario.

    Raises ConflictError for a scenario that is submitted, approved or published, NotAllowedError, InvalidInputError.
    """
    require_planner(actor)
    name = checked_name(name)
    before = find_scenario(connection, name)
    if before is not None:
        require_open(scenario_record(connection, name, actor))
    inputs = live_inputs(connection)
    return Question(name, before, spec, inputs, grounds_of(connection, inputs, spec))


def grounds_of(connection: sa.Connection, inputs: Inputs, spec: Spec) -> tuple[PartGround, ...]:
    """Make the problem of every part."""
    return tuple(part_ground(connection, inputs, spec.aim, part) for part in spec.parts)


def keep_answers(
    connection: sa.Connection,
    actor: Actor,
    solved: tuple[Question, list[Answer]],
    now: datetime,
    *,
    kind: str = "solved",
    notes: str | None = None,
) -> dict[str, Any]:
    """Keep the answer to a question under its name; return the scenario's record.

    The best plan met is written, also where it keeps not every limit: `feasible` and its violations say so.
    Raises ConflictError when the scenario was changed, or the name taken, since the question was read.
    """
    require_planner(actor)
    asked, answers = solved
    spec, before = asked.spec, asked.before
    require_revision(connection, actor, asked.name, None if before is None else before.revision)
    version_id, _ = write_answers(connection, actor, asked.inputs, (spec, answers), now)
    values = {"status": "draft", "version_id": version_id, "scope": {"branches": spec.branches}}
    if notes is not None:
        values["notes"] = checked_text(notes, "notes")
    if before is None:
        record = add_scenario(connection, {"name": asked.name, "notes": None, "created_at": now} | values)
        add_event(connection, actor, record, "created", {"branches": spec.branches}, now)
    else:
        record = change_scenario(connection, before, values)
    add_event(connection, actor, record, kind, dict(spec.changes), now)
    return show(connection, actor, asked.name)


def require_open(record: ScenarioRecord) -> None:
    """Raise ConflictError for a scenario that is not to be changed any more."""
    if record.status not in OPEN:
        raise ConflictError(
            "scenario {name} is {status} and cannot be changed; work on under another name",
            name=record.name,
            status=record.status,
        )


def require_revision(connection: sa.Connection, actor: Actor, name: str, revision: int | None) -> None:
    """Make sure that a scenario is as the actor read it; None: that there is none of that name yet.

    Other changes of it wait until the transaction ends. Raises NotFoundError for one that is not in scope,
    ConflictError when it has moved on, or the name is taken.
    """
    if revision is None:
        if find_scenario(connection, name.strip()) is not None:
            raise ConflictError("the name {name} is taken; give another one", name=name)
        return
    scenario_record(connection, name, actor)
    found = find_scenario(connection, name)
    if found is None or found.revision != revision:
        raise ConflictError(
            "scenario {name} was changed in between: it is no longer at revision {expected}; read it again",
            name=name,
            expected=revision,
        )


def comment(connection: sa.Connection, actor: Actor, name: str, text: str, now: datetime) -> dict[str, Any]:
    """Add a remark to a scenario; everybody inside the bank who sees it may."""
    require_money(actor)
    require_changer(actor)
    record = scenario_record(connection, name, actor)
    seq = add_event(connection, actor, record, "comment", {"text": checked_text(text, "comment")}, now)
    return {"scenario": name, "seq": seq, "by": actor.id, "at": now.isoformat(), "text": text.strip()}


def list_scenarios(connection: sa.Connection, actor: Actor) -> list[dict[str, Any]]:
    """Return the scenarios in the actor's scope, ordered by name, without their figures."""
    require_money(actor)
    return [_head(connection, record) for record in scenario_records(connection, actor)]


def show(connection: sa.Connection, actor: Actor, name: str) -> dict[str, Any]:
    """Return a scenario whole: what was asked, figures and certificate a branch, comments, its log."""
    require_money(actor)
    record = scenario_record(connection, name, actor)
    version = version_record(connection, record.version_id)
    spec = spec_of(connection, record)
    bodies = (version.report or {})["branches"]
    log = [
        {"seq": event.seq, "kind": event.kind, "by": event.actor_id, "at": event.at.isoformat(), **event.body}
        for event in events_of(connection, record.id)
    ]
    return _head(connection, record) | {
        "units": spec.aim.units,
        "growth": dict(spec.aim.growth),
        "changes": dict(spec.changes),
        "territories": [
            {"id": seat.id, "rm_id": seat.rm_id, "branch_id": seat.branch_id, "hours_per_week": seat.hours_per_week}
            for part in spec.parts
            for seat in part.seats
        ],
        "branches": bodies,
        "load": load_of(connection, spec, bodies),
        "comments": [entry for entry in log if entry["kind"] == "comment"],
        "log": log,
    }


def spec_of(connection: sa.Connection, record: ScenarioRecord) -> Spec:
    """Return the question that a scenario's version answers."""
    return spec_from_dict(version_record(connection, record.version_id).params["spec"])


def _head(connection: sa.Connection, record: ScenarioRecord) -> dict[str, Any]:
    version = version_record(connection, record.version_id)
    spec = spec_of(connection, record)
    return {
        "scenario": record.name,
        "status": record.status,
        "version": record.version_id,
        "revision": record.revision,
        "planned": record.branches,
        "k": sum(len(part.seats) for part in spec.parts),
        "measures": list(spec.aim.measures),
        "tolerance_percent": [round(100 * share, 6) for share in spec.aim.tolerance],
        "feasible": bool((version.report or {})["feasible"]),
        "bound_gap_percent": _largest_gap((version.report or {})["branches"]),
        "created_by": creator_of(connection, record.id),
        "notes": record.notes,
        "created_at": record.created_at.isoformat(),
        "inputs": version.params["inputs"],
    }


def _largest_gap(bodies: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Return the largest gap of any branch to the best assignment for its centres; None where one states none."""
    gaps = [body["bound_gap_percent"] for body in bodies.values()]
    return None if None in gaps else max(gaps, default=None)


def checked_name(name: str) -> str:
    """Return the name of a scenario without blanks around it; InvalidInputError for what cannot be one."""
    name = name.strip()
    if not 0 < len(name) <= MOST_NAME or name == "live" or not name.isprintable():
        raise InvalidInputError("a scenario's name has 1 to {most} characters and is not live", most=MOST_NAME)
    return name


def checked_text(text: str, field_name: str) -> str:
    """Return a text that people wrote, without blanks around it; InvalidInputError when it is empty or too long."""
    text = text.strip()
    if not 0 < len(text) <= MOST_TEXT:
        raise InvalidInputError("{field} must have 1 to {most} characters", field=field_name, most=MOST_TEXT)
    return text
