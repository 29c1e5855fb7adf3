"""An answer given again is the one that the route would give: same eyes, live publication, same coding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor, local_actor
from gridgeo.storage import open_engine
from gridgeo_api.deps import Reading

from .conftest import Client, Start
from .small_bank import write_small_bank

PATHS = ("/api/v1/branches", "/api/v1/cells?branch_id=b1", "/api/v1/territories", "/tiles/cells/11/1078/718.mvt")


@pytest.fixture
def engine(make_store: Callable[[str], str]) -> Iterator[sa.Engine]:
    opened = open_engine(make_store("sqlite"))
    with opened.begin() as connection:
        write_small_bank(connection)
    yield opened
    opened.dispose()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that a route was asked for."""
    paths: list[str] = []
    answer = Reading.answer

    def counting(self: Reading, *arguments: Any, **named: Any) -> Any:
        paths.append(self.request.url.path)
        return answer(self, *arguments, **named)

    monkeypatch.setattr(Reading, "answer", counting)
    return paths


def signed_in(start: Start, engine: sa.Engine, **changes: Any) -> Client:
    client = start(store_url=str(engine.url), **changes)
    client.login()
    return client


@pytest.mark.parametrize("path", PATHS)
def test_the_second_answer_is_the_first_without_asking_the_route(
    start: Start, engine: sa.Engine, asked: list[str], path: str
) -> None:
    client = signed_in(start, engine)
    first, second = client.get(path), client.get(path)
    assert first.status_code == second.status_code == 200, first.text
    assert len(asked) == 1
    changing = ("x-request-id", "date")
    told = [{k: v for k, v in each.headers.items() if k not in changing} for each in (first, second)]
    assert (second.content, told[1]) == (first.content, told[0])
    known = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", first.headers["etag"])
    assert len(asked) == 1


def test_a_new_publication_shows_at_once(start: Start, engine: sa.Engine, asked: list[str]) -> None:
    client = signed_in(start, engine)
    before = [client.get("/api/v1/cells").json()["measures"]["people"]["values"] for _ in range(2)][1]
    with engine.begin() as connection:
        write_small_bank(connection, more_people=5.0)
    after = client.get("/api/v1/cells").json()["measures"]["people"]["values"]
    assert after == pytest.approx([value + 5.0 for value in before])
    assert len(asked) == 2


def test_a_publication_of_another_process_may_take_as_long_as_is_set_and_a_change_of_our_own_none(
    start: Start, engine: sa.Engine
) -> None:
    client = signed_in(start, engine, publication_cache_s=5)
    first = [client.get("/api/v1/branches") for _ in range(2)][1].headers["gridgeo-publication"]
    with engine.begin() as connection:
        write_small_bank(connection)
    assert client.get("/api/v1/branches").headers["gridgeo-publication"] == first, "the control: it is not asked again"
    client.post("/api/v1/imports/check", {})
    assert client.get("/api/v1/branches").headers["gridgeo-publication"] != first


def test_nobody_gets_what_was_made_for_other_eyes(start: Start, engine: sa.Engine, asked: list[str]) -> None:
    client = signed_in(start, engine)
    eyes = (local_actor(), Actor("m", "branch_manager", frozenset({"b1"})), Actor("c", "consumer"))
    bodies = []
    for actor in eyes:
        client.act_as(actor)
        bodies.append([client.get("/api/v1/cells").json() for _ in range(2)])
    assert all(first == second for first, second in bodies)
    assert len(asked) == len(eyes)
    everybody, manager, consumer = (first for first, _ in bodies)
    assert set(manager["cells"]) < set(everybody["cells"])
    assert consumer["measures"] != everybody["measures"]


def test_each_coding_has_its_own(start: Start, engine: sa.Engine) -> None:
    client = signed_in(start, engine)
    for _ in range(2):
        codings = [
            client.get("/api/v1/cells", headers={"accept-encoding": each}).headers.get("content-encoding")
            for each in ("gzip", "br", "identity")
        ]
        assert codings == ["gzip", "br", None]


def test_what_is_kept_is_bounded(start: Start, engine: sa.Engine, asked: list[str]) -> None:
    client = signed_in(start, engine, tile_cache_bytes=1)
    assert [client.get("/api/v1/branches").status_code for _ in range(3)] == [200] * 3
    assert len(asked) == 3


def test_only_what_was_asked_by_get_is_answered_again(start: Start, engine: sa.Engine) -> None:
    client = signed_in(start, engine)
    before = client.request("HEAD", "/api/v1/branches").status_code
    assert client.get("/api/v1/branches").status_code == 200
    assert client.request("HEAD", "/api/v1/branches").status_code == before
