"""The bank's own map below: whatever datum and grid its tiles have, a landmark stands where gridgeo has it."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import h3
import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page

from gridgeo.cells.datum import from_wgs84
from gridgeo.domain import local_actor
from gridgeo.storage import open_engine, set_live
from tests.api.small_bank import NOW, publish_small_bank

from .conftest import NewVisit, Service, Visit, serving, signed_in
from .screen import mercator, picture, pixel_at, settle, shown, view_of

MOVED = (97.63, -15.2)
"""From Vaduz to where Chinese maps are shifted."""
PLACES = {"b1": (9.51 + MOVED[0], 47.14 + MOVED[1]), "b2": (9.53 + MOVED[0], 47.15 + MOVED[1])}
"""Where the branches are, in WGS 84."""
RING_PX, LINE_PX = 30, 4
"""Radius and line of a landmark on its tile: it reaches around the mark of a branch."""
FINER = 8
"""Parts of a tile's pixel that a landmark is drawn by."""
REACH_PX = 75
"""From a landmark's middle to its farthest point on the screen, between any two zooms of its tiles."""
INK = (16, 36, 62)
APPROVAL = "GS(2024)0000号"
CLARKE_AXIS_M, CLARKE_POLE_M = 6_378_206.4, 6_356_583.8


@dataclass(frozen=True)
class Grid:
    """A grid of tiles as its publishers describe it: a place in degrees of its datum -> column and row, with parts."""

    datum: str
    keys: str
    tile: Callable[[float, float, int], tuple[float, float]]
    rows_up: bool = False


def mercator_tile(lng: float, lat: float, z: int) -> tuple[float, float]:
    """Web Mercator, rows from the north."""
    x, y = mercator(lng, lat)
    half = math.pi * 6378137.0
    return (x + half) / (2 * half) * 2**z, (half - y) / (2 * half) * 2**z


def degrees_tile(lng: float, lat: float, z: int) -> tuple[float, float]:
    """EPSG:4490 as on Tianditu's c layers: 2^z columns of 360 degrees, rows from the pole."""
    return (lng + 180) / 360 * 2**z, (90 - lat) / 360 * 2**z


def baidu_tile(lng: float, lat: float, z: int) -> tuple[float, float]:
    """Baidu's pyramid: a metre a pixel at zoom 18, rows upwards from the equator."""
    flat, sine = math.sqrt(1 - (CLARKE_POLE_M / CLARKE_AXIS_M) ** 2), math.sin(math.radians(lat))
    north = CLARKE_AXIS_M * (math.atanh(sine) - flat * math.atanh(flat * sine))
    size = 256 * 2.0 ** (18 - z)
    return CLARKE_AXIS_M * math.radians(lng) / size, north / size


GRIDS = {
    "gcj02": Grid("gcj02", 'datum = "gcj02"', mercator_tile),
    "bd09": Grid("bd09", 'datum = "bd09"', baidu_tile, rows_up=True),
    "cgcs2000": Grid("wgs84", 'datum = "cgcs2000"\nmatrix = "geographic"', degrees_tile),
    "wrong": Grid("gcj02", 'datum = "wgs84"', mercator_tile),
}


def tile_png(grid: Grid, landmarks: list[list[float]], z: int, x: int, y: int) -> bytes:
    """Draw one tile: white, with a ring of magenta around every landmark, which is a place in the grid's datum."""
    image = Image.new("RGB", (256, 256), "white")
    for lng, lat in landmarks:
        column, row = grid.tile(lng, lat, z)
        left, top = (column - x) * 256, ((y + 1 - row) if grid.rows_up else (row - y)) * 256
        if -RING_PX < left < 256 + RING_PX and -RING_PX < top < 256 + RING_PX:
            image.paste((255, 0, 255), (0, 0), ring_mask(left, top))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def ring_mask(left: float, top: float) -> Image.Image:
    """Return a ring around a place of a tile as a mask, true to an eighth of a pixel.

    Pillow's own ellipse stands on whole pixels, and half a pixel to the right and below of its box.
    """
    fine = Image.new("L", (256 * FINER, 256 * FINER))
    around = [FINER * (left - RING_PX), FINER * (top - RING_PX), FINER * (left + RING_PX), FINER * (top + RING_PX)]
    box = [around[0], around[1], around[2] - 1, around[3] - 1]
    ImageDraw.Draw(fine).ellipse(box, outline=255, width=LINE_PX * FINER)
    return fine.reduce(FINER)


@contextmanager
def tile_server(grid: Grid, *, open_to_pictures: bool) -> Iterator[str]:
    """Serve the tiles of a grid on a port of its own."""
    landmarks = np.column_stack(from_wgs84(*np.array(list(PLACES.values())).T, grid.datum)).tolist()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            z, x, y = (int(part) for part in self.path.removesuffix(".png").split("/")[-3:])
            body = tile_png(grid, landmarks, z, x, y)
            self.send_response(200)
            self.send_header("content-type", "image/png")
            if open_to_pictures:
                self.send_header("access-control-allow-origin", "*")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def store(make_store: Callable[[str], str]) -> str:
    """A small bank inland in China, in WGS 84."""
    url = make_store("sqlite")
    publish_small_bank(url, MOVED)
    engine = open_engine(url)
    with engine.begin() as connection:
        for number, kind in enumerate(("ground", "bank", "catchment", "location", "score", "plan"), start=1):
            set_live(connection, local_actor(), kind, number, NOW)
    engine.dispose()
    return url


@dataclass(frozen=True)
class Mapped:
    """A visit of a page with a map below, and where its tiles come from."""

    visit: Visit
    tiles: str


Open = Callable[..., Mapped]


@pytest.fixture
def opened(store: str, new_visit: NewVisit, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Serve the bank with one of the GRIDS as its map and open the page; at the end nothing forbidden has happened."""
    made: list[Mapped] = []
    with ExitStack() as stack:

        def begin(name: str, *, open_to_pictures: bool = True, keys: str = "") -> Mapped:
            tiles = stack.enter_context(tile_server(GRIDS[name], open_to_pictures=open_to_pictures))
            file = tmp_path / "tiles.toml"
            file.write_text(f'url = "{tiles}/{{z}}/{{x}}/{{y}}.png"\n{GRIDS[name].keys}\n{keys}\n', encoding="utf-8")
            link = stack.enter_context(serving(store, tile_server=str(file)))
            service: Service = signed_in(request.getfixturevalue("browser"), link)
            made.append(Mapped(new_visit(at=service), tiles))
            made[-1].visit.open()
            return made[-1]

        yield begin
        for one in made:
            assert one.visit.violations() == []
            assert [url for url in one.visit.foreign if not url.startswith(one.tiles + "/")] == []
            # a grid that is drawn beyond the catchment is refused, and the console tells so
            assert [said for said in one.visit.faults if "422" not in said] == []


def settled(page: Page) -> np.ndarray:
    """Wait until the map stands still with every tile in view; return the screen."""
    page.mouse.move(2, 2)
    for _ in range(20):
        before = shown(page)
        page.wait_for_selector('#map[data-base="ready"]')
        settle(page)
        screen = picture(page).astype(int)
        if shown(page) == before:
            return screen
    raise AssertionError("the map does not come to rest")


def middle(found: np.ndarray, near: tuple[float, float], reach: int) -> tuple[float, float]:
    """Return the middle of the pixels found within reach of a place; some there must be."""
    left, top = (round(part) for part in near)
    rows, columns = np.nonzero(found[top - reach : top + reach + 1, left - reach : left + reach + 1])
    assert len(rows) > 40, near
    across, down = (columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2
    return left - reach + across + 0.5, top - reach + down + 0.5


def landmark(screen: np.ndarray, near: tuple[float, float], reach: int) -> tuple[float, float]:
    """Return the middle of the ring on the tiles, seen through the cells: of the ellipse that fits its pixels best.

    A branch's name hides a part of the ring below, so that its highest and lowest pixels tell nothing.
    """
    red, green, blue = screen[..., 0], screen[..., 1], screen[..., 2]
    left, top = (round(part) for part in near)
    found = ((red + blue) / 2 - green > 60)[top - reach : top + reach + 1, left - reach : left + reach + 1]
    y, x = (part - reach + 0.5 for part in np.nonzero(found))
    assert len(x) > 40, near
    for _ in range(3):
        terms = np.column_stack([x * x, y * y, x, y])
        across, down, right, below = np.linalg.lstsq(terms, np.ones(len(x)), rcond=None)[0]
        # A border's line of nearly the same colour is none of the ring.
        off = np.abs(terms @ [across, down, right, below] - 1)
        x, y = x[off <= 0.5], y[off <= 0.5]
    return left - right / (2 * across), top - below / (2 * down)


def mark(screen: np.ndarray, near: tuple[float, float]) -> tuple[float, float]:
    """Return the middle of a branch's mark."""
    return middle((np.abs(screen - INK) <= 2).all(axis=2), near, 9)


def gap(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how many pixels lie between two places."""
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def in_view(page: Page) -> list[tuple[float, float]]:
    """Return the places whose landmarks the map shows whole."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    pixels, edge = {place: pixel_at(page, *place) for place in PLACES.values()}, REACH_PX + 5
    (west, north), (east, south) = (box["x"], box["y"]), (box["x"] + box["width"], box["y"] + box["height"])
    return [
        place
        for place, (x, y) in pixels.items()
        if west < x - edge and x + edge < east and north < y - edge and y + edge < south
    ]


@pytest.mark.parametrize("name", ["gcj02", "bd09", "cgcs2000"])
def test_a_landmark_stands_where_gridgeo_has_it_and_what_is_clicked_and_drawn_is_wgs84(opened: Open, name: str) -> None:
    visit = opened(name, keys=f'approval_number = "{APPROVAL}"\nattribution = "© map agency"').visit
    page = visit.page
    for layer in ("catchments", "streets"):
        page.uncheck(f"input[name={layer}]")
    seen = 0
    for zoomed in range(3):
        screen = settled(page)
        for place in in_view(page):
            ring = landmark(screen, pixel_at(page, *place), REACH_PX)
            assert gap(ring, mark(screen, pixel_at(page, *place))) <= 2
            seen += 1
        if zoomed < 2:
            page.click('[data-act="in"]')
    assert seen >= 3
    assert page.inner_text(".approval") == f"Map approval number: {APPROVAL}"
    assert "© map agency" in page.inner_text(".attribution")
    page.click('[data-act="all"]')
    rings = {place: landmark(settled(page), pixel_at(page, *place), REACH_PX) for place in PLACES.values()}
    degrees_per_pixel = view_of(page)[2] / 111_320
    ground = set(visit.json("/api/v1/cells?measures=people")["cells"])
    for (lng, lat), ring in rings.items():
        page.mouse.move(*ring)
        said = page.locator(".pointer span").first.inner_text()
        shown = [float(part.split()[-1]) for part in said.split(",")]
        assert shown == pytest.approx([lng, lat], abs=2 * degrees_per_pixel)
        cell = h3.latlng_to_cell(lat, lng, 9)
        page.mouse.click(*ring)
        page.wait_for_selector(f'body[data-selected-cell="{cell if cell in ground else ""}"]')
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    assert ground & {h3.latlng_to_cell(lat, lng, 9) for lng, lat in rings}
    corners = drawn(page)
    degrees_per_pixel = view_of(page)[2] / 111_320
    for place in PLACES.values():
        nearest = min(corners, key=lambda corner: max(abs(corner[0] - place[0]), abs(corner[1] - place[1])))
        assert nearest == pytest.approx(place, abs=2 * degrees_per_pixel)


def drawn(page: Page) -> list[tuple[float, float]]:
    """Draw the border of a grid whose first corners are the landmarks; return its corners as they were sent."""
    page.click('[data-tab="grids"]')
    page.select_option("select[name=grids-branch]", "b1")
    page.wait_for_selector('[data-act="begin"]:visible, .grids-table:visible')
    if page.locator('[data-act="begin"]').is_visible():
        page.click('[data-act="begin"]')
        page.wait_for_selector(".grids-table")
    page.click('[data-fold="create"] summary')
    page.fill("[name=new-name]", "drawn")
    page.click('[data-act="draw"]')
    # Beside the lists of this room the map has another size.
    screen = settled(page)
    rings = [landmark(screen, pixel_at(page, *place), REACH_PX) for place in PLACES.values()]
    assert max(gap(ring, pixel_at(page, *place)) for ring, place in zip(rings, PLACES.values(), strict=True)) <= 2
    (left, top), (right, below) = rings
    with page.expect_response(lambda answer: answer.url.endswith("/operations/preview")) as answered:
        for number, pixel in enumerate([rings[0], (right, top), rings[1]], start=1):
            page.mouse.click(*pixel)
            page.wait_for_selector(f'body[data-drawn="{number}"]')
            page.wait_for_timeout(400)  # two quick clicks would be a double click, which ends the drawing
        page.mouse.dblclick(left, below)
    sent = answered.value.request.post_data_json
    assert sent["args"]["datum"] == "wgs84"
    return [tuple(corner) for corner in sent["args"]["polygon"]["coordinates"][0]]


def test_a_wrong_datum_is_seen_at_once(opened: Open) -> None:
    page = opened("wrong").visit.page
    screen, (lng, lat) = settled(page), PLACES["b1"]
    shifted = [float(part[0]) for part in from_wgs84([lng], [lat], "gcj02")]
    reach = round(2 * math.dist(shifted, (lng, lat)) * 111_320 / view_of(page)[2])
    ring = landmark(screen, pixel_at(page, lng, lat), reach)
    off_m = math.dist(ring, mark(screen, pixel_at(page, lng, lat))) * view_of(page)[2] * math.cos(math.radians(lat))
    assert off_m > 200
    assert page.inner_text(".approval") == ""


def test_a_picture_holds_the_map_and_its_number_where_the_server_lets_it(opened: Open) -> None:
    number = f'approval_number = "{APPROVAL}"'
    pictures = {}
    for allowed in (True, False):
        visit = opened("gcj02", open_to_pictures=allowed, keys=number).visit
        page = visit.page
        page.uncheck("input[name=boundaries]")
        settled(page)
        if not allowed:
            # The browser says so once; the other tiles are asked for in the way that this server answers.
            assert len([said for said in visit.faults if "CORS policy" in said]) == 1
            visit.faults.clear()
        with page.expect_download() as waiting:
            page.click("[data-save=png]")
        # Below the head, whose notice is red.
        pictures[allowed] = np.asarray(Image.open(waiting.value.path()).convert("RGB"))[64:].astype(int)
        said = page.inner_text("#live")
        assert ("Without the base map" in said) is not allowed
    colour = {allowed: ((one[..., 0] + one[..., 2]) / 2 - one[..., 1] > 60).sum() for allowed, one in pictures.items()}
    assert colour[True] > 200
    assert colour[False] == 0


def test_a_server_that_does_not_answer_is_named_and_the_map_goes_on(opened: Open, new_visit: NewVisit) -> None:
    one = opened("gcj02")
    visit = new_visit(at=one.visit.service)
    visit.page.route(f"{one.tiles}/**", lambda route: route.abort())
    page = visit.open()
    page.wait_for_selector('#map[data-base="lost"]')
    assert page.inner_text(".approval") == "The base map does not answer."
    page.uncheck("input[name=base]")
    assert not page.locator(".approval").is_visible()
    assert "© OpenStreetMap contributors" in page.inner_text(".attribution")
    # without an approval number nothing stands in its place
    assert one.visit.page.inner_text(".approval") == ""
    assert not one.visit.page.locator(".approval-number").is_visible()
