"""The database itself keeps branches apart: with the application login no SQL gets another branch's row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.bench.store_logins import StoreLogins, store_logins
from gridgeo.domain import Actor, local_actor
from gridgeo.errors import NotAllowedError
from gridgeo.storage import (
    act_as,
    acting,
    downgrade,
    new_version,
    open_engine,
    read_frame,
    reading,
    upgrade,
    whole_bank,
    write_frame,
)
from gridgeo.storage.conditions import BRANCH_COLUMN, PARTIES_WITHOUT_BRANCH, matching
from gridgeo.storage.fence import OF_PARENT, OF_PARTY, POLICY, branch_column, fenced_tables, of_branch, refence
from gridgeo.storage.migrations.range_policies import of_branch as by_range
from gridgeo.storage.models import Base
from gridgeo.storage.types import Instant, Shape

from .strategies import H3_CELL as FIRST_CELL
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


SET_SCOPE = sa.text(
    "SELECT set_config('gridgeo.scope', :scope, true), "
    "set_config('gridgeo.branches', CAST(CAST(:branches AS text[]) AS text), true)"
)
SCOPES: list[tuple[str, list[str]]] = [
    *((name, ["b1"]) for name in ("all", "", "none")),
    *(("branches", named) for named in ([], ["b1"], ["b1", "b3"], ["B", "b", "网点", "网点 2"], ["", "b2"])),
]
"""Settings of a transaction: a scope, and branches in the order of their bytes, as `act_as` sets them."""


@pytest.mark.parametrize("nullable", [{}, {"nullable": True}, {"nullable": True, "shared": True}])
def test_the_condition_means_what_the_range_of_revision_0013_meant(
    application: sa.Engine, nullable: dict[str, bool]
) -> None:
    found = sa.text(
        f"SELECT coalesce({of_branch('id', **nullable)}, false), coalesce({by_range('id', **nullable)}, false) "  # noqa: S608
        "FROM unnest(ARRAY['', 'B', 'b', 'b1', 'b2', 'b3', '网点', '网点 1', '网点 2', NULL]) AS given (id)"
    )
    seen_at_all = set()
    with application.connect() as connection:
        for scope, branches in SCOPES:
            connection.execute(SET_SCOPE, {"scope": scope, "branches": branches})
            rows = [tuple(row) for row in connection.execute(found)]
            assert [new for new, _ in rows] == [old for _, old in rows], (scope, branches)
            seen_at_all |= {new for new, _ in rows}
            connection.rollback()
        # A transaction that sets nothing.
        assert not any(any(row) for row in connection.execute(found))
    assert seen_at_all == {True, False}


@pytest.fixture(scope="module")
def scored(logins: StoreLogins) -> Iterator[sa.Connection]:
    """A superuser's transaction with 20,000 scored cells of four branches, which nobody else sees."""
    rows = np.arange(20_000)
    cells = pl.DataFrame({"branch_id": np.char.add("b", (rows // 5_000).astype(str)), "cell": rows + FIRST_CELL})
    empty = {"value": None, "low": None, "high": None, "evidence": None}
    frame = cells.join(pl.DataFrame({"measure": ["m1", "m2", "m3", "m4", "m5"], **empty}), how="cross")
    engine = open_engine(logins.administrator)
    with engine.connect() as connection:
        version = new_version(connection, local_actor(), "score", params={}, now=MOMENT)
        write_frame(connection, "cell_score", frame.cast({"cell": pl.UInt64}), version_id=version)
        connection.exec_driver_sql("ANALYZE cell_score")
        yield connection
        connection.rollback()
    engine.dispose()


def plan_of(logins: StoreLogins, scored: sa.Connection, actor: Actor, cells: int, *, by: str | None = None) -> str:
    """Return the plan of the question for a measure of some cells, 0: all, of whichever branch, asked by the service.

    by: condition of the policy, by default the store's.
    """
    table = Base.metadata.tables["cell_score"]
    where: dict[str, object] = {"version_id": newest(scored), "measure": "m1"}
    if cells:
        where["cell"] = (np.arange(cells) * 50 + FIRST_CELL).tolist()
    question = matching(sa.select(table), table, where, "postgresql")
    text = question.compile(scored, compile_kwargs={"render_postcompile": True})
    undone = scored.begin_nested()
    if by is not None:
        scored.exec_driver_sql(refence("cell_score", by))
    scored.exec_driver_sql(f'SET LOCAL ROLE "{logins.names.application}"')
    act_as(scored, actor)
    plan = "\n".join(scored.exec_driver_sql(f"EXPLAIN {text}", text.params).scalars())
    undone.rollback()
    return plan


def newest(connection: sa.Connection) -> int:
    """Return the version written last."""
    return int(connection.execute(sa.text("SELECT max(id) FROM version")).scalar_one())


SCOPED = pytest.mark.parametrize(
    "actor", [local_actor(), MANAGER, OF_TWO], ids=["head office", "one branch", "two branches"]
)


@SCOPED
@pytest.mark.parametrize("cells", [20, 400])
def test_a_policy_leaves_the_index_on_cells_in_use(
    logins: StoreLogins, scored: sa.Connection, actor: Actor, cells: int
) -> None:
    assert "ix_cell_score_version_id_cell" in plan_of(logins, scored, actor, cells)
    assert "ix_cell_score_version_id_cell" not in plan_of(logins, scored, actor, cells, by=by_range("branch_id"))


@SCOPED
def test_a_policy_takes_its_rows_from_the_index_on_branches(
    logins: StoreLogins, scored: sa.Connection, actor: Actor
) -> None:
    conditions = plan_of(logins, scored, actor, 0).split("Index Cond:")[1:]
    assert len([each for each in conditions if "branch_id" in each.partition("\n")[0]]) == 3
    unfit = "branch_id = (SELECT 'b1') OR (SELECT true)"
    assert "branch_id" not in plan_of(logins, scored, actor, 0, by=unfit).partition("Index Cond:")[2].partition("\n")[0]


def test_the_policies_go_back_to_the_range_and_come_again(make_store: Callable[[str], str]) -> None:
    engine = open_engine(make_store("postgis"))
    policies = sa.text("SELECT tablename, qual, with_check FROM pg_policies ORDER BY tablename")
    states = []
    for move in (lambda: None, lambda: downgrade(engine, "0017"), lambda: upgrade(engine)):
        move()
        with engine.begin() as connection:
            states.append([tuple(row) for row in connection.execute(policies)])
    engine.dispose()
    assert states[0] == states[2]
    changed = {new[0] for new, old in zip(states[0], states[1], strict=True) if new != old}
    assert changed == {
        table for table in fenced_tables() if branch_column(Base.metadata.tables[table]) is not None
    } - set(OF_PARENT) - set(OF_PARTY) - set(PARTIES_WITHOUT_BRANCH)
    assert all("chr(1114111)" in qual and qual == check for name, qual, check in states[1] if name in changed)
