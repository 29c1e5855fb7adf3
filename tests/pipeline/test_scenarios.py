"""Scenarios are solved apart from what is live, approved by a second person, published, and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.browse import territories
from gridgeo.pipeline.published import publication_id
from gridgeo.pipeline.territories.approval import approve, reject, submit
from gridgeo.pipeline.territories.compare import compare
from gridgeo.pipeline.territories.drafts import (
    Draft,
    check_draft,
    comment,
    keep_answer,
    list_scenarios,
    live_inputs,
    show,
    spec_of_draft,
)
from gridgeo.pipeline.territories.findings import findings_said
from gridgeo.pipeline.territories.live import history, publish_scenario, rollback
from gridgeo.pipeline.territories.spec import Aim, aim_from_words, growth_from_csv, spec_from_dict
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import open_engine, read_frame, version_record
from gridgeo.storage.models import Certificate
from gridgeo.territory.check import LOCKS_ABOVE, NODE_ABOVE

from .plan_bank import CHECKER, MAKER, NOW, write_plan_bank

DAY = date(2026, 4, 1)


@pytest.fixture(scope="module")
def engine(make_store: Callable[[str], str]) -> Iterator[sa.Engine]:
    """The bank with one scenario, Spring, drafted for its first branch."""
    opened = open_engine(make_store("sqlite"))
    with opened.begin() as connection:
        write_plan_bank(connection)
        spec = spec_of_draft(connection, MAKER, Draft(("B1",), Aim(tolerance=(0.06, 0.06), starts=1)))
        keep_answer(connection, MAKER, "Spring", spec, NOW, notes="after the move")
    yield opened
    opened.dispose()


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    """What a test does is rolled back."""
    with engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


def live_territories(connection: sa.Connection) -> dict[int, Any]:
    plan = territories(connection, CHECKER)
    return dict(zip(plan.cells["cell"], plan.table["id"].to_numpy()[plan.cells["position"].to_numpy()], strict=True))


def test_a_draft_is_whole_and_leaves_what_is_live_alone(connection: sa.Connection) -> None:
    body = show(connection, MAKER, "Spring")
    assert body["feasible"], body["branches"]["B1"]["violations"]
    assert (body["status"], body["planned"], body["k"], body["notes"]) == ("draft", ["B1"], 3, "after the move")
    certificate = body["branches"]["B1"]["certificate"]
    assert certificate["pieces"] == [1, 1, 1]
    assert 0 < certificate["kept_share"] <= 1
    assert [row["rm_id"] for row in body["territories"]] == ["R1", "R2", "R3"]
    assert publication_id(connection) == 7
    assert [row["scenario"] for row in list_scenarios(connection, MAKER)] == ["Spring"]


def test_the_question_comes_back_from_the_store_as_it_was(connection: sa.Connection) -> None:
    stored = version_record(connection, show(connection, MAKER, "Spring")["version"]).params["spec"]
    assert json.loads(orjson.dumps(spec_from_dict(stored).as_dict())) == stored


def test_check_names_territory_measure_and_the_smallest_tolerance(connection: sa.Connection) -> None:
    # More managers than the heaviest cell leaves room for.
    spec = spec_of_draft(connection, MAKER, Draft(("B1",), aim_from_words("customers", "5", {}), k=60))
    found = check_draft(connection, MAKER, spec)
    assert not found["feasible"]
    assert {row["measure"] for row in found["findings"]} == {"customers"}
    smallest = found["smallest_tolerance_percent"]["customers"]
    assert smallest > 5
    wide = replace(spec, aim=replace(spec.aim, tolerance=(min(smallest / 100 + 1e-6, 0.99),)))
    assert smallest > 99 or check_draft(connection, MAKER, wide)["feasible"]


def test_findings_are_said_with_names_and_keep_their_ids(connection: sa.Connection) -> None:
    values = {"territory": "R1", "measure": "customers", "percent": 130.0, "tolerance": 30.0}
    finding = {"template": LOCKS_ABOVE, "values": values, "message": ""}
    staff = read_frame(connection, "staff", version_id=live_inputs(connection).bank)
    names = dict(staff.select("id", "name").iter_rows())
    for language, measure in (("en", "Customers (expected)"), ("zh", "客户（期望数）")):
        (said,) = findings_said(connection, MAKER, [finding], language)
        assert names["R1"] in said["message"]
        assert measure in said["message"]
        assert said["values"] == values
    cell = next(iter(live_territories(connection)))
    node = {"template": NODE_ABOVE, "message": "", "values": values | {"node": 7, "cell": f"{cell:x}"}}
    (said,) = findings_said(connection, MAKER, [node], "en")
    assert said["message"].startswith(f"{cell:x} alone holds")
    # a manager of a branch that the actor does not see has no name
    (said,) = findings_said(connection, Actor("Sun", "branch_manager", frozenset({"B9"})), [finding], "en")
    assert names["R1"] not in said["message"]


def test_demand_that_grows_in_one_place_pulls_the_border(connection: sa.Connection) -> None:
    south = [f"{cell:x}" for cell, name in live_territories(connection).items() if name == "T-R1"]
    aim = Aim(tolerance=(0.06, 0.06), cell_growth=dict.fromkeys(south, 1.0), starts=1)
    grown = keep_answer(connection, MAKER, "Growth", spec_of_draft(connection, MAKER, Draft(("B1",), aim)), NOW)
    loads = {name: sum(row[0] for row in show(connection, MAKER, name)["branches"]["B1"]["certificate"]["loads"])
             for name in ("Spring", "Growth")}  # fmt: skip
    assert loads["Growth"] > 1.2 * loads["Spring"]
    assert grown["branches"]["B1"]["certificate"]["kept_share"] < 1


def test_nobody_approves_what_they_made(connection: sa.Connection) -> None:
    submit(connection, MAKER, "Spring", NOW)
    with pytest.raises(NotAllowedError, match="Li made scenario Spring"):
        approve(connection, MAKER, "Spring", NOW)
    # The guard is the person and not the state: somebody else may.
    assert approve(connection, CHECKER, "Spring", NOW)["status"] == "approved"


def test_who_submits_is_a_maker_too_and_who_comments_is_not(connection: sa.Connection) -> None:
    comment(connection, Actor("Zhao", "hq"), "Spring", " the river divides it ", NOW)
    submit(connection, CHECKER, "Spring", NOW)
    with pytest.raises(NotAllowedError):
        approve(connection, CHECKER, "Spring", NOW)
    body = approve(connection, Actor("Zhao", "hq"), "Spring", NOW)
    assert [entry["text"] for entry in body["comments"]] == ["the river divides it"]


def test_what_is_submitted_cannot_be_changed_until_it_is_rejected(connection: sa.Connection) -> None:
    spec = spec_of_draft(connection, MAKER, Draft(("B1",), Aim(starts=1)))
    submit(connection, MAKER, "Spring", NOW)
    with pytest.raises(ConflictError):
        keep_answer(connection, MAKER, "Spring", spec, NOW)
    reject(connection, CHECKER, "Spring", NOW, "too far north")
    assert keep_answer(connection, MAKER, "Spring", spec, NOW)["status"] == "draft"


def test_publishing_changes_the_branch_and_nothing_else_and_can_be_taken_back(connection: sa.Connection) -> None:
    before = live_territories(connection)
    with pytest.raises(ConflictError):
        publish_scenario(connection, CHECKER, "Spring", DAY, NOW)
    submit(connection, MAKER, "Spring", NOW)
    approve(connection, CHECKER, "Spring", NOW)
    planned = compare(connection, MAKER, ("live", "Spring"))
    done = publish_scenario(connection, CHECKER, "Spring", DAY, NOW)
    after = live_territories(connection)
    moved = {cell for cell in before if before[cell] != after[cell]}
    assert len(moved) == planned["cells_moved"] > 0
    assert {before[cell] for cell in moved} <= {"T-R1", "T-R2", "T-R3"}
    early, due = (history(connection, CHECKER, day)[0] for day in (date(2026, 3, 31), DAY))
    assert (early["live"], early["in_force"], due["in_force"], due["effective_on"]) == (True, False, True, "2026-04-01")
    assert publication_id(connection) == done["publication"]
    rollback(connection, CHECKER, None, NOW)
    assert live_territories(connection) == before
    assert not history(connection, CHECKER, DAY)[1]["in_force"]
    assert newest_inputs(connection).plan != done["plan"]
    with pytest.raises(NotFoundError):
        rollback(connection, CHECKER, None, NOW)


def test_a_stored_certificate_that_is_not_true_is_not_published(connection: sa.Connection) -> None:
    submit(connection, MAKER, "Spring", NOW)
    version = approve(connection, CHECKER, "Spring", NOW)["version"]
    mine = Certificate.version_id == version
    body = dict(connection.scalar(sa.select(Certificate.body).where(mine)) or {})
    body["certificate"] = body["certificate"] | {"J_km": body["certificate"]["J_km"] * 0.9}
    connection.execute(sa.update(Certificate).where(mine).values(body=body))
    with pytest.raises(RuntimeError, match="J_km"):
        publish_scenario(connection, CHECKER, "Spring", DAY, NOW)


def test_a_scenario_over_territories_that_have_changed_is_refused(connection: sa.Connection) -> None:
    spec = spec_of_draft(connection, MAKER, Draft(("B1",), Aim(starts=1, seed=2)))
    keep_answer(connection, MAKER, "Second", spec, NOW)
    for name in ("Spring", "Second"):
        submit(connection, MAKER, name, NOW)
        approve(connection, CHECKER, name, NOW)
    publish_scenario(connection, CHECKER, "Spring", DAY, NOW)
    with pytest.raises(ConflictError, match="published anew"):
        publish_scenario(connection, CHECKER, "Second", DAY, NOW)


def test_two_plans_are_compared_in_figures_cells_customers_and_files(connection: sa.Connection, tmp_path: Path) -> None:
    body = compare(connection, MAKER, ("live", "Spring"), tmp_path / "out")
    assert sum(row["cells"] for row in body["moves"]) == body["cells_moved"]
    assert sum(row["customers"] for row in body["moves"]) == pytest.approx(body["customers_moved"], abs=1e-2)
    assert body["figures"]["B1"]["feasible"]["other"] is True
    changes = json.loads((tmp_path / "out/changes.geojson").read_text(encoding="utf-8"))
    assert sum(len(each["properties"]["cells"]) for each in changes["features"]) == body["cells_moved"]
    assert (tmp_path / "out/changes.png").read_bytes().startswith(b"\x89PNG")
    assert compare(connection, MAKER, ("Spring", "Spring"))["cells_moved"] == 0


def test_a_scenario_outside_of_the_scope_does_not_exist(connection: sa.Connection) -> None:
    stranger = Actor("Sun", "branch_manager", frozenset({"B2"}))
    assert list_scenarios(connection, stranger) == []
    with pytest.raises(NotFoundError):
        show(connection, stranger, "Spring")
    with pytest.raises(NotAllowedError):
        submit(connection, Actor("Sun", "branch_manager", frozenset({"B1"})), "Spring", NOW)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("customers,people,people", "5"), "each measure once"),
        (("customers,workload", "5,5,5"), "2 measures, 3 tolerances"),
        (("customers", "0"), "between 0 and 1"),
        (("customers", "five"), "a number or a percentage"),
    ],
)
def test_what_does_not_fit_is_named(words: tuple[str, str], fault: str) -> None:
    with pytest.raises(InvalidInputError, match=fault):
        aim_from_words(*words, {})


def test_a_measure_that_does_not_add_up_is_refused(connection: sa.Connection) -> None:
    for name in ("penetration", "happiness"):
        with pytest.raises(InvalidInputError, match="must be some of"):
            spec_of_draft(connection, MAKER, Draft(("B1",), aim_from_words(name, "5", {})))


def test_growth_by_cell_is_read_as_written() -> None:
    text = "cell,growth\n891f8e62487ffff,10%\n891f8e6248bffff,0.2\n891f8e6248fffff,-5\n"
    assert list(growth_from_csv(text).values()) == [0.1, 0.2, -0.05]
    for bad in ("cell,share\nx,1\n", "cell,growth\nx,much\n", ""):
        with pytest.raises(InvalidInputError):
            growth_from_csv(bad)


def test_tolerances_are_read_as_a_planner_writes_them() -> None:
    for text in ("5", "5%", "0.05", "5,5"):
        assert aim_from_words("customers,workload", text, {}).tolerance == (0.05, 0.05)
