"""Industry grids, cohort grids and target groups in the store, and snapshots of who they held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.storage.conditions import among
from gridgeo.storage.copying import copy_in
from gridgeo.storage.frames import ROWS_AT_ONCE, refresh_statistics
from gridgeo.storage.models import FeatureGrid, Snapshot, SnapshotMember

PREFIX = {"industry": "I", "cohort": "C", "target_group": "T"}
"""Kind of feature grid -> how its ids begin."""
MEMBERS = {"party_kind": pl.String, "party_id": pl.String}


@dataclass(frozen=True)
class FeatureRecord:
    """One industry grid, cohort grid or target group.

    branch_id: None where every branch may use it. rule: JSON as it was checked. revision: counts its changes from 1.
    """

    id: str
    kind: str
    name: str
    branch_id: str | None
    owner_id: str | None
    status: str
    rule: dict[str, Any]
    revision: int
    created_at: datetime
    actor_id: str


@dataclass(frozen=True)
class SnapshotRecord:
    """Who a rule held on a day. inputs: versions, rule and revision that it was computed from."""

    id: int
    feature_id: str
    as_of: date
    taken_at: datetime
    actor_id: str
    inputs: dict[str, Any]
    size: int


def next_feature_id(connection: sa.Connection, kind: str) -> str:
    """Return an id that no grid of the kind has; two writers who get the same one meet at the table's key."""
    taken = connection.scalars(sa.select(FeatureGrid.id).where(FeatureGrid.kind == kind))
    return f"{PREFIX[kind]}-{max((int(item.partition('-')[2]) for item in taken), default=0) + 1}"


def add_feature(connection: sa.Connection, record: FeatureRecord) -> None:
    """Write a new grid; ConflictError when its kind has one of that name."""
    named = (FeatureGrid.kind == record.kind) & (FeatureGrid.name == record.name)
    _require_free(connection, named, record.name)
    connection.execute(sa.insert(FeatureGrid).values(asdict(record)))


def feature_record(connection: sa.Connection, feature_id: str, actor: Actor | None = None) -> FeatureRecord:
    """Return a grid; NotFoundError when there is none of that id in the actor's scope."""
    query = _visible(sa.select(FeatureGrid.__table__), actor, connection).where(FeatureGrid.id == feature_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError("there is no industry grid, cohort grid or target group {id}", id=feature_id)
    return FeatureRecord(*row)


def feature_records(
    connection: sa.Connection, kind: str | None = None, actor: Actor | None = None
) -> list[FeatureRecord]:
    """Return the grids of a kind, or all, in the actor's scope, ordered by kind and name."""
    query = _visible(sa.select(FeatureGrid.__table__), actor, connection)
    if kind is not None:
        query = query.where(FeatureGrid.kind == kind)
    found = [FeatureRecord(*row) for row in connection.execute(query)]
    return sorted(found, key=lambda record: (record.kind, record.name))


def change_feature(
    connection: sa.Connection, record: FeatureRecord, values: Mapping[str, Any], expected_revision: int
) -> FeatureRecord:
    """Write new values of a grid under its next revision.

    Raises ConflictError when somebody else changed it since expected_revision, or the new name is taken.
    """
    if "name" in values:
        other = (FeatureGrid.kind == record.kind) & (FeatureGrid.name == values["name"]) & (FeatureGrid.id != record.id)
        _require_free(connection, other, str(values["name"]))
    mine = (FeatureGrid.id == record.id) & (FeatureGrid.revision == expected_revision)
    statement = sa.update(FeatureGrid).where(mine).values({**values, "revision": expected_revision + 1})
    if connection.execute(statement).rowcount != 1:
        raise ConflictError(
            "grid {id} was changed in between: it is at revision {current}, not {expected}; read it again",
            id=record.id,
            current=feature_record(connection, record.id).revision,
            expected=expected_revision,
        )
    return feature_record(connection, record.id)


def remove_feature(connection: sa.Connection, feature_id: str) -> int:
    """Take a grid out with its snapshots; return how many of these there were."""
    mine = sa.select(Snapshot.id).where(Snapshot.feature_id == feature_id)
    connection.execute(sa.delete(SnapshotMember).where(SnapshotMember.snapshot_id.in_(mine)))
    gone = connection.execute(sa.delete(Snapshot).where(Snapshot.feature_id == feature_id)).rowcount
    connection.execute(sa.delete(FeatureGrid).where(FeatureGrid.id == feature_id))
    return int(gone)


def add_snapshot(
    connection: sa.Connection,
    actor: Actor,
    feature_id: str,
    members: pl.DataFrame,
    inputs: Mapping[str, Any],
    days: tuple[date, datetime],
) -> SnapshotRecord:
    """Write who a grid holds; members: MEMBERS, each party once. days: the day that counts, and now."""
    values = {
        "feature_id": feature_id,
        "as_of": days[0],
        "taken_at": days[1],
        "actor_id": actor.id,
        "inputs": dict(inputs),
        "size": members.height,
    }
    number = int(connection.execute(sa.insert(Snapshot).values(values).returning(Snapshot.id)).scalar_one())
    rows = members.select(pl.lit(number, pl.Int64).alias("snapshot_id"), *MEMBERS).sort(*MEMBERS)
    _write_members(connection, rows)
    return snapshot_record(connection, number)


def snapshot_record(connection: sa.Connection, snapshot_id: int) -> SnapshotRecord:
    """Return a snapshot; NotFoundError when there is none of that number."""
    row = connection.execute(sa.select(Snapshot.__table__).where(Snapshot.id == snapshot_id)).one_or_none()
    if row is None:
        raise NotFoundError("there is no snapshot {snapshot}", snapshot=snapshot_id)
    return SnapshotRecord(*row)


def snapshot_records(connection: sa.Connection, feature_id: str) -> list[SnapshotRecord]:
    """Return the snapshots of a grid, newest first."""
    query = sa.select(Snapshot.__table__).where(Snapshot.feature_id == feature_id).order_by(Snapshot.id.desc())
    return [SnapshotRecord(*row) for row in connection.execute(query)]


def read_snapshot(connection: sa.Connection, snapshot_id: int) -> pl.DataFrame:
    """Return the MEMBERS of a snapshot, ordered."""
    table = SnapshotMember
    query = sa.select(table.party_kind, table.party_id).where(table.snapshot_id == snapshot_id)
    result = connection.execute(query)
    # The driver's own tuples: SQLAlchemy's rows take several times longer.
    rows = result.cursor.fetchall() if result.cursor is not None else []
    result.close()
    return pl.DataFrame(rows, schema=MEMBERS, orient="row").sort(*MEMBERS)


def _visible(query: sa.Select[Any], actor: Actor | None, connection: sa.Connection) -> sa.Select[Any]:
    """Restrict to grids of every branch and those of the actor's branches."""
    if actor is None or actor.branch_ids is None:
        return query
    column: Any = FeatureGrid.__table__.c.branch_id
    return query.where(column.is_(None) | among(column, sorted(actor.branch_ids), connection.dialect.name))


def _require_free(connection: sa.Connection, named: sa.ColumnElement[bool], name: str) -> None:
    if connection.scalar(sa.select(FeatureGrid.id).where(named)) is not None:
        raise ConflictError("the name {name} is taken; give another one", name=name)


def _write_members(connection: sa.Connection, rows: pl.DataFrame) -> None:
    if rows.is_empty():
        return
    if connection.dialect.name == "postgresql":
        copy_in(connection, "snapshot_member", rows)
    else:
        for part in rows.iter_slices(ROWS_AT_ONCE):
            statement = "INSERT INTO snapshot_member (snapshot_id, party_kind, party_id) VALUES (?, ?, ?)"
            connection.exec_driver_sql(statement, part.rows())
    refresh_statistics(connection, "snapshot_member", rows.height)
