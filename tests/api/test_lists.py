"""Lists come by pages that hold when entries come and go; answers are packed and not sent twice."""

from __future__ import annotations

import gzip
from contextlib import suppress
from typing import Any

import brotli
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.pipeline import feeds
from gridgeo.storage import open_engine
from gridgeo.storage.models import Version
from gridgeo_api.negotiation import has_already, takes
from gridgeo_api.paging import Listing, PageQuery, cursor_of, page_of, parts_of

from .conftest import Client, Start

LIST = Listing("things", "id", ("id", "size"))
ROWS = st.lists(
    st.fixed_dictionaries({"id": st.text(max_size=3), "size": st.none() | st.integers(-3, 3)}),
    unique_by=lambda row: row["id"],
    max_size=12,
)
FEW = settings(max_examples=60, deadline=None)


def all_pages(rows: list[dict[str, Any]], sort: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = page_of(rows, LIST, PageQuery(limit=limit, cursor=cursor, sort=sort))
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


@FEW
@given(rows=ROWS, sort=st.sampled_from(["id", "-id", "size", "-size"]), limit=st.integers(1, 5))
def test_pages_hold_every_entry_once_in_the_order_asked_for(rows: list[dict[str, Any]], sort: str, limit: int) -> None:
    by, sign = sort.removeprefix("-"), -1 if sort.startswith("-") else 1
    found = all_pages(rows, sort, limit)
    assert sorted(row["id"] for row in found) == sorted(row["id"] for row in rows)
    if by == "size":
        sizes = [row["size"] for row in found]
        known = [size for size in sizes if size is not None]
        assert sizes == sorted(known, key=lambda size: sign * size) + [None] * (len(sizes) - len(known))


@FEW
@given(rows=ROWS, later=ROWS, sort=st.sampled_from(["id", "-id", "size", "-size"]), limit=st.integers(1, 4))
def test_entries_that_come_and_go_make_no_other_appear_twice_or_go_missing(
    rows: list[dict[str, Any]], later: list[dict[str, Any]], sort: str, limit: int
) -> None:
    first = page_of(rows, LIST, PageQuery(limit=limit, sort=sort))
    if first["next"] is None:
        return
    old = {row["id"] for row in rows}
    stay = [row for at, row in enumerate(rows) if at % 3]
    changed = stay + [row for row in later if row["id"] not in old]
    rest = page_of(changed, LIST, PageQuery(sort=sort, cursor=first["next"]))["items"]
    seen = {row["id"] for row in first["items"]}
    assert seen.isdisjoint(row["id"] for row in rest)
    assert {row["id"] for row in stay} <= seen | {row["id"] for row in rest}


@FEW
@given(cursor=st.text(max_size=40) | st.binary(max_size=30).map(lambda raw: cursor_of(*raw)))
def test_a_made_up_cursor_is_a_page_or_a_named_error(cursor: str) -> None:
    rows = [{"id": "a", "size": 1}, {"id": "b", "size": None}]
    asked = PageQuery.model_construct(limit=1, cursor=cursor, sort="size", fields=None)
    with suppress(InvalidInputError):
        assert page_of(rows, LIST, asked)["total"] == len(rows)


@pytest.mark.parametrize(
    "parts",
    [
        ("things", "size", 10**30, "a"),
        ("things", "size", "x", "a"),
        ("things", "size", 1, None),
        ("things", "size", [1], "a"),
        ("things", "id", 1, "a"),
        ("other", "size", 1, "a"),
        ("things", "size", 1),
    ],
)
def test_a_cursor_with_other_values_is_refused(parts: tuple[Any, ...]) -> None:
    text = cursor_of(*(str(part) if part == 10**30 else part for part in parts))
    with pytest.raises(InvalidInputError, match="cursor"):
        page_of([{"id": "a", "size": 1}], LIST, PageQuery(cursor=text, sort="size"))


@given(parts=st.lists(st.none() | st.integers(-(2**53), 2**53) | st.text() | st.booleans(), min_size=1, max_size=4))
def test_a_cursor_gives_back_what_it_was_made_of(parts: list[Any]) -> None:
    assert parts_of(cursor_of(*parts), len(parts)) == parts


def test_branches_are_paged_sorted_and_cut_to_fields(client: Client) -> None:
    first = client.get("/api/v1/branches", params={"limit": 1, "sort": "-id", "fields": "id,people"}).json()
    assert [list(row) for row in first["branches"]] == [["id", "people"]]
    assert first["branches"][0]["id"] == "b2"
    asked = {"limit": 1, "sort": "-id", "cursor": first["next"]}
    second = client.get("/api/v1/branches", params=asked).json()
    assert ([row["id"] for row in second["branches"]], second["next"]) == (["b1"], None)


@pytest.mark.parametrize("path", ["branches", "scenarios", "features", "grids"])
@pytest.mark.parametrize("asked", [{"sort": "secret"}, {"limit": 0}, {"limit": 10**9}, {"cursor": "x"}, {"colour": 1}])
def test_a_list_refuses_what_it_does_not_know(client: Client, path: str, asked: dict[str, Any]) -> None:
    assert client.get(f"/api/v1/{path}", params=asked).status_code == 422


def test_territories_come_by_pages_that_hold_their_own_cells(client: Client) -> None:
    whole = client.get("/api/v1/territories").json()
    count = len(whole["territories"])
    assert (whole["total"], whole["next"], count > 1) == (count, None, True)
    held: dict[str, str] = {}
    asked: dict[str, Any] = {"limit": 1}
    for expected in whole["territories"]:
        page = client.get("/api/v1/territories", params=asked).json()
        assert (page["territories"], page["total"]) == ([expected], count)
        assert list(page["certificates"]) == [expected["branch_id"]]
        held |= {
            cell: page["territories"][at]["id"] for cell, at in zip(page["cells"], page["territory_index"], strict=True)
        }
        asked["cursor"] = page["next"]
    assert page["next"] is None
    ids = [each["id"] for each in whole["territories"]]
    assert held == {cell: ids[at] for cell, at in zip(whole["cells"], whole["territory_index"], strict=True)}


def test_a_page_of_territories_ends_before_it_holds_more_cells_than_an_answer_may(start: Start) -> None:
    narrow = start(max_cells_per_answer=1)
    narrow.login()
    first = narrow.get("/api/v1/territories").json()
    assert (len(first["territories"]), first["total"] > 1) == (1, True)
    second = narrow.get("/api/v1/territories", params={"cursor": first["next"]}).json()
    assert second["territories"][0]["id"] != first["territories"][0]["id"]


@pytest.mark.parametrize("asked", [{"limit": 0}, {"cursor": "x"}, {"colour": 1}])
@pytest.mark.parametrize(
    "path",
    [
        *("territories", "territories/history", "catchments/drawn", "catchments/overlaps", "grids/b1/log"),
        "scenarios/live/conflicts",
    ],
)
def test_a_list_of_pages_alone_refuses_what_it_does_not_know(client: Client, path: str, asked: dict[str, Any]) -> None:
    answer = client.get(f"/api/v1/{path}", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "input")


def test_overlaps_and_holes_come_by_pages_and_all_of_them(editor: Client, demo_url: str) -> None:
    path, cursor, found = "/api/v1/catchments/overlaps", "", {"overlaps": [], "holes": []}
    settled = {
        "rules": {},
        "overlaps": [{"first": "B1", "second": "B2", "cells": cells} for cells in (9, 7, 5, 3)],
        "holes": [{"cells": 4}],
    }
    engine = open_engine(demo_url)
    with engine.begin() as connection:
        newest = sa.select(sa.func.max(Version.id)).where(Version.kind == "catchment").scalar_subquery()
        connection.execute(sa.update(Version).where(Version.id == newest).values(report={"settled": settled}))
    engine.dispose()
    while cursor is not None:
        page = editor.get(path, params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        for name, rows in found.items():
            assert len(page[name]) <= 3
            rows += page[name]
        assert (page["overlaps_total"], page["holes_total"]) == (4, 1)
        cursor = page["next"]
    names = {one["id"]: one["name"] for one in editor.get("/api/v1/branches").json()["branches"]}
    called = {"first_name": names["B1"], "second_name": names["B2"]}
    assert found == {"overlaps": [pair | called for pair in settled["overlaps"]], "holes": settled["holes"]}
    whole = editor.get(path).json()
    assert ({name: whole[name] for name in found}, whole["next"]) == (found, None)


def test_polygons_that_one_answer_does_not_hold_are_read_by_pages(
    editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("/api/v1/catchments", "/api/v1/polygons/territories.geojson"):
        for most in ("MOST_SHAPES", "MOST_CORNERS"):
            with monkeypatch.context() as lowered:
                lowered.setattr(feeds, most, 0)
                refused = editor.get(path)
            assert (refused.status_code, refused.json()["code"]) == (422, "input")
            address = refused.json()["detail"].partition("read ")[2].partition(" ")[0]
            assert editor.get(address).json()["features"]
        assert editor.get(path).json()["features"]


def test_a_cursor_of_territories_holds_for_its_branch_alone(client: Client) -> None:
    cursor = client.get("/api/v1/territories", params={"limit": 1}).json()["next"]
    answer = client.get("/api/v1/territories", params={"limit": 1, "cursor": cursor, "branch_id": "b1"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("header", "coding", "expected"),
    [
        ("gzip, br", "br", True),
        ("br;q=0", "br", False),
        ("BR;q=0.5", "br", True),
        ("*", "br", True),
        ("*;q=0, gzip", "br", False),
        ("abrasive", "br", False),
        ("br;q=x", "br", False),
        ("", "br", False),
        (None, "gzip", False),
    ],
)
def test_a_coding_is_used_where_the_caller_takes_it(header: str | None, coding: str, expected: bool) -> None:
    assert takes(header, coding) is expected


@pytest.mark.parametrize("path", ["/api/v1/cells", "/api/v1/measures", "/openapi.json"])
def test_an_answer_comes_packed_by_brotli_gzip_or_plain(client: Client, path: str) -> None:
    async def raw(coding: str) -> tuple[str | None, bytes]:
        async with client.http.stream("GET", path, headers={"accept-encoding": coding}) as answer:
            return answer.headers.get("content-encoding"), b"".join([part async for part in answer.aiter_raw()])

    plain = client.portal.call(raw, "identity")
    packed = client.portal.call(raw, "gzip, br")
    zipped = client.portal.call(raw, "gzip")
    assert [coding for coding, _ in (plain, packed, zipped)] == [None, "br", "gzip"]
    assert brotli.decompress(packed[1]) == gzip.decompress(zipped[1]) == plain[1]
    assert len(packed[1]) < len(zipped[1]) < len(plain[1])


@pytest.mark.parametrize("tag", ['W/"a"', '"a"', '"b", W/"a"', "*"])
def test_tags_are_compared_weakly(tag: str) -> None:
    assert has_already(tag, 'W/"a"')
    assert not has_already('"b"', 'W/"a"')
    assert not has_already(None, 'W/"a"')


@pytest.mark.parametrize("path", ["measures", "scenarios", "features", "jobs", "where-next"])
def test_a_read_that_did_not_change_is_not_sent_again(client: Client, path: str) -> None:
    first = client.get(f"/api/v1/{path}")
    assert first.status_code == 200
    again = client.get(f"/api/v1/{path}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(f"/api/v1/{path}", headers={"if-none-match": 'W/"x"'})
    assert (other.status_code, other.content) == (200, first.content)
