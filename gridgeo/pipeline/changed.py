"""What has changed since a publication, and so which steps of a run must be done again; the others are taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from gridgeo import __version__
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.gazetteers import newest_gazetteer
from gridgeo.pipeline.published import publication_record
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, run_params
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import finish_version, list_versions, live, new_version, version_record
from gridgeo.storage.models import Base
from gridgeo.storage.runs import state_of_publication
from gridgeo.storage.versions import VersionRecord, part_of
from gridgeo.storage.whole import VERSION, copy_version, digest_of

LAST = "last"
"""Stands for the live publication."""
COMPUTED = ("catchment", "location", "score", "plan")
"""Steps whose versions can be taken over, in order."""
GROUND = (
    *("boundary", "street", "building", "merchant", "road_node", "road_edge"),
    *("denominator", "denominator_unit", "denominator_figure", "zone_match", "cell_value"),
)
READ_BY: dict[str, tuple[str, ...]] = {
    "catchment": (*GROUND, "org_unit", "store_setting", "release"),
    "location": (
        *("customer", "gazetteer", "original", "party_match", "industry_code"),
        *("review_decision", "provider_answer", "newest_gazetteer"),
    ),
    "score": (
        *("staff", "household", "product", "price", "contact", "user_measure", "planning_policy"),
        *("feature_grid", "snapshot", "snapshot_member"),
    ),
    "plan": (),
}
"""Step -> what it is the first to read; what a step before has read, or written, counts for it as well.

Tables, and two things that are none: the release of gridgeo, and the number of the newest gazetteer.
"""
DERIVED = ("review_item", "review_party", "measure")
"""Tables that steps read and write: what people have decided about them stands elsewhere."""


@dataclass(frozen=True)
class Moment:
    """What a comparison rests on: state as `state_now` gives it, the newest versions, the day."""

    state: Mapping[str, str]
    newest: Inputs
    day: date


@dataclass(frozen=True)
class Since:
    """What a run may take over.

    publication: the one compared with; params: what it was made with. changed: what is other than it was, by its name
    in `READ_BY`, among the parameters, or a step. reusable: step -> its version, of the steps before the first that a
    change concerns. moment: what was compared, and when.
    """

    publication: int
    params: RunParams
    changed: tuple[str, ...]
    reusable: Mapping[str, int]
    moment: Moment

    @property
    def nothing(self) -> bool:
        """Whether not one step is to be done again."""
        return len(self.reusable) == len(COMPUTED)


def state_now(connection: sa.Connection) -> dict[str, str]:
    """Return the digest of everything that steps read and that has no versions, by its name in `READ_BY`."""
    known = Base.metadata.tables
    names = [name for step in READ_BY.values() for name in step if name in known and not _versioned(name)]
    found = {name: digest_of(connection, known[name]).sha256 for name in names}
    return found | {"release": __version__, "newest_gazetteer": str(newest_gazetteer(connection))}


def _versioned(name: str) -> bool:
    return VERSION in Base.metadata.tables[name].columns


def changed_since(
    connection: sa.Connection, asked: str, chosen: Mapping[str, Any], state: Mapping[str, str], today: date
) -> Since:
    """Compare what a run would read now with what a publication was made from.

    asked: number of a publication; a day, YYYY-MM-DD, for the last one made on or before it; ``last`` for the live one.
    chosen: parameters that are to be other than the publication's. state: as `state_now` gives it.
    Raises NotFoundError where there is no such publication, InvalidInputError when asked is none of the three.
    """
    record = _publication(connection, asked)
    before = Inputs(**{name: int(record.params[name]) for name in ("ground", "bank", *COMPUTED)})
    plan = version_record(connection, before.plan)
    known: dict[str, Any] = {name: plan.params[name] for name in RunParams().as_dict() if name in plan.params}
    params, kept = run_params(**{**known, **chosen}), state_of_publication(connection, record.id)
    now = newest_inputs(connection)
    moment = Moment(state, now, today)
    if kept is None:
        return Since(record.id, params, ("unknown",), {}, moment)
    other = sorted(name for name, value in params.as_dict().items() if value != run_params(**known).as_dict()[name])
    if other:
        return Since(record.id, params, tuple(other), {}, moment)
    found = _changes(connection, before, now, (kept, state))
    if version_record(connection, before.score).created_at.date() != today:
        found["score"].append("day")
    for step in COMPUTED:
        if getattr(now, step) != getattr(before, step):
            # Somebody has done the step alone since: catchments drawn by hand, another rule of stages.
            found[step].append(step)
    changed = tuple(name for step in COMPUTED for name in found[step])
    return Since(record.id, params, changed, _reusable(connection, before, found), moment)


def still_as_compared(
    connection: sa.Connection, compared: Since, asked: tuple[str, Mapping[str, Any]], today: date
) -> Since:
    """Return a comparison made a moment ago, made anew where versions or the day are others since.

    asked: as `changed_since` takes it. What has no versions may have changed in between: the state that was compared is
    the one to be kept with the run, so that the next comparison finds the change.
    """
    if compared.moment.newest == newest_inputs(connection) and compared.moment.day == today:
        return compared
    return changed_since(connection, *asked, state_now(connection), today)


def _publication(connection: sa.Connection, asked: str) -> VersionRecord:
    if asked == LAST:
        return live(connection, "publication")
    if asked.isdecimal():
        return publication_record(connection, int(asked))
    try:
        day = date.fromisoformat(asked)
    except ValueError as error:
        raise InvalidInputError(
            "since must be a publication's number, a day YYYY-MM-DD or last, got {given}", given=asked
        ) from error
    made = [each for each in list_versions(connection, "publication") if each.created_at.date() <= day]
    finished = [each for each in made if each.report is not None]
    if not finished:
        raise NotFoundError("nothing was published on or before {day}", day=asked)
    return max(finished, key=lambda each: each.id)


def _changes(
    connection: sa.Connection, before: Inputs, now: Inputs, states: tuple[Mapping[str, str], Mapping[str, str]]
) -> dict[str, list[str]]:
    """Return step -> tables that it is the first to read and that are other than they were."""
    old, new = states
    found: dict[str, list[str]] = {}
    for step, names in READ_BY.items():
        found[step] = [name for name in names if name in new and old.get(name) != new[name]]
        found[step] += [name for name in names if name not in new and not _same(connection, name, before, now)]
    return found


def _same(connection: sa.Connection, name: str, before: Inputs, now: Inputs) -> bool:
    """Tell whether a table holds the same rows in ground and bank; the number of a version alone says nothing."""
    pairs = ((before.ground, now.ground), (before.bank, now.bank))
    return all(_same_rows(connection, name, *pair) for pair in pairs)


def _same_rows(connection: sa.Connection, name: str, before: int, now: int) -> bool:
    one, other = (part_of(connection, version, name) for version in (before, now))
    table = Base.metadata.tables[name]
    return one == other or digest_of(connection, table, one) == digest_of(connection, table, other)


def _reusable(connection: sa.Connection, before: Inputs, found: Mapping[str, list[str]]) -> dict[str, int]:
    reusable: dict[str, int] = {}
    for step in COMPUTED:
        version_id = getattr(before, step)
        # A branch that was scored again leans on the version before it: such scores are made anew.
        if found[step] or "parts" in version_record(connection, version_id).params:
            break
        reusable[step] = version_id
    return reusable


def taken_over(connection: sa.Connection, actor: Actor, version_id: int, inputs: Inputs, now: datetime) -> StepResult:
    """Write a version with the rows of another, as computed from these inputs; its report says where it is from."""
    record = version_record(connection, version_id)
    params = record.params | {"inputs": inputs.as_dict()}
    fresh = new_version(connection, actor, record.kind, params=params, now=now)
    copy_version(connection, version_id, fresh)
    report = (record.report or {}) | {"taken_over_from": version_id}
    finish_version(connection, fresh, report=report)
    return StepResult(fresh, report)
