"""A geocoder of the bank stands in where the gazetteer has no place: asked once, kept in the store, labelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.cells import from_wgs84
from gridgeo.domain import Actor
from gridgeo.errors import NotAllowedError
from gridgeo.pipeline.locate import locate, texts_to_ask
from gridgeo.pipeline.provided import keep_asked, texts_not_kept
from gridgeo.pipeline.review.decisions import queue_page
from gridgeo.pipeline.steps import Inputs, RunParams
from gridgeo.sources.providers import Provider, ask_provider
from gridgeo.storage import fix_house_datum, read_frame, version_record

from .review_bank import review_bank

PEOPLE = [
    {"id": "c1", "address": "Auweg 7, 9490 Vaduz", "name": "Anna Frick"},
    {"id": "c2", "address": "Flat 2, Auweg 7, 9490 Vaduz"},
    {"id": "c3", "address": "Auweg 9, Vaduz"},
    {"id": "c4", "address": "Mondweg 1, Vaduz"},
    {"id": "c5", "address": "Seeweg 4, Vaduz"},
    {"id": "c6", "address": "Haus Enzian, Vaduz", "lng": 9.5312, "lat": 47.1412},
    {"id": "c7", "address": "Auweg 3, Schaan"},
]


@pytest.fixture
def service(start_provider: Callable[[], AbstractContextManager[Any]]) -> Iterator[Any]:
    with start_provider() as running:
        yield running


@pytest.fixture
def inputs(connection: sa.Connection, actor: Actor, now: datetime) -> Inputs:
    return review_bank(connection, actor, now, PEOPLE)


def ask(connection: sa.Connection, actor: Actor, inputs: Inputs, provider: Provider, now: datetime) -> dict[str, int]:
    """Ask what is not known and keep it, as the command does."""
    texts = texts_not_kept(connection, provider, texts_to_ask(connection, inputs, RunParams()))
    return keep_asked(connection, actor, provider, ask_provider(texts, provider), now)


def located(
    connection: sa.Connection, actor: Actor, inputs: Inputs, now: datetime, label: str | None
) -> dict[str, dict[str, Any]]:
    done = locate(connection, actor, inputs, RunParams(provider=label), now)
    rows = read_frame(connection, "location", version_id=done.version_id, where={"party_kind": "customer"})
    return {row["party_id"]: row for row in rows.to_dicts()} | {"version": {"id": done.version_id}}


def test_only_what_has_no_place_is_asked_once_and_without_the_person(
    connection: sa.Connection, actor: Actor, now: datetime, inputs: Inputs, service: Any
) -> None:
    provider = Provider("nominatim", service.url, per_s=1_000)
    assert ask(connection, actor, inputs, provider, now) == {"asked": 5, "answered": 4, "unknown": 1, "failed": 0}
    assert sorted(service.asked) == [
        "Auweg 3, Schaan",
        "Auweg 7, 9490 Vaduz",
        "Auweg 9, Vaduz",
        "Haus Enzian, Vaduz",
        "Mondweg 1, Vaduz",
    ]
    assert ask(connection, actor, inputs, provider, now)["asked"] == 0
    assert len(service.asked) == 5
    other = Provider("photon", service.url, per_s=1_000)
    assert ask(connection, actor, inputs, other, now)["asked"] == 5, "each provider has answers of its own"


def test_answers_are_labelled_and_the_gazetteer_and_points_stand_above_them(
    connection: sa.Connection, actor: Actor, now: datetime, inputs: Inputs, service: Any
) -> None:
    provider = Provider("nominatim", service.url, per_s=1_000)
    ask(connection, actor, inputs, provider, now)
    found = located(connection, actor, inputs, now, provider.label)
    for name in ("c1", "c2"):
        assert (found[name]["tier"], found[name]["lng"], found[name]["confidence"]) == ("exact", 9.5244, 0.8)
        assert found[name]["gazetteer_id"] == f"provider/nominatim {service.url}"
    assert (found["c3"]["tier"], found["c3"]["outcome"]) == ("nearest", "placed")
    assert (found["c4"]["outcome"], found["c4"]["tier"]) == ("unplaced", "town")
    assert found["c5"]["gazetteer_id"] == "a4"
    assert found["c6"]["tier"] == "given"
    assert found["c7"]["outcome"] != "placed", "the answer lies in another town"
    assert version_record(connection, found["version"]["id"]).params["provider"] == provider.label
    doubted = {item["house"] for item in queue_page(connection, actor)["items"] if "not sure" in item["reasons"]}
    assert {"Auweg 7, 9490 Vaduz", "Auweg 9, Vaduz"} <= doubted


def test_without_a_provider_nobody_is_asked_and_nothing_kept_is_used(
    connection: sa.Connection, actor: Actor, now: datetime, inputs: Inputs, service: Any
) -> None:
    before = located(connection, actor, inputs, now, None)
    assert service.asked == []
    ask(connection, actor, inputs, Provider("nominatim", service.url, per_s=1_000), now)
    after = located(connection, actor, inputs, now, None)
    assert before | {"version": {}} == after | {"version": {}}
    assert before["c1"]["outcome"] == "unplaced"


def test_a_failure_is_the_reason_of_its_row_and_asked_again(
    connection: sa.Connection, actor: Actor, now: datetime, service: Any
) -> None:
    people = [{"id": "c1", "address": "Auweg 7, 9490 Vaduz"}, {"id": "c2", "address": "Mondweg 1, Nirgendort"}]
    inputs = review_bank(connection, actor, now, people)
    provider = Provider("pelias", service.url, per_s=1_000)
    service.misbehave = "error"
    assert ask(connection, actor, inputs, provider, now)["failed"] == 3, "the shop too"
    found = located(connection, actor, inputs, now, provider.label)
    assert found["c2"]["reason"] == "the provider refused or failed"
    service.misbehave = None
    assert ask(connection, actor, inputs, provider, now)["answered"] == 2
    assert located(connection, actor, inputs, now, provider.label)["c1"]["tier"] == "exact"


def test_answers_are_brought_into_the_house_datum(
    connection: sa.Connection, actor: Actor, now: datetime, service: Any
) -> None:
    fix_house_datum(connection, "gcj02")
    inputs = review_bank(connection, actor, now, PEOPLE)
    provider = Provider("photon", service.url, per_s=1_000)
    ask(connection, actor, inputs, provider, now)
    found = located(connection, actor, inputs, now, provider.label)["c1"]
    expected = from_wgs84([9.5244], [47.1403], "gcj02")
    assert (found["lng"], found["lat"]) == (pytest.approx(expected[0][0]), pytest.approx(expected[1][0]))


def test_only_planners_keep_answers(connection: sa.Connection, now: datetime, service: Any) -> None:
    provider = replace(Provider("photon", service.url), per_s=1_000)
    with pytest.raises(NotAllowedError):
        keep_asked(connection, Actor("m", "branch_manager", frozenset({"B1"})), provider, [], now)
