"""Datasets that came from files: how one differs from the one before, what it keeps of it, and the file behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gridgeo.errors import NotFoundError
from gridgeo.storage.contracts import contract_of, keys_of, stored
from gridgeo.storage.models import ImportFile

LOADING_CACHE_KIB = 131_072
"""SQLite's page cache during a load: keys come in any order, so the pages of the index must stay in memory."""


@dataclass(frozen=True)
class FileRecord:
    """The file behind a dataset version and its account; rows_in = accepted + rejected."""

    version_id: int
    table_kind: str
    file_name: str
    sha256: str
    size_bytes: int
    options: dict[str, Any]
    rows_in: int
    accepted: int
    rejected: int


@contextmanager
def loading(connection: sa.Connection) -> Iterator[None]:
    """Give the store the memory that a load of millions of rows takes, until the end of the block."""
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size=-{LOADING_CACHE_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={before}")


def count_rows(connection: sa.Connection, table: str, version_id: int) -> int:
    """Return how many rows of a table stand under a version itself (not under its parts)."""
    model = stored(table)
    return int(connection.scalar(sa.select(sa.func.count()).where(model.c.version_id == version_id)) or 0)


def changes_between(
    connection: sa.Connection, table: str, versions: tuple[int, int], key: Sequence[str] = ()
) -> dict[str, int]:
    """Count the rows of a version that are new, changed or unchanged against one before it, and those that are gone.

    versions: the earlier and the later one. key: columns that tell rows apart, the table's own by default. A row is
    unchanged when every other column is.
    """
    before, after = versions
    old, new = stored(table).alias("o"), stored(table).alias("n")
    telling = list(key) or keys_of(table)[0]
    same_row = sa.and_(old.c.version_id == before, *(old.c[name] == new.c[name] for name in telling))
    values = [name for name in contract_of(table) if name not in telling]
    alike = sa.and_(sa.true(), *(new.c[name].is_not_distinct_from(old.c[name]) for name in values))
    query = (
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((alike, 1), else_=0)), 0))
        .select_from(new.join(old, same_row))
        .where(new.c.version_id == after)
    )
    both, unchanged = connection.execute(query).one()
    return {
        "new": count_rows(connection, table, after) - int(both),
        "changed": int(both) - int(unchanged),
        "unchanged": int(unchanged),
        "gone": count_rows(connection, table, before) - int(both),
    }


def keep_rows(
    connection: sa.Connection,
    table: str,
    versions: tuple[int, int],
    *,
    key: Sequence[str] = (),
    absent_from: str | None = None,
    leave_out: str | None = None,
) -> int:
    """Copy the rows of the earlier version that the later one does not have; return how many.

    versions, key: as in `changes_between`; a row that has the table's own key of a later one is not copied either.
    absent_from: copy only rows whose id that table does not have in the later version. leave_out: an id not to copy.
    """
    quote = connection.dialect.identifier_preparer.quote
    name, columns = quote(table), ", ".join(quote(column) for column in contract_of(table))
    conditions = [_absent(connection, table, keys_of(table)[0])]
    conditions += [_absent(connection, table, key)] if key else []
    conditions += [_absent(connection, absent_from, ["id"])] if absent_from else []
    conditions += ["o.id <> :left_out"] if leave_out is not None else []
    statement = sa.text(
        f"INSERT INTO {name} (version_id, {columns}) SELECT CAST(:after AS BIGINT), {columns} "  # noqa: S608 - names of our own tables
        f"FROM {name} o WHERE o.version_id = :before AND {' AND '.join(conditions)}"
    )
    values: dict[str, Any] = dict(zip(("before", "after"), versions, strict=True))
    left_out = {} if leave_out is None else {"left_out": leave_out}
    return int(connection.execute(statement, values | left_out).rowcount)


def keep_columns(connection: sa.Connection, table: str, versions: tuple[int, int], columns: Sequence[str]) -> None:
    """Fill columns of the later version's rows with what the earlier one says of the same row."""
    if not columns:
        return
    quote = connection.dialect.identifier_preparer.quote
    name = quote(table)
    values = ", ".join(f"{quote(column)} = o.{quote(column)}" for column in columns)
    statement = sa.text(
        f"UPDATE {name} AS n SET {values} FROM {name} AS o "  # noqa: S608 - names of our own tables
        f"WHERE n.version_id = :after AND o.version_id = :before AND {_same(connection, keys_of(table)[0])}"
    )
    connection.execute(statement, dict(zip(("before", "after"), versions, strict=True)))


def _absent(connection: sa.Connection, table: str, key: Sequence[str]) -> str:
    """Return the condition that the later version of a table has no row with the key of `o`."""
    holder = connection.dialect.identifier_preparer.quote(table)
    return f"NOT EXISTS (SELECT 1 FROM {holder} n WHERE n.version_id = :after AND {_same(connection, key)})"  # noqa: S608


def _same(connection: sa.Connection, key: Sequence[str]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return " AND ".join(f"n.{quote(column)} = o.{quote(column)}" for column in key)


def record_file(connection: sa.Connection, record: FileRecord, rejected_csv: bytes | None) -> None:
    """Keep what file a version came from. rejected_csv: zlib-compressed, None when every row was taken."""
    connection.execute(sa.insert(ImportFile).values(vars(record) | {"rejected_csv": rejected_csv}))


def files_alike(connection: sa.Connection, table_kind: str, sha256: str) -> list[FileRecord]:
    """Return the imports of the same bytes as the same kind, newest first."""
    query = (
        _records()
        .where(ImportFile.table_kind == table_kind, ImportFile.sha256 == sha256)
        .order_by(ImportFile.version_id.desc())
    )
    return [FileRecord(*row) for row in connection.execute(query)]


def file_record(connection: sa.Connection, version_id: int) -> FileRecord:
    """Return the file behind a version; NotFoundError when it came from none."""
    row = connection.execute(_records().where(ImportFile.version_id == version_id)).one_or_none()
    if row is None:
        raise NotFoundError("version {version} was not imported from a file", version=version_id)
    return FileRecord(*row)


def rejected_of(connection: sa.Connection, version_id: int) -> bytes | None:
    """Return the compressed rejected rows of an import, None when there are none; NotFoundError for no import."""
    file_record(connection, version_id)
    return connection.scalar(sa.select(ImportFile.rejected_csv).where(ImportFile.version_id == version_id))


def _records() -> sa.Select[Any]:
    return sa.select(*(getattr(ImportFile, name) for name in FileRecord.__dataclass_fields__))
