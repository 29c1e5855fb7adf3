"""Vector tiles of what is published and of drafts, and their TileJSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from gridgeo.domain import Actor
from gridgeo.errors import NotFoundError
from gridgeo.maps.mercator import check_tile
from gridgeo.maps.mvt import MEDIA_TYPE
from gridgeo.maps.notes import attribution_html
from gridgeo.maps.tilejson import ZOOMS_OF_LAYER, Zooms, tilejson
from gridgeo.pipeline import browse
from gridgeo.pipeline.freshness import freshness
from gridgeo.pipeline.map_layers import draft_territories
from gridgeo.pipeline.steps import require_insider
from gridgeo_api.deps import REVALIDATE, Reading, ReadingNow, json_bytes
from gridgeo_api.layers import breaks
from gridgeo_api.openapi import Responses, problems
from gridgeo_api.params import Column, MeasureId, PublicationPath, Row, ScenarioName, Zoom
from gridgeo_api.schemas import TileJson
from gridgeo_api.tile_layers import LayerName, draft_tile, grids_tile, tiles_of

router = APIRouter(prefix="/tiles", tags=["tiles"])
FOR_EVER = "private, max-age=31536000, immutable"
"""A tile of a named version never changes."""
NEVER = {"cache-control": "no-store"}
"""A draft changes at any moment: nobody keeps its tiles."""
WORLD = (-180.0, -85.0511, 180.0, 85.0511)
Layer = Annotated[
    LayerName, Path(description="Name of a layer; `all` is every layer but buildings in one tile.", examples=["cells"])
]
DraftLayer = Annotated[Literal["territories"], Path(description="Name of the layer.", examples=["territories"])]
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
TILE_PROBLEMS = problems(304, 401, 403, 404, 422, 503)


@router.get(
    "/{layer}/{z}/{x}/{y}.mvt", summary="Read a vector tile", response_class=Response, responses=TILE | TILE_PROBLEMS
)
def read_tile(  # noqa: PLR0913 - the parts of a tile's address
    reading: ReadingNow, layer: Layer, z: Zoom, x: Column, y: Row, measure: MeasureId = None, version: Version = None
) -> Response:
    """One tile of a layer; cells are drawn as their parents where a tile would hold too many.

    Cells carry the measure asked for, or all of them. With the version of the live publication the answer may be kept
    for ever. Area grids are those of this moment, which nobody may keep.
    """
    check_tile(z, x, y)
    if version is not None and version != reading.published.id:
        raise NotFoundError("version {version} is not the published one", version=version)
    if layer == "grids":
        return Response(grids_tile(reading, (z, x, y)), media_type=MEDIA_TYPE, headers=NEVER)
    return tile_answer(reading, layer, measure, (z, x, y), kept=version is not None)


@router.get(
    "/v/{publication}/{layer}/{z}/{x}/{y}.mvt",
    summary="Read a vector tile of a publication",
    response_class=Response,
    responses=TILE | TILE_PROBLEMS,
)
def read_published_tile(  # noqa: PLR0913 - the parts of a tile's address
    reading: ReadingNow,
    publication: PublicationPath,
    layer: Layer,
    z: Zoom,
    x: Column,
    y: Row,
    measure: MeasureId = None,
) -> Response:
    """One tile of a layer of any publication, live or earlier; it never changes and may be kept for ever."""
    check_tile(z, x, y)
    return tile_answer(reading.at(publication), layer, measure, (z, x, y), kept=True)


@router.get(
    "/drafts/{scenario}/{layer}/{z}/{x}/{y}.mvt",
    summary="Read a vector tile of a draft",
    response_class=Response,
    responses=TILE | problems(401, 403, 404, 422, 503),
)
def read_draft_tile(
    reading: ReadingNow, scenario: ScenarioName, layer: DraftLayer, z: Zoom, x: Column, y: Row
) -> Response:
    """One tile of the territories of a scenario as it stands; it may change at any moment and nobody may keep it."""
    check_tile(z, x, y)
    return Response(draft_tile(reading, (scenario, layer), (z, x, y)), media_type=MEDIA_TYPE, headers=NEVER)


@router.get("/{layer}.json", summary="Describe a layer as TileJSON", response_model=TileJson, responses=TILE_PROBLEMS)
def read_tilejson(reading: ReadingNow, layer: Layer, measure: MeasureId = None) -> Response:
    """Address, bounds and properties of a layer's tiles; with a measure also the class limits of its legend.

    The address names the live publication, so that its tiles may be kept; that of area grids leads to their present
    state.
    """
    return _described(reading, layer, measure, working=layer == "grids")


@router.get(
    "/v/{publication}/{layer}.json",
    summary="Describe a layer of a publication as TileJSON",
    response_model=TileJson,
    responses=TILE_PROBLEMS,
)
def read_published_tilejson(
    reading: ReadingNow, publication: PublicationPath, layer: Layer, measure: MeasureId = None
) -> Response:
    """Describe the tiles of any publication, live or earlier: address, bounds, properties, class limits."""
    return _described(reading.at(publication), layer, measure)


@router.get(
    "/drafts/{scenario}/{layer}.json",
    summary="Describe a draft as TileJSON",
    response_model=TileJson,
    responses=problems(401, 403, 404, 422, 503),
)
def read_draft_tilejson(reading: ReadingNow, scenario: ScenarioName, layer: DraftLayer) -> Response:
    """Address, bounds and properties of a scenario's tiles, which nobody may keep."""
    draft_territories(reading.connection, reading.actor, scenario)
    url = f"{reading.request.base_url}tiles/drafts/{quote(scenario, safe='')}/{layer}/{{z}}/{{x}}/{{y}}.mvt"
    body = tileset(reading, layer, None, url)
    return Response(json_bytes(body), media_type="application/json", headers=NEVER)


def tile_answer(
    reading: Reading, layer: str, measure: str | None, tile: tuple[int, int, int], *, kept: bool
) -> Response:
    """Answer with a tile of a publication. kept: the address names the version, so that nothing can change."""
    require_layer_open(reading.actor, layer)
    chosen = measure_of(reading, layer, measure)
    return reading.answer(
        ("tile", layer, *tile, chosen),
        lambda: tiles_of(reading).tile(layer, chosen, tile),
        media_type=MEDIA_TYPE,
        cache_control=FOR_EVER if kept else REVALIDATE,
        again=layer != "grids",
    )


def require_layer_open(actor: Actor, layer: str) -> None:
    """Raise NotAllowedError when the layer is closed to the actor: area grids to consumers."""
    if layer == "grids":
        require_insider(actor)


def measure_of(reading: Reading, layer: str, measure: str | None) -> str | None:
    """Return the measure of a layer with cells, None for other layers, which have none.

    Raises InvalidInputError when there is no such measure.
    """
    if measure is None or layer not in ("cells", "all"):
        return None
    return browse.check_measures((measure,), reading.published)[0]


def _described(reading: Reading, layer: str, measure: str | None, *, working: bool = False) -> Response:
    require_layer_open(reading.actor, layer)
    chosen = measure_of(reading, layer, measure)
    query = f"?{urlencode({'measure': chosen})}" if chosen else ""
    place = layer if working else f"v/{reading.published.id}/{layer}"
    url = f"{reading.request.base_url}tiles/{place}/{{z}}/{{x}}/{{y}}.mvt{query}"
    return reading.answer(("tilejson", layer, chosen, url), lambda: json_bytes(tileset(reading, layer, chosen, url)))


def tileset(reading: Reading, layer: str, measure: str | None, url: str) -> dict[str, Any]:
    """Return the TileJSON of a layer whose tiles stand at an address."""
    published = reading.published
    document = tilejson(
        layer,
        tiles_of(reading).fields(layer, measure),
        url=url,
        bounds=browse.session_info(reading.connection, reading.actor, published).bounds or WORLD,
        version=published.id,
        zooms=ZOOMS_OF_LAYER.get(layer, Zooms()),
    )
    own = {
        "attribution": attribution_html(fictional=published.fictional),
        "measure": measure,
        "breaks": breaks(reading, measure) if measure else None,
    }
    return document | own | freshness(reading.connection, published)
