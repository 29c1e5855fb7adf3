"""Doubtful locations in the store: numbered once, paged by an index, decided by one of two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import LOCATION_REVIEWS
from gridgeo.errors import ConflictError, NotFoundError
from gridgeo.storage import finish_version, new_version, write_frame
from gridgeo.storage.reviews import (
    count_open,
    decisions_of,
    forget_party,
    newest_location,
    parties_of,
    put_items,
    put_links,
    review_item,
    standing_decisions,
    worst_items,
    write_decision,
)

MANY = 10_000
PAGE = 50


def filled(connection: sa.Connection, actor: Actor, now: datetime, count: int, seed: int = 1) -> int:
    """Write a location version with so many items of two branches; return its number."""
    rng = np.random.default_rng(seed)
    keys = pl.DataFrame(
        {
            "party_kind": "customer",
            "branch_id": np.where(np.arange(count) % 2 == 0, "B1", "B2"),
            "key": [f"seeweg|{number}|vaduz" for number in range(count)],
            "house": [f"Seeweg {number}, Vaduz" for number in range(count)],
        }
    )
    version = new_version(connection, actor, "location", params={}, now=now)
    items = put_items(connection, keys)
    rows = pl.DataFrame(
        {"item_id": items, "reasons": "not sure", "tier": "street", "outcome": "unplaced", "candidates": '{"list":[]}'}
    ).with_columns(
        pl.lit(1, pl.Int32).alias("parties"),
        # Equal effects are the rule and not the exception.
        pl.Series("effect", rng.integers(1, 40, count) / 8),
        *(pl.lit(None, pl.Float64).alias(name) for name in ("lng", "lat", "accuracy_m", "confidence")),
        pl.lit(None, pl.String).alias("matched"),
    )
    write_frame(connection, "location_review", rows.select(list(LOCATION_REVIEWS)), version_id=version)
    put_links(connection, pl.DataFrame({"item_id": items, "party_kind": "customer", "party_id": keys["key"]}))
    finish_version(connection, version, report={})
    return version


@pytest.fixture
def version(connection: sa.Connection, actor: Actor, now: datetime) -> int:
    return filled(connection, actor, now, 60)


def values(actor: Actor, now: datetime, kind: str = "place", **more: Any) -> dict[str, Any]:
    return {
        "kind": kind, "lng": 9.5, "lat": 47.1, "precision_m": 20.0, "known": False, "args": {}, "actor_id": actor.id,
        "actor_role": actor.role, "at": now, "undoes": None, "idempotency_key": None,
    } | more  # fmt: skip


def pages(connection: sa.Connection, actor: Actor, version: int, most: int) -> Iterator[list[dict[str, Any]]]:
    after = None
    while page := worst_items(connection, actor, version, after=after, most=most):
        yield page
        after = (page[-1]["effect"], page[-1]["id"])


def test_ten_thousand_items_come_page_by_page_each_once_in_order(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    version = filled(connection, actor, now, MANY)
    seen = [(item["effect"], item["id"]) for page in pages(connection, actor, version, 999) for item in page]
    assert len(set(seen)) == len(seen) == MANY == count_open(connection, actor, version)
    assert seen == sorted(seen, reverse=True)


def test_a_page_is_read_along_its_index_and_not_by_sorting_all(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    version = filled(connection, actor, now, MANY)
    plan = explained(connection, lambda: worst_items(connection, actor, version, after=(2.5, 5_000), most=PAGE))
    assert "ix_location_review_version_id_effect_item_id" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
    if connection.dialect.name == "sqlite":
        assert "(effect,item_id)<(?,?)" in plan.replace(" ", ""), plan


def explained(connection: sa.Connection, ask: Callable[[], object]) -> str:
    """Return how the store answers the one query that is asked."""
    asked: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", listen)
    try:
        ask()
    finally:
        sa.event.remove(connection, "before_cursor_execute", listen)
    (statement, parameters) = next(one for one in asked if "location_review" in one[0])
    words = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    rows = connection.exec_driver_sql(words + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def test_an_item_keeps_its_number_through_runs_and_moves_on(
    connection: sa.Connection, actor: Actor, now: datetime, version: int
) -> None:
    before = worst_items(connection, actor, version, most=100)
    later = filled(connection, actor, now, 61)
    after = worst_items(connection, actor, later, most=100)
    assert newest_location(connection) == later
    assert {item["id"] for item in before} < {item["id"] for item in after}
    assert {item["revision"] for item in after} == {1, 2}


def test_a_branch_reads_its_own_items_and_none_without_a_branch(
    connection: sa.Connection, actor: Actor, now: datetime, version: int
) -> None:
    manager = Actor("m", "branch_manager", frozenset({"B1"}))
    mine = worst_items(connection, manager, version, most=100)
    assert {item["branch_id"] for item in mine} == {"B1"}
    assert len(mine) == 30 == count_open(connection, manager, version)
    nobodys = pl.DataFrame({"party_kind": ["merchant"], "branch_id": [None], "key": ["k"], "house": [None]})
    number = int(put_items(connection, nobodys.cast({"branch_id": pl.String, "house": pl.String}))[0])
    with pytest.raises(NotFoundError):
        review_item(connection, manager, number)
    assert review_item(connection, actor, number).branch_id is None
    assert now


def test_of_two_decisions_on_one_revision_the_second_is_refused(
    connection: sa.Connection, actor: Actor, now: datetime, version: int
) -> None:
    item = review_item(connection, actor, worst_items(connection, actor, version, most=1)[0]["id"])
    write_decision(connection, item, "placed", values(actor, now))
    with pytest.raises(ConflictError, match="changed in between"):
        write_decision(connection, item, "rejected", values(actor, now, "reject", lng=None, lat=None))
    assert len(decisions_of(connection, actor, item_id=item.id)) == 1
    assert item.id not in [one["id"] for one in worst_items(connection, actor, version, most=100)]


def test_what_was_decided_last_about_a_house_holds_for_every_branch(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    keys = pl.DataFrame({"party_kind": "customer", "branch_id": ["B1", "B2"], "key": "h", "house": "H 1"})
    first, second = (review_item(connection, actor, int(number)) for number in put_items(connection, keys))
    write_decision(connection, first, "placed", values(actor, now, lng=9.1))
    number = write_decision(connection, second, "placed", values(actor, now, lng=9.2, known=True))
    standing = standing_decisions(connection).row(0, named=True)
    assert (standing["decision"], standing["lng"], standing["known"]) == (number, 9.2, True)
    second = review_item(connection, actor, second.id)
    write_decision(connection, second, "open", values(actor, now, "undo", lng=None, lat=None, undoes=number))
    assert standing_decisions(connection)["lng"].to_list() == [9.1]


def test_links_of_decided_items_stay_and_those_of_open_ones_are_said_anew(
    connection: sa.Connection, actor: Actor, now: datetime, version: int
) -> None:
    decided, waiting = worst_items(connection, actor, version, most=2)
    write_decision(connection, review_item(connection, actor, decided["id"]), "placed", values(actor, now))
    put_links(connection, pl.DataFrame({"item_id": [waiting["id"]], "party_kind": ["customer"], "party_id": ["z"]}))
    assert len(parties_of(connection, decided["id"], 9)) == 1
    assert parties_of(connection, waiting["id"], 9) == [("customer", "z")]


def test_erasing_takes_links_and_lonely_open_items_but_no_decision(
    connection: sa.Connection, actor: Actor, now: datetime, version: int
) -> None:
    decided, lonely, shared = worst_items(connection, actor, version, most=3)
    write_decision(connection, review_item(connection, actor, decided["id"]), "placed", values(actor, now))
    rows = [(item["id"], "customer", "p") for item in (decided, lonely, shared)] + [(shared["id"], "customer", "q")]
    schema = {"item_id": pl.Int64, "party_kind": pl.String, "party_id": pl.String}
    put_links(connection, pl.DataFrame(rows, schema=schema, orient="row"))
    assert forget_party(connection, "p", "merchant") == {"links": 0, "items": 0}
    assert forget_party(connection, "p", "customer") == {"links": 3, "items": 1}
    with pytest.raises(NotFoundError):
        review_item(connection, actor, lonely["id"])
    assert parties_of(connection, shared["id"], 9) == [("customer", "q")]
    assert standing_decisions(connection).height == 1


def test_decisions_are_paged_newest_first(connection: sa.Connection, actor: Actor, now: datetime, version: int) -> None:
    for item in worst_items(connection, actor, version, most=5):
        write_decision(connection, review_item(connection, actor, item["id"]), "rejected", values(actor, now, "reject"))
    first = decisions_of(connection, actor, most=3)
    rest = decisions_of(connection, actor, before=first[-1].id, most=3)
    numbers = [one.id for one in (*first, *rest)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 5
