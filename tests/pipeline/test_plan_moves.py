"""Cells placed by hand in a scenario stay there, and the solver mends the rest around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.errors import ConflictError, InvalidInputError
from gridgeo.pipeline.territories.approval import submit
from gridgeo.pipeline.territories.drafts import Draft, keep_answer, show, spec_of_draft
from gridgeo.pipeline.territories.live import verify_stored
from gridgeo.pipeline.territories.moves import keep_mended, mending, move_cells
from gridgeo.pipeline.territories.spec import Aim
from gridgeo.storage import open_engine, read_frame
from gridgeo.storage.scenarios import scenario_record

from .plan_bank import MAKER, NOW, write_plan_bank


@pytest.fixture(scope="module")
def engine(make_store: Callable[[str], str]) -> Iterator[sa.Engine]:
    opened = open_engine(make_store("sqlite"))
    with opened.begin() as connection:
        write_plan_bank(connection)
        draft = Draft(("B1", "B2"), Aim(tolerance=(0.1, 0.15), starts=1))
        keep_answer(connection, MAKER, "Spring", spec_of_draft(connection, MAKER, draft), NOW)
    yield opened
    opened.dispose()


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


def repair(connection: sa.Connection, name: str, locked: tuple[str, ...] = ()) -> dict[str, Any]:
    asked = mending(connection, MAKER, name, locked)
    return keep_mended(connection, MAKER, (asked, asked.answers()), NOW)


def owners(connection: sa.Connection) -> dict[str, str]:
    version = show(connection, MAKER, "Spring")["version"]
    rows = read_frame(connection, "territory_cell", version_id=version, columns=["cell", "territory_id"])
    return {f"{cell:x}": name for cell, name in rows.iter_rows()}


def test_moved_cells_are_told_of_kept_and_repaired_around(connection: sa.Connection) -> None:
    before = owners(connection)
    mine = [cell for cell, name in before.items() if name == "T-R1"]
    body = move_cells(connection, MAKER, "Spring", [(cell, "R2") for cell in mine[:3]], NOW)
    assert [entry["from"] for entry in body["moves"]] == ["T-R1"] * 3
    for entry in body["moves"]:
        change = entry["load_change"]["customers"]
        assert set(entry["loads"]) == {"T-R1", "T-R2"}
        assert change >= 0
    moved = owners(connection)
    assert {cell for cell in before if before[cell] != moved[cell]} == set(mine[:3])
    last = body["moves"][-1]
    certificate = body["branches"]["B1"]["certificate"]
    assert certificate["J_km"] == pytest.approx(last["J_km"], rel=1e-4)
    assert certificate["pieces"][:2] == [last["pieces"]["T-R1"], last["pieces"]["T-R2"]]
    verify_stored(connection, scenario_record(connection, "Spring"))

    mended = repair(connection, "Spring")
    after = owners(connection)
    assert {after[cell] for cell in mine[:3]} == {"T-R2"}
    assert mended["branches"]["B1"]["pieces_max"] == 1
    assert [entry["kind"] for entry in mended["log"]][-2:] == ["moved", "repaired"]
    third = {cell for cell, name in after.items() if name == "T-R3"}
    repair(connection, "Spring", ("R3",))
    assert {cell for cell, name in owners(connection).items() if name == "T-R3"} == third
    with pytest.raises(InvalidInputError):
        repair(connection, "Spring", ("R9",))
    verify_stored(connection, scenario_record(connection, "Spring"))


def test_a_bad_move_moves_nothing(connection: sa.Connection) -> None:
    before = owners(connection)
    cell = next(iter(before))
    for bad in ((cell, "R9"), ("89283082803ffff", "R1"), (cell, before[cell])):
        with pytest.raises(InvalidInputError):
            move_cells(connection, MAKER, "Spring", [bad], NOW)
    assert owners(connection) == before
    submit(connection, MAKER, "Spring", NOW)
    with pytest.raises(ConflictError):
        repair(connection, "Spring")
