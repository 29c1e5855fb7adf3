"""Whole tables of a store: read in order of their keys, written, and told by a digest that all stores share."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.storage.copying import copy_in
from gridgeo.storage.frames import fetch, hex_of_shape, insert_rows, shapes_for_store
from gridgeo.storage.grants import APPLICATION_SETTING
from gridgeo.storage.models import Base
from gridgeo.storage.types import Instant, Shape

ROWS_AT_ONCE = 100_000
"""Rows of a table in memory at a time."""
OF_THE_PLACE = {"store_setting": ("key", (APPLICATION_SETTING,))}
"""Table -> its column and the values of rows that belong to the database and not to the data."""
MOMENT = "YYYY-MM-DD HH24:MI:SS.US"

VERSION = "version_id"
IN_EVERY_STORE = ("measure", "store_setting")
"""Tables of a store without data that hold something nevertheless."""

PartDone = Callable[[int, int], None]
"""Called with the tables done and their number."""


def nothing_told(done: int, total: int) -> None:
    """Take note of nothing."""


@dataclass(frozen=True)
class TableDigest:
    """What a table holds: its rows, and the SHA-256 of them as CSV in the order of the key."""

    rows: int
    sha256: str


def every_table() -> list[sa.Table]:
    """Return the tables of the store, each after those that it refers to."""
    return list(Base.metadata.sorted_tables)


def digests(connection: sa.Connection, told: PartDone = nothing_told) -> dict[str, TableDigest]:
    """Return table -> digest for every table of a store with the schema of this release."""
    found = {}
    for done, table in enumerate(every_table()):
        told(done, len(every_table()))
        found[str(table.name)] = digest_of(connection, table)
    return found


def digest_of(connection: sa.Connection, table: sa.Table, version_id: int | None = None) -> TableDigest:
    """Return the digest of one table; version_id: of the rows of one version, whatever its number."""
    seen, count = hashlib.sha256(), 0
    for whole in parts_of(connection, table, version_id):
        part = whole if version_id is None else whole.drop(VERSION)
        buffer = io.BytesIO()
        # Texts are quoted and nulls are not, so that an empty text is another thing than none.
        part.write_csv(buffer, include_header=count == 0, quote_style="non_numeric")
        seen.update(buffer.getbuffer())
        count += part.height
    return TableDigest(count, seen.hexdigest())


def is_empty(connection: sa.Connection) -> bool:
    """Tell whether a store holds no data: nothing but the measures of the release and its settings."""
    for table in every_table():
        query = sa.select(sa.literal(1)).select_from(table).limit(1)
        if table.name not in IN_EVERY_STORE and connection.scalar(query) is not None:
            return False
    return True


def parts_of(connection: sa.Connection, table: sa.Table, version_id: int | None = None) -> Iterator[pl.DataFrame]:
    """Yield the rows of a table, or of one version in it, in the order of its key, some at a time.

    Columns are texts, whole numbers, floats and booleans. Geometries and bytes are hexadecimal, moments
    UTC with microseconds, days ISO, JSON its text.
    """
    key = list(table.primary_key.columns)
    dialect = connection.dialect
    schema = {column.name: _carried(column) for column in table.columns}
    query = sa.select(*(_selected(column, dialect).label(column.name) for column in table.columns))
    query = query.where(_of_the_data(table)).order_by(*key).limit(ROWS_AT_ONCE)
    if version_id is not None:
        query = query.where(table.columns[VERSION] == version_id)
    after: tuple[Any, ...] | None = None
    while True:
        page = query if after is None else query.where(sa.tuple_(*key) > sa.tuple_(*map(sa.literal, after)))
        part = fetch(connection, page, schema)
        if part.height:
            yield part
        if part.height < ROWS_AT_ONCE:
            return
        after = part.select(column.name for column in key).row(-1)


def held_by_versions() -> list[sa.Table]:
    """Return the tables whose rows belong to a version each."""
    return [table for table in every_table() if VERSION in table.primary_key.columns]


def copy_version(connection: sa.Connection, version_id: int, into: int) -> None:
    """Give a version that is not finished yet the rows of another."""
    for table in held_by_versions():
        names = [column.name for column in table.columns]
        given = [sa.literal(into) if name == VERSION else _raw(table.columns[name]) for name in names]
        rows = sa.select(*given).where(table.columns[VERSION] == version_id)
        connection.execute(sa.insert(table).from_select(names, rows))


def _raw(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return a column as it is stored, without the functions that a reader has around geometries."""
    return sa.type_coerce(column, sa.LargeBinary) if isinstance(column.type, Shape) else column


def append(connection: sa.Connection, table: sa.Table, part: pl.DataFrame) -> None:
    """Add rows as `parts_of` gives them to the table of another store."""
    is_postgres = connection.dialect.name == "postgresql"
    ready = part.select(_given_back(table, part, column, connection.dialect) for column in table.columns)
    (copy_in if is_postgres else insert_rows)(connection, table.name, ready)


def clear(connection: sa.Connection) -> None:
    """Remove from a store without data what a new one comes with, but for what belongs to the database."""
    for name in IN_EVERY_STORE:
        table = Base.metadata.tables[name]
        connection.execute(sa.delete(table).where(_of_the_data(table)))


def _of_the_data(table: sa.Table) -> sa.ColumnElement[bool]:
    column, values = OF_THE_PLACE.get(table.name, (None, ()))
    return sa.true() if column is None else table.columns[column].not_in(values)


def _carried(column: sa.Column[Any]) -> pl.DataType | type[pl.DataType]:
    if isinstance(column.type, sa.Boolean):
        return pl.Boolean
    if isinstance(column.type, sa.Integer):
        return pl.Int64
    return pl.Float64 if isinstance(column.type, sa.Float) else pl.String


def _selected(column: sa.Column[Any], dialect: sa.Dialect) -> sa.ColumnElement[Any]:
    """Return a column in the form of `parts_of`."""
    is_postgres = dialect.name == "postgresql"
    if isinstance(column.type, Shape | sa.LargeBinary):
        return _hexadecimal(column, dialect)
    if isinstance(column.type, Instant):
        raw = sa.type_coerce(column, sa.DateTime(timezone=True))
        return sa.func.to_char(sa.func.timezone("UTC", raw), MOMENT) if is_postgres else _as_kept(column)
    if isinstance(column.type, sa.JSON | sa.Date):
        return sa.cast(column, sa.Text) if is_postgres else _as_kept(column)
    return column


def _hexadecimal(column: sa.Column[Any], dialect: sa.Dialect) -> sa.ColumnElement[Any]:
    raw = sa.type_coerce(column, sa.LargeBinary)
    if dialect.name == "postgresql":
        return hex_of_shape(column, dialect) if isinstance(column.type, Shape) else sa.func.encode(raw, "hex")
    # SQLite writes the bytes of null as an empty text.
    return sa.case((column.is_not(None), sa.func.lower(sa.func.hex(raw))))


def _as_kept(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return sa.type_coerce(column, sa.Text)


def _given_back(
    table: sa.Table, part: pl.DataFrame, column: sa.Column[Any], dialect: sa.Dialect
) -> pl.Series | pl.Expr:
    """Return a column of `parts_of` as the store takes it."""
    name, is_postgres = column.name, dialect.name == "postgresql"
    if isinstance(column.type, Shape):
        return shapes_for_store(table.name, part[name].str.decode("hex"), dialect)
    if isinstance(column.type, sa.LargeBinary):
        return pl.format("\\x{}", name).alias(name) if is_postgres else pl.col(name).str.decode("hex")
    if isinstance(column.type, Instant) and is_postgres:
        return pl.col(name) + "+00"
    return pl.col(name)
