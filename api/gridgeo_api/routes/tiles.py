"""Vector tiles of what is published, and their TileJSON."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gridgeo.errors import NotFoundError
from gridgeo.maps.mercator import check_tile
from gridgeo.maps.mvt import MEDIA_TYPE
from gridgeo.maps.notes import attribution_html
from gridgeo.maps.tilejson import tilejson
from gridgeo.pipeline import browse
from gridgeo_api.deps import REVALIDATE, Reading, ReadingNow, json_bytes
from gridgeo_api.layers import breaks
from gridgeo_api.openapi import Responses, problems
from gridgeo_api.params import Column, MeasureId, Row, Zoom
from gridgeo_api.schemas import TileJson
from gridgeo_api.tile_layers import LayerName, encode_tile, fields_of

router = APIRouter(prefix="/tiles", tags=["tiles"])
FOR_EVER = "private, max-age=31536000, immutable"
"""A tile of a named version never changes."""
WORLD = (-180.0, -85.0511, 180.0, 85.0511)
Layer = Annotated[LayerName, Path(description="Name of the layer.", examples=["cells"])]
Version = Annotated[
    int | None,
    Query(ge=1, le=2**63 - 1, description="The publication that is expected; its tiles may be kept.", examples=[7]),
]
TILE: Responses = {
    200: {
        "description": "A Mapbox vector tile; empty where the layer has nothing.",
        "content": {
            MEDIA_TYPE: {
                "schema": {"type": "string", "format": "binary"},
                "example": "a vector tile of some kilobytes",
            }
        },
    }
}


@router.get(
    "/{layer}/{z}/{x}/{y}.mvt",
    summary="Read a vector tile",
    response_class=Response,
    responses=TILE | problems(304, 401, 404, 422, 503),
)
def read_tile(  # noqa: PLR0913 - the parts of a tile's address
    reading: ReadingNow, layer: Layer, z: Zoom, x: Column, y: Row, measure: MeasureId = None, version: Version = None
) -> Response:
    """One tile of a layer; cells are drawn as their parents where a tile would hold too many.

    Cells carry the measure asked for, or all of them. With the version of the live publication the answer may be kept
    for ever.
    """
    check_tile(z, x, y)
    if version is not None and version != reading.published.id:
        raise NotFoundError("version {version} is not the published one", version=version)
    chosen = _measure_of(reading, layer, measure)
    return reading.answer(
        ("tile", layer, z, x, y, chosen),
        lambda: encode_tile(reading, layer, chosen, (z, x, y)),
        media_type=MEDIA_TYPE,
        cache_control=REVALIDATE if version is None else FOR_EVER,
    )


@router.get(
    "/{layer}.json",
    summary="Describe a layer as TileJSON",
    response_model=TileJson,
    responses=problems(304, 401, 404, 422, 503),
)
def read_tilejson(reading: ReadingNow, layer: Layer, measure: MeasureId = None) -> Response:
    """Address, bounds and properties of a layer's tiles; with a measure also the class limits of its legend."""
    chosen = _measure_of(reading, layer, measure)
    base = str(reading.request.base_url)
    return reading.answer(
        ("tilejson", layer, chosen, base), lambda: json_bytes(_tilejson(reading, layer, chosen, base))
    )


def _measure_of(reading: Reading, layer: LayerName, measure: str | None) -> str | None:
    """Return the measure of a cells layer, None for other layers, which have none.

    Raises InvalidInputError when there is no such measure.
    """
    if measure is None or layer != "cells":
        return None
    return browse.check_measures((measure,), reading.published)[0]


def _tilejson(reading: Reading, layer: LayerName, measure: str | None, base: str) -> dict[str, object]:
    published = reading.published
    query = urlencode(({"measure": measure} if measure else {}) | {"version": published.id})
    document = tilejson(
        layer,
        fields_of(reading, layer, measure),
        url=f"{base}tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt?{query}",
        bounds=browse.session_info(reading.connection, reading.actor, published).bounds or WORLD,
        version=published.id,
    )
    own = {"attribution": attribution_html(fictional=published.fictional), "measure": measure}
    return document | own | {"breaks": breaks(reading, measure) if measure else None}
