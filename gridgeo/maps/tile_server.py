"""A bank's own tile server under the map: what one small file says of it, and how its tiles lie on the ground."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, get_args
from urllib.parse import urlsplit

from gridgeo.errors import InvalidInputError

TileDatum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
"""CGCS2000 and WGS 84 agree within a decimetre."""
Matrix = Literal["mercator", "geographic", "baidu"]
Projection = Literal["mercator", "degrees", "baidu"]
Rows = Literal["down", "up"]
Choice = TypeVar("Choice", bound=str)

MAX_TILE_ZOOM = 22
KEYS = (
    "url",
    "datum",
    "matrix",
    "columns_at_zoom_0",
    "tile_size",
    "min_zoom",
    "max_zoom",
    "approval_number",
    "attribution",
)
EXAMPLE = "https://tiles.bank.example/map/{z}/{x}/{y}.png"
_HALF_WORLD_M = math.pi * 6_378_137.0
_BAIDU_SPAN_M = 256.0 * 2**18
"""Baidu's zoom 18 has a metre a pixel, and tiles of 256 pixels counted from where the equator meets Greenwich."""
_MOST_TEXT = 200
_LINE = re.compile(r"[^\x00-\x1f\x7f]*")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?")
"""The host goes into the content security policy as it stands: nothing in it may end the directive."""


@dataclass(frozen=True)
class TileServer:
    """A server of raster tiles and the grid that they lie in.

    url: template with {z}, {x} and {y}. datum: of the map on the tiles. projection: what it is drawn in; in metres, or
    in degrees. origin: where column 0 and row 0 begin. rows: whether rows are counted downwards or upwards. tile_span:
    width of a tile of zoom 0; every zoom halves it. tile_size: pixels of a tile's side.
    """

    url: str
    datum: TileDatum
    projection: Projection
    origin: tuple[float, float]
    rows: Rows
    tile_span: float
    tile_size: int
    min_zoom: int
    max_zoom: int
    approval_number: str | None
    attribution: str | None

    @property
    def host(self) -> str:
        """Scheme, host and port of the server, as a content security policy names them."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def tile_server_from_file(path: str | Path) -> TileServer:
    """Read what an operator's TOML file says of the tile server.

    Raises InvalidInputError naming the file and the key, with what would be right.
    """
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(
            "GRIDGEO_TILE_SERVER names {path}, which cannot be read: {detail}", path=str(path), detail=error.strerror
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError("{path} is not a TOML file: {detail}", path=str(path), detail=str(error)) from error
    return _tile_server(_Given(str(path), values))


def _tile_server(given: _Given) -> TileServer:
    given.require_known()
    url = given.url()
    datum = given.choice("datum", get_args(TileDatum))
    matrix = given.choice("matrix", get_args(Matrix), "baidu" if datum == "bd09" else "mercator")
    if matrix == "baidu" and datum != "bd09":
        raise InvalidInputError(
            "GRIDGEO_TILE_SERVER: datum in {path} must be bd09 where matrix is baidu, got {given}",
            path=given.path,
            given=datum,
        )
    columns = given.whole("columns_at_zoom_0", (1, 2 if matrix == "geographic" else 1), 1)
    projection, origin, rows, span = _grid(matrix, columns, from_south="{-y}" in url)
    low = given.whole("min_zoom", (0, MAX_TILE_ZOOM), 0)
    return TileServer(
        url=url.replace("{-y}", "{y}"),
        datum=datum,
        projection=projection,
        origin=origin,
        rows=rows,
        tile_span=span,
        tile_size=given.whole("tile_size", (128, 1024), 256),
        min_zoom=low,
        max_zoom=given.whole("max_zoom", (low, MAX_TILE_ZOOM), max(low, 18)),
        approval_number=given.line("approval_number"),
        attribution=given.line("attribution"),
    )


def _grid(matrix: Matrix, columns: int, *, from_south: bool) -> tuple[Projection, tuple[float, float], Rows, float]:
    """Return projection, origin, direction of the rows and the span of a tile of zoom 0.

    Zoom 0 of the geographic matrix is one tile of 360 degrees whose upper half is the world, as on Tianditu's c
    layers; with two columns it is two tiles of 180 degrees, as in the usual grids of EPSG:4326 and EPSG:4490.
    """
    if matrix == "baidu":
        return "baidu", (0.0, 0.0), "up", _BAIDU_SPAN_M
    west, north = (-180.0, 90.0) if matrix == "geographic" else (-_HALF_WORLD_M, _HALF_WORLD_M)
    projection: Projection = "degrees" if matrix == "geographic" else "mercator"
    return projection, (west, -north if from_south else north), "up" if from_south else "down", -2 * west / columns


@dataclass(frozen=True)
class _Given:
    """The keys of a file, each read as what it must be."""

    path: str
    values: Mapping[str, object]

    def require_known(self) -> None:
        for key in self.values:
            if key not in KEYS:
                raise InvalidInputError(
                    "GRIDGEO_TILE_SERVER: {path} has {key}, which is not known; known are {known}",
                    path=self.path,
                    key=key,
                    known=", ".join(KEYS),
                )

    def url(self) -> str:
        url = self.values.get("url")
        if isinstance(url, str) and _LINE.fullmatch(url) and " " not in url:
            parts, marks = urlsplit(url), sorted(re.findall(r"\{[^}]*\}", url))
            placed = marks in (["{x}", "{y}", "{z}"], ["{-y}", "{x}", "{z}"])
            if placed and parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc):
                return url
        raise InvalidInputError(
            "GRIDGEO_TILE_SERVER: url in {path} must be one address such as {example}, got {given}",
            path=self.path,
            example=EXAMPLE,
            given=_shown(url),
        )

    def choice(self, key: str, known: tuple[Choice, ...], default: Choice | None = None) -> Choice:
        value = self.values.get(key, default)
        for each in known:
            if value == each:
                return each
        raise InvalidInputError(
            "GRIDGEO_TILE_SERVER: {key} in {path} must be one of {known}, got {given}",
            path=self.path,
            key=key,
            known=", ".join(known),
            given=_shown(value),
        )

    def whole(self, key: str, limits: tuple[int, int], default: int) -> int:
        value = self.values.get(key, default)
        low, high = limits
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise InvalidInputError(
            "GRIDGEO_TILE_SERVER: {key} in {path} must be a whole number from {low} to {high}, got {given}",
            path=self.path,
            key=key,
            low=low,
            high=high,
            given=_shown(value),
        )

    def line(self, key: str) -> str | None:
        value = self.values.get(key, "")
        if isinstance(value, str) and len(value) <= _MOST_TEXT and _LINE.fullmatch(value):
            return value or None
        raise InvalidInputError(
            "GRIDGEO_TILE_SERVER: {key} in {path} must be one line of at most {most} characters, got {given}",
            path=self.path,
            key=key,
            most=_MOST_TEXT,
            given=_shown(value),
        )


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
