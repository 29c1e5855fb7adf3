"""Where a place of the map stands on the screen, and what colour is there; worked out apart from the page."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Iterable

import h3
import numpy as np
from PIL import Image
from playwright.sync_api import APIResponse, Locator, Page, Route

EARTH_RADIUS_M = 6378137.0
PATIENCE_S = 120.0
"""How long something awaited may take before a test says that it never came: a busy machine is no fault of the page."""
FRAMES = "for (let left = 3; left > 0; left--) await new Promise(requestAnimationFrame);"
"""A view that was changed is drawn and told one frame later, one that follows the size of the map two."""
SHOWN = f"""async () => {{
  {FRAMES}
  const map = document.getElementById("map"), {{ x, y, width, height }} = map.getBoundingClientRect();
  return [map.dataset.view || "", [x, y, width, height]];
}}"""


def mercator(lng: float, lat: float) -> tuple[float, float]:
    """Return Web Mercator metres."""
    return EARTH_RADIUS_M * math.radians(lng), EARTH_RADIUS_M * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def view_of(page: Page) -> tuple[float, float, float]:
    """Return centre and metres a pixel of the map, as the page tells."""
    lng, lat, resolution = map(float, shown(page)[0].split())
    return (*mercator(lng, lat), resolution)


def pixel_of(page: Page, cell: str) -> tuple[float, float]:
    """Return the pixel on the screen of a cell's centre."""
    return pixels_of(page, [cell])[0]


def pixels_of(page: Page, cells: Iterable[str]) -> list[tuple[float, float]]:
    """Return the pixel of each cell's centre; the page is asked once."""
    view, box = shown(page)
    return [pixel_in(view, box, cell) for cell in cells]


def pixel_at(page: Page, lng: float, lat: float) -> tuple[float, float]:
    """Return the pixel on the screen of a WGS 84 place."""
    return place_in(*shown(page), lng, lat)


def shown(page: Page) -> tuple[str, tuple[float, float, float, float]]:
    """Return the view of the map once it is drawn, and its box: left, top, width, height."""
    view, box = page.evaluate(SHOWN)
    return view, tuple(box)


def settle(page: Page) -> None:
    """Wait until what was changed is drawn."""
    page.evaluate(f"async () => {{ {FRAMES} }}")


def held_back(page: Page, address: str) -> Callable[[], None]:
    """Hold back the answer to the next request at an address, as the service gives it; returns what lets it come."""
    waiting: list[tuple[Route, APIResponse]] = []
    page.route(address, lambda route: waiting.append((route, route.fetch())), times=1)

    def come() -> None:
        until = time.monotonic() + PATIENCE_S
        while not waiting:
            assert time.monotonic() < until, "it is never asked for"
            settle(page)
        route, answer = waiting.pop()
        with page.expect_response(address):
            route.fulfill(response=answer)
        settle(page)

    return come


def asked_at(page: Page, address: str) -> list[str]:
    """Return the list of what is asked at addresses that end so, from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(address) else None)
    return asked


def pixel_in(view: str, box: tuple[float, float, float, float], cell: str) -> tuple[float, float]:
    """Return the pixel of a cell's centre in a map that shows this view in this box."""
    lat, lng = h3.cell_to_latlng(cell)
    return place_in(view, box, lng, lat)


def place_in(view: str, box: tuple[float, float, float, float], lng: float, lat: float) -> tuple[float, float]:
    """Return the pixel of a place in a map that shows this view in this box."""
    centre_lng, centre_lat, resolution = map(float, view.split())
    (x, y), (centre_x, centre_y) = mercator(lng, lat), mercator(centre_lng, centre_lat)
    left, top, width, height = box
    return left + width / 2 + (x - centre_x) / resolution, top + height / 2 - (y - centre_y) / resolution


def picture(seen: Page | Locator) -> np.ndarray:
    """Return the screen or an element that is scrolled to, shape (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(seen.screenshot())).convert("RGB"))


def picture_when(page: Page, holds: Callable[[np.ndarray], bool]) -> np.ndarray:
    """Return the screen as soon as something holds of it that the page does not tell, such as that tiles are drawn."""
    until = time.monotonic() + PATIENCE_S
    while not holds(screen := picture(page)):
        assert time.monotonic() < until, "it is never seen"
        settle(page)
    return screen


def colour_at(screen: np.ndarray, pixel: tuple[float, float]) -> str:
    """Return the colour of a pixel as #rrggbb."""
    red, green, blue = screen[int(pixel[1]), int(pixel[0])].tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"


def class_of(breaks: list[float], value: float) -> int:
    """Return the class of a value: break i < value <= break i + 1, the first also holds its lower end."""
    return int(np.clip(np.searchsorted(breaks, value, side="left") - 1, 0, len(breaks) - 2))
