"""Where a place of the map stands on the screen, and what colour is there; worked out apart from the page."""

from __future__ import annotations

import io
import math

import h3
import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page

EARTH_RADIUS_M = 6378137.0


def mercator(lng: float, lat: float) -> tuple[float, float]:
    """Return Web Mercator metres."""
    return EARTH_RADIUS_M * math.radians(lng), EARTH_RADIUS_M * math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))


def view_of(page: Page) -> tuple[float, float, float]:
    """Return centre and metres a pixel of the map, as the page tells."""
    lng, lat, resolution = map(float, (page.get_attribute("#map", "data-view") or "").split())
    return (*mercator(lng, lat), resolution)


def pixel_of(page: Page, cell: str) -> tuple[float, float]:
    """Return the pixel on the screen of a cell's centre."""
    centre_x, centre_y, resolution = view_of(page)
    box = page.locator("#map").bounding_box()
    assert box is not None
    lat, lng = h3.cell_to_latlng(cell)
    x, y = mercator(lng, lat)
    left = box["x"] + box["width"] / 2 + (x - centre_x) / resolution
    top = box["y"] + box["height"] / 2 - (y - centre_y) / resolution
    return left, top


def picture(seen: Page | Locator) -> np.ndarray:
    """Return the screen or an element that is scrolled to, shape (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(seen.screenshot())).convert("RGB"))


def colour_at(screen: np.ndarray, pixel: tuple[float, float]) -> str:
    """Return the colour of a pixel as #rrggbb."""
    red, green, blue = screen[int(pixel[1]), int(pixel[0])].tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"


def class_of(breaks: list[float], value: float) -> int:
    """Return the class of a value: break i < value <= break i + 1, the first also holds its lower end."""
    return int(np.clip(np.searchsorted(breaks, value, side="left") - 1, 0, len(breaks) - 2))
