"""The database itself keeps branches apart: with the application login no SQL gets another branch's row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.bench.store_logins import StoreLogins, store_logins
from gridgeo.domain import Actor, local_actor
from gridgeo.errors import NotAllowedError
from gridgeo.storage import act_as, acting, new_version, open_engine, read_frame, reading, whole_bank, write_frame
from gridgeo.storage.conditions import BRANCH_COLUMN, PARTIES_WITHOUT_BRANCH
from gridgeo.storage.fence import OF_PARENT, OF_PARTY, POLICY, branch_column, fenced_tables
from gridgeo.storage.models import Base
from gridgeo.storage.types import Instant, Shape

from .test_scope import POINT, branch_of, three_branches

MANAGER = Actor("li", "branch_manager", frozenset({"b1"}))
OF_TWO = Actor("wu", "branch_manager", frozenset({"b1", "b3"}))
OF_NONE = Actor("he", "rm", frozenset())
CONSUMER = Actor("bi", "consumer")
MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def logins(make_store: Callable[[str], str], postgis: Any) -> Iterator[StoreLogins]:
    """A PostGIS store with its logins and rows of the branches b1, b2 and b3 in every fenced table."""
    with store_logins(make_store("postgis"), postgis) as made:
        engine = open_engine(made.administrator)
        try:
            with engine.begin() as connection:
                fill(connection)
        finally:
            engine.dispose()
        yield made


def fill(connection: sa.Connection) -> None:
    """Write rows 1, 2 and 3, of b1, b2 and b3, into every fenced table, past all policies and references."""
    connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
    for name in fenced_tables():
        table = Base.metadata.tables[name]
        for number in (1, 2, 3):
            connection.execute(sa.insert(table).values({each: filler(each, number) for each in table.columns}))


def filler(column: sa.Column[Any], number: int) -> object:
    """Return a value of a column in one of the three rows; customers are 1, 2 and 3."""
    if column.name == "version_id":
        return 900
    if column is branch_column(column.table):
        return f"b{number}"
    if column.name == "party_kind":
        return "customer"
    if isinstance(column.type, Shape | Instant):
        return POINT if isinstance(column.type, Shape) else MOMENT
    kind = column.type.python_type
    known = {str: str(number), dict: {}, bytes: b"x", date: MOMENT.date(), bool: True}
    return known.get(kind, number)


@pytest.fixture
def application(logins: StoreLogins) -> Iterator[sa.Engine]:
    """The store opened with the application login."""
    engine = open_engine(logins.application, create=False)
    yield engine
    engine.dispose()


def seen(engine: sa.Engine, actor: Actor | None, table: str) -> list[str]:
    """Return which of the three rows raw SQL without any condition gets from a fenced table."""
    model, parent = Base.metadata.tables[table], OF_PARENT.get(table)
    branch = branch_column(model)
    column = parent[0] if parent else branch.name if branch is not None else "party_id" if table in OF_PARTY else "id"
    with engine.begin() as connection:
        act_as(connection, actor)
        found = connection.scalars(sa.text(f"SELECT {column} FROM {table}"))  # noqa: S608 - our own tables
        return sorted(str(value).removeprefix("b") for value in found)


CLOSED = ("household", "original", "party_match", "price")


@pytest.mark.parametrize("table", sorted(fenced_tables()))
def test_raw_sql_gets_rows_of_the_scope_only(application: sa.Engine, table: str) -> None:
    assert seen(application, None, table) == []
    assert seen(application, OF_NONE, table) == []
    assert seen(application, MANAGER, table) == ([] if table in CLOSED else ["1"])
    assert seen(application, OF_TWO, table) == ([] if table in CLOSED else ["1", "3"])
    assert len(seen(application, local_actor(), table)) == 3


@pytest.mark.parametrize("table", CLOSED)
def test_a_consumer_gets_no_party(application: sa.Engine, table: str) -> None:
    assert seen(application, CONSUMER, table) == []


def test_every_table_that_names_a_branch_or_a_party_is_fenced(application: sa.Engine) -> None:
    named = {
        table.name
        for table in Base.metadata.sorted_tables
        if BRANCH_COLUMN.get(table.name, "branch_id") in table.columns or "party_id" in table.columns
    }
    bank_wide = {"snapshot_member"}
    assert named - bank_wide <= set(fenced_tables())
    assert set(PARTIES_WITHOUT_BRANCH) <= set(fenced_tables())
    with application.begin() as connection:
        held = set(connection.scalars(sa.text(f"SELECT tablename FROM pg_policies WHERE policyname = '{POLICY}'")))  # noqa: S608
    assert held == set(fenced_tables())


def test_a_setting_ends_with_its_transaction(application: sa.Engine) -> None:
    with application.connect() as connection:
        act_as(connection, local_actor())
        assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 3
        connection.commit()
        assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 0


def test_without_its_policy_a_table_is_open(logins: StoreLogins, application: sa.Engine) -> None:
    engine = open_engine(logins.administrator)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE staff DISABLE ROW LEVEL SECURITY"))
    assert seen(application, MANAGER, "staff") == ["1", "2", "3"]
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE staff ENABLE ROW LEVEL SECURITY"))
    assert seen(application, MANAGER, "staff") == ["1"]
    engine.dispose()


def test_the_owner_is_held_by_the_policies_too(logins: StoreLogins) -> None:
    engine = open_engine(logins.migrator, create=False)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'SET LOCAL ROLE "{logins.names.owner}"')
        assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 0
        act_as(connection, MANAGER)
        assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 1
    engine.dispose()


def test_a_row_of_another_branch_cannot_be_written(application: sa.Engine) -> None:
    statement = "UPDATE grid_set SET branch_id = 'b2' WHERE branch_id = 'b1'"
    engine = acting(application, MANAGER)
    with pytest.raises(NotAllowedError, match="row-level security"), engine.begin() as connection:
        connection.execute(sa.text(statement))
    with application.begin() as connection:
        act_as(connection, MANAGER)
        assert connection.execute(sa.text("UPDATE grid_set SET revision = 2 WHERE branch_id = 'b2'")).rowcount == 0


def test_an_engine_acts_for_whom_it_was_told(application: sa.Engine) -> None:
    planner = Actor("pl", "planner", frozenset({"b1"}))
    with reading(acting(application, planner)) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 1
        with whole_bank(connection):
            assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 3
        assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 1
        with pytest.raises(ZeroDivisionError), whole_bank(connection):
            _ = 1 / 0
        assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 1
    # Who may make versions makes whole ones.
    with acting(application, planner).begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 3
    with acting(application, MANAGER).begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM customer")) == 1


def test_frames_are_written_and_read_through_the_fence(application: sa.Engine, now: datetime) -> None:
    frame = three_branches("catchment_cell")
    with acting(application, local_actor()).begin() as connection:
        version = new_version(connection, local_actor(), "catchment", params={}, now=now)
        for part in (frame[:1], frame[1:]):
            write_frame(connection, "catchment_cell", part, version_id=version)
        assert read_frame(connection, "catchment_cell", version_id=version).sort("cell").equals(frame)
    with reading(acting(application, MANAGER)) as connection:
        found = read_frame(connection, "catchment_cell", version_id=version)
        assert found[branch_of("catchment_cell")].to_list() == ["b1"]


def test_a_policy_takes_its_rows_from_an_index(application: sa.Engine) -> None:
    with application.begin() as connection:
        act_as(connection, OF_TWO)
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(connection.scalars(sa.text("EXPLAIN SELECT * FROM cell_score WHERE version_id = 1")))
    assert "branch_id >= $" in plan.partition("Index Cond")[2].partition("\n")[0]
