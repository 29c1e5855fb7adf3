"""Move a store into another database: every row, checked against where it came from, or nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import local_actor
from gridgeo.errors import ConflictError, GridgeoError, InvalidInputError
from gridgeo.storage.engine import limit_statements, reading, store_name
from gridgeo.storage.fence import act_as
from gridgeo.storage.frames import refresh_statistics
from gridgeo.storage.logins import become_owner
from gridgeo.storage.migrations import check_schema, store_revision, upgrade
from gridgeo.storage.whole import (
    PartDone,
    TableDigest,
    append,
    clear,
    digest_of,
    every_table,
    is_empty,
    nothing_told,
    parts_of,
)


@dataclass(frozen=True)
class MoveReport:
    """What was moved where; tables: name -> rows and digest, the same on both sides."""

    source: str
    target: str
    tables: dict[str, TableDigest]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(each.rows for each in self.tables.values())

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        tables = {name: asdict(each) for name, each in self.tables.items()}
        return {"from": self.source, "to": self.target, "rows": self.rows, "same": True, "tables": tables}


def move(source: sa.Engine, target: sa.Engine, told: PartDone = nothing_told) -> MoveReport:
    """Copy every row of a store into another, empty one, and compare both sides; one transaction.

    The target gets its tables first where it has none. What comes out of the target again, by number and digest of
    each table, must be what went in, before anything is committed.
    Raises ConflictError when the target holds data, InvalidInputError when both are one store, the source has another
    schema or the login of the target may not write there.
    """
    if store_name(source.url) == store_name(target.url):
        raise InvalidInputError("a store cannot be moved into itself: {place}", place=store_name(target.url))
    check_schema(source)
    require_empty_store(target)
    if store_revision(target) is None:
        upgrade(target)
    with reading(source) as before, target.begin() as after:
        as_owner(before)
        as_owner(after)
        # Somebody may have begun to fill it since.
        require_empty(after)
        tables = _copy(before, after, told)
        carry_counters(before, after)
    return MoveReport(store_name(source.url), store_name(target.url), tables)


def require_empty(connection: sa.Connection) -> None:
    """Let pass a store without data.

    Raises ConflictError naming it.
    """
    if not is_empty(connection):
        raise ConflictError(
            "the store at {place} holds data: name an empty one", place=store_name(connection.engine.url)
        )


def require_empty_store(engine: sa.Engine) -> None:
    """Let pass a store without data: one of this release that holds none, or a database without any table of ours.

    Raises ConflictError when there is data or somebody else's table, InvalidInputError for another release's schema.
    """
    if store_revision(engine) is not None:
        check_schema(engine)
        with reading(engine) as connection:
            as_owner(connection)
            require_empty(connection)
        return
    taken = sorted({table.name for table in every_table()} & set(sa.inspect(engine).get_table_names()))
    if taken or (engine.dialect.name == "sqlite" and sa.inspect(engine).get_table_names()):
        raise ConflictError("the store at {place} holds data: name an empty one", place=store_name(engine.url))


def as_owner(connection: sa.Connection) -> None:
    """Work on a whole store in this transaction: as its owner, where the login may, on every branch's rows."""
    limit_statements(connection, 0)
    if connection.dialect.name == "postgresql":
        become_owner(connection)
    act_as(connection, local_actor())


def _copy(before: sa.Connection, after: sa.Connection, told: PartDone) -> dict[str, TableDigest]:
    tables, found = every_table(), {}
    clear(after)
    # References are checked as rows are written, so the tables go in their order.
    for done, table in enumerate(tables):
        told(done, len(tables))
        for part in parts_of(before, table):
            append(after, table, part)
        there, here = digest_of(before, table), digest_of(after, table)
        if there != here:
            raise GridgeoError(
                "table {table} did not arrive as it left ({before} rows, {after} rows): nothing was moved",
                table=table.name,
                before=there.rows,
                after=here.rows,
            )
        refresh_statistics(after, table.name, here.rows)
        found[str(table.name)] = here
    told(len(tables), len(tables))
    return found


def carry_counters(before: sa.Connection, after: sa.Connection) -> None:
    """Have the target count on from where the source stood: a number that was used once never comes again."""
    for table in every_table():
        column = table.autoincrement_column
        if column is not None and "id" in table.columns:
            _set_counter(after, table.name, _counter(before, table.name))


def _counter(connection: sa.Connection, table: str) -> int:
    if connection.dialect.name == "postgresql":
        name = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table, "id")))
        row = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {name}").one()  # noqa: S608
        return int(row.last_value) if row.is_called else 0
    query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table")
    return int(connection.scalar(query, {"table": table}) or 0)


def _set_counter(connection: sa.Connection, table: str, value: int) -> None:
    if value == 0:
        return
    if connection.dialect.name == "postgresql":
        sequence = sa.func.pg_get_serial_sequence(table, "id")
        connection.execute(sa.select(sa.func.setval(sequence, value)))
        return
    values = {"table": table, "value": value}
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :table"), values)
    connection.execute(sa.text("INSERT INTO sqlite_sequence VALUES (:table, :value)"), values)
