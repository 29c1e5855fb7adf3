"""A re-plan keeps customers with their managers while people and branches come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.cells import cell_strings, parents
from gridgeo.domain import Actor, CellArray
from gridgeo.errors import ConflictError, InvalidInputError, NotFoundError
from gridgeo.pipeline.browse import territories
from gridgeo.pipeline.grids.sets import Operation, begin_set, edit
from gridgeo.pipeline.territories.approval import approve, submit
from gridgeo.pipeline.territories.drafts import keep_answer
from gridgeo.pipeline.territories.live import publish_scenario, verify_stored
from gridgeo.pipeline.territories.replans import Changes, replan_solver, spec_of_replan
from gridgeo.pipeline.territories.spec import Aim
from gridgeo.storage import open_engine, read_frame
from gridgeo.storage.scenarios import scenario_record

from .plan_bank import CHECKER, MAKER, NOW, ground, write_plan_bank

LOOSE = Aim(tolerance=(0.1, 0.15), starts=1)


@pytest.fixture(scope="module")
def engine(make_store: Callable[[str], str]) -> Iterator[sa.Engine]:
    opened = open_engine(make_store("sqlite"))
    with opened.begin() as connection:
        write_plan_bank(connection)
    yield opened
    opened.dispose()


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    """What a test does is rolled back."""
    with engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


def replanned(connection: sa.Connection, changes: Changes, *branches: str, aim: Aim = LOOSE) -> dict[str, Any]:
    spec = spec_of_replan(connection, MAKER, changes, aim, branches)
    body = keep_answer(connection, MAKER, "Autumn", spec, NOW, solver=replan_solver(changes), kind="replanned")
    assert verify_stored(connection, scenario_record(connection, "Autumn")) == body["planned"]
    return body


def test_the_asked_share_stays(connection: sa.Connection) -> None:
    body = replanned(connection, Changes(keep_share=0.8), "B1", aim=Aim(tolerance=(0.08, 0.1), starts=1))
    certificate = body["branches"]["B1"]["certificate"]
    assert certificate["kept_share"] >= 0.8 or not body["feasible"]
    assert body["changes"] == {"basis": "live", "keep_share": 0.8}


def test_who_leaves_is_shared_among_those_who_stay(connection: sa.Connection) -> None:
    body = replanned(connection, Changes(leaves=("R2",)))
    assert body["planned"] == ["B1"]
    assert [row["rm_id"] for row in body["territories"]] == ["R1", "R3"]
    assert body["feasible"]
    assert body["branches"]["B1"]["certificate"]["kept_share"] > 0.9


def test_who_joins_gets_a_whole_territory(connection: sa.Connection) -> None:
    body = replanned(connection, Changes(joins={"R9": 40.0}), "B1")
    certificate = body["branches"]["B1"]["certificate"]
    assert [row["rm_id"] for row in body["territories"]] == ["R1", "R2", "R3", "R9"]
    assert max(certificate["pieces"]) == 1
    assert certificate["targets"][3][0] == pytest.approx(certificate["targets"][0][0])


def test_part_time_takes_its_share_of_the_load(connection: sa.Connection) -> None:
    targets = replanned(connection, Changes(part_time={"R1": 0.5}))["branches"]["B1"]["certificate"]["targets"]
    assert targets[0][0] == pytest.approx(targets[1][0] / 2)


def test_a_deputy_holds_the_territory_as_it_is(connection: sa.Connection) -> None:
    body = replanned(connection, Changes(deputies={"R4": "R5"}))
    assert body["branches"]["B2"]["certificate"]["kept_share"] == 1.0
    assert [(row["id"], row["rm_id"]) for row in body["territories"]] == [("T-R4", "R5"), ("T-R5", "R5")]
    # Of both territories the deputy has the work, and no more than the own hours, which are half of R4's.
    (row,) = body["load"]["managers"]
    assert row["available_hours"] == pytest.approx(20 * 44 * 0.5)
    submit(connection, MAKER, "Autumn", NOW)
    approve(connection, CHECKER, "Autumn", NOW)
    publish_scenario(connection, CHECKER, "Autumn", date(2026, 4, 1), NOW)
    rows = {row["id"]: row for row in territories(connection, CHECKER, branch_id="B2").rows()}
    assert rows["T-R4"]["rm_name"] == "Emil"
    assert rows["T-R4"]["targets"] != rows["T-R5"]["targets"]


def test_a_branch_that_closes_gives_its_cells_to_those_around(connection: sa.Connection) -> None:
    body = replanned(connection, Changes(closes=("B2",)))
    assert (body["planned"], list(body["branches"])) == (["B1", "B2"], ["B1"])
    cells = read_frame(connection, "territory_cell", version_id=body["version"])
    assert set(cells["branch_id"]) == {"B1"}
    assert cells.height == territories(connection, CHECKER).cells.height


def test_a_branch_that_opens_holds_the_ground_that_it_stands_on(connection: sa.Connection) -> None:
    with pytest.raises(InvalidInputError, match="no manager yet"):
        replanned(connection, Changes(opens=("B3",)))
    body = replanned(connection, Changes(opens=("B3",), joins={"N1": 40.0}))
    assert [row["rm_id"] for row in body["territories"] if row["branch_id"] == "B3"] == ["N1"]
    assert sorted(body["branches"]) == ["B1", "B3"]


def test_grids_are_not_divided_and_edits_of_them_make_the_plan_stale(connection: sa.Connection) -> None:
    boss = Actor("local", "hq")
    begin_set(connection, boss, "B1", NOW)
    cells, branch = ground()
    mine = cells[branch == "B1"]
    for number, parent in enumerate(np.unique(parents(mine, 8))):
        args = {
            "name": f"G{number}", "grid_kind": "other", "code": None,
            "cells": cell_strings(mine[parents(mine, 8) == parent]),
        }  # fmt: skip
        edit(connection, boss, "B1", Operation("create_cells", args), NOW)
    body = replanned(connection, Changes(keep_share=0.0), "B1", aim=Aim(tolerance=(0.2, 0.3), units="grids", starts=1))
    rows = read_frame(connection, "territory_cell", version_id=body["version"])
    owners = rows.with_columns(grid=pl.Series(parents(rows["cell"].to_numpy(), 8))).group_by("grid")
    assert owners.agg(pl.col("territory_id").n_unique())["territory_id"].to_list() == [1] * body_grids(mine)
    edit(connection, boss, "B1", Operation("rename", {"grid": "G1", "name": "Renamed"}), NOW)
    with pytest.raises(ConflictError, match="edited since"):
        verify_stored(connection, scenario_record(connection, "Autumn"))


def body_grids(cells: CellArray) -> int:
    """How many grids the cells make."""
    return len(np.unique(parents(cells, 8)))


def test_people_and_branches_that_do_not_fit_are_named(connection: sa.Connection) -> None:
    for changes, fault in (
        (Changes(leaves=("R8",)), NotFoundError),
        (Changes(joins={"R8": None}), NotFoundError),
        (Changes(joins={"R1": None}), InvalidInputError),
        (Changes(opens=("B1",)), InvalidInputError),
        (Changes(closes=("B7",)), NotFoundError),
    ):
        with pytest.raises(fault):
            replanned(connection, changes)
    with pytest.raises(InvalidInputError):
        Changes(part_time={"R1": 0.0})
    with pytest.raises(InvalidInputError):
        Changes(deputies={"R1": "R1"})
