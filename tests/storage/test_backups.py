"""What is backed up or moved comes back row by row, on both stores; a store with data is never written over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from gridgeo.bench.store_logins import StoreLogins, store_logins
from gridgeo.domain import local_actor
from gridgeo.errors import ConflictError, GridgeoError, InvalidInputError, NotFoundError
from gridgeo.storage import check_schema, new_version, open_engine, reading, upgrade
from gridgeo.storage.backups import backup, manifest_of, restore
from gridgeo.storage.migrations import store_revision
from gridgeo.storage.models import Base
from gridgeo.storage.moving import as_owner, move
from gridgeo.storage.types import Instant, Shape
from gridgeo.storage.whole import TableDigest, clear, digests, every_table, is_empty

from .test_scope import POINT

MOMENT = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)
TEXTS = ("", 'a "b", c', "网格\n二")
FLOATS = (0.1, -1e300, 5e-324)


def value_of(column: sa.Column[Any], number: int) -> object:
    """Return a value of a column in one of three rows; awkward ones where the column takes them."""
    if isinstance(column.type, Shape | Instant):
        return POINT if isinstance(column.type, Shape) else MOMENT
    if column.nullable and number == 2:
        return None
    kind = column.type.python_type
    if kind is str:
        awkward = not (column.primary_key or column.foreign_keys or column.unique)
        return TEXTS[number - 1] if awkward and column.name != "name" else str(number)
    known = {dict: {"k": ["值", None, 0.1]}, bytes: b"\0\xff\\x", date: MOMENT.date(), bool: number == 1}
    return FLOATS[number - 1] if kind is float else known.get(kind, number)


def fill(engine: sa.Engine) -> dict[str, TableDigest]:
    """Write three rows into every table and return the digests."""
    with engine.begin() as connection:
        as_owner(connection)
        clear(connection)
        for table in every_table():
            rows = [{column: value_of(column, number) for column in table.columns} for number in (1, 2, 3)]
            for row in rows:
                connection.execute(sa.insert(table).values(row))
    return digests_of(engine)


def digests_of(engine: sa.Engine) -> dict[str, TableDigest]:
    with reading(engine) as connection:
        as_owner(connection)
        return digests(connection)


@pytest.fixture
def full(engine: sa.Engine) -> dict[str, TableDigest]:
    """The digests of `engine`, whose every table has three rows."""
    return fill(engine)


@pytest.fixture
def empty(store_kind: str, make_store: Callable[[str], str]) -> Iterator[sa.Engine]:
    """Another store of the same kind, without data."""
    opened = open_engine(make_store(store_kind))
    yield opened
    opened.dispose()


def damage(engine: sa.Engine) -> None:
    """Lose rows and change some."""
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM cell_score"))
        connection.execute(sa.text("UPDATE customer SET tier = 'core'"))


def test_after_a_damage_the_backup_has_it_all(
    engine: sa.Engine, full: dict[str, TableDigest], empty: sa.Engine, tmp_path: Path
) -> None:
    file = tmp_path / "bank.backup"
    made = backup(engine, file)
    assert made.tables == full
    damage(engine)
    assert digests_of(engine) != full
    back = restore(empty, file)
    assert (back.compared, back.tables, digests_of(empty)) == (True, full, full)
    check_schema(empty)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("bank")) == [
        "bank.backup",
        "bank.backup.json",
    ]
    with pytest.raises(ConflictError, match="exists already"):
        backup(engine, file)
    with pytest.raises(ConflictError, match="holds data"):
        restore(engine, file)


def test_a_backup_that_is_not_what_it_was_changes_nothing(
    engine: sa.Engine, full: dict[str, TableDigest], empty: sa.Engine, tmp_path: Path
) -> None:
    file = tmp_path / "bank.backup"
    backup(engine, file)
    beside = manifest_of(file).read_text()
    manifest_of(file).write_text(beside.replace(full["customer"].sha256, full["merchant"].sha256))
    with pytest.raises(GridgeoError, match="otherwise than it was made: customer"):
        restore(empty, file)
    manifest_of(file).write_text(beside)
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 255
    file.write_bytes(damaged)
    with pytest.raises(InvalidInputError, match="has changed since"):
        restore(empty, file)
    manifest_of(file).unlink()
    file.write_bytes(damaged[: len(damaged) // 3])
    with pytest.raises(InvalidInputError, match=r"damaged|failed"):
        restore(empty, file)
    with reading(empty) as connection:
        assert is_empty(connection)
    check_schema(empty)


def test_without_its_manifest_nothing_is_said_to_be_compared(
    engine: sa.Engine, full: dict[str, TableDigest], empty: sa.Engine, tmp_path: Path
) -> None:
    file = tmp_path / "bank.backup"
    backup(engine, file)
    manifest_of(file).unlink()
    assert restore(empty, file).compared is None
    assert digests_of(empty) == full


def test_what_is_no_backup_is_refused(engine: sa.Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file"):
        restore(engine, tmp_path / "none")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(InvalidInputError, match="no backup"):
        restore(engine, tmp_path / "text")
    other = b"PGDMP" if engine.dialect.name == "sqlite" else b"SQLite format 3\0"
    (tmp_path / "other").write_bytes(other)
    with pytest.raises(InvalidInputError, match="gridgeo db move"):
        restore(engine, tmp_path / "other")
    with pytest.raises(InvalidInputError, match="does not exist"):
        backup(engine, tmp_path / "no" / "folder")


@pytest.fixture(scope="module")
def logins(make_store: Callable[[str], str], postgis: Any) -> Iterator[StoreLogins]:
    """An empty PostGIS store with its logins."""
    with store_logins(make_store("postgis"), postgis) as made:
        yield made


def test_a_file_is_moved_to_a_server_and_back(
    logins: StoreLogins, make_store: Callable[[str], str], tmp_path: Path
) -> None:
    laptop, target = open_engine(make_store("sqlite")), open_engine(logins.migrator, create=False)
    sent = fill(laptop)
    with laptop.begin() as connection:
        connection.execute(sa.text("UPDATE sqlite_sequence SET seq = 40 WHERE name = 'version'"))
    seen: list[int] = []
    report = move(laptop, target, lambda done, _: seen.append(done))
    assert report.tables == sent == digests_of(target)
    assert seen == list(range(len(every_table()) + 1))
    # The application login goes on where the file stopped.
    served = open_engine(logins.application, create=False)
    with served.begin() as connection:
        assert new_version(connection, local_actor(), "bank", params={}, now=MOMENT) == 41
        connection.rollback()
    with pytest.raises(ConflictError, match="holds data"):
        move(laptop, target)
    with pytest.raises(InvalidInputError, match="into itself"):
        move(laptop, laptop)
    # With the same dump of the database as the migration and the application login see it.
    for engine in (target, served):
        assert backup(engine, tmp_path / f"{engine.url.username}.backup").tables == sent
    again = open_engine(f"sqlite:///{tmp_path / 'again.db'}")
    assert move(target, again).tables == sent
    for engine in (laptop, target, served, again):
        engine.dispose()


def test_a_move_that_fails_leaves_the_target_empty(make_store: Callable[[str], str]) -> None:
    source, target = open_engine(make_store("sqlite")), open_engine(make_store("postgis"))
    fill(source)
    with target.begin() as connection:
        connection.execute(sa.text("ALTER TABLE territory ADD CONSTRAINT late CHECK (colour < 2)"))
    with pytest.raises(psycopg.IntegrityError, match="late"):
        move(source, target)
    with reading(target) as connection:
        assert is_empty(connection)
    with target.begin() as connection:
        # A target that changes what it is given is found out.
        connection.execute(sa.text("ALTER TABLE territory DROP CONSTRAINT late"))
        body = "BEGIN NEW.post := upper(NEW.post) || 'x'; RETURN NEW; END"
        connection.execute(sa.text(f"CREATE FUNCTION lossy() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"))
        connection.execute(sa.text("CREATE TRIGGER lossy BEFORE INSERT ON staff FOR EACH ROW EXECUTE FUNCTION lossy()"))
    with pytest.raises(GridgeoError, match="did not arrive"):
        move(source, target)
    source.dispose()
    target.dispose()


def test_an_older_backup_comes_back_as_it_was(tmp_path: Path, make_store: Callable[[str], str]) -> None:
    from gridgeo.storage import downgrade

    old = open_engine(make_store("sqlite"))
    downgrade(old, "0010")
    old.dispose()
    fresh = open_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    report = restore(fresh, Path(str(old.url.database)))
    assert (report.compared, store_revision(fresh)) == (None, "0010")
    upgrade(fresh)
    check_schema(fresh)
    fresh.dispose()


def test_every_table_is_told(full: dict[str, TableDigest]) -> None:
    assert set(full) == set(Base.metadata.tables)
    assert {each.rows for each in full.values()} == {3}
