"""Area grids over the API: every change says what it is meant for, and happens whole or not at all."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
import shapely

from gridgeo.cells import cells_from_polygon
from gridgeo.domain import Actor
from gridgeo_api import deps
from tests.made_once import copy_sqlite

from .conftest import Client, Start

GRIDS = "/api/v1/grids/B2"
MANAGER = Actor("anna", "branch_manager", frozenset({"B2"}))
RM = Actor("rolf", "rm", frozenset({"B2"}))


def begun(client: Client) -> dict[str, Any]:
    """Begin the grids of B2 and return them."""
    assert client.post(GRIDS, {}).status_code == 201
    found: dict[str, Any] = client.get(GRIDS).json()
    return found


def rename(name: str) -> dict[str, Any]:
    return {"operation": "rename", "args": {"grid": "B2-1-1", "name": name}}


def test_a_set_begins_with_every_cell_in_one_grid(editor: Client) -> None:
    found = begun(editor)
    assert len(found["grids"]) == 1
    assert found["grids"][0]["cells"] == len(found["cells"]) == len(found["grid_index"])
    assert editor.get("/api/v1/grids").json()["sets"][0]["branch_id"] == "B2"
    assert editor.post(GRIDS, {}).status_code == 412, "there is a set already"


def test_a_grid_of_a_street_comes_with_the_street_as_its_border(
    start: Start, demo_file: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    copy_sqlite(demo_file[0], tmp_path / "demo.db")
    client = start(store_url=f"sqlite:///{tmp_path / 'demo.db'}")
    client.login()
    begun(client)
    of_street = {"operation": "create_places", "args": {"places": ["Landstrasse"]}}
    (street,) = client.post(f"{GRIDS}/operations", of_street, if_match='"1"').json()["made"]
    found = client.get(f"{GRIDS}/{street}").json()
    assert (found["geometry"], shapely.get_dimensions(shapely.from_geojson(json.dumps(found["border"])))) == (None, 1)
    assert client.get(f"{GRIDS}/B2-1-1").json()["border"] is None
    read = (client.get(f"/api/v1/polygons/grids.geojson?outline={outline}").json() for outline in ("stated", "ground"))
    stated, plain = ({one["id"]: one for one in answer["features"]} for answer in read)
    assert stated[street]["geometry"]["type"].endswith("LineString")
    assert stated[street]["ground"] == plain[street]["geometry"], "lines enclose nothing"
    assert "ground" not in stated["B2-1-1"]
    assert "ground" not in plain[street]


def test_a_change_without_its_revision_is_refused(editor: Client) -> None:
    begun(editor)
    refused = editor.post(f"{GRIDS}/operations", rename("x"))
    assert refused.status_code == 428
    assert refused.json()["code"] == "no_version"
    assert editor.get(GRIDS).headers["etag"] == '"1"'


@pytest.mark.parametrize("given", ["x", "-1", "1.5.2", ".5", "", "*", "9" * 30])
def test_a_revision_that_is_no_number_is_named(editor: Client, given: str) -> None:
    begun(editor)
    refused = editor.post(f"{GRIDS}/operations", rename("x"), if_match=given)
    assert refused.status_code == 422
    assert "If-Match" in refused.json()["detail"]


def test_of_two_changes_to_one_revision_the_second_is_told_what_happened(editor: Client) -> None:
    begun(editor)
    assert editor.post(f"{GRIDS}/operations", rename("first"), if_match='"1"').headers["etag"] == '"2"'
    stale = editor.post(f"{GRIDS}/operations", rename("second"), if_match='"1"')
    assert stale.status_code == 412
    assert "B2-1-1" in stale.json()["detail"]
    assert editor.get(GRIDS).json()["grids"][0]["name"] == "first"


def test_a_stroke_on_cells_that_moved_names_them(editor: Client) -> None:
    cells = begun(editor)["cells"]
    made = {"operation": "create_cells", "args": {"name": "corner", "cells": cells[:2]}}
    corner = next(iter(editor.post(f"{GRIDS}/operations", made, if_match="1").json()["made"]))
    stroke = {"operation": "paint", "args": {"moves": [{"from": "B2-1-1", "to": corner, "cells": cells[1:4]}]}}
    stale = editor.post(f"{GRIDS}/operations", stroke, if_match="2")
    assert stale.status_code == 412
    assert cells[1] in stale.json()["detail"]
    assert cells[3] not in stale.json()["detail"], "that one is where it was"
    assert editor.get(f"{GRIDS}/{corner}").json()["cells"] == sorted(cells[:2]), "nothing of it was done"


def test_the_same_request_again_is_done_once(editor: Client) -> None:
    begun(editor)
    first = editor.post(f"{GRIDS}/operations", rename("once"), if_match="1", idempotency_key="k").json()
    again = editor.post(f"{GRIDS}/operations", rename("once"), if_match="1", idempotency_key="k").json()
    assert again == first | {"repeated": True}
    assert editor.get(GRIDS).json()["revision"] == 2
    other = editor.post(f"{GRIDS}/operations", rename("twice"), if_match="2", idempotency_key="k")
    assert other.status_code == 412


def test_undo_and_redo_go_all_the_way_and_the_log_keeps_it(editor: Client) -> None:
    before = begun(editor)
    for revision, name in ((1, "a"), (2, "b")):
        editor.post(f"{GRIDS}/operations", rename(name), if_match=str(revision))
    names = []
    for revision, way in ((3, "undo"), (4, "undo"), (5, "redo")):
        assert editor.post(f"{GRIDS}/{way}", if_match=str(revision)).status_code == 200
        names.append(editor.get(GRIDS).json()["grids"][0]["name"])
    assert names == ["a", before["grids"][0]["name"], "a"]
    log = editor.get(f"{GRIDS}/log").json()["log"]
    assert [entry["operation"] for entry in log] == ["redo", "undo", "undo", "rename", "rename", "new"]
    pages, asked = [], {"limit": 4}
    while not pages or asked["cursor"] is not None:
        page = editor.get(f"{GRIDS}/log", params=asked).json()
        pages.append([entry["seq"] for entry in page["log"]])
        asked["cursor"] = page["next"]
    assert pages == [[6, 5, 4, 3], [2, 1]]


def test_a_preview_changes_nothing_and_tells_the_cells_of_what_it_touches(editor: Client) -> None:
    before = begun(editor)
    shown = editor.post(f"{GRIDS}/operations/preview", rename("maybe"), if_match="1").json()
    assert shown["revision"] == 2
    assert shown["grids"] == [{"id": "B2-1-1", "name": "maybe", "cells": before["cells"]}]
    parts = {"operation": "split_parts", "args": {"grid": "B2-1-1", "parts": 3}}
    split = editor.post(f"{GRIDS}/operations/preview", parts, if_match="1").json()
    assert len(split["grids"]) == 3
    assert sorted(cell for grid in split["grids"] for cell in grid["cells"]) == before["cells"]
    assert editor.get(GRIDS).json() == before


def test_what_cells_hold_adds_up_to_the_card_and_comes_with_the_staff(editor: Client) -> None:
    cells = begun(editor)["cells"]
    found = editor.get(f"{GRIDS}/counts").json()
    assert set(found["counts"]) == {"people", "households", "customers", "merchants"}
    for counted in found["counts"].values():
        assert (counted["values"] is None) == (counted["reason"] is not None)
    people = found["counts"]["people"]["values"]
    assert len(people) == len(cells)
    card = editor.get(f"{GRIDS}/B2-1-1/card").json()
    assert sum(people) == pytest.approx(card["people"]["value"], rel=1e-6)
    assert found["staff"]
    owner = {"operation": "owner", "args": {"grids": ["B2-1-1"], "owner_id": found["staff"][0]["id"]}}
    assert editor.post(f"{GRIDS}/operations", owner, if_match="1").status_code == 200


def test_who_submitted_a_grid_does_not_make_it_live(editor: Client) -> None:
    begun(editor)
    editor.act_as(MANAGER)

    def status(word: str, revision: int) -> int:
        body = {"operation": "status", "args": {"grids": ["B2-1-1"], "status": word}}
        return int(editor.post(f"{GRIDS}/operations", body, if_match=str(revision)).status_code)

    assert status("review", 1) == 200
    refused = editor.post(
        f"{GRIDS}/operations", {"operation": "status", "args": {"grids": ["B2-1-1"], "status": "live"}}, if_match="2"
    )
    assert refused.status_code == 403
    assert "second person" in refused.json()["detail"]
    assert editor.get(GRIDS).json()["grids"][0]["name"] in refused.json()["detail"]
    editor.act_as(Actor("bela", "branch_manager", frozenset({"B2"})))
    assert status("live", 2) == 200
    # who takes that back has put the grid up for review
    assert editor.post(f"{GRIDS}/undo", if_match="3").status_code == 200
    assert editor.post(f"{GRIDS}/redo", if_match="4").status_code == 403
    editor.act_as(MANAGER)
    assert editor.post(f"{GRIDS}/redo", if_match="4").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"operation": "fly"},
        {"operation": "rename"},
        {"operation": "rename", "args": {"grid": "B2-1-1", "name": "x", "extra": 1}},
        {"operation": "rename", "args": []},
        {"operation": "create_cells", "args": {"name": "x", "cells": ["zzz"]}},
        {"operation": "create_cells", "args": {"name": "x", "cells": []}},
        {"operation": "create_polygon", "args": {"name": "x", "polygon": {}, "datum": "wgs84"}},
        {"operation": "create_polygon", "args": {"name": "x", "polygon": {"type": "Polygon"}, "datum": "mars"}},
        {"operation": "split_parts", "args": {"grid": "B2-1-1", "parts": 10**9}},
        {"operation": "undo"},
        {"operation": "stage", "args": {"grids": ["B2-1-1"], "dates": {"x": "y"}}},
        [],
        "text",
        None,
    ],
)
def test_a_body_that_does_not_fit_changes_nothing(editor: Client, body: Any) -> None:
    begun(editor)
    refused = editor.post(f"{GRIDS}/operations", body, if_match="1")
    assert refused.status_code in (404, 422), refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert editor.get(GRIDS).json()["revision"] == 1


def test_a_manager_edits_the_own_branch_and_sees_no_other(editor: Client) -> None:
    begun(editor)
    editor.act_as(MANAGER)
    assert editor.post(f"{GRIDS}/operations", rename("mine"), if_match="1").status_code == 200
    others = GRIDS.replace("B2", "B1")
    for answer in (
        editor.get(others),
        editor.get(f"{others}/log"),
        editor.get(f"{others}/B1-1-1"),
        editor.post(others, {}),
        editor.post(f"{others}/operations", rename("x"), if_match="1"),
        editor.post(f"{others}/undo", if_match="1"),
    ):
        assert answer.status_code == 404, answer.text
        assert "B1" in answer.json()["detail"]


def test_an_rm_reads_and_does_not_write(editor: Client) -> None:
    begun(editor)
    editor.act_as(RM)
    assert editor.get(GRIDS).status_code == 200
    assert editor.post(f"{GRIDS}/operations", rename("x"), if_match="1").status_code == 403


def test_a_change_that_ran_out_of_time_is_taken_back(
    start: Start, demo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    client = start(store_url=demo_url, request_timeout_s=2.0)
    client.login()
    begun(client)
    real = deps.moment

    def late() -> Any:
        go_on.wait(30)
        return real()

    monkeypatch.setattr(deps, "moment", late)
    assert client.post(f"{GRIDS}/operations", rename("late"), if_match="1").status_code == 503
    go_on.set()
    while client.app.state.engine.pool.checkedout():
        threading.Event().wait(0.05)
    assert client.get(GRIDS).json()["revision"] == 1, "the caller was told that nothing came of it"
    monkeypatch.setattr(deps, "moment", real)
    assert client.post(f"{GRIDS}/operations", rename("in time"), if_match="1").status_code == 200


def test_a_manager_tries_and_draws_the_own_catchment_and_no_other(editor: Client) -> None:
    editor.act_as(MANAGER)
    (branch,) = editor.get("/api/v1/branches").json()["branches"]
    lng, lat = branch["lng"], branch["lat"]
    square = [[lng + 0.006 * x, lat + 0.003 * y] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    body = {
        "branches": ["B2"],
        "spec": {"method": "drawn", "polygon": {"type": "Polygon", "coordinates": [square]}},
        "datum": "wgs84",
    }
    shown = editor.post("/api/v1/catchments/preview", body).json()
    (drawn,) = shown["drawn"]
    assert drawn["branch_id"] == "B2"
    assert set(drawn["cells"]) <= set(drawn["claimed"])
    inside = cells_from_polygon(shapely.Polygon(square), shown["resolution"]).tolist()
    assert set(drawn["claimed"]) <= {f"{cell:x}" for cell in inside}
    assert drawn["counts"]["people"]["value"] > 0
    assert drawn["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert shapely.equals(shapely.from_geojson(json.dumps(drawn["border"])), shapely.Polygon(square))
    listed = {"branches": ["B2"], "spec": {"method": "places", "places": ["Bana、xyzzy"]}}
    refused = editor.post("/api/v1/catchments/preview", listed)
    assert refused.status_code == 422
    first, second = refused.json()["unclear"]
    assert (first["given"], first["near"][0]) == ("Bana", {"text": "Baana", "label": "Baana"})
    assert second == {"given": "xyzzy", "near": []}
    around = {"branches": ["B2"], "spec": {"method": "buffer", "radius_m": 900, "point": square[0]}}
    assert "datum" in editor.post("/api/v1/catchments/preview", around).json()["detail"]
    moved = editor.post("/api/v1/catchments/preview", around | {"datum": "wgs84"}).json()
    assert f"{square[0][0]:.5f}" in moved["catchments"][0]["label"]
    assert editor.post("/api/v1/catchments", body).status_code == 202
    assert editor.post("/api/v1/catchments", body | {"branches": ["B1"]}).status_code == 404
    assert editor.post("/api/v1/catchments", body | {"branches": []}).status_code == 403
    assert editor.post("/api/v1/catchments", body | {"rules": {"overlaps": "first_drawn"}}).status_code == 403


@pytest.mark.parametrize("point", [[9.5], [9.5, 95.0], ["9", "47"], "x", [9.5, 47.0, 1.0]])
def test_a_point_that_is_none_is_refused(editor: Client, point: Any) -> None:
    body = {"branches": ["B2"], "spec": {"method": "isochrone", "minutes": 5, "point": point}, "datum": "wgs84"}
    assert editor.post("/api/v1/catchments/preview", body).status_code == 422
