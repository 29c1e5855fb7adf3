"""The vector tiles of a publication as one PMTiles file, which any file server can serve by range."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.maps.files import written
from gridgeo.maps.mercator import world_xy
from gridgeo.maps.notes import attribution_html
from gridgeo.maps.pmtiles_file import Archive, write_pmtiles
from gridgeo.maps.tilejson import ZOOMS_OF_LAYER, Zooms, tilejson
from gridgeo.pipeline import browse
from gridgeo.pipeline.freshness import freshness, notes_of
from gridgeo.pipeline.map_layers import layer_names, require_layer
from gridgeo.pipeline.tiles import ALL, Tile, TileSource, memory

MAX_TILES = 200_000
"""Tiles over the bounds: beyond, a file takes hours and nobody needs the zoom."""
GZIP_LEVEL = 6
BUILDINGS = "buildings"


@dataclass(frozen=True)
class TilesWanted:
    """What a tile file holds: a layer or all, a measure of the cells or all, zooms 0 to max_zoom, a publication.

    All of them are more than the tiles of all layers that the service serves, which has buildings beside them: whoever
    has the file alone has no other place to take them from. They begin at the zoom at which the service has them.
    """

    layer: str = ALL
    measure: str | None = None
    max_zoom: int = 14
    publication: int | None = None

    @property
    def layers(self) -> tuple[str, ...]:
        """The tiles of the service that stand one after the other in a tile of the file."""
        near = self.layer == ALL and self.max_zoom >= ZOOMS_OF_LAYER[BUILDINGS].low
        return (ALL, BUILDINGS) if near else (self.layer,)


def export_pmtiles(connection: sa.Connection, actor: Actor, wanted: TilesWanted, out: Path) -> dict[str, Any]:
    """Write the tiles of a publication, those that the service serves, in the actor's scope.

    Returns path, format, version, layer, tiles (with something in them), max_zoom.
    Raises NotFoundError for a layer or publication that is not there, InvalidInputError for an unknown measure, a
    missing folder or too many tiles.
    """
    require_layer(wanted.layer, (*layer_names(actor), ALL))
    published = browse.publication(connection, wanted.publication)
    bounds = browse.session_info(connection, actor, published).bounds
    if bounds is None:
        raise NotFoundError("publication {version} has nothing in your scope", version=published.id)
    count = sum(_ranges(bounds, z)[1] for z in range(wanted.max_zoom + 1))
    if count > MAX_TILES:
        raise InvalidInputError(
            "zoom {zoom} takes {count} tiles, at most {limit} are written: choose a lower one",
            zoom=wanted.max_zoom,
            count=count,
            limit=MAX_TILES,
        )
    source = TileSource(connection, actor, published, memory())
    with written(out) as fresh:
        tiles = write_pmtiles(
            fresh, _tiles(source, wanted, bounds), Archive(bounds, wanted.max_zoom, _facts(source, wanted, bounds))
        )
    return {
        "path": str(out),
        "format": "pmtiles",
        "version": published.id,
        "layer": wanted.layer,
        "tiles": tiles,
        "max_zoom": wanted.max_zoom,
        "notice": notes_of(published).notice,
    }


def _tiles(
    source: TileSource, wanted: TilesWanted, bounds: tuple[float, float, float, float]
) -> Iterator[tuple[Tile, bytes]]:
    """Yield every tile over the bounds that has something in it, gzipped."""
    for z in range(wanted.max_zoom + 1):
        (columns, rows), _ = _ranges(bounds, z)
        for x in columns:
            for y in rows:
                body = b"".join(source.tile(layer, wanted.measure, (z, x, y)) for layer in wanted.layers)
                if body:
                    yield (z, x, y), gzip.compress(body, GZIP_LEVEL, mtime=0)


def _ranges(bounds: tuple[float, float, float, float], z: int) -> tuple[tuple[range, range], int]:
    """Return the columns and rows that the bounds touch at a zoom, one more on each side for what sticks out."""
    x, y = world_xy(np.array([bounds[0], bounds[2]]), np.array([bounds[3], bounds[1]]))
    last = (1 << z) - 1
    low_x, high_x = (int(np.clip(at * (1 << z), 0, last)) for at in x)
    low_y, high_y = (int(np.clip(at * (1 << z), 0, last)) for at in y)
    columns = range(max(low_x - 1, 0), min(high_x + 1, last) + 1)
    rows = range(max(low_y - 1, 0), min(high_y + 1, last) + 1)
    return (columns, rows), len(columns) * len(rows)


def _facts(source: TileSource, wanted: TilesWanted, bounds: tuple[float, float, float, float]) -> dict[str, Any]:
    """Return the archive's metadata: what TileJSON says, and what every file of a publication says of itself."""
    published = source.published
    fields = {name: own for layer in wanted.layers for name, own in source.fields(layer, wanted.measure).items()}
    document = tilejson(
        wanted.layer,
        fields,
        url="",
        bounds=bounds,
        version=published.id,
        zooms=Zooms(0, wanted.max_zoom),
    )
    for layer in document["vector_layers"]:
        layer["minzoom"] = ZOOMS_OF_LAYER.get(layer["id"], Zooms()).low
    kept = {name: document[name] for name in ("name", "description", "version", "vector_layers")}
    said = {"attribution": attribution_html(fictional=published.fictional), "gridgeo": notes_of(published).rows()}
    return kept | said | freshness(source.connection, published)
