"""OGC API Tiles: what the vector tiles are, in the standard's words; the tiles themselves stand where they stand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from starlette.responses import Response

from gridgeo.maps.crs import CRS84
from gridgeo.maps.mercator import MAX_ZOOM
from gridgeo.maps.mvt import MEDIA_TYPE
from gridgeo.maps.notes import MARKETING_ONLY
from gridgeo.pipeline import browse
from gridgeo.pipeline.feature_service import require_collection
from gridgeo.pipeline.tiles import ALL
from gridgeo_api.deps import Reading, ReadingNow, json_bytes
from gridgeo_api.ogc import RELATION, TITLES, link, require_known, root
from gridgeo_api.openapi import problems
from gridgeo_api.routes.ogc import READ, Collection
from gridgeo_api.schemas import OgcMatrixSet, OgcMatrixSets, OgcTileset, OgcTilesets
from gridgeo_api.tile_layers import tiles_of

router = APIRouter(prefix="/ogc", tags=["ogc"])
QUAD = "WebMercatorQuad"
QUAD_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{QUAD}"
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
EDGE_M = 20_037_508.342789244
SCALE_OF_LEVEL_0 = 559_082_264.0287178
CELL_OF_LEVEL_0_M = 156_543.03392804097
MatrixSet = Annotated[Literal["WebMercatorQuad"], Path(description="The tile matrix set.", examples=[QUAD])]
SETS = problems(304, 400, 401, 404, 503)


@router.get("/tileMatrixSets", summary="List tile matrix sets", response_model=OgcMatrixSets, responses=SETS)
def ogc_matrix_sets(reading: ReadingNow) -> Response:
    """Name the one tile matrix set that tiles are cut by."""
    require_known(reading)
    here = f"{root(reading)}/tileMatrixSets/{QUAD}"
    body = {"tileMatrixSets": [{"id": QUAD, "uri": QUAD_URI, "links": [link(here, "self")]}]}
    return reading.answer(("ogc matrix sets", here), lambda: json_bytes(body))


@router.get(
    "/tileMatrixSets/{matrix_set}", summary="Describe a tile matrix set", response_model=OgcMatrixSet, responses=SETS
)
def ogc_matrix_set(reading: ReadingNow, matrix_set: MatrixSet) -> Response:
    """Scale, origin and size of every level of WebMercatorQuad, zoom 0 to 22."""
    require_known(reading)
    body = {
        "id": matrix_set,
        "uri": QUAD_URI,
        "title": "Google Maps Compatible for the World",
        "crs": MERCATOR,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_level(zoom) for zoom in range(MAX_ZOOM + 1)],
    }
    return reading.answer(("ogc matrix set",), lambda: json_bytes(body))


@router.get("/tiles", summary="List the tile set of everything", response_model=OgcTilesets, responses=SETS)
def ogc_tilesets(reading: ReadingNow) -> Response:
    """Name the tile set that holds every layer in one tile."""
    require_known(reading)
    return _listed(reading, ALL, f"{root(reading)}/tiles")


@router.get(
    "/tiles/{matrix_set}", summary="Describe the tile set of everything", response_model=OgcTileset, responses=SETS
)
def ogc_tileset(reading: ReadingNow, matrix_set: MatrixSet) -> Response:
    """Layers, bounds and the address of the tiles that hold every layer."""
    require_known(reading)
    return _told(reading, ALL, f"{root(reading)}/tiles/{matrix_set}")


@router.get(
    "/collections/{collection}/tiles",
    summary="List the tile sets of a collection",
    response_model=OgcTilesets,
    responses=READ,
)
def ogc_collection_tilesets(reading: ReadingNow, collection: Collection) -> Response:
    """Name the tile set of a collection."""
    require_known(reading)
    require_collection(reading.actor, collection)
    return _listed(reading, collection, f"{root(reading)}/collections/{collection}/tiles")


@router.get(
    "/collections/{collection}/tiles/{matrix_set}",
    summary="Describe a collection's tile set",
    response_model=OgcTileset,
    responses=READ,
)
def ogc_collection_tileset(reading: ReadingNow, collection: Collection, matrix_set: MatrixSet) -> Response:
    """Properties, bounds and the address of a collection's tiles."""
    require_known(reading)
    require_collection(reading.actor, collection)
    return _told(reading, collection, f"{root(reading)}/collections/{collection}/tiles/{matrix_set}")


def _level(zoom: int) -> dict[str, Any]:
    side = 1 << zoom
    return {
        "id": str(zoom),
        "scaleDenominator": SCALE_OF_LEVEL_0 / side,
        "cellSize": CELL_OF_LEVEL_0_M / side,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-EDGE_M, EDGE_M],
        "tileWidth": 256,
        "tileHeight": 256,
        "matrixWidth": side,
        "matrixHeight": side,
    }


def _listed(reading: Reading, layer: str, here: str) -> Response:
    body = _tileset(reading, layer, f"{here}/{QUAD}")
    short = {name: body[name] for name in ("title", "dataType", "crs", "tileMatrixSetURI")}
    links = [link(f"{here}/{QUAD}", "self", title=body["title"])]
    answer = {"tilesets": [short | {"links": links}], "links": [link(here, "self")]}
    return reading.answer(("ogc tilesets", here), lambda: json_bytes(answer))


def _told(reading: Reading, layer: str, here: str) -> Response:
    return reading.answer(("ogc tileset", here), lambda: json_bytes(_tileset(reading, layer, here)))


def _tileset(reading: Reading, layer: str, here: str) -> dict[str, Any]:
    base, published = reading.request.base_url, reading.published
    # area grids have no version of their own: their tiles are those of this moment
    place = layer if layer == "grids" else f"v/{published.id}/{layer}"
    tiles = f"{base}tiles/{place}/{{tileMatrix}}/{{tileCol}}/{{tileRow}}.mvt"
    bounds = browse.session_info(reading.connection, reading.actor, published).bounds
    box = {"lowerLeft": bounds[:2], "upperRight": bounds[2:], "crs": CRS84} if bounds else None
    return {
        "title": TITLES[layer][0] if layer in TITLES else "Everything",
        "description": f"{MARKETING_ONLY['zh']} / {MARKETING_ONLY['en']}",
        "dataType": "vector",
        "crs": MERCATOR,
        "tileMatrixSetURI": QUAD_URI,
        "links": [
            link(here, "self"),
            link(f"{root(reading)}/tileMatrixSets/{QUAD}", f"{RELATION}/tiling-scheme"),
            link(tiles, "item", MEDIA_TYPE),
            link(f"{base}tiles/{'' if layer == 'grids' else f'v/{published.id}/'}{layer}.json", "describedby"),
        ],
        "layers": [
            {"id": name, "dataType": "vector", "propertiesSchema": _schema(fields)}
            for name, fields in tiles_of(reading).fields(layer, None).items()
        ],
        "boundingBox": box,
    }


def _schema(fields: dict[str, str]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": kind.lower()} for name, kind in fields.items()}}
