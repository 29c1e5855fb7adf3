"""Measures that users add by a file, and list and remove; the next score step computes them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.measures import MEASURES, Measure
from gridgeo.domain.user_measures import RANK, UserMeasure
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.published import publication
from gridgeo.pipeline.steps import require_insider, require_planner
from gridgeo.pipeline.stored_columns import known_columns
from gridgeo.scoring.formula import FUNCTIONS
from gridgeo.scoring.measure_file import measures_from_toml
from gridgeo.scoring.measure_names import KnownNames, with_added, without
from gridgeo.sources.text_file import text_of_file
from gridgeo.storage import keep_user_measures, list_versions, lock_user_measures, score_measures, user_measures

MOST_BYTES = 2**20


def add_measures(
    connection: sa.Connection, actor: Actor, path: Path, now: datetime, *, check_only: bool = False
) -> dict[str, Any]:
    """Take the measures of a TOML file, all of them or none; return what they are and what becomes of each.

    check_only: say what would become of them and change nothing.
    Raises InvalidInputError naming measure, field, place and remedy, ConflictError when a measure is there already and
    reads otherwise under the same version, NotAllowedError for other roles than hq and planner.
    """
    require_planner(actor)
    new = measures_from_toml(text_of_file(path, MOST_BYTES))
    lock_user_measures(connection)
    kept = user_measures(connection)
    known = KnownNames({each.id: each.kind for each in _built_in(connection)}, known_columns(connection))
    merged = with_added(new, kept, known)
    if not check_only:
        keep_user_measures(connection, actor, merged.values(), now)
    rows = [_listed(made) | {"outcome": _outcome(each, kept)} for each in new for made in each.measures()]
    return {"file": str(path), "checked_only": check_only, "measures": rows}


def remove_measure(connection: sa.Connection, actor: Actor, measure: str, now: datetime) -> dict[str, Any]:
    """Take a user's measure out; score versions that hold it keep it, the next one has it no more.

    Raises NotFoundError when no user's measure has this id, ConflictError when another one is computed from it.
    """
    require_planner(actor)
    lock_user_measures(connection)
    kept = user_measures(connection)
    if measure not in kept:
        raise _no_such(measure, kept, {each.id for each in _built_in(connection)})
    keep_user_measures(connection, actor, without(measure, kept).values(), now)
    return {"removed": [made.id for made in kept[measure].measures()]}


def list_measures(connection: sa.Connection, actor: Actor) -> dict[str, Any]:
    """Return every measure of this release and of the users, and the further columns that formulas may name.

    published: whether the live publication has it. Raises NotAllowedError for a consumer.
    """
    require_insider(actor)
    users = [made for each in user_measures(connection).values() for made in each.measures()]
    try:
        live = publication(connection).measures
    except NotFoundError:
        live = {}
    built_in = _built_in(connection)
    own = {measure.id for measure in built_in}
    every = [*built_in, *(made for made in users if made.id not in own)]
    return {
        "measures": [_listed(measure) | {"published": measure.id in live} for measure in every],
        "columns": sorted(known_columns(connection) - {measure.id for measure in every}),
        "functions": list(FUNCTIONS),
    }


def _built_in(connection: sa.Connection) -> list[Measure]:
    """Return the measures of this release, and those that the newest scores have of the bank's own products."""
    newest = next((each for each in list_versions(connection, "score") if each.report is not None), None)
    more = {} if newest is None else score_measures(connection, newest.id)
    own = {name: measure for name, measure in more.items() if measure.origin == "built_in"}
    return list(({measure.id: measure for measure in MEASURES} | own).values())


def _listed(measure: Measure) -> dict[str, Any]:
    return asdict(measure)


def _outcome(measure: UserMeasure, kept: dict[str, UserMeasure]) -> str:
    if measure.id not in kept:
        return "added"
    return "unchanged" if kept[measure.id] == measure else "replaced"


def _no_such(measure: str, kept: dict[str, UserMeasure], built_in: set[str]) -> NotFoundError | InvalidInputError:
    if measure in built_in:
        return InvalidInputError("measure {measure} comes with this release and cannot be removed", measure=measure)
    if measure.endswith(RANK) and measure.removesuffix(RANK) in kept:
        return InvalidInputError(
            "measure {measure} belongs to the composite {composite}: remove that one",
            measure=measure,
            composite=measure.removesuffix(RANK),
        )
    return NotFoundError(
        "no user has added a measure {measure}; there are: {known}", measure=measure, known=", ".join(kept) or "-"
    )
