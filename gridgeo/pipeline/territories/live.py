"""From an approved scenario to what everybody sees, and back: verified again, dated, logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import orjson
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.pipeline.assign import plan_colours, require_true
from gridgeo.pipeline.publish import publish as publish_versions
from gridgeo.pipeline.published import publication
from gridgeo.pipeline.steps import Inputs, RunParams, require_money, require_planner, run_params
from gridgeo.pipeline.territories.drafts import live_inputs, spec_of
from gridgeo.pipeline.territories.ground import labels_of_version, part_ground
from gridgeo.storage import finish_version, new_version, read_frame, set_live, version_record, write_frame
from gridgeo.storage.agreements import dispute_records
from gridgeo.storage.scenarios import (
    EventRecord,
    ScenarioRecord,
    add_event,
    change_scenario,
    events_of_kinds,
    scenario_record,
    scenario_records,
)

TABLES = ("territory", "territory_cell", "certificate")


def publish_scenario(
    connection: sa.Connection, actor: Actor, name: str, effective_on: date, now: datetime
) -> dict[str, Any]:
    """Make an approved scenario's territories part of a new plan version and publish it, with its date of effect.

    The other branches keep their territories. The independent checker recomputes every certificate from the stored
    plan first. Readers see the new plan from now on; effective_on is the day from which the duties follow it, kept
    with the plan.
    Raises ConflictError when the scenario is not approved, when scores or a planned branch's territories have been
    published anew since it was made, or a dispute about it is open; RuntimeError when a stored certificate is not true.
    """
    require_planner(actor)
    record = scenario_record(connection, name, actor)
    if record.status != "approved":
        raise ConflictError(
            "scenario {name} is {status}, not {allowed}", name=name, status=record.status, allowed="approved"
        )
    _require_settled(connection, record)
    inputs = live_inputs(connection)
    _require_current(connection, record, inputs)
    verify_stored(connection, record)
    before = publication(connection).id
    plan = _plan_version(connection, actor, record, inputs, (effective_on, now))
    published = publish_versions(connection, actor, replace(inputs, plan=plan), _params(connection, inputs), now)
    record = change_scenario(connection, record, {"status": "published"})
    body = {
        "effective_on": effective_on.isoformat(),
        "plan": plan,
        "publication": published.version_id,
        "publication_before": before,
    }
    add_event(connection, actor, record, "published", body, now)
    return {"scenario": name, "status": record.status, "branches": record.branches, **body}


def verify_stored(connection: sa.Connection, record: ScenarioRecord) -> list[str]:
    """Have the independent checker recompute the certificates of a scenario from the store; return the branches.

    Raises RuntimeError naming the first figure that is not what the certificate says.
    """
    inputs = Inputs(**version_record(connection, record.version_id).params["inputs"])
    spec = spec_of(connection, record)
    bodies = _bodies(connection, record.version_id)
    for part in spec.parts:
        ground = part_ground(connection, inputs, spec.aim, part)
        labels = ground.of_nodes(labels_of_version(connection, record.version_id, ground.cells, part))
        body = bodies[part.seats[0].branch_id]
        require_true(", ".join(part.branches), ground.problem, labels, body["certificate"])
    return record.branches


def rollback(connection: sa.Connection, actor: Actor, name: str | None, now: datetime) -> dict[str, Any]:
    """Take the publication of a scenario back: what was live before it is live again.

    name: None for the scenario published last. Raises ConflictError when something else was published since,
    NotFoundError when no scenario is published.
    """
    require_planner(actor)
    event, record = _last_published(connection, actor, name)
    live_now = publication(connection).id
    if live_now != event.body["publication"]:
        raise ConflictError(
            "publication {live} was made after scenario {name} was published: publish what is wanted instead",
            live=live_now,
            name=record.name,
        )
    set_live(connection, actor, "publication", int(event.body["publication_before"]), now)
    record = change_scenario(connection, record, {"status": "rolled_back"})
    body = {
        "publication": event.body["publication_before"],
        "taken_back": event.body["publication"],
        "plan": event.body["plan"],
    }
    add_event(connection, actor, record, "rolled_back", body, now)
    return {"scenario": record.name, "status": record.status, "branches": record.branches, **body}


def history(connection: sa.Connection, actor: Actor, today: date) -> list[dict[str, Any]]:
    """Return every publication and roll-back of a scenario in scope, newest first.

    live: whether readers see it now. in_force: whether it is the newest plan of one of its branches, not rolled back,
    whose date of effect has come.
    """
    require_money(actor)
    names = {record.id: record for record in scenario_records(connection, actor)}
    live_now = publication(connection).id
    events = [
        event for event in events_of_kinds(connection, ("published", "rolled_back")) if event.scenario_id in names
    ]
    back = {event.body["taken_back"] for event in events if event.kind == "rolled_back"}
    standing = [
        event
        for event in events
        if event.kind == "published"
        and event.body["publication"] not in back
        and date.fromisoformat(event.body["effective_on"]) <= today
    ]
    newest: dict[str, int] = {}
    for event in sorted(standing, key=lambda each: (each.body["effective_on"], each.body["publication"])):
        newest |= dict.fromkeys(names[event.scenario_id].branches, int(event.body["publication"]))
    return [
        {
            "scenario": names[event.scenario_id].name,
            "what": event.kind,
            "branches": names[event.scenario_id].branches,
            "by": event.actor_id,
            "at": event.at.isoformat(),
            "effective_on": event.body.get("effective_on"),
            "publication": event.body["publication"],
            "live": event.body["publication"] == live_now,
            "in_force": event.kind == "published" and event.body["publication"] in newest.values(),
        }
        for event in reversed(events)
    ]


def _last_published(connection: sa.Connection, actor: Actor, name: str | None) -> tuple[EventRecord, ScenarioRecord]:
    records = {record.id: record for record in scenario_records(connection, actor) if record.status == "published"}
    wanted = [record.id for record in records.values() if name in (None, record.name)]
    events = [event for event in events_of_kinds(connection, ("published",)) if event.scenario_id in wanted]
    if name is not None:
        scenario_record(connection, name, actor)
    if not events:
        raise NotFoundError("no scenario is published that could be rolled back")
    return events[-1], records[events[-1].scenario_id]


def _bodies(connection: sa.Connection, version_id: int) -> dict[str, dict[str, Any]]:
    rows = read_frame(connection, "certificate", version_id=version_id)
    return {row["branch_id"]: orjson.loads(row["body"]) for row in rows.iter_rows(named=True)}


def _require_settled(connection: sa.Connection, record: ScenarioRecord) -> None:
    """Refuse a scenario with a dispute that head office has not decided."""
    unsettled = [each.id for each in dispute_records(connection, None, record.id) if each.decided_at is None]
    if unsettled:
        raise ConflictError(
            "dispute {dispute} about scenario {name} is open: head office decides first",
            dispute=", ".join(map(str, unsettled)),
            name=record.name,
        )


def _require_current(connection: sa.Connection, record: ScenarioRecord, inputs: Inputs) -> None:
    """Refuse a scenario that was made on other scores than live, or over other territories than its makers saw."""
    made_on = Inputs(**version_record(connection, record.version_id).params["inputs"])
    for kind in ("bank", "catchment", "location", "score"):
        if getattr(made_on, kind) != getattr(inputs, kind):
            raise ConflictError(
                "scenario {name} was made on {kind} version {used}, live is {wanted}: solve it again",
                name=record.name,
                kind=kind,
                used=getattr(made_on, kind),
                wanted=getattr(inputs, kind),
            )
    where = {"branch_id": record.branches}
    then, today = (
        read_frame(connection, "territory_cell", version_id=plan, where=where) for plan in (made_on.plan, inputs.plan)
    )
    if not then.equals(today):
        raise ConflictError(
            "the territories of {branches} have been published anew since scenario {name} was made: solve it again",
            branches=", ".join(record.branches),
            name=record.name,
        )


def _plan_version(
    connection: sa.Connection, actor: Actor, record: ScenarioRecord, inputs: Inputs, days: tuple[date, datetime]
) -> int:
    """Write the plan version that holds the scenario's branches anew and all others as they are live."""
    effective_on, now = days
    params = _params(connection, inputs).as_dict() | {
        "inputs": {kind: version for kind, version in inputs.as_dict().items() if kind != "plan"},
        "effective_on": effective_on.isoformat(),
        "hours": _hours(connection, record, inputs.plan),
        "scenario": record.name,
        "scenario_version": record.version_id,
    }
    version_id = new_version(connection, actor, "plan", params=params, now=now)
    tables = {name: _merged(connection, name, record, inputs.plan) for name in TABLES}
    tables["territory"] = _coloured(tables["territory"], tables["territory_cell"])
    for name, table in tables.items():
        write_frame(connection, name, table, version_id=version_id)
    old = version_record(connection, inputs.plan).report or {}
    kept = {branch: body for branch, body in old.get("branches", {}).items() if branch not in record.branches}
    mine = (version_record(connection, record.version_id).report or {})["branches"]
    finish_version(connection, version_id, report=old | {"branches": dict(sorted((kept | mine).items()))})
    return version_id


def _hours(connection: sa.Connection, record: ScenarioRecord, plan: int) -> dict[str, float]:
    """Return territory -> hours a week that were agreed with it, the scenario's above those of the plan before."""
    before: dict[str, float] = version_record(connection, plan).params.get("hours", {})
    mine = {seat.id: seat.hours_per_week for part in spec_of(connection, record).parts for seat in part.seats}
    return before | mine


def _merged(connection: sa.Connection, table: str, record: ScenarioRecord, plan: int) -> pl.DataFrame:
    others = read_frame(connection, table, version_id=plan).filter(~pl.col("branch_id").is_in(record.branches))
    return pl.concat([others, read_frame(connection, table, version_id=record.version_id)])


def _coloured(territories: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Colour all territories anew, so that those that touch across branches differ."""
    number = territories.with_row_index("at").select("branch_id", territory_id="id", at=pl.col("at").cast(pl.Int32))
    joined = cells.join(number, on=["branch_id", "territory_id"], how="left").sort("cell")
    colours = plan_colours(joined["cell"].to_numpy(), joined["at"].to_numpy())
    padded = [*colours.tolist(), *[0] * (territories.height - len(colours))]
    return territories.with_columns(colour=pl.Series(padded, dtype=pl.Int32))


def _params(connection: sa.Connection, inputs: Inputs) -> RunParams:
    """Return the run parameters of the live plan's catchments."""
    stored = version_record(connection, inputs.catchment).params
    return run_params(**{name: stored[name] for name in RunParams().as_dict() if name in stored})
