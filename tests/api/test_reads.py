"""What is read is what was published: the same on both stores, inside the actor's scope, at once when it changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from pydantic import BaseModel

from gridgeo.cells import areas_m2, centres
from gridgeo.domain import Actor
from gridgeo.domain.measures import MEASURES
from gridgeo.storage import open_engine
from gridgeo_api import schemas

from .conftest import Client, Start, copy_of_store
from .small_bank import BRANCH_IDS, Bank, write_small_bank

MODELS: dict[str, type[BaseModel]] = {
    "/health": schemas.Health,
    "/ready": schemas.Ready,
    "/api/v1/session": schemas.Session,
    "/api/v1/measures": schemas.Measures,
    "/api/v1/branches": schemas.Branches,
    "/api/v1/catchments": schemas.Catchments,
    "/api/v1/cells": schemas.Cells,
    "/api/v1/cells?branch_id=b2&measures=penetration,people": schemas.Cells,
    "/api/v1/territories": schemas.Territories,
    "/api/v1/territories?branch_id=b1": schemas.Territories,
}
MANAGER = Actor(id="m1", role="branch_manager", branch_ids=frozenset({"b1"}))
NOBODY = Actor(id="n", role="consumer", branch_ids=frozenset())


@pytest.fixture
def each(start: Start, published_each: tuple[str, Bank]) -> Client:
    """A signed-in client over either store."""
    client = start(store_url=published_each[0])
    client.login()
    return client


@pytest.mark.parametrize("path", MODELS)
def test_an_answer_has_the_shape_that_is_documented(client: Client, path: str) -> None:
    MODELS[path].model_validate_json(client.get(path).content)


def test_a_cells_answer_has_the_shape_that_is_documented(client: Client, bank: Bank) -> None:
    for name in bank.names()[:3]:
        schemas.CellDetail.model_validate_json(client.get(f"/api/v1/cells/{name}").content)


def test_both_stores_give_the_same_answers(
    start: Start, published: tuple[str, Bank], published_postgis: tuple[str, Bank]
) -> None:
    clients = [start(store_url=url) for url, _ in (published, published_postgis)]
    for client in clients:
        client.login()
    paths = [*list(MODELS)[2:], f"/api/v1/cells/{published[1].names()[5]}"]
    assert [path for path in paths if len({client.get(path).content for client in clients}) > 1] == []


def test_the_session_tells_what_is_published(each: Client, published_each: tuple[str, Bank]) -> None:
    bank = published_each[1]
    body = each.get("/api/v1/session").json()
    assert body["actor"] == {"id": "local", "role": "hq", "branch_ids": None}
    assert body["synthetic"] is True
    assert body["ground"] == "liechtenstein"
    assert body["resolution"] == 9
    assert body["versions"]["publication"] == bank.publication
    assert body["notice"]["zh"] == "仅供营销,不用于授信审批"
    assert body["attribution"] == "© OpenStreetMap contributors"
    west, south, east, north = body["bounds"]
    lng, lat = centres(bank.cells)
    assert west < lng.min() < lng.max() < east
    assert south < lat.min() < lat.max() < north


def test_branch_sums_are_the_sums_of_their_cells(each: Client, published_each: tuple[str, Bank]) -> None:
    bank = published_each[1]
    for at, row in enumerate(each.get("/api/v1/branches").json()["branches"]):
        mine = bank.branch_index == at
        assert row["id"] == BRANCH_IDS[at]
        assert row["cells"] == mine.sum()
        for name in ("people", "customers", "merchants"):
            assert row[name] == pytest.approx(bank.values[name][mine].sum())
        assert row["rms"] == (2, 1)[at], "a lead is no relationship manager"


def test_cells_carry_what_was_written(each: Client, published_each: tuple[str, Bank]) -> None:
    bank = published_each[1]
    body = each.get("/api/v1/cells").json()
    assert body["cells"] == bank.names()
    assert [body["branches"][at] for at in body["branch_index"]] == [BRANCH_IDS[at] for at in bank.branch_index]
    assert set(body["measures"]) == {measure.id for measure in MEASURES}
    for name, column in body["measures"].items():
        got = np.array([np.nan if value is None else value for value in column["values"]])
        np.testing.assert_allclose(got, bank.values[name], rtol=1e-4)
    penetration = body["measures"]["penetration"]
    assert penetration["values"][0] is None
    assert penetration["low"][0] is None
    assert set(penetration["evidence"]) == {"firm"}
    assert body["measures"]["people"]["low"] is None
    assert body["measures"]["people"]["evidence"] is None


@pytest.mark.parametrize("branch_id", BRANCH_IDS)
def test_the_cells_of_a_branch_are_its_own_in_the_same_order(each: Client, branch_id: str) -> None:
    everything = each.get("/api/v1/cells").json()
    one = each.get("/api/v1/cells", params={"branch_id": branch_id, "measures": "people"}).json()
    mine = [at for at, index in enumerate(everything["branch_index"]) if everything["branches"][index] == branch_id]
    assert one["branches"] == [branch_id]
    assert one["cells"] == [everything["cells"][at] for at in mine]
    assert one["measures"]["people"]["values"] == [everything["measures"]["people"]["values"][at] for at in mine]
    assert one["measures"]["people"]["breaks"] == everything["measures"]["people"]["breaks"], "one legend"


def test_class_limits_ascend_and_hold_every_value(client: Client) -> None:
    for column in client.get("/api/v1/cells").json()["measures"].values():
        known = [value for value in column["values"] if value is not None]
        assert column["breaks"] == sorted(set(column["breaks"]))
        assert len(column["breaks"]) >= 2
        assert column["breaks"][0] <= min(known)
        assert max(known) <= column["breaks"][-1]


def test_a_cell_tells_the_same_as_the_columns(each: Client, published_each: tuple[str, Bank]) -> None:
    bank = published_each[1]
    columns = each.get("/api/v1/cells").json()
    at = 7
    detail = each.get(f"/api/v1/cells/{bank.names()[at]}").json()
    assert detail["branch_id"] == columns["branches"][columns["branch_index"][at]]
    for name, measure in detail["measures"].items():
        assert measure["value"] == columns["measures"][name]["values"][at]
    lng, lat = centres(bank.cells[at : at + 1])
    assert (detail["lng"], detail["lat"]) == (pytest.approx(lng[0]), pytest.approx(lat[0]))
    assert detail["area_km2"] == pytest.approx(areas_m2(bank.cells[at : at + 1])[0] / 1e6)
    explained = detail["explain"]["measures"]["penetration"]
    assert explained["raw"] == pytest.approx(explained["numerator"] / explained["denominator"])


def test_a_cell_of_another_place_or_resolution_is_told_apart(client: Client) -> None:
    assert client.get("/api/v1/cells/89283082803ffff").status_code == 404, "a cell of California"
    assert client.get("/api/v1/cells/8a283082800ffff").status_code == 422, "a cell of resolution 10"
    assert client.get("/api/v1/cells/000000000000000").status_code == 422


def test_territories_hold_every_cell_once_and_their_loads(each: Client, published_each: tuple[str, Bank]) -> None:
    bank = published_each[1]
    body = each.get("/api/v1/territories").json()
    assert body["cells"] == bank.names()
    assert body["territory_index"] == bank.territory_index.tolist()
    for at, row in enumerate(body["territories"]):
        mine = bank.territory_index == at
        assert row["cells"] == mine.sum()
        assert row["loads"]["customers"] == pytest.approx(bank.values["customers"][mine].sum())
        assert row["imbalance_percent"]["customers"] == pytest.approx(100 * (row["loads"]["customers"] / 500 - 1))
        assert row["imbalance_percent"]["workload"] == 0.0, "no target, no imbalance"
        assert "penetration" not in row["loads"], "a share does not add up"
    assert [row["rm_name"] for row in body["territories"]] == ["Anna", "Beat", "陈"]
    assert set(body["certificates"]) == set(BRANCH_IDS)


def test_catchments_cover_their_cells(each: Client, published_each: tuple[str, Bank]) -> None:
    bank = published_each[1]
    lng, lat = centres(bank.cells)
    points = shapely.points(lng, lat)
    for at, feature in enumerate(each.get("/api/v1/catchments").json()["features"]):
        shape = shapely.geometry.shape(feature["geometry"])
        assert feature["properties"]["branch_id"] == BRANCH_IDS[at]
        assert feature["properties"]["cells"] == (bank.branch_index == at).sum()
        assert (shapely.contains(shape, points) == (bank.branch_index == at)).all()


@pytest.mark.parametrize("path", ["/api/v1/session", "/api/v1/cells?measures=people", "/api/v1/territories"])
def test_an_unchanged_answer_is_not_sent_again(client: Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    other = client.get(path, headers={"if-none-match": 'W/"other"'})
    assert other.status_code == 200


def test_answers_to_different_questions_have_different_tags(client: Client) -> None:
    paths = ["/api/v1/cells", "/api/v1/cells?branch_id=b1", "/api/v1/cells?measures=people", "/api/v1/territories"]
    assert len({client.get(path).headers["etag"] for path in paths}) == len(paths)


def test_a_new_publication_shows_at_once(start: Start, published: tuple[str, Bank], tmp_path: Path) -> None:
    url = copy_of_store(published[0], tmp_path / "store.db")
    client = start(store_url=url)
    client.login()
    before = client.get("/api/v1/cells")
    engine = open_engine(url)
    with engine.begin() as connection:
        later = write_small_bank(connection, more_people=1.0)
    engine.dispose()
    after = client.get("/api/v1/cells", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["version"] == later.publication > before.json()["version"]
    assert after.json()["measures"]["people"]["values"] != before.json()["measures"]["people"]["values"]


def test_a_branch_manager_reads_the_own_branch_only(start: Start, published_each: tuple[str, Bank]) -> None:
    client = start(store_url=published_each[0])
    client.act_as(MANAGER)
    bank = published_each[1]
    assert client.get("/api/v1/session").json()["actor"]["branch_ids"] == ["b1"]
    assert [row["id"] for row in client.get("/api/v1/branches").json()["branches"]] == ["b1"]
    assert [row["id"] for row in client.get("/api/v1/catchments").json()["features"]] == ["b1"]
    assert client.get("/api/v1/cells").json()["branches"] == ["b1"]
    assert len(client.get("/api/v1/cells").json()["cells"]) == (bank.branch_index == 0).sum()
    territories = client.get("/api/v1/territories").json()
    assert {row["branch_id"] for row in territories["territories"]} == {"b1"}
    assert set(territories["certificates"]) == {"b1"}


def test_what_belongs_to_another_branch_does_not_exist(start: Start, published_each: tuple[str, Bank]) -> None:
    client = start(store_url=published_each[0])
    client.act_as(MANAGER)
    bank = published_each[1]
    theirs = bank.names()[int(np.flatnonzero(bank.branch_index == 1)[0])]
    for there, nowhere in (
        ("/api/v1/cells?branch_id=b2", "/api/v1/cells?branch_id=b9"),
        ("/api/v1/territories?branch_id=b2", "/api/v1/territories?branch_id=b9"),
        (f"/api/v1/cells/{theirs}", "/api/v1/cells/89283082803ffff"),
    ):
        hidden, absent = client.get(there), client.get(nowhere)
        assert hidden.status_code == absent.status_code == 404
        assert hidden.json()["detail"].replace("b2", "b9").replace(theirs, "89283082803ffff") == absent.json()["detail"]


def test_two_scopes_never_share_an_answer(start: Start) -> None:
    client = start()
    client.login()
    everything = client.get("/api/v1/cells")
    for session in client.app.state.access._actors:
        client.app.state.access._actors[session] = MANAGER
    own = client.get("/api/v1/cells", headers={"if-none-match": everything.headers["etag"]})
    assert own.status_code == 200
    assert len(own.json()["cells"]) < len(everything.json()["cells"])


def test_a_scope_without_branches_reads_nothing(start: Start) -> None:
    client = start()
    client.act_as(NOBODY)
    assert client.get("/api/v1/branches").json()["branches"] == []
    assert client.get("/api/v1/cells").json()["cells"] == []
    assert client.get("/api/v1/territories").json()["territories"] == []
    assert client.get("/api/v1/session").json()["bounds"] is None
