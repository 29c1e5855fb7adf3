"""Doubtful locations over both stores: listed, decided, undone, used by the next run, and free of people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.cells import from_wgs84
from gridgeo.domain import Actor, local_actor
from gridgeo.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.locate import locate
from gridgeo.pipeline.review.decisions import (
    Decision,
    decide,
    forget,
    history,
    queue_page,
    read_item,
    reviewed_gazetteer,
)
from gridgeo.pipeline.review.report import report_location
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult
from gridgeo.storage import fix_house_datum, open_engine, read_frame
from gridgeo.storage.reviews import standing_decisions

from .review_bank import review_bank

MANAGER = Actor("m", "branch_manager", frozenset({"B1"}))
OTHER = Actor("o", "branch_manager", frozenset({"B2"}))
RM = Actor("r", "rm", frozenset({"B1"}))
CONSUMER = Actor("x", "consumer", frozenset({"B1"}))
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
RIGHT = {"lng": 9.5244, "lat": 47.1403}
Run = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Located:
    """A store in which the bank's parties were located once; no test changes it."""

    engine: sa.Engine
    inputs: Inputs
    first: StepResult


@pytest.fixture(scope="module")
def located_on(make_store: Callable[[str], str]) -> Iterator[Callable[[str], Located]]:
    """Locate the bank's parties on a kind of store, once."""
    made: dict[str, Located] = {}

    def on(kind: str) -> Located:
        if kind not in made:
            engine = open_engine(make_store(kind))
            with engine.begin() as connection:
                inputs = review_bank(connection, local_actor(), NOW)
                first = locate(connection, local_actor(), inputs, RunParams(), NOW)
            made[kind] = Located(engine, inputs, first)
        return made[kind]

    yield on
    for store in made.values():
        store.engine.dispose()


@pytest.fixture
def located(store_kind: str, located_on: Callable[[str], Located]) -> Located:
    return located_on(store_kind)


@pytest.fixture
def connection(located: Located) -> Iterator[sa.Connection]:
    """A connection to the located store; everything is rolled back at the end."""
    with located.engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


@pytest.fixture
def run(connection: sa.Connection, actor: Actor, now: datetime, located: Located) -> Run:
    """Return id of each customer -> its row, the report, the cells: of the run there was, then of new runs."""
    runs: list[StepResult] = []

    def again() -> dict[str, Any]:
        runs.append(locate(connection, actor, located.inputs, RunParams(), now) if runs else located.first)
        rows = read_frame(connection, "location", version_id=runs[-1].version_id, where={"party_kind": "customer"})
        return {row["party_id"]: row for row in rows.to_dicts()} | {
            "report": runs[-1].report,
            "cells": read_frame(connection, "location_cell", version_id=runs[-1].version_id),
        }

    return again


def item_of(connection: sa.Connection, actor: Actor, customer: str) -> dict[str, Any]:
    """The open item that concerns a customer."""
    for listed in queue_page(connection, actor, most=500)["items"]:
        item = read_item(connection, actor, listed["id"])
        if customer in [party["party_id"] for party in item["concerns"]]:
            return item
    raise AssertionError(f"nothing waits for {customer}")


def test_every_flagged_party_waits_and_nobody_else(connection: sa.Connection, actor: Actor, run: Run) -> None:
    run()
    waiting = {
        party["party_id"]
        for item in queue_page(connection, actor)["items"]
        for party in read_item(connection, actor, item["id"])["concerns"]
    }
    assert waiting == {"c5", "c6", "c7", "c8", "c9", "c10", "c13", "m1"}


def test_parties_at_one_house_are_one_item_and_the_worst_comes_first(
    connection: sa.Connection, actor: Actor, run: Run
) -> None:
    run()
    items = queue_page(connection, actor)["items"]
    assert [item["effect"] for item in items] == sorted((item["effect"] for item in items), reverse=True)
    assert (items[0]["house"], items[0]["parties"], items[0]["effect"]) == ("Haus Enzian, Vaduz", 2, 2.0)


def test_candidates_are_kept_with_their_scores_likeliest_first(
    connection: sa.Connection, actor: Actor, run: Run
) -> None:
    run()
    far = item_of(connection, actor, "c9")["candidates"]
    assert [(entry["candidate"], entry["tier"], entry["source"]) for entry in far] == [
        (1, "exact", "address"),
        (2, "given", "answer"),
    ]
    assert far[0]["score"] > 0.9
    turned = [entry for entry in item_of(connection, actor, "c8")["candidates"] if entry["source"] == "given, turned"]
    assert (turned[0]["lng"], turned[0]["lat"]) == (9.5312, 47.1412)


def test_a_wrong_location_placed_on_the_map_holds_for_the_neighbours_in_the_next_run(
    connection: sa.Connection, now: datetime, run: Run
) -> None:
    assert {name: run()[name]["lng"] for name in ("c1", "c2")} == {"c1": 9.5043, "c2": 9.5043}
    item = report_location(connection, RM, "c1")
    assert {party["party_id"] for party in item["concerns"]} == {"c1", "c2", "c3"}
    decide(connection, MANAGER, item["id"], Decision("place", **RIGHT), now)
    found = run()
    for name in ("c1", "c2", "c3", "c12"):
        assert (found[name]["lng"], found[name]["lat"]) == (RIGHT["lng"], RIGHT["lat"])
        assert (found[name]["tier"], found[name]["outcome"]) == ("exact", "placed")
    assert found["c4"]["lng"] == pytest.approx(9.5207)


def test_a_house_that_the_gazetteer_lacked_is_found_in_other_spellings(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    names = {"c1": "Auweg 7, Vaduz", "c2": "7 Auweg, FL-9490 Vaduz", "c3": "Auweg 7, Top 2, Vaduz"}
    rows = [{"id": name, "address": address} for name, address in names.items()]
    inputs = review_bank(connection, actor, now, rows)
    locate(connection, actor, inputs, RunParams(), now)
    decide(connection, actor, item_of(connection, actor, "c1")["id"], Decision("place", **RIGHT), now)
    done = locate(connection, actor, inputs, RunParams(), now)
    located = read_frame(connection, "location", version_id=done.version_id, where={"party_kind": "customer"})
    assert located.filter(pl.col("tier") == "exact")["party_id"].to_list() == ["c1", "c2", "c3"]


def test_a_rejected_location_stays_without_a_cell_and_off_the_list(
    connection: sa.Connection, actor: Actor, now: datetime, run: Run
) -> None:
    run()
    decide(connection, actor, item_of(connection, actor, "c9")["id"], Decision("reject"), now)
    found = run()
    assert (found["c9"]["outcome"], found["c9"]["reason"]) == ("rejected", "rejected in review")
    assert found["cells"].filter(pl.col("party_id") == "c9").is_empty()
    with pytest.raises(AssertionError, match="nothing waits"):
        item_of(connection, actor, "c9")


def test_an_accepted_point_is_believed_and_a_chosen_candidate_is_taken(
    connection: sa.Connection, actor: Actor, now: datetime, run: Run
) -> None:
    run()
    decide(connection, actor, item_of(connection, actor, "c9")["id"], Decision("accept"), now)
    decide(connection, actor, item_of(connection, actor, "c10")["id"], Decision("accept"), now)
    swapped = item_of(connection, actor, "c8")
    wanted = next(entry["candidate"] for entry in swapped["candidates"] if entry["source"] == "given, turned")
    decide(connection, actor, swapped["id"], Decision("choose", candidate=wanted), now)
    found = run()
    assert (found["c9"]["tier"], found["c9"]["lng"]) == ("exact", 9.5571)
    # Accepting does not make a rounded point finer.
    assert found["c10"]["accuracy_m"] == pytest.approx(672, abs=2)
    assert (found["c8"]["lng"], found["c8"]["lat"], found["c8"]["outcome"]) == (9.5312, 47.1412, "placed")


def test_undo_opens_an_item_again_and_the_log_keeps_both(
    connection: sa.Connection, actor: Actor, now: datetime, run: Run
) -> None:
    before = run()["c9"]
    item = item_of(connection, actor, "c9")
    decide(connection, MANAGER, item["id"], Decision("reject"), now)
    undone = decide(connection, actor, item["id"], Decision("undo"), now)
    assert (undone["status"], undone["undoes"]) == ("open", undone["decision"] - 1)
    entries = read_item(connection, actor, item["id"])["history"]
    assert [(entry["kind"], entry["actor"], entry["role"]) for entry in entries] == [
        ("undo", "local", "hq"),
        ("reject", "m", "branch_manager"),
    ]
    assert entries[0]["at"] == now.isoformat()
    after = run()["c9"]
    assert {name: after[name] for name in ("lng", "tier", "outcome")} == {
        name: before[name] for name in ("lng", "tier", "outcome")
    }


def test_a_decision_holds_nothing_of_the_person_and_outlives_the_link(
    connection: sa.Connection, actor: Actor, now: datetime, run: Run
) -> None:
    run()
    item = report_location(connection, actor, "c1")
    decide(connection, actor, item["id"], Decision("place", **RIGHT), now)
    row = reviewed_gazetteer(connection, actor).row(0, named=True)
    assert row["address"] == "Seeweg 9, 9490 Vaduz"
    kept = [tuple(one) for one in connection.execute(sa.text("SELECT * FROM review_decision"))]
    assert not [name for name in ("Anna", "Frick", "c1", "c2", "Flat", "Hilti") if name in str(kept)]
    assert forget(connection, actor, "c1") == {"party_kind": "customer", "party_id": "c1", "links": 1, "items": 0}
    assert "c1" not in [party["party_id"] for party in read_item(connection, actor, item["id"])["concerns"]]
    assert reviewed_gazetteer(connection, actor).height == 1
    assert run()["c2"]["lng"] == RIGHT["lng"]
    with pytest.raises(NotFoundError, match="no reviewed location concerns"):
        forget(connection, actor, "c1")


def test_forgetting_the_only_person_of_an_undecided_item_takes_it_out(
    connection: sa.Connection, actor: Actor, run: Run
) -> None:
    run()
    item = item_of(connection, actor, "c10")
    assert forget(connection, actor, "c10")["items"] == 1
    with pytest.raises(NotFoundError, match="no location"):
        read_item(connection, actor, item["id"])


def test_a_branch_sees_its_own_items_only(connection: sa.Connection, actor: Actor, now: datetime, run: Run) -> None:
    run()
    theirs = item_of(connection, actor, "c13")["id"]
    assert {item["branch_id"] for item in queue_page(connection, MANAGER)["items"]} == {"B1"}
    assert {item["branch_id"] for item in queue_page(connection, OTHER)["items"]} == {"B2"}
    for wanted in (
        lambda: read_item(connection, MANAGER, theirs),
        lambda: decide(connection, MANAGER, theirs, Decision("reject"), now),
        lambda: queue_page(connection, MANAGER, branch_id="B2"),
        lambda: report_location(connection, MANAGER, "c12"),
    ):
        with pytest.raises(NotFoundError):
            wanted()
    decide(connection, OTHER, theirs, Decision("reject"), now)
    assert history(connection, MANAGER)["decisions"] == []
    assert len(history(connection, OTHER)["decisions"]) == 1


def test_an_rm_reads_and_reports_but_does_not_decide_and_a_consumer_sees_nothing(
    connection: sa.Connection, now: datetime, run: Run
) -> None:
    run()
    item = queue_page(connection, RM)["items"][0]["id"]
    with pytest.raises(NotAllowedError, match="hq, planner, branch_manager"):
        decide(connection, RM, item, Decision("reject"), now)
    for wanted in (
        lambda: queue_page(connection, CONSUMER),
        lambda: read_item(connection, CONSUMER, item),
        lambda: history(connection, CONSUMER),
        lambda: report_location(connection, CONSUMER, "c1"),
        lambda: forget(connection, MANAGER, "c1"),
        lambda: reviewed_gazetteer(connection, RM),
    ):
        with pytest.raises(NotAllowedError):
            wanted()


def test_a_decision_for_an_earlier_revision_is_refused_and_changes_nothing(
    connection: sa.Connection, actor: Actor, now: datetime, run: Run
) -> None:
    run()
    item = item_of(connection, actor, "c9")
    run()
    with pytest.raises(ConflictError, match="at revision 2, not 1"):
        decide(connection, actor, item["id"], Decision("accept", expected_revision=item["revision"]), now)
    assert standing_decisions(connection).is_empty()
    decide(connection, actor, item["id"], Decision("accept", expected_revision=2), now)
    with pytest.raises(ConflictError, match=r"was accepted by local at .* undo that first"):
        decide(connection, actor, item["id"], Decision("reject"), now)


def test_the_same_key_answers_with_the_first_decision(
    connection: sa.Connection, actor: Actor, now: datetime, run: Run
) -> None:
    run()
    item = item_of(connection, actor, "c9")["id"]
    first = decide(connection, actor, item, Decision("reject", key="k"), now)
    again = decide(connection, actor, item, Decision("reject", key="k"), now)
    assert again == first | {"repeated": True}
    assert len(read_item(connection, actor, item)["history"]) == 1
    with pytest.raises(ConflictError, match="used for another"):
        decide(connection, actor, item, Decision("accept", key="k"), now)


MISFITS = [
    (Decision("choose", candidate=99), "no candidate 99"),
    (Decision("choose"), "takes candidate"),
    (Decision("place", lng=9.5), "takes datum, lat, lng"),
    (Decision("reject", lng=9.5, lat=47.1), "takes -"),
    (Decision("place", lng=47.1412, lat=9.5312), "look swapped"),
    (Decision("place", lng=8.0, lat=47.1), "outside the ground"),
    (Decision("place", lng=float("nan"), lat=47.1), "lng"),
    (Decision("place", lng=9.52, lat=47.14, datum="mars"), "mars"),
    (Decision("undo"), "nothing to undo"),
    (Decision("guess"), "decision must be one of"),  # type: ignore[arg-type]
]


def test_a_decision_that_does_not_fit_is_refused_with_the_reason(
    connection: sa.Connection, actor: Actor, now: datetime, run: Run
) -> None:
    run()
    item, nowhere = (item_of(connection, actor, name)["id"] for name in ("c9", "c5"))
    for decision, words in MISFITS:
        with pytest.raises(InvalidInputError, match=words):
            decide(connection, actor, item, decision, now)
    with pytest.raises(InvalidInputError, match="no place to accept"):
        decide(connection, actor, nowhere, Decision("accept"), now)
    assert read_item(connection, actor, item)["history"] == []


def test_a_place_is_brought_into_the_house_datum(engine: sa.Engine, actor: Actor, now: datetime) -> None:
    with engine.connect() as connection:
        fix_house_datum(connection, "gcj02")
        locate(connection, actor, review_bank(connection, actor, now), RunParams(), now)
        item = item_of(connection, actor, "c9")["id"]
        done = decide(connection, actor, item, Decision("place", lng=9.5244, lat=47.1403, datum="wgs84"), now)
    expected = from_wgs84([9.5244], [47.1403], "gcj02")
    assert (done["lng"], done["lat"]) == (pytest.approx(expected[0][0]), pytest.approx(expected[1][0]))


def test_pages_hold_every_item_once_and_in_order(connection: sa.Connection, actor: Actor, run: Run) -> None:
    run()
    whole = queue_page(connection, actor, most=100)
    assert (whole["next"], whole["open"]) == (None, len(whole["items"]))
    seen: list[dict[str, Any]] = []
    after = None
    while True:
        page = queue_page(connection, actor, after=after, most=2)
        seen += page["items"]
        after = page["next"]
        if after is None:
            break
    assert seen == whole["items"]
    with pytest.raises(InvalidInputError, match="next"):
        queue_page(connection, actor, after="yesterday")


def test_nobody_is_reported_twice(connection: sa.Connection, actor: Actor, run: Run) -> None:
    run()
    report_location(connection, actor, "c1")
    with pytest.raises(ConflictError, match="on the list already"):
        report_location(connection, actor, "c2")
    with pytest.raises(NotFoundError, match="no customer"):
        report_location(connection, actor, "nobody")
    with pytest.raises(InvalidInputError, match="neither a house"):
        report_location(connection, actor, "c11")


def test_without_any_locations_there_is_no_list(engine: sa.Engine, actor: Actor) -> None:
    with engine.connect() as connection, pytest.raises(NotFoundError, match="nothing was located yet"):
        queue_page(connection, actor)
