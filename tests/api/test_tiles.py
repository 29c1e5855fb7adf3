"""A tile holds what is published, as an independent decoder and PostGIS see it."""

from __future__ import annotations

import math
from typing import Any

import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely

from gridgeo.cells import cell_polygons, centres
from gridgeo.domain import Actor
from gridgeo.domain.measures import MEASURES
from gridgeo_api import schemas

from .conftest import Client, Start
from .small_bank import Bank

LAYERS = ("cells", "territories", "catchments", "branches", "boundaries", "streets")
ZOOM = 12


def tile_of(bank: Bank, zoom: int = ZOOM) -> tuple[int, int, int]:
    """Return the tile that holds the middle of the small bank."""
    lng, lat = (float(np.mean(part)) for part in centres(bank.cells))
    return zoom, *tile_at(lng, lat, zoom)


def tile_at(lng: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return column and row of the tile that holds a point."""
    x = int((lng + 180) / 360 * 2**zoom)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom)
    return x, y


def read(client: Client, layer: str, tile: tuple[int, int, int], query: str = "") -> list[dict[str, Any]]:
    """Return the features of one tile, coordinates y down."""
    answer = client.get("/tiles/{}/{}/{}/{}.mvt{}".format(layer, *tile, query))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    decoded = mapbox_vector_tile.decode(answer.content, default_options={"y_coord_down": True})
    features: list[dict[str, Any]] = decoded.get(layer, {}).get("features", [])
    return features


@pytest.fixture
def each(start: Start, published_each: tuple[str, Bank]) -> Client:
    """A signed-in client over either store."""
    client = start(store_url=published_each[0])
    client.login()
    return client


def test_a_tile_of_cells_carries_the_published_figures(each: Client, published_each: tuple[str, Bank]) -> None:
    bank = published_each[1]
    features = read(each, "cells", tile_of(bank, 11))
    by_cell = {feature["properties"]["cell"]: feature["properties"] for feature in features}
    assert set(by_cell) == set(bank.names())
    for at, name in enumerate(bank.names()):
        for measure in MEASURES:
            expected = bank.values[measure.id][at]
            if np.isnan(expected):
                assert measure.id not in by_cell[name]
            else:
                assert by_cell[name][measure.id] == pytest.approx(expected, rel=1e-5)


def test_a_tile_carries_only_the_measure_asked_for(client: Client, bank: Bank) -> None:
    features = read(client, "cells", tile_of(bank), "?measure=people")
    assert {name for feature in features for name in feature["properties"]} == {"cell", "people"}


def test_low_zooms_draw_parents_that_keep_the_sum(client: Client, bank: Bank) -> None:
    features = read(client, "cells", tile_of(bank, 7), "?measure=people")
    assert 0 < len(features) < len(bank.cells)
    assert sum(feature["properties"]["people"] for feature in features) == pytest.approx(bank.values["people"].sum())


def test_tile_and_json_tell_the_same(client: Client, bank: Bank) -> None:
    body = client.get("/api/v1/cells?measures=penetration").json()
    by_cell = dict(zip(body["cells"], body["measures"]["penetration"]["values"], strict=True))
    features = read(client, "cells", tile_of(bank), "?measure=penetration")
    assert features
    for feature in features:
        assert feature["properties"].get("penetration") == by_cell[feature["properties"]["cell"]]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_has_features_with_the_properties_it_names(client: Client, bank: Bank, layer: str) -> None:
    described = schemas.TileJson.model_validate_json(client.get(f"/tiles/{layer}.json").content)
    names = set(described.vector_layers[0].fields)
    features = read(client, layer, tile_of(bank))
    assert features
    for feature in features:
        assert set(feature["properties"]) <= names


def test_buildings_come_from_near_as_footprints_and_points(client: Client) -> None:
    described = client.get("/tiles/buildings.json").json()
    assert (described["minzoom"], described["maxzoom"]) == (15, 16)
    features = read(client, "buildings", (15, *tile_at(9.5198, 47.14495, 15)))
    found = {feature["properties"]["kind"]: feature["geometry"]["type"] for feature in features}
    assert found == {"house": "Polygon", "shop": "Point"}
    # from farther off, and among all layers, there are none
    assert client.get("/tiles/buildings/14/{}/{}.mvt".format(*tile_at(9.5198, 47.14495, 14))).content == b""
    together = client.get("/tiles/all/15/{}/{}.mvt".format(*tile_at(9.5198, 47.14495, 15))).content
    assert "buildings" not in mapbox_vector_tile.decode(together)


def test_territories_are_drawn_with_their_managers(client: Client, bank: Bank) -> None:
    features = read(client, "territories", tile_of(bank, 10))
    assert {feature["properties"]["rm_id"] for feature in features} == {"s1", "s2", "s3"}


def test_an_empty_tile_is_no_failure(client: Client) -> None:
    answer = client.get("/tiles/cells/12/0/0.mvt")
    assert answer.status_code == 200
    assert answer.content == b""


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/cells/3/8/0.mvt",
        "/tiles/cells/23/0/0.mvt",
        "/tiles/nothing/3/0/0.mvt",
        "/tiles/cells/3/0/0.mvt?measure=x",
    ],
)
def test_a_tile_that_cannot_be_is_named(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert answer.json()["code"] == "input"


def test_the_address_in_tilejson_leads_to_a_tile_that_may_be_kept(client: Client, bank: Bank) -> None:
    body = client.get("/tiles/cells.json?measure=people").json()
    z, x, y = tile_of(bank)
    address = body["tiles"][0].replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))
    answer = client.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["cache-control"].startswith("private")
    assert body["breaks"] == client.get("/api/v1/cells?measures=people").json()["measures"]["people"]["breaks"]
    assert body["bounds"] == client.get("/api/v1/session").json()["bounds"]


def test_a_tile_without_a_version_must_be_asked_for_again(client: Client, bank: Bank) -> None:
    path = "/tiles/cells/{}/{}/{}.mvt".format(*tile_of(bank))
    first = client.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    assert client.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_a_version_that_is_not_published_has_no_tiles(client: Client) -> None:
    assert client.get("/tiles/cells/12/0/0.mvt?version=999").status_code == 404


def test_a_tile_is_packed_once(client: Client, bank: Bank) -> None:
    path = "/tiles/cells/{}/{}/{}.mvt".format(*tile_of(bank))
    before = client.app.state.answers.total_cost
    packed = client.get(path, headers={"accept-encoding": "gzip"})
    kept = client.app.state.answers.total_cost
    assert packed.headers["content-encoding"] == "gzip"
    assert kept >= before
    assert client.get(path, headers={"accept-encoding": "gzip"}).content == packed.content
    assert client.app.state.answers.total_cost == kept


def test_tiles_keep_to_the_scope(start: Start, bank: Bank) -> None:
    client = start()
    client.act_as(Actor(id="m", role="branch_manager", branch_ids=frozenset({"b1"})))
    mine = {name for name, at in zip(bank.names(), bank.branch_index, strict=True) if at == 0}
    features = read(client, "cells", tile_of(bank, 11))
    assert {feature["properties"]["cell"] for feature in features} == mine
    assert {feature["properties"]["branch_id"] for feature in read(client, "territories", tile_of(bank, 10))} == {"b1"}
    assert {feature["properties"]["id"] for feature in read(client, "branches", tile_of(bank, 10))} == {"b1"}


def test_tiles_of_nothing_are_empty(start: Start, bank: Bank) -> None:
    client = start()
    client.act_as(Actor(id="n", role="consumer", branch_ids=frozenset()))
    for layer in ("cells", "territories", "catchments", "branches"):
        assert read(client, layer, tile_of(bank)) == []


@pytest.mark.parametrize("zoom", [11, 12, 13, 14])
def test_a_tile_is_the_one_that_postgis_makes(start: Start, published_postgis: tuple[str, Bank], zoom: int) -> None:
    url, bank = published_postgis
    client = start(store_url=url)
    client.login()
    tile = tile_of(bank, zoom)
    ours = {feature["properties"]["cell"]: feature for feature in read(client, "cells", tile, "?measure=people")}
    theirs = {feature["properties"]["cell"]: feature for feature in postgis_tile(url, bank, tile)}
    assert set(ours) == set(theirs)
    assert len(ours) > 3
    for cell, feature in ours.items():
        assert feature["properties"]["people"] == pytest.approx(theirs[cell]["properties"]["people"], rel=1e-5)
        shape, oracle = (shapely.geometry.shape(each["geometry"]) for each in (feature, theirs[cell]))
        assert shapely.hausdorff_distance(shape, oracle) <= math.sqrt(2), cell


def postgis_tile(url: str, bank: Bank, tile: tuple[int, int, int]) -> list[dict[str, Any]]:
    """Return the features of the tile that ST_AsMVT makes of the same cells and figures."""
    shapes = shapely.to_wkb(cell_polygons(bank.cells))
    rows = list(zip(bank.names(), bank.values["people"].tolist(), shapes.tolist(), strict=True))
    query = """
        SELECT ST_AsMVT(t, 'cells', 4096, 'geom') FROM (
          SELECT cell, people, ST_AsMVTGeom(
            ST_Transform(ST_GeomFromWKB(shape, 4326), 3857), ST_TileEnvelope(%s, %s, %s), 4096, 64, true
          ) AS geom FROM given
        ) AS t WHERE geom IS NOT NULL"""
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        connection.execute("CREATE TEMPORARY TABLE given (cell text, people double precision, shape bytea)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO given VALUES (%s, %s, %s)", rows)
            body = cursor.execute(query, tile).fetchone()
    assert body is not None
    decoded = mapbox_vector_tile.decode(bytes(body[0]), default_options={"y_coord_down": True})
    features: list[dict[str, Any]] = decoded["cells"]["features"]
    return features
