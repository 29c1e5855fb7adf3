"""Write and read whole tables as polars frames, the same on both stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import psycopg
import shapely
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import Contract, checked
from gridgeo.errors import ConflictError, InvalidInputError
from gridgeo.storage.conditions import is_one_value, matching, scoped
from gridgeo.storage.contracts import (
    MAY_BE_LEFT_OUT,
    columns_of_type,
    contract_of,
    keys_of,
    required_of,
    stored,
)
from gridgeo.storage.copying import copy_in, copy_out
from gridgeo.storage.rescored import holders
from gridgeo.storage.types import SRID, Shape, has_postgis
from gridgeo.storage.versions import require_unfinished

ColumnType = pl.DataType | type[pl.DataType]

ROWS_AT_ONCE = 50_000
"""Rows handed to SQLite in one call."""
ROWS_WORTH_COUNTING = 1_000
"""Smaller additions leave the store's statistics as they are."""


def write_frame(connection: sa.Connection, table: str, frame: pl.DataFrame, *, version_id: int) -> int:
    """Add the rows of a frame to a table under an unfinished version; return how many.

    frame: the columns of the table's contract, in any order; -0.0 is written as 0.0, all else bit by bit. The whole
    frame is written or, when the caller rolls back after an error, nothing of it.
    Raises InvalidInputError when a column is missing, a key is null or stands twice, a number is not finite, a text
    holds a NUL or a geometry is not flat WKB; ConflictError when the version is finished or has a row with that key.
    """
    require_unfinished(connection, version_id)
    rows = append_rows(connection, table, frame, version_id=version_id)
    refresh_statistics(connection, table, rows)
    return rows


def append_rows(connection: sa.Connection, table: str, frame: pl.DataFrame, *, version_id: int) -> int:
    """Add one batch of rows as `write_frame` does; the caller has seen to the version and sees to the statistics.

    For data that does not fit into memory at once: one batch is checked against itself, and by the store's own keys
    against the batches before it.
    """
    contract = contract_of(table)
    absent = [pl.lit(None).alias(name) for name in MAY_BE_LEFT_OUT.get(table, ()) if name not in frame.columns]
    # In key order, since both stores build their indexes faster that way.
    rows = checked(frame.with_columns(absent), contract, table).sort(keys_of(table)[0])
    _check_values(table, rows)
    _check_keys(table, rows)
    if rows.is_empty():
        return 0
    is_postgres = connection.dialect.name == "postgresql"
    # A column without any value is left to the store, which halves the time of a wide table with few columns filled.
    filled = [name for name in contract if rows[name].null_count() < rows.height]
    ready = rows.select(
        pl.lit(version_id, pl.Int64).alias("version_id"),
        *(_into_store(table, rows, name, connection.dialect) for name in filled),
    )
    try:
        (copy_in if is_postgres else insert_rows)(connection, table, ready)
    except ConflictError as error:
        raise ConflictError(
            "table {table}: version {version} holds a row with the same key already", table=table, version=version_id
        ) from error
    except (sa.exc.IntegrityError, sa.exc.DataError, psycopg.DataError, psycopg.IntegrityError) as error:
        first_line = str(getattr(error, "orig", error)).partition("\n")[0]
        raise InvalidInputError("table {table}: {detail}", table=table, detail=first_line) from error
    return rows.height


def read_frame(
    connection: sa.Connection,
    table: str,
    *,
    version_id: int,
    where: Mapping[str, object] | None = None,
    columns: Sequence[str] | None = None,
    actor: Actor | None = None,
) -> pl.DataFrame:
    """Return the rows of one version with the contract's types, ordered by primary key (text by its bytes).

    where: column -> value, None for null, or a list, array or series of values (any number). columns: these only, in
    this order. actor: rows of the actor's branches only, where the table names branches.
    Raises InvalidInputError for an unknown table or column, NotAllowedError for a table that the actor may not read.
    """
    contract = contract_of(table)
    wanted = list(columns) if columns is not None else list(contract)
    unknown = [name for name in wanted if name not in contract]
    if unknown:
        raise InvalidInputError("table {table} has no column {column}", table=table, column=unknown[0])
    model, dialect = stored(table), connection.dialect.name
    # A key column that must equal one value need not be fetched to sort by it.
    key = [name for name in keys_of(table)[0] if not is_one_value((where or {}).get(name))]
    fetched = [*wanted, *(name for name in key if name not in wanted)]
    query = sa.select(*(_out_of_store(model.columns[name], connection.dialect) for name in fetched))
    query = matching(scoped(query, model, actor, dialect), model, where or {}, dialect)
    types = {name: contract[name] for name in fetched}
    # One query a version, each of which finds its rows by the key; a single one over all of them would not.
    held = [fetch(connection, query.where(part), types) for part in holders(connection, version_id, model)]
    rows = pl.concat(held).unique(key, keep="last") if len(held) > 1 else held[0]
    # Sorted here: polars takes a tenth of the time of the store.
    return (rows.sort(key) if key else rows).select(wanted)


def _check_values(table: str, rows: pl.DataFrame) -> None:
    """Refuse what one of the two stores would refuse or change."""
    floats = rows.select(pl.col(pl.Float64).is_finite().all())
    texts = rows.select(~pl.col(pl.String).str.contains("\0", literal=True).any())
    for name, is_fine in {**_first_row(floats), **_first_row(texts)}.items():
        if not is_fine:
            raise InvalidInputError(
                "table {table}: column {column} holds a number that is not finite or a text with a NUL",
                table=table,
                column=name,
            )
    holes = [name for name in required_of(table) if rows[name].null_count()]
    if holes:
        raise InvalidInputError("table {table}: column {column} must not be null", table=table, column=holes[0])


def _first_row(frame: pl.DataFrame) -> dict[str, Any]:
    return frame.row(0, named=True) if frame.width else {}


def _check_keys(table: str, rows: pl.DataFrame) -> None:
    for key in keys_of(table):
        twice = rows.select(key).is_duplicated()
        if twice.any():
            raise InvalidInputError(
                "table {table}: {key} = {given} stands more than once",
                table=table,
                key=", ".join(key),
                given=", ".join(str(value) for value in rows.select(key).filter(twice).row(0)),
            )


def _into_store(table: str, rows: pl.DataFrame, name: str, dialect: sa.Dialect) -> pl.Series | pl.Expr:
    """Return a column as the store takes it."""
    kind = rows.schema[name]
    if name in columns_of_type(table, Shape):
        return shapes_for_store(table, rows[name], dialect)
    if kind == pl.UInt64:
        return _signed(table, rows[name])
    if kind == pl.Date and dialect.name == "sqlite":
        return pl.col(name).dt.to_string("%Y-%m-%d")
    if kind == pl.Float64:
        # SQLite keeps whole floats as integers and drops the sign of -0.0; so that both stores agree, so do we.
        return pl.when(pl.col(name) == 0).then(0.0).otherwise(pl.col(name)).alias(name)
    return pl.col(name)


def _signed(table: str, cells: pl.Series) -> pl.Series:
    try:
        return cells.cast(pl.Int64)
    except pl.exceptions.PolarsError as error:
        raise InvalidInputError(
            "table {table}: column {column} holds a cell with its top bit set, which H3 never has",
            table=table,
            column=cells.name,
        ) from error


def shapes_for_store(table: str, wkb: pl.Series, dialect: sa.Dialect) -> pl.Series:
    """Return geometries in the store's form: hexadecimal for COPY, EWKB with PostGIS; else little-endian WKB."""
    try:
        shapes = shapely.from_wkb(wkb.to_numpy())
    except (shapely.errors.GEOSException, TypeError) as error:
        raise InvalidInputError(
            "table {table}: column {column} holds something that is not WKB", table=table, column=wkb.name
        ) from error
    if shapely.has_z(shapes).any() or shapely.has_m(shapes).any():
        raise InvalidInputError("table {table}: column {column} holds heights", table=table, column=wkb.name)
    if has_postgis(dialect):
        texts = shapely.to_wkb(shapely.set_srid(shapes, SRID), hex=True, byte_order=1, include_srid=True)
        return pl.Series(wkb.name, texts.tolist(), dtype=pl.String)
    plain = shapely.to_wkb(shapely.set_srid(shapes, 0), byte_order=1)
    kept = pl.Series(wkb.name, plain.tolist(), dtype=pl.Binary)
    return kept if dialect.name == "sqlite" else ("\\x" + kept.bin.encode("hex")).alias(wkb.name)


def insert_rows(connection: sa.Connection, table: str, frame: pl.DataFrame) -> None:
    """Append the frame through the driver's executemany; SQLite."""
    preparer = connection.dialect.identifier_preparer
    names = ", ".join(preparer.quote(name) for name in frame.columns)
    statement = f"INSERT INTO {preparer.quote(table)} ({names}) VALUES ({', '.join('?' * frame.width)})"  # noqa: S608
    for part in frame.iter_slices(ROWS_AT_ONCE):
        connection.exec_driver_sql(statement, part.rows())


def refresh_statistics(connection: sa.Connection, table: str, rows: int) -> None:
    """Let the planner know that rows were added: without it both stores take a version for a handful of them."""
    if rows < ROWS_WORTH_COUNTING:
        return
    if connection.dialect.name == "postgresql":
        # By a function of the owner's, since nobody else may; it never waits for somebody who counts the same table.
        connection.execute(sa.select(sa.func.gridgeo_analyze(table)))
        return
    connection.exec_driver_sql("PRAGMA analysis_limit=1000")
    connection.exec_driver_sql(f"ANALYZE {connection.dialect.identifier_preparer.quote(table)}")


def hex_of_shape(column: sa.Column[Any], dialect: sa.Dialect) -> sa.ColumnElement[Any]:
    """Return a geometry as hexadecimal WKB; PostgreSQL only."""
    raw = sa.type_coerce(column, sa.LargeBinary)
    return sa.func.encode(sa.func.ST_AsBinary(raw, "NDR") if has_postgis(dialect) else raw, "hex")


def _out_of_store(column: sa.Column[Any], dialect: sa.Dialect) -> sa.ColumnElement[Any]:
    """Return a column in the form in which frames are fetched."""
    if dialect.name == "postgresql" and isinstance(column.type, Shape):
        return hex_of_shape(column, dialect)
    if isinstance(column.type, sa.JSON):
        return sa.cast(column, sa.Text)
    return column


def fetch(connection: sa.Connection, query: sa.Select[Any], schema: Contract) -> pl.DataFrame:
    """Return what a query selects, columns named and typed by the schema; bytes come as hexadecimal on PostgreSQL."""
    if connection.dialect.name == "postgresql":
        carried = {name: _CSV_TYPES.get(kind, kind) for name, kind in schema.items()}
        frame = copy_out(connection, query, carried)
        return frame.with_columns(_from_carried(name, kind, carried[name]) for name, kind in schema.items())
    carried = {name: _SQLITE_TYPES.get(kind, kind) for name, kind in schema.items()}
    result = connection.execute(query)
    # The driver's own tuples: SQLAlchemy's rows take several times longer and their types are set below.
    rows = result.cursor.fetchall() if result.cursor is not None else []
    result.close()
    frame = pl.DataFrame(rows, schema=carried, orient="row")
    return frame.with_columns(_from_carried(name, kind, carried[name]) for name, kind in schema.items())


_CSV_TYPES: dict[ColumnType, ColumnType] = {pl.UInt64: pl.Int64, pl.Binary: pl.String}
_SQLITE_TYPES: dict[ColumnType, ColumnType] = {pl.UInt64: pl.Int64, pl.Date: pl.String, pl.Boolean: pl.Int64}


def _from_carried(name: str, kind: ColumnType, carried: ColumnType) -> pl.Expr:
    """Return a column, fetched as the carried type, in the contract's."""
    if carried == pl.String and kind == pl.Binary:
        return pl.col(name).str.decode("hex")
    if carried == pl.String and kind == pl.Date:
        return pl.col(name).str.to_date("%Y-%m-%d")
    return pl.col(name).cast(kind)
