"""PMTiles, version 3 of the format: tiles with their directory in one file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from gridgeo.errors import NotFoundError

_E7 = 10_000_000


@dataclass(frozen=True)
class Archive:
    """What the file says of itself. bounds: west, south, east, north, degrees. facts: JSON metadata."""

    bounds: tuple[float, float, float, float]
    max_zoom: int
    facts: dict[str, Any]


def write_pmtiles(path: Path, tiles: Iterable[tuple[tuple[int, int, int], bytes]], archive: Archive) -> int:
    """Write gzipped vector tiles, each with its zoom, column and row; return their number.

    Raises NotFoundError when there is none: the format has no empty file.
    """
    count = 0
    with path.open("wb") as file:
        writer = Writer(file)
        for tile, body in tiles:
            writer.write_tile(zxy_to_tileid(*tile), body)
            count += 1
        if count == 0:
            writer.tile_f.close()
            raise NotFoundError("there are no tiles to write: the layer has nothing in your scope")
        writer.finalize(_header(archive), archive.facts)
    return count


def _header(archive: Archive) -> dict[str, Any]:
    west, south, east, north = (round(degrees * _E7) for degrees in archive.bounds)
    return {
        "version": 3,
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": min(11, archive.max_zoom),
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }
