"""PostgreSQL's COPY: whole tables in, in the binary format where it can be, and out as CSV read by arrow."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import polars as pl
import psycopg
import pyarrow as pa
import pyarrow.csv
import sqlalchemy as sa

from gridgeo.domain.tables import Contract
from gridgeo.storage.binary_rows import HEADER, TRAILER, binary_rows, fits_binary
from gridgeo.storage.failures import driver_calls
from gridgeo.storage.models import Base

ROWS_AT_ONCE = 100_000
"""Rows of CSV held in memory at a time."""


def copy_in(connection: sa.Connection, table: str, frame: pl.DataFrame) -> None:
    """Append the frame to a table of the same column names; PostgreSQL only.

    Numbers, truth values and texts go in the binary format; with a date, a geometry, bytes or JSON among the columns
    rows go as CSV: a null is an empty field, an empty text a quoted one, floats have digits that give the same bits.
    PostgreSQL does not copy into a table whose policies hold for the login: the rows then go through a passing table.
    """
    preparer = connection.dialect.identifier_preparer
    names = ", ".join(preparer.quote(name) for name in frame.columns)
    if not connection.scalar(sa.select(sa.func.row_security_active(sa.cast(table, sa.Text)))):
        _copy_rows(connection, f"{preparer.quote(table)} ({names})", table, frame)
        return
    staged = preparer.quote(f"passing_{table}")
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE {staged} ON COMMIT DROP AS SELECT {names} FROM {preparer.quote(table)} WITH NO DATA"  # noqa: S608
    )
    _copy_rows(connection, f"{staged} ({names})", table, frame)
    connection.exec_driver_sql(f"INSERT INTO {preparer.quote(table)} ({names}) SELECT {names} FROM {staged}")  # noqa: S608
    connection.exec_driver_sql(f"DROP TABLE {staged}")


def _copy_rows(connection: sa.Connection, target: str, table: str, frame: pl.DataFrame) -> None:
    is_binary = fits_binary(frame, Base.metadata.tables[table])
    statement = f"COPY {target} FROM STDIN (FORMAT {'binary' if is_binary else 'csv'})"
    with driver_calls(), _driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        if is_binary:
            copy.write(HEADER)
        for part in frame.iter_slices(ROWS_AT_ONCE):
            copy.write(binary_rows(part) if is_binary else _csv(part))
        if is_binary:
            copy.write(TRAILER)


def _csv(part: pl.DataFrame) -> memoryview:
    buffer = io.BytesIO()
    part.write_csv(buffer, include_header=False)
    return buffer.getbuffer()


def copy_out(connection: sa.Connection, query: sa.Select[Any], schema: Contract) -> pl.DataFrame:
    """Return what a query selects, columns named and typed by the schema; PostgreSQL only.

    schema: polars types as CSV can hold them; the names replace those of the query.
    """
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    statement = f"COPY ({compiled}) TO STDOUT (FORMAT csv)"
    buffer = io.BytesIO()
    with driver_calls(), _driver(connection).cursor() as cursor, cursor.copy(statement, compiled.params) as copy:
        for block in copy:
            buffer.write(block)
    if buffer.tell() == 0:
        return pl.DataFrame(schema=schema)
    return _frame_from_csv(buffer, schema)


def _frame_from_csv(buffer: io.BytesIO, schema: Contract) -> pl.DataFrame:
    buffer.seek(0)
    table = pa.csv.read_csv(
        buffer,
        read_options=pa.csv.ReadOptions(column_names=list(schema)),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=_arrow_types(tuple(schema.items())),
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return pl.DataFrame(table, schema=schema)


@lru_cache(maxsize=512)
def _arrow_types(schema: tuple[tuple[str, pl.DataType | type[pl.DataType]], ...]) -> pa.Schema:
    """Return a schema as arrow has it; to work it out takes a third of reading a few rows."""
    return pl.DataFrame(schema=dict(schema)).to_arrow().schema


def _driver(connection: sa.Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 (for the type checker)
    return driver
