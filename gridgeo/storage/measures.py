"""Which measures there are: those of this release and the users', and those that a score version holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import orjson
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.measures import MEASURE_BY_ID, MEASURES, Measure
from gridgeo.domain.tables import SCORE_MEASURES
from gridgeo.domain.user_measures import UserMeasure, user_measure_from_dict
from gridgeo.storage.frames import read_frame, write_frame
from gridgeo.storage.models import CellScore, MeasureRow
from gridgeo.storage.models import UserMeasure as UserMeasureRow

MEASURES_LOCK = 0x6D656173
"""Key of the advisory lock under which a PostgreSQL store's list of users' measures is changed."""
_FIELDS = tuple(field.name for field in fields(Measure))


def sync_measures(connection: sa.Connection) -> int:
    """Write the measures of this release and the users' in place of what the table holds; return how many there are.

    Where a newer release has a measure of a user's id, the release's stands in the table.
    """
    users = {made.id: made for each in user_measures(connection).values() for made in each.measures()}
    every = users | MEASURE_BY_ID
    connection.execute(sa.delete(MeasureRow))
    connection.execute(sa.insert(MeasureRow), [asdict(measure) for measure in every.values()])
    return len(every)


def lock_user_measures(connection: sa.Connection) -> None:
    """Let nobody else change the users' measures until the transaction is over; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MEASURES_LOCK)))


def user_measures(connection: sa.Connection) -> dict[str, UserMeasure]:
    """Return id -> definition of the measures that users added, in their order."""
    query = sa.select(UserMeasureRow.definition).order_by(UserMeasureRow.position)
    return {each["id"]: user_measure_from_dict(each) for each in connection.scalars(query)}


def keep_user_measures(connection: sa.Connection, actor: Actor, kept: Iterable[UserMeasure], now: datetime) -> None:
    """Make these the measures that users added; those that stay as they are keep who added them, and when."""
    table: Any = UserMeasureRow.__table__
    known = {row.id: row for row in connection.execute(sa.select(table))}
    rows = []
    for position, each in enumerate(kept):
        body, old = orjson.loads(orjson.dumps(each.as_dict())), known.get(each.id)
        added = {"added_by": actor.id, "added_role": actor.role, "added_at": now}
        if old is not None and old.definition == body:
            added = {name: getattr(old, name) for name in added}
        rows.append({"id": each.id, "position": position, "definition": body, **added})
    connection.execute(sa.delete(UserMeasureRow))
    if rows:
        connection.execute(sa.insert(UserMeasureRow), rows)
    sync_measures(connection)


def write_score_measures(
    connection: sa.Connection, version_id: int, measures: Sequence[Measure], definitions: Mapping[str, UserMeasure]
) -> None:
    """Note under an unfinished score version what its measures mean, in the order in which they are to be shown.

    definitions: id -> the user's measure behind it.
    """
    rows = [
        asdict(measure)
        | {
            "position": position,
            "definition": orjson.dumps(definitions[measure.id].as_dict()).decode()
            if measure.id in definitions
            else None,
        }
        for position, measure in enumerate(measures)
    ]
    write_frame(connection, "score_measure", pl.DataFrame(rows, schema=SCORE_MEASURES), version_id=version_id)


def score_measures(connection: sa.Connection, version_id: int) -> dict[str, Measure]:
    """Return id -> measure of those that a score version holds, as they were when it was computed, in order.

    A version that was written before this was noted has those of this release that it has figures of.
    """
    columns = ["position", *_FIELDS]
    rows = read_frame(connection, "score_measure", version_id=version_id, columns=columns).sort("position")
    if rows.is_empty():
        held = _measures_with_figures(connection, version_id)
        return {measure.id: measure for measure in MEASURES if measure.id in held}
    return {row["id"]: Measure(**{name: row[name] for name in _FIELDS}) for row in rows.iter_rows(named=True)}


def score_definition(connection: sa.Connection, version_id: int, measure: str) -> UserMeasure | None:
    """Return the user's definition behind a measure of a score version; None for a built-in or an unknown one."""
    where = {"id": measure}
    rows = read_frame(connection, "score_measure", version_id=version_id, where=where, columns=["definition"])
    text = None if rows.is_empty() else rows["definition"][0]
    return None if text is None else user_measure_from_dict(orjson.loads(text))


def _measures_with_figures(connection: sa.Connection, version_id: int) -> set[str]:
    """Return the measures of a score version; one branch tells, since every branch has all of them."""
    mine = CellScore.version_id == version_id
    first = sa.select(sa.func.min(CellScore.branch_id)).where(mine).scalar_subquery()
    return set(connection.scalars(sa.select(CellScore.measure).where(mine, CellScore.branch_id == first).distinct()))
