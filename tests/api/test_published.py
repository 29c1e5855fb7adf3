"""Tables in one go, the change feed, polygons in a datum, and the feed of parties."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from shapely.geometry import shape

from gridgeo.cells import from_wgs84, merged_polygons, shape_from_house
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.maps.notes import ExportNotes
from gridgeo.maps.streams import csv_pieces, parquet_pieces
from gridgeo.pipeline.membership import assign_members
from gridgeo.pipeline.notebook import connect
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import open_engine

from .conftest import Client, Start, copy_of_store
from .small_bank import Bank, write_small_bank

CONSUMER = Actor("c", "consumer")
NOTES = ExportNotes(version=7, ground="x", synthetic=True)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_comes_whole_with_what_it_says_of_itself(client: Client, bank: Bank, kind: str) -> None:
    answer = client.get(f"/api/v1/downloads/cells.{kind}")
    assert answer.headers["content-disposition"] == f'attachment; filename="cells-{bank.publication}.{kind}"'
    body = io.BytesIO(answer.content)
    table = pl.read_csv(body) if kind == "csv" else pl.read_parquet(body)
    assert table["cell"].to_list() == bank.names()
    assert table["people"].to_list() == pytest.approx(bank.values["people"], rel=1e-5)
    told = str(table["notice"][0]) if kind == "csv" else pl.read_parquet_metadata(body)["gridgeo:notice"]
    assert "for marketing only" in told


def test_a_download_is_told_from_another_and_not_sent_twice(client: Client) -> None:
    first = client.get("/api/v1/downloads/territories.csv")
    again = client.get("/api/v1/downloads/territories.csv", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/v1/downloads/territories.parquet").headers["etag"] != first.headers["etag"]
    assert client.get("/api/v1/downloads/territories.csv?branch_id=b2").content.count(b"\n") == 2


def test_a_download_keeps_to_scope_and_role(start: Start, bank: Bank) -> None:
    client = start()
    client.act_as(Actor("m", "branch_manager", frozenset({"b1"})))
    table = pl.read_csv(client.get("/api/v1/downloads/cells.csv").content)
    assert set(table["branch_id"]) == {"b1"}
    assert client.get("/api/v1/downloads/cells.csv?branch_id=b2").status_code == 404
    client.act_as(CONSUMER)
    table = pl.read_csv(client.get("/api/v1/downloads/cells.csv").content)
    assert table["people"].null_count() == len(bank.cells)
    assert set(table["people_hidden"]) == {"not_prepared"}


@pytest.mark.parametrize("height", [0, 1, 7])
def test_pieces_are_the_table_whatever_their_size(height: int) -> None:
    table = pl.DataFrame({"a": np.arange(height), "b": ["=x"] * height}, schema={"a": pl.Int64, "b": pl.String})
    columns = b"".join(parquet_pieces(table, NOTES, rows=3))
    assert pl.read_parquet(io.BytesIO(columns)).equals(table)
    text = list(csv_pieces(table, NOTES, rows=3))
    assert len(text) == max(-(-height // 3), 1)
    back = pl.read_csv(b"".join(text), schema_overrides={"a": pl.Int64, "b": pl.String})
    assert back["a"].to_list() == table["a"].to_list()
    # a spreadsheet must not run it
    assert back["b"].to_list() == ["'=x"] * height


@pytest.fixture
def twice(start: Start, make_store: Callable[[str], str]) -> tuple[Client, Bank, Bank]:
    """A client over a store that was published twice, the second time with more people."""
    url = make_store("sqlite")
    engine = open_engine(url)
    with engine.begin() as connection:
        banks = write_small_bank(connection), write_small_bank(connection, more_people=5.0)
    engine.dispose()
    client = start(store_url=url)
    client.login()
    return client, *banks


def test_changes_are_those_between_two_publications(twice: tuple[Client, Bank, Bank]) -> None:
    client, first, second = twice
    body = client.get(f"/api/v1/changes?since={first.publication}").json()
    assert (body["since"], body["publication"]) == (first.publication, second.publication)
    assert body["cells"] == {"added": [], "removed": [], "moved": []}
    assert body["territories"] == {"added": [], "removed": [], "changed": []}
    assert set(body["measures"]) == {"people"}
    people = body["measures"]["people"]
    assert sorted(people["cells"]) == sorted(first.names())
    assert np.array(people["after"]) - np.array(people["before"]) == pytest.approx(5.0, abs=1e-3)
    same = client.get(f"/api/v1/changes?since={second.publication}").json()
    assert same["measures"] == {}
    client.act_as(CONSUMER)
    # neither publication has figures for consumers, so nothing may show
    assert client.get(f"/api/v1/changes?since={first.publication}").json()["measures"] == {}
    assert client.get("/api/v1/changes?since=1").status_code == 404


def test_polygons_come_in_the_datum_that_is_named(client: Client, bank: Bank) -> None:
    bodies = {
        datum: client.get(f"/api/v1/polygons/territories.geojson?datum={datum}").json() for datum in ("wgs84", "bd09")
    }
    assert {body["datum"] for body in bodies.values()} == {"wgs84", "bd09"}
    plain = shape(bodies["wgs84"]["features"][0]["geometry"])
    outline = merged_polygons(bank.cells, np.where(bank.territory_index == 0, 0, -1), 1)[0]
    assert plain.symmetric_difference(outline).area < 1e-8
    # Liechtenstein is not shifted
    assert shape(bodies["bd09"]["features"][0]["geometry"]).equals(plain)


def test_shapes_of_the_mainland_are_shifted_and_those_of_a_shifted_store_never_back() -> None:
    from shapely import Point

    point = np.array([Point(116.481499, 39.990475)], dtype=object)
    (moved,) = shape_from_house(point, "wgs84", "gcj02")
    assert (moved.x, moved.y) == pytest.approx((116.487586, 39.991754), abs=1e-6)
    (further,) = shape_from_house(np.array([moved], dtype=object), "gcj02", "bd09")
    assert (further.x, further.y) == pytest.approx(
        [float(part[0]) for part in from_wgs84([116.481499], [39.990475], "bd09")], abs=1e-6
    )
    with pytest.raises(InvalidInputError, match="never converted to wgs84"):
        shape_from_house(point, "gcj02", "wgs84")
    with pytest.raises(InvalidInputError, match="datum must be one of"):
        shape_from_house(point, "wgs84", "mars")


def test_polygons_are_closed_to_consumers(start: Start) -> None:
    client = start()
    client.act_as(CONSUMER)
    assert client.get("/api/v1/polygons/territories.geojson").status_code == 403
    assert client.get("/api/v1/feed/parties").status_code == 403


def test_the_feed_tells_grid_branch_and_managers_of_the_own_parties(
    start: Start, demo_made: Callable[[str], str], tmp_path: Path
) -> None:
    url = copy_of_store(demo_made("sqlite"), tmp_path / "demo.db")
    editor = start(store_url=url)
    editor.login()
    assert editor.get("/api/v1/feed/parties").status_code == 404
    for branch in ("B1", "B2"):
        assert editor.post(f"/api/v1/grids/{branch}", {}).status_code == 201
    with connect(url) as store, store.engine.begin() as connection:
        assign_members(connection, store.actor, newest_inputs(connection), datetime.now(UTC))
    body = editor.get("/api/v1/feed/parties?limit=10000").json()
    assert body["total"] == len(body["parties"]) > 100
    placed = [party for party in body["parties"] if party["grid_id"]]
    assert {party["branch_id"] for party in placed} == {"B1", "B2"}
    editor.act_as(Actor("x", "rm", frozenset({"B2"})))
    own = editor.get("/api/v1/feed/parties?limit=10000").json()["parties"]
    assert {party["branch_id"] for party in own if party["grid_id"]} == {"B2"}
    assert {party["account_branch_id"] for party in own} <= {"B2", None}
    assert 0 < len(own) < len(placed)
