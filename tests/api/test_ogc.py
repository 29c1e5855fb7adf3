"""OGC API Features and Tiles: what the conformance classes promise, each tried here."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import mapbox_vector_tile
import pyproj
import pytest
import shapely
from shapely.geometry import shape

from gridgeo.cells import cell_polygons
from gridgeo.domain import Actor
from gridgeo.maps.crs import CRS84, EPSG3857, EPSG4326, boxes_from_numbers
from gridgeo_api.ogc import CONFORMANCE

from .conftest import ORIGIN, Client, Start
from .small_bank import NOW, Bank
from .test_tiles import tile_of

MERCATOR = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
COLLECTIONS = ("branches", "catchments", "cells", "grids", "territories")
CONSUMER = Actor("c", "consumer")


def followed(client: Client, links: list[dict[str, Any]], rel: str) -> Any:
    """Return what the link of a relation leads to."""
    (href,) = {link["href"] for link in links if link["rel"] == rel}
    assert href.startswith(ORIGIN)
    answer = client.get(href)
    assert answer.status_code == 200, answer.text
    return answer


def items(client: Client, collection: str, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/ogc/collections/{collection}/items?{query}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert body["numberReturned"] == len(body["features"])
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in body["features"]]


def test_the_landing_page_leads_everywhere(client: Client) -> None:
    links = client.get("/ogc").json()["links"]
    assert followed(client, links, "conformance").json()["conformsTo"] == list(CONFORMANCE)
    assert set(followed(client, links, "service-desc").json()["paths"]) >= {"/ogc/collections/{collection}/items"}
    names = [each["id"] for each in followed(client, links, "data").json()["collections"]]
    assert names == list(COLLECTIONS)


@pytest.mark.parametrize("name", ["branches", "catchments", "cells", "territories"])
def test_a_collection_says_where_it_is_and_how_fresh(client: Client, bank: Bank, name: str) -> None:
    body = client.get(f"/ogc/collections/{name}").json()
    west, south, east, north = body["extent"]["spatial"]["bbox"][0]
    assert 9.4 < west <= east < 9.6
    assert 47.1 < south <= north < 47.2
    assert body["extent"]["temporal"]["interval"] == [[NOW.isoformat(), None]]
    assert (body["publication"], body["synthetic"], body["datum"]) == (bank.publication, True, "wgs84")
    assert body["published_at"].startswith("2026-03-01T08:30")
    assert body["data_dates"]["score"]
    first = followed(client, body["links"], "items").json()["features"][0]
    queryables = followed(client, body["links"], "http://www.opengis.net/def/rel/ogc/1.0/queryables").json()
    assert set(first["properties"]) == set(queryables["properties"])


def test_pages_hold_every_feature_once_and_stay_with_their_publication(client: Client, bank: Bank) -> None:
    found: list[str] = []
    body = items(client, "cells", "limit=25")
    pages = 1
    while True:
        found += ids(body)
        following = [link["href"] for link in body["links"] if link["rel"] == "next"]
        if not following:
            break
        assert f"publication={bank.publication}" in following[0]
        body, pages = client.get(following[0]).json(), pages + 1
    assert pages == 3
    assert found == bank.names()
    assert body["numberMatched"] == len(bank.cells)


def test_a_feature_carries_figures_and_shape_of_its_cell(client: Client, bank: Bank) -> None:
    body = client.get(f"/ogc/collections/cells/items/{bank.names()[5]}").json()
    assert body["properties"]["people"] == pytest.approx(bank.values["people"][5], rel=1e-5)
    assert body["properties"]["branch_id"] == "b1"
    assert body["properties"]["territory_id"].startswith("T-")
    assert shapely.hausdorff_distance(shape(body["geometry"]), cell_polygons(bank.cells[5:6])[0]) < 1e-6
    assert client.get("/ogc/collections/cells/items/8a1126d06cb7fff").status_code == 404


def test_a_box_chooses_what_touches_it(client: Client, bank: Bank) -> None:
    box = shapely.box(9.505, 47.13, 9.52, 47.142)
    touched = {
        name for name, outline in zip(bank.names(), cell_polygons(bank.cells), strict=True) if outline.intersects(box)
    }
    assert 0 < len(touched) < len(bank.cells)
    assert set(ids(items(client, "cells", "bbox=9.505,47.13,9.52,47.142&limit=1000"))) == touched
    assert set(ids(items(client, "cells", "bbox=9.505,47.13,0,9.52,47.142,9&limit=1000"))) == touched
    turned = f"bbox=47.13,9.505,47.142,9.52&bbox-crs={EPSG4326}&limit=1000"
    assert set(ids(items(client, "cells", turned))) == touched
    # across the antimeridian the box goes the long way round, and leaves these out
    assert ids(items(client, "cells", "bbox=9.6,47.0,9.4,47.3&limit=1000")) == []
    assert ids(items(client, "cells", "bbox=170,47.0,9.52,47.3&limit=1000")) != []


def test_properties_choose_features(client: Client) -> None:
    assert ids(items(client, "territories", "branch_id=b1")) == ["T-s1", "T-s2"]
    assert ids(items(client, "territories", "branch_id=b1&rm_id=s2")) == ["T-s2"]
    assert ids(items(client, "territories", "colour=2")) == ["T-s3"]
    assert ids(items(client, "branches", "synthetic=true&name=Schaan")) == ["b2"]
    assert ids(items(client, "branches", "name=nobody")) == []
    shown = items(client, "territories", "properties=name,rm_id")["features"][0]["properties"]
    assert set(shown) == {"name", "rm_id"}


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2026-03-01T08:30:00Z", True),
        ("2026-02-28T00:00:00Z", False),
        ("../2026-02-28T00:00:00Z", False),
        ("2025-01-01T00:00:00Z/..", True),
        ("../..", True),
        ("2026-03-02", True),
    ],
)
def test_features_hold_from_their_publication_on(client: Client, moment: str, *, holds: bool) -> None:
    assert bool(ids(items(client, "branches", f"datetime={moment}"))) == holds


@pytest.mark.parametrize("crs", [CRS84, EPSG4326, EPSG3857])
def test_coordinates_come_in_the_system_asked_for(client: Client, crs: str) -> None:
    answer = client.get(f"/ogc/collections/branches/items?crs={crs}&name=Vaduz")
    assert answer.headers["content-crs"] == f"<{crs}>"
    first, second = answer.json()["features"][0]["geometry"]["coordinates"]
    expected = {CRS84: (9.51, 47.14), EPSG4326: (47.14, 9.51), EPSG3857: MERCATOR.transform(9.51, 47.14)}[crs]
    assert (first, second) == pytest.approx(expected, rel=1e-8)
    assert crs in client.get("/ogc/collections/branches").json()["crs"]


def test_a_box_in_metres_is_the_same_box() -> None:
    x, y = MERCATOR.transform(9.51, 47.14)
    ((west, south, east, north),) = boxes_from_numbers((x, y, x + 1.0, y + 1.0), EPSG3857)
    assert (west, south) == pytest.approx((9.51, 47.14), abs=1e-6)
    assert east > west
    assert north > south


@pytest.mark.parametrize(
    "query",
    [
        "colour_of_hair=red",
        "limit=0",
        "limit=999999",
        "bbox=1,2,3",
        "bbox=nan,0,1,1",
        "bbox=9,48,10,47",
        "bbox=47,190,48,191",
        "crs=EPSG:9999",
        "bbox=1,2,3,4&bbox-crs=x",
        "datetime=yesterday",
        "datetime=2026-03-01T08:30:00",
        "datetime=2027-01-01T00:00:00Z/2026-01-01T00:00:00Z",
        "colour=blue",
        "properties=nothing",
        "offset=-1",
    ],
)
def test_what_is_not_valid_is_refused_as_the_standard_wants(client: Client, query: str) -> None:
    answer = client.get(f"/ogc/collections/territories/items?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 400


def test_what_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("/ogc/collections/people").status_code == 404
    assert client.get("/ogc/collections/people/items").status_code == 404
    assert client.get("/ogc/collections/branches/items/b9").status_code == 404
    assert client.get("/ogc/collections/branches/items?publication=1").status_code == 404
    assert client.get("/ogc/collections/cells/tiles/WorldCRS84Quad").status_code == 400


def test_a_consumer_reads_published_figures_and_no_grids(start: Start, bank: Bank) -> None:
    client = start()
    client.act_as(CONSUMER)
    names = [each["id"] for each in client.get("/ogc/collections").json()["collections"]]
    assert names == ["branches", "catchments", "cells", "territories"]
    assert client.get("/ogc/collections/grids/items").status_code == 404
    assert client.get("/ogc/collections/grids/tiles").status_code == 404
    first = items(client, "cells", "limit=1")["features"][0]["properties"]
    # this publication was written without figures for consumers
    assert first["people"] is None
    assert first["people_hidden"] == "not_prepared"
    assert bank.values["people"][0] == 0.0


def test_features_keep_to_the_scope(start: Start) -> None:
    client = start()
    client.act_as(Actor("m", "branch_manager", frozenset({"b2"})))
    assert ids(items(client, "branches")) == ["b2"]
    assert {each["properties"]["branch_id"] for each in items(client, "cells")["features"]} == {"b2"}
    assert client.get("/ogc/collections/branches/items/b1").status_code == 404


def test_an_answer_is_asked_for_again_cheaply(client: Client) -> None:
    path = "/ogc/collections/cells/items?limit=3"
    first = client.get(path)
    assert client.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert client.get(f"{path}&offset=1").headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("place", ["/ogc/tiles", "/ogc/collections/cells/tiles", "/ogc/collections/territories/tiles"])
def test_a_tile_set_leads_to_the_tiles(client: Client, bank: Bank, place: str) -> None:
    (listed,) = client.get(place).json()["tilesets"]
    described = followed(client, listed["links"], "self").json()
    assert described["tileMatrixSetURI"] == listed["tileMatrixSetURI"]
    (template,) = [link["href"] for link in described["links"] if link["rel"] == "item"]
    z, x, y = tile_of(bank)
    path = template.replace("{tileMatrix}", str(z)).replace("{tileCol}", str(x)).replace("{tileRow}", str(y))
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    layers = mapbox_vector_tile.decode(answer.content)
    assert layers
    assert set(layers) <= {layer["id"] for layer in described["layers"]}
    assert followed(client, described["links"], "describedby").json()["tilejson"] == "3.0.0"
    assert described["boundingBox"]["lowerLeft"][0] > 9.0


def test_the_matrix_set_is_that_of_the_tiles(client: Client) -> None:
    (listed,) = client.get("/ogc/tileMatrixSets").json()["tileMatrixSets"]
    body = followed(client, listed["links"], "self").json()
    levels = body["tileMatrices"]
    assert [level["matrixWidth"] for level in levels] == [2**zoom for zoom in range(23)]
    assert levels[0]["cellSize"] * 256 == pytest.approx(2 * levels[0]["pointOfOrigin"][1])
    assert levels[12]["scaleDenominator"] == pytest.approx(levels[12]["cellSize"] / 0.00028)


def test_every_class_declared_is_of_a_standard_and_none_twice() -> None:
    assert len(set(CONFORMANCE)) == len(CONFORMANCE)
    assert {urlsplit(name).hostname for name in CONFORMANCE} == {"www.opengis.net"}
    assert not any("oas30" in name or "html" in name or "filter" in name.rpartition("/")[2] for name in CONFORMANCE)
