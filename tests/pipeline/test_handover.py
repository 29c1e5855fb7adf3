"""The cadence table, whether the hours are there, and what the next manager is handed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotAllowedError
from gridgeo.pipeline.territories.cadence import cadence_from_json, cadence_from_text, set_cadence, show_cadence
from gridgeo.pipeline.territories.compare import compare
from gridgeo.pipeline.territories.drafts import Draft, keep_answer, show, spec_of_draft
from gridgeo.pipeline.territories.handover import COLUMNS, SIGNED, handed_over, handover
from gridgeo.pipeline.territories.live import verify_stored
from gridgeo.pipeline.territories.spec import Aim
from gridgeo.storage import open_engine
from gridgeo.storage.scenarios import scenario_record

from .plan_bank import MAKER, NOW, write_plan_bank

TODAY = NOW.date()
AIM = Aim(tolerance=(0.08, 0.1), starts=1)
ROWS = """tier,channel,period,n,minimum_gap_days,minutes
high_end,visit,month,1,20,45
core,visit,quarter,1,45,30
basic,phone,year,1,90,600
"""


@pytest.fixture(scope="module")
def engine(make_store: Callable[[str], str]) -> Iterator[sa.Engine]:
    opened = open_engine(make_store("sqlite"))
    with opened.begin() as connection:
        write_plan_bank(connection)
        keep_answer(connection, MAKER, "Spring", spec_of_draft(connection, MAKER, Draft(("B1",), AIM)), NOW)
    yield opened
    opened.dispose()


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    with engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


def test_the_example_is_labelled_until_somebody_decides(connection: sa.Connection) -> None:
    example = show_cadence(connection, MAKER)
    assert (example["example"], example["policy"]) == (True, None)
    stored = set_cadence(connection, MAKER, cadence_from_text(ROWS, "csv"), NOW)
    assert (stored["example"], stored["note"], len(stored["rows"])) == (False, None, 3)
    toml = 'weeks_a_year = 40\n[[row]]\ntier = "core"\nchannel = "visit"\nperiod = "year"\nn = 2\nminutes = 30\n'
    with pytest.raises(InvalidInputError, match="high_end"):
        set_cadence(connection, MAKER, cadence_from_text(toml, "toml"), NOW)


def test_a_plan_rests_on_the_table_that_counted_when_it_was_made(connection: sa.Connection) -> None:
    before = show(connection, MAKER, "Spring")
    set_cadence(connection, MAKER, cadence_from_text(ROWS, "csv"), NOW)
    assert show(connection, MAKER, "Spring")["load"] == before["load"]
    verify_stored(connection, scenario_record(connection, "Spring"))
    after = keep_answer(connection, MAKER, "New", spec_of_draft(connection, MAKER, Draft(("B1",), AIM)), NOW)
    # Ten hours by phone a year for every basic customer is more than three people have.
    assert not after["load"]["fits"]
    over = [row for row in after["load"]["managers"] if not row["fits"]]
    assert {row["rm"] for row in over} == {"R1", "R2", "R3"}
    assert all(
        row["over_hours"] == pytest.approx(row["needed_hours"] - row["available_hours"], abs=0.2) for row in over
    )
    verify_stored(connection, scenario_record(connection, "New"))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"rows": []}, "needs rows"),
        ({"lunch": 1}, "lunch is not known"),
        ({"contact_share": 1.5}, "at most 1"),
        ({"rows": [{"tier": "core"}]}, "row 1: channel is missing"),
        ({"weeks_a_year": "many"}, "must be a number"),
        (cadence_from_text(ROWS.replace("basic", "gold"), "csv"), "tier must be one of"),
    ],
)
def test_what_does_not_fit_a_cadence_table_is_named(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(InvalidInputError, match=fault):
        cadence_from_json(cadence_from_text(ROWS, "csv") | change)


def test_every_customer_who_changes_hands_is_listed_once_with_what_is_due(
    connection: sa.Connection, tmp_path: Path
) -> None:
    body = handover(connection, MAKER, "Spring", TODAY)
    table = pl.DataFrame(body["rows"])
    assert table.columns == list(COLUMNS)
    assert table.height == body["customers"] == table["customer_id"].n_unique() > 0
    assert (table["from_rm"] != table["to_rm"]).all()
    assert table.select(SIGNED).null_count().row(0) == (table.height, table.height)
    days = {"high_end": 30, "core": 91, "basic": 182}
    for row in body["rows"][:50]:
        due = date.fromisoformat(row["last_contact_on"]) + timedelta(days=days[row["tier"]])
        assert date.fromisoformat(row["next_due_on"]) == max(due, TODAY)
    for name in ("list.xlsx", "list.csv"):
        handover(connection, MAKER, "Spring", TODAY, (tmp_path / name, "zh"))
    heading, *rows = CalamineWorkbook.from_path(tmp_path / "list.xlsx").get_sheet_by_index(0).to_python()
    assert len(rows) == body["customers"]
    assert "移交人签字" in heading
    assert pl.read_csv(tmp_path / "list.csv").columns == heading
    with pytest.raises(InvalidInputError):
        handover(connection, MAKER, "Spring", TODAY, (tmp_path / "list.pdf", "en"))


def test_customers_between_two_plans_have_their_cells_and_against_itself_nobody_moves(
    connection: sa.Connection,
) -> None:
    listed = handover(connection, MAKER, "Spring", TODAY)
    placed = handed_over(connection, MAKER, ("live", "Spring"), TODAY)
    assert [{name: row[name] for name in COLUMNS} for row in placed["rows"]] == listed["rows"]
    assert {key: placed[key] for key in placed if key != "rows"} == {
        key: listed[key] for key in listed if key != "rows"
    }
    moved = compare(connection, MAKER, ("live", "Spring"))
    assert len(placed["rows"]) <= moved["customers_moved_hard"]
    assert all(len(row["cell"]) == 15 for row in placed["rows"])
    assert handed_over(connection, MAKER, ("Spring", "Spring"), TODAY)["rows"] == []


def test_where_customers_live_is_closed_to_a_limited_actor(connection: sa.Connection) -> None:
    with pytest.raises(NotAllowedError):
        handover(connection, Actor("Sun", "branch_manager", frozenset({"B1"})), "Spring", TODAY)
