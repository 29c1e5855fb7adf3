"""An actor with a scope gets the rows of its branches and no others."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
import shapely
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import CELL_SCORES
from gridgeo.errors import NotAllowedError, NotFoundError
from gridgeo.storage import CONTRACTS, new_version, read_frame, read_scores, write_frame
from gridgeo.storage.conditions import BRANCH_COLUMN, PARTIES_WITHOUT_BRANCH

MANY = frozenset(f"x{number}" for number in range(300))
SCOPES = [frozenset({"b1"}), frozenset({"b1", "b3"}), frozenset({"b1"}) | MANY, frozenset()]
OPEN = {
    *("boundary", "street", "building", "merchant", "denominator", "road_node", "road_edge", "gazetteer"),
    *("product", "industry_code", "cell_value", "zone_match", "public_sum", "score_measure"),
    *("denominator_unit", "denominator_figure"),
}
POINT = shapely.to_wkb(shapely.Point(1, 2))
FILLERS = {
    pl.String: "{}",
    pl.Float64: 1.0,
    pl.Int32: 1,
    pl.Int64: 1,
    pl.Boolean: True,
    pl.Date: None,
    pl.Binary: POINT,
}


def three_branches(table: str) -> pl.DataFrame:
    """Return a frame of one row a branch b1, b2, b3, keys made apart."""
    contract, branch = CONTRACTS[table], BRANCH_COLUMN.get(table, "branch_id")
    values = {name: [FILLERS.get(kind)] * 3 for name, kind in contract.items()}
    values |= {name: [1, 2, 3] for name, kind in contract.items() if kind == pl.UInt64}
    values |= {"id": ["1", "2", "3"]} if "id" in contract else {}
    return pl.DataFrame(values | {branch: ["b1", "b2", "b3"]}, schema=contract)


def branch_of(table: str) -> str | None:
    """Return the column that says whose a row is."""
    name = BRANCH_COLUMN.get(table, "branch_id")
    return name if name in CONTRACTS[table] else None


WITH_BRANCH = [table for table in CONTRACTS if branch_of(table)]


def test_every_table_is_scoped_closed_or_known_to_be_open() -> None:
    assert set(CONTRACTS) == set(WITH_BRANCH) | set(PARTIES_WITHOUT_BRANCH) | OPEN


@pytest.mark.parametrize("table", WITH_BRANCH)
def test_scope_restricts_every_table_with_a_branch(
    connection: sa.Connection, actor: Actor, now: datetime, table: str
) -> None:
    version_id = new_version(connection, actor, "bank", params={}, now=now)
    write_frame(connection, table, three_branches(table), version_id=version_id)
    for scope in SCOPES:
        scoped_actor = Actor("li", "branch_manager", scope)
        found = read_frame(connection, table, version_id=version_id, actor=scoped_actor)
        assert set(found[branch_of(table)]) == scope & {"b1", "b2", "b3"}
    everybody = read_frame(connection, table, version_id=version_id, actor=actor)
    assert everybody.height == 3


@pytest.mark.parametrize("table", PARTIES_WITHOUT_BRANCH)
def test_parties_without_a_branch_are_closed_to_a_scope(connection: sa.Connection, actor: Actor, table: str) -> None:
    assert read_frame(connection, table, version_id=1, actor=actor).is_empty()
    with pytest.raises(NotAllowedError, match=table):
        read_frame(connection, table, version_id=1, actor=Actor("li", "rm", frozenset({"b1"})))


def test_a_condition_cannot_widen_the_scope(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    version_id = new_version(connection, actor, "bank", params={}, now=now)
    write_frame(connection, "customer", three_branches("customer"), version_id=version_id)
    manager = Actor("li", "branch_manager", frozenset({"b1"}))
    for wanted in ("b2", ["b1", "b2"], ["b2", "b3"]):
        found = read_frame(connection, "customer", version_id=version_id, where={"branch_id": wanted}, actor=manager)
        assert set(found["branch_id"]) <= {"b1"}


def scores(now: datetime, connection: sa.Connection, actor: Actor) -> int:
    """Write two measures of four cells in two branches, and a third that misses a cell."""
    version_id = new_version(connection, actor, "score", params={}, now=now)
    cells = pl.DataFrame({"branch_id": ["b1", "b1", "b2", "b2"], "cell": [9, 4, 7, 1]})
    full = cells.join(pl.DataFrame({"measure": ["people", "gap"]}), how="cross")
    part = cells.head(3).with_columns(measure=pl.lit("potential"))
    frame = pl.concat([full.select("branch_id", "cell", "measure"), part]).with_columns(
        value=pl.when(pl.col("cell") == 4).then(None).otherwise(pl.col("cell") * 1.5),
        low=pl.when(pl.col("measure") == "gap").then(0.5),
        high=pl.lit(None, pl.Float64),
        evidence=pl.when(pl.col("measure") == "gap").then(pl.lit("firm")),
    )
    write_frame(connection, "cell_score", frame.select(list(CELL_SCORES)), version_id=version_id)
    return version_id


def test_scores_come_as_arrays_of_the_same_cells(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    version_id = scores(now, connection, actor)
    found = read_scores(connection, version_id=version_id, measures=["gap", "people"])
    assert found.branch_ids == ("b1", "b2")
    assert found.branch_index.tolist() == [0, 0, 1, 1]
    assert found.cells.tolist() == [4, 9, 1, 7]
    assert found.cells.dtype == "uint64"
    assert str(found.values["people"].tolist()) == "[nan, 13.5, 1.5, 10.5]"
    assert found.low["gap"].tolist() == [0.5] * 4
    assert str(found.high["gap"].tolist()) == "[nan, nan, nan, nan]"
    assert found.evidence["gap"].to_list() == ["firm"] * 4
    assert found.evidence["people"].to_list() == [None] * 4


def test_scores_keep_to_the_scope(connection: sa.Connection, actor: Actor, now: datetime) -> None:
    version_id = scores(now, connection, actor)
    manager = Actor("li", "branch_manager", frozenset({"b2"}))
    assert read_scores(connection, version_id=version_id, measures=["gap"], actor=manager).cells.tolist() == [1, 7]
    with pytest.raises(NotFoundError, match="gap has no scores"):
        read_scores(connection, version_id=version_id, measures=["gap"], branch_ids=["b1"], actor=manager)


def test_scores_that_do_not_cover_every_cell_are_not_mixed(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    version_id = scores(now, connection, actor)
    with pytest.raises(NotFoundError, match=r"potential of version \d+ does not cover every cell"):
        read_scores(connection, version_id=version_id, measures=["people", "potential"])
