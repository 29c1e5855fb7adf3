"""Doubtful locations in the store: items that keep their numbers, how they stand, decisions, links to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.storage.conditions import among, scoped
from gridgeo.storage.copying import copy_in
from gridgeo.storage.frames import ROWS_AT_ONCE, refresh_statistics
from gridgeo.storage.models import LocationReview, ReviewDecision, ReviewItem, ReviewParty, Version

RUN_LOCK = 0x67726972
"""Key of the advisory lock under which a PostgreSQL store's items are numbered."""
OPEN, UNDO = "open", "undo"
ITEM_KEYS = {"party_kind": pl.String, "branch_id": pl.String, "key": pl.String}
LINKS = {"item_id": pl.Int64, "party_kind": pl.String, "party_id": pl.String}
STANDING = {
    "key": pl.String,
    "decision": pl.Int64,
    "house": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "precision_m": pl.Float64,
    "known": pl.Boolean,
}


@dataclass(frozen=True)
class ItemRecord:
    """One house or point that waits for a person or was decided; status is `open` or what stands decided."""

    id: int
    party_kind: str
    branch_id: str | None
    key: str
    house: str | None
    status: str
    revision: int


@dataclass(frozen=True)
class DecisionRecord:
    """One entry of the log of decisions; lng, lat are None where the item was rejected. undoes: of an undo."""

    id: int
    item_id: int
    kind: str
    key: str
    house: str | None
    lng: float | None
    lat: float | None
    precision_m: float | None
    known: bool
    args: dict[str, Any]
    actor_id: str
    actor_role: str
    at: datetime
    undoes: int | None
    idempotency_key: str | None


def put_items(connection: sa.Connection, wanted: pl.DataFrame) -> pl.Series:
    """Return the number of each item, a new one where the store has none; those that it has move to a new revision.

    wanted: columns of ITEM_KEYS and house, distinct.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(RUN_LOCK)))
    known = wanted.join(_numbers(connection), on=list(ITEM_KEYS), how="left", nulls_equal=True, maintain_order="left")
    there = known["item_id"].drop_nulls()
    if len(there):
        mine = among(_item().c.id, there, connection.dialect.name)
        connection.execute(sa.update(ReviewItem).where(mine).values(revision=ReviewItem.revision + 1))
    fresh = known.filter(pl.col("item_id").is_null()).select(*ITEM_KEYS, "house")
    if fresh.height:
        rows = fresh.with_columns(status=pl.lit(OPEN), revision=pl.lit(1))
        connection.execute(sa.insert(ReviewItem), rows.to_dicts())
        refresh_statistics(connection, "review_item", fresh.height)
        known = known.drop("item_id").join(
            _numbers(connection), on=list(ITEM_KEYS), how="left", nulls_equal=True, maintain_order="left"
        )
    return known["item_id"]


def put_links(connection: sa.Connection, links: pl.DataFrame) -> None:
    """Say whom the open items concern, in place of what was said before; decided ones keep their links.

    links: columns of LINKS, distinct.
    """
    waiting = sa.select(ReviewItem.id).where(ReviewItem.status == OPEN)
    connection.execute(sa.delete(ReviewParty).where(ReviewParty.item_id.in_(waiting)))
    add_links(connection, links)


def add_links(connection: sa.Connection, links: pl.DataFrame) -> None:
    """Say of further parties that items concern them; those that are known already are left out."""
    held = _frame(connection, sa.select(ReviewParty.__table__), LINKS)
    _append(connection, "review_party", links.select(list(LINKS)).join(held, on=list(LINKS), how="anti"))


def worst_items(
    connection: sa.Connection,
    actor: Actor,
    version_id: int,
    *,
    branch_id: str | None = None,
    after: tuple[float, int] | None = None,
    most: int = 50,
) -> list[dict[str, Any]]:
    """Return open items of a location version in the actor's scope, largest effect first.

    after: effect and number of the last one that was seen.
    """
    review, item = LocationReview.__table__, _item()
    columns = [column for column in review.columns if column.name not in ("version_id", "item_id", "candidates")]
    query = (
        sa.select(*item.columns, *columns)
        .select_from(review.join(item, item.c.id == review.c.item_id))
        .where(review.c.version_id == version_id, item.c.status == OPEN)
        .order_by(review.c.effect.desc(), review.c.item_id.desc())
        .limit(most)
    )
    if branch_id is not None:
        query = query.where(item.c.branch_id == branch_id)
    if after is not None:
        query = query.where(sa.tuple_(review.c.effect, review.c.item_id) < sa.tuple_(*after))
    query = scoped(query, item, actor, connection.dialect.name)
    return [dict(row) for row in connection.execute(query).mappings()]


def count_open(connection: sa.Connection, actor: Actor, version_id: int, branch_id: str | None = None) -> int:
    """Return how many items of a location version are open in the actor's scope."""
    item = _item()
    review = LocationReview.__table__
    query = (
        sa.select(sa.func.count())
        .select_from(review.join(item, item.c.id == review.c.item_id))
        .where(review.c.version_id == version_id, item.c.status == OPEN)
    )
    if branch_id is not None:
        query = query.where(item.c.branch_id == branch_id)
    return int(connection.scalar(scoped(query, item, actor, connection.dialect.name)) or 0)


def review_item(connection: sa.Connection, actor: Actor, item_id: int, *, lock: bool = False) -> ItemRecord:
    """Return one item; NotFoundError when there is none of that number in the actor's scope.

    lock: other decisions about it wait until the transaction ends.
    """
    item = _item()
    query = scoped(sa.select(item).where(item.c.id == item_id), item, actor, connection.dialect.name)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFoundError("there is no location {item} to review", item=item_id)
    return ItemRecord(*row)


def how_it_stands(connection: sa.Connection, version_id: int, item_id: int) -> dict[str, Any] | None:
    """Return the columns of LOCATION_REVIEWS of one item in a location version, None when it was not doubtful there."""
    review = LocationReview.__table__
    query = sa.select(review).where(review.c.version_id == version_id, review.c.item_id == item_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else dict(row)


def parties_of(connection: sa.Connection, item_id: int, most: int) -> list[tuple[str, str]]:
    """Return kind and id of parties that an item concerns, ordered."""
    link = ReviewParty.__table__
    query = sa.select(link.c.party_kind, link.c.party_id).where(link.c.item_id == item_id)
    query = query.order_by(link.c.party_kind, link.c.party_id).limit(most)
    return [(str(kind), str(party)) for kind, party in connection.execute(query)]


def decisions_of(
    connection: sa.Connection, actor: Actor, *, item_id: int | None = None, before: int | None = None, most: int = 50
) -> list[DecisionRecord]:
    """Return decisions in the actor's scope, newest first: of one item or of all; before: older than this one."""
    item, log = _item(), ReviewDecision.__table__
    query = sa.select(log).join(item, item.c.id == log.c.item_id).order_by(log.c.id.desc()).limit(most)
    if item_id is not None:
        query = query.where(log.c.item_id == item_id)
    if before is not None:
        query = query.where(log.c.id < before)
    return [DecisionRecord(*row) for row in connection.execute(scoped(query, item, actor, connection.dialect.name))]


def decision_of_key(connection: sa.Connection, item_id: int, key: str) -> DecisionRecord | None:
    """Return the decision about an item that carries an idempotency key, None when it is new."""
    log = ReviewDecision.__table__
    query = sa.select(log).where(log.c.item_id == item_id, log.c.idempotency_key == key)
    row = connection.execute(query).one_or_none()
    return None if row is None else DecisionRecord(*row)


def write_decision(connection: sa.Connection, item: ItemRecord, status: str, values: Mapping[str, Any]) -> int:
    """Write a decision and the item's new status under its next revision; return the decision's number.

    item: as it was read. values: the columns of `review_decision` but id, item_id, key and house.
    Raises ConflictError when somebody else decided since; nothing is written.
    """
    mine = (ReviewItem.id == item.id) & (ReviewItem.revision == item.revision)
    moved = sa.update(ReviewItem).where(mine).values(status=status, revision=item.revision + 1)
    if connection.execute(moved).rowcount != 1:
        raise ConflictError("location {item} was changed in between: read it again", item=item.id)
    row = {"item_id": item.id, "key": item.key, "house": item.house, **values}
    return int(connection.execute(sa.insert(ReviewDecision).values(row).returning(ReviewDecision.id)).scalar_one())


def standing_decisions(connection: sa.Connection) -> pl.DataFrame:
    """Return what stands decided, one row a house or point (columns STANDING): the newest decision, if not undone."""
    log = ReviewDecision.__table__
    newest = sa.select(sa.func.max(log.c.id)).group_by(log.c.item_id)
    columns = [log.c.id if name == "decision" else log.c[name] for name in STANDING]
    query = sa.select(*columns).where(log.c.id.in_(newest), log.c.kind != UNDO)
    # Two branches may have decided about one house: what was found out last holds.
    return _frame(connection, query, STANDING).sort("decision").unique("key", keep="last", maintain_order=True)


def forget_party(connection: sa.Connection, party_id: str, party_kind: str) -> dict[str, int]:
    """Take out every link to a person; return how many links and undecided items went.

    Decisions stay, since they tell of a house and not of a person; an undecided item that concerned only this person
    goes as well.
    """
    mine = (ReviewParty.party_id == party_id) & (ReviewParty.party_kind == party_kind)
    touched = list(connection.scalars(sa.select(ReviewParty.item_id).where(mine)))
    links = connection.execute(sa.delete(ReviewParty).where(mine)).rowcount
    concerned = sa.select(ReviewParty.item_id)
    decided = sa.select(ReviewDecision.item_id)
    alone = among(_item().c.id, touched, connection.dialect.name) & ReviewItem.id.not_in(concerned)
    gone = list(connection.scalars(sa.select(ReviewItem.id).where(alone, ReviewItem.id.not_in(decided))))
    if gone:
        connection.execute(sa.delete(LocationReview).where(LocationReview.item_id.in_(gone)))
        connection.execute(sa.delete(ReviewItem).where(ReviewItem.id.in_(gone)))
    return {"links": int(links), "items": len(gone)}


def newest_location(connection: sa.Connection) -> int:
    """Return the newest finished location version; NotFoundError when nothing was located yet."""
    finished = (Version.kind == "location") & Version.report.is_not(None)
    found = connection.scalar(sa.select(sa.func.max(Version.id)).where(finished))
    if found is None:
        raise NotFoundError("nothing was located yet: run gridgeo locate parties or gridgeo run first")
    return int(found)


def _item() -> sa.Table:
    table = ReviewItem.__table__
    assert isinstance(table, sa.Table)  # noqa: S101 (for the type checker)
    return table


def _numbers(connection: sa.Connection) -> pl.DataFrame:
    """Return the keys of every item with its number; of two with one key, which locks prevent, the first."""
    item = _item()
    query = sa.select(*(item.c[name] for name in ITEM_KEYS), item.c.id).order_by(item.c.id)
    frame = _frame(connection, query, {**ITEM_KEYS, "item_id": pl.Int64})
    return frame.unique(list(ITEM_KEYS), keep="first", maintain_order=True)


def _frame(connection: sa.Connection, query: sa.Select[Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    result = connection.execute(query)
    # The driver's own tuples: SQLAlchemy's rows take several times longer.
    rows = result.cursor.fetchall() if result.cursor is not None else []
    result.close()
    # SQLite has no truth values of its own.
    carried = {name: pl.Int64 if kind == pl.Boolean else kind for name, kind in schema.items()}
    frame = pl.DataFrame(rows, schema=carried, orient="row", strict=False)
    return frame.with_columns(pl.col(name).cast(kind) for name, kind in schema.items())


def _append(connection: sa.Connection, table: str, frame: pl.DataFrame) -> None:
    if connection.dialect.name == "postgresql":
        copy_in(connection, table, frame)
    else:
        names = ", ".join(frame.columns)
        statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * frame.width)})"  # noqa: S608 - our own table
        for part in frame.iter_slices(ROWS_AT_ONCE):
            connection.exec_driver_sql(statement, part.rows())
    refresh_statistics(connection, table, frame.height)
