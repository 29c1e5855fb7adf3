"""Tiles by version, of drafts, in one file, and the picture for reports."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import mapbox_vector_tile
import pytest
from PIL import Image
from pmtiles.reader import MmapSource, Reader, all_tiles

from gridgeo.domain import Actor, local_actor
from gridgeo.errors import InvalidInputError, NotAllowedError
from gridgeo.pipeline.notebook import connect
from gridgeo.pipeline.territories.drafts import keep_answer
from gridgeo.pipeline.territories.replans import Changes, replan_solver, spec_of_replan
from gridgeo.pipeline.territories.spec import Aim
from gridgeo.pipeline.tile_file import TilesWanted, export_pmtiles
from gridgeo.storage import open_engine

from .conftest import Client, Start, copy_of_store
from .small_bank import Bank, write_small_bank
from .test_tiles import tile_at, tile_of

BRANCH_1 = frozenset({"b1"})
MANAGER, CONSUMER = Actor("m", "branch_manager", BRANCH_1), Actor("c", "consumer")


@pytest.mark.parametrize("layer", ["cells", "territories", "catchments", "branches", "all"])
def test_both_stores_give_the_same_bytes(
    start: Start, published: tuple[str, Bank], published_postgis: tuple[str, Bank], layer: str
) -> None:
    clients = [start(store_url=url) for url, _ in (published, published_postgis)]
    for client in clients:
        client.login()
    for zoom in (0, 7, 9, 11, 12, 14):
        path = "/tiles/{}/{}/{}/{}.mvt".format(layer, *tile_of(published[1], zoom))
        one, other = (client.get(path).content for client in clients)
        assert one == other
        assert one or zoom != 11


def test_a_tile_of_a_version_may_be_kept_for_ever_and_is_the_live_one(client: Client, bank: Bank) -> None:
    place = "{}/{}/{}".format(*tile_of(bank))
    named = client.get(f"/tiles/v/{bank.publication}/cells/{place}.mvt")
    assert named.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert named.content == client.get(f"/tiles/cells/{place}.mvt").content
    assert named.headers["gridgeo-publication"] == str(bank.publication)


def test_an_earlier_publication_keeps_its_tiles(start: Start, make_store: Callable[[str], str]) -> None:
    url = make_store("sqlite")
    engine = open_engine(url)
    with engine.begin() as connection:
        first = write_small_bank(connection)
    client = start(store_url=url)
    client.login()
    path = "/tiles/v/{}/cells/{}/{}/{}.mvt".format(first.publication, *tile_of(first))
    before = client.get(path).content
    with engine.begin() as connection:
        second = write_small_bank(connection, more_people=50.0)
    engine.dispose()
    assert client.get(path).content == before
    assert client.get(path.replace(f"/v/{first.publication}/", f"/v/{second.publication}/")).content != before
    assert client.get("/tiles/cells.json").json()["version"] == f"{second.publication}.0.0"


def test_what_is_no_publication_has_no_tiles(client: Client) -> None:
    assert client.get("/tiles/v/1/cells/12/0/0.mvt").status_code == 404
    assert client.get("/tiles/v/99999/cells.json").status_code == 404


def test_all_layers_in_one_tile_are_the_single_ones_together(client: Client, bank: Bank) -> None:
    body = client.get("/tiles/all/{}/{}/{}.mvt".format(*tile_of(bank))).content
    assert {"cells", "territories", "catchments", "branches", "streets"} <= set(mapbox_vector_tile.decode(body))
    described = client.get("/tiles/all.json").json()
    assert {layer["id"] for layer in described["vector_layers"]} >= set(mapbox_vector_tile.decode(body))


@pytest.fixture
def demo_file(demo_made: Callable[[str], str], tmp_path: Path) -> str:
    """The URL of a demo store that a test may change."""
    return copy_of_store(demo_made("sqlite"), tmp_path / "demo.db")


@pytest.fixture
def editor(start: Start, demo_file: str) -> Client:
    client = start(store_url=demo_file)
    client.login()
    return client


def middle_tile(client: Client) -> dict[str, int]:
    """Return a tile over the middle of the bank."""
    lng, lat, _ = client.get("/tiles/cells.json").json()["center"]
    return {"z": 12} | dict(zip("xy", tile_at(lng, lat, 12), strict=True))


def test_area_grids_are_drawn_as_they_stand_and_kept_by_nobody(editor: Client) -> None:
    tile = middle_tile(editor)
    place = "{z}/{x}/{y}".format(**tile)
    address = editor.get("/tiles/grids.json").json()["tiles"][0].format(**tile)
    assert editor.get(address).content == b""
    assert editor.post("/api/v1/grids/B1", {}).status_code == 201
    drawn = editor.get(address)
    assert drawn.headers["cache-control"] == "no-store"
    (feature,) = mapbox_vector_tile.decode(drawn.content)["grids"]["features"]
    assert feature["properties"]["branch_id"] == "B1"
    version = editor.get("/api/v1/session").json()["versions"]["publication"]
    # when that version was published there were none
    assert editor.get(f"/tiles/v/{version}/grids/{place}.mvt").content == b""
    editor.act_as(CONSUMER)
    assert editor.get(address).status_code == 403
    assert editor.get(f"/tiles/v/{version}/grids/{place}.mvt").status_code == 403
    assert editor.get("/tiles/grids.json").status_code == 403
    assert editor.get("/tiles/all/0/0/0.mvt").status_code == 200


def test_the_tiles_of_a_draft_are_kept_by_nobody(editor: Client, demo_file: str) -> None:
    with connect(demo_file) as store, store.engine.begin() as connection:
        changes = Changes(deputies={"RM01": "RM02"})
        spec = spec_of_replan(connection, store.actor, changes, Aim())
        keep_answer(connection, store.actor, "Spring", spec, datetime.now(UTC), solver=replan_solver(changes))
    described = editor.get("/tiles/drafts/Spring/territories.json")
    address = described.json()["tiles"][0].format(**middle_tile(editor))
    drawn = editor.get(address)
    assert drawn.headers["cache-control"] == described.headers["cache-control"] == "no-store"
    assert mapbox_vector_tile.decode(drawn.content)["territories"]["features"]
    assert editor.get("/tiles/drafts/Summer/territories/0/0/0.mvt").status_code == 404
    editor.act_as(Actor("x", "rm", frozenset({"B2"})))
    assert editor.get(address).status_code == 404


def read_back(path: Path) -> tuple[Reader, dict[tuple[int, int, int], bytes]]:
    with path.open("rb") as file:
        source = MmapSource(file)
        return Reader(source), dict(all_tiles(source))


@pytest.mark.parametrize("actor", [local_actor(), MANAGER, CONSUMER], ids=lambda actor: actor.role)
def test_every_tile_of_the_file_is_the_served_one(
    start: Start, published: tuple[str, Bank], tmp_path: Path, actor: Actor
) -> None:
    out = tmp_path / "bank.pmtiles"
    with connect(published[0]) as store, store.engine.connect() as connection:
        report = export_pmtiles(connection, actor, TilesWanted(max_zoom=13), out)
    reader, tiles = read_back(out)
    client = start()
    client.act_as(actor)
    assert len(tiles) == report["tiles"] >= 20
    for (z, x, y), body in tiles.items():
        assert gzip.decompress(body) == client.get(f"/tiles/v/{report['version']}/all/{z}/{x}/{y}.mvt").content
    beside = {(z, x + 1, y) for z, x, y in tiles} - set(tiles)
    assert all(client.get(f"/tiles/all/{z}/{x}/{y}.mvt").content == b"" for z, x, y in beside if x < 1 << z)
    header, facts = reader.header(), reader.metadata()
    assert (header["min_zoom"], header["max_zoom"]) == (0, 13)
    assert facts["gridgeo"]["synthetic"] == "true"
    assert facts["published_at"]
    assert "仅供营销,不用于授信审批" in facts["description"]


def test_from_near_the_file_holds_the_buildings_behind_the_other_layers(
    start: Start, published: tuple[str, Bank], tmp_path: Path
) -> None:
    out = tmp_path / "bank.pmtiles"
    with connect(published[0]) as store, store.engine.connect() as connection:
        export_pmtiles(connection, store.actor, TilesWanted(max_zoom=15), out)
    reader, tiles = read_back(out)
    client = start()
    client.login()
    held = set()
    for (z, x, y), body in tiles.items():
        if z >= 14:
            served = [client.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt").content for layer in ("all", "buildings")]
            assert gzip.decompress(body) == b"".join(served)
            held |= {z} if served[1] else set()
    assert held == {15}
    layers = {layer["id"]: layer["minzoom"] for layer in reader.metadata()["vector_layers"]}
    assert (layers["buildings"], layers["streets"]) == (15, 0)


def test_a_file_of_too_many_tiles_or_a_closed_layer_is_refused(published: tuple[str, Bank], tmp_path: Path) -> None:
    out = tmp_path / "x.pmtiles"
    with connect(published[0]) as store, store.engine.connect() as connection:
        with pytest.raises(InvalidInputError, match="at most 200000"):
            export_pmtiles(connection, store.actor, TilesWanted(max_zoom=22), out)
        with pytest.raises(Exception, match="there is no layer grids") as refused:
            export_pmtiles(connection, CONSUMER, TilesWanted("grids"), out)
        assert not isinstance(refused.value, NotAllowedError)
    assert not out.exists()


def test_the_picture_is_of_the_size_asked_for_and_says_that_data_is_synthetic(client: Client) -> None:
    answer = client.get("/api/v1/map.png?measure=people&branch_id=b1&width=420&height=360")
    assert answer.headers["content-type"] == "image/png"
    picture = Image.open(BytesIO(answer.content))
    assert picture.size == (420, 360)
    assert picture.info["gridgeo:synthetic"] == "true"
    assert "for marketing only" in picture.info["gridgeo:notice"]


def test_a_picture_keeps_to_the_scope(start: Start) -> None:
    client = start()
    client.act_as(MANAGER)
    assert client.get("/api/v1/map.png?branch_id=b2").status_code == 404
    assert client.get("/api/v1/map.png?width=9000").status_code == 422
    assert client.get("/api/v1/map.png?measure=nothing").status_code == 422
    client.act_as(Actor("n", "consumer", frozenset()))
    assert client.get("/api/v1/map.png").status_code == 422
