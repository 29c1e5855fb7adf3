"""OGC API Features over what is published: landing page, conformance, collections, features, queryables."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, Response

from gridgeo import __version__
from gridgeo.maps.crs import CRS84, check_crs
from gridgeo.maps.notes import MARKETING_ONLY
from gridgeo.pipeline.feature_service import collection_names, property_types, row_of
from gridgeo_api.deps import GEOJSON, Reading, ReadingNow, json_bytes
from gridgeo_api.limits import MAX_TEXT
from gridgeo_api.ogc import (
    CONFORMANCE,
    COUNTED,
    MAX_FEATURES,
    OPENAPI,
    RELATION,
    SCHEMA,
    TITLES,
    collection_body,
    features_of,
    link,
    page_body,
    page_from_query,
    require_known,
    revision,
    root,
    written,
)
from gridgeo_api.openapi import Responses, json_answer, problems
from gridgeo_api.params import NO_CONTROL
from gridgeo_api.schemas import (
    OgcCollection,
    OgcCollections,
    OgcConformance,
    OgcFeature,
    OgcFeatures,
    OgcLanding,
    OgcQueryables,
)


class GeoJson(JSONResponse):
    """Told as what it is in the description."""

    media_type = GEOJSON


class SchemaJson(JSONResponse):
    """Told as what it is in the description."""

    media_type = SCHEMA


router = APIRouter(prefix="/ogc", tags=["ogc"])
READ = problems(304, 400, 401, 404, 503)
Collection = Annotated[
    str,
    Path(max_length=MAX_TEXT, min_length=1, pattern=NO_CONTROL, description="A collection.", examples=["territories"]),
]
FeatureId = Annotated[
    str, Path(max_length=MAX_TEXT, min_length=1, pattern=NO_CONTROL, description="Id of a feature.", examples=["b1"])
]
Limit = Annotated[int, Query(ge=1, le=MAX_FEATURES, description="The most features of a page.", examples=[100])]
Offset = Annotated[int, Query(ge=0, le=10**9, description="Features before the page.", examples=[0])]
Bbox = Annotated[
    str | None,
    Query(
        max_length=MAX_TEXT,
        description="Only features that touch west,south,east,north; west may be east of east across the antimeridian.",
        examples=["9.4,47.0,9.7,47.3"],
    ),
]
BboxCrs = Annotated[
    str | None,
    Query(alias="bbox-crs", max_length=MAX_TEXT, description="Reference system of the bbox.", examples=[CRS84]),
]
Crs = Annotated[str | None, Query(max_length=MAX_TEXT, description="Reference system of the answer.", examples=[CRS84])]
Moment = Annotated[
    str | None,
    Query(
        alias="datetime",
        max_length=MAX_TEXT,
        description="Only features that hold at this moment or interval; they hold from their publication on.",
        examples=["2026-03-01T08:30:00Z/.."],
    ),
]
Names = Annotated[
    str | None,
    Query(
        max_length=10 * MAX_TEXT,
        description="Properties to write, separated by commas; all without it.",
        examples=["name"],
    ),
]
Of = Annotated[
    int | None,
    Query(ge=1, le=2**63 - 1, description="Version of the publication; the live one without it.", examples=[7]),
]
ANY_PROPERTY: dict[str, Any] = {
    "parameters": [
        {
            "name": "property",
            "in": "query",
            "required": False,
            "style": "form",
            "explode": True,
            "description": "Any property of the collection's queryables with its value, such as branch_id=b1.",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}, "examples": [{}]},
        }
    ]
}
API_DESCRIPTION: Responses = {
    200: {
        "description": "The description of these routes.",
        "content": {
            OPENAPI.partition(";")[0]: {"schema": {"type": "object"}, "example": {"openapi": "3.1.0", "paths": {}}}
        },
    }
}


@router.get("", summary="OGC API landing page", response_model=OgcLanding, responses=READ)
def ogc_landing(reading: ReadingNow) -> Response:
    """Where to go: conformance, description, collections, tiles."""
    require_known(reading)
    here = root(reading)
    body = {
        "title": f"gridgeo: {reading.published.ground}",
        "description": f"{MARKETING_ONLY['zh']} / {MARKETING_ONLY['en']}",
        "links": [
            link(here, "self"),
            link(f"{here}/api", "service-desc", OPENAPI),
            link(f"{here}/conformance", "conformance"),
            link(f"{here}/conformance", f"{RELATION}/conformance"),
            link(f"{here}/collections", "data"),
            link(f"{here}/collections", f"{RELATION}/data"),
            link(f"{here}/tiles", f"{RELATION}/tilesets-vector"),
            link(f"{here}/tileMatrixSets", f"{RELATION}/tiling-schemes"),
        ],
    }
    return reading.answer(("ogc", here), lambda: json_bytes(body))


@router.get("/conformance", summary="OGC API conformance", response_model=OgcConformance, responses=READ)
def ogc_conformance(reading: ReadingNow) -> Response:
    """List the classes of the standards that are kept; each is tested."""
    require_known(reading)
    return reading.answer(("ogc conformance",), lambda: json_bytes({"conformsTo": CONFORMANCE}))


@router.get("/api", summary="OGC API description", response_class=Response, responses=API_DESCRIPTION | READ)
def ogc_api(reading: ReadingNow) -> Response:
    """Describe these routes by OpenAPI."""
    require_known(reading)
    return reading.answer(("ogc api", __version__), lambda: json_bytes(_own_part(reading)), media_type=OPENAPI)


@router.get("/collections", summary="List collections", response_model=OgcCollections, responses=READ)
def ogc_collections(reading: ReadingNow) -> Response:
    """Every collection that the actor has, with its bounds, its publication and how fresh it is."""
    require_known(reading)
    here, names = root(reading), collection_names(reading.actor)
    states = [revision(reading, name) for name in names]

    def make() -> bytes:
        bodies = [collection_body(reading, name) for name in names]
        return json_bytes({"links": [link(f"{here}/collections", "self")], "collections": bodies})

    return reading.answer(("ogc collections", here, *states), make)


@router.get("/collections/{collection}", summary="Describe a collection", response_model=OgcCollection, responses=READ)
def ogc_collection(reading: ReadingNow, collection: Collection) -> Response:
    """One collection: bounds, reference systems, links, publication, dates."""
    require_known(reading)
    features_of(reading, collection)
    key = ("ogc collection", collection, root(reading), revision(reading, collection))
    return reading.answer(key, lambda: json_bytes(collection_body(reading, collection)))


@router.get(
    "/collections/{collection}/items",
    summary="Read features",
    response_class=GeoJson,
    response_model=OgcFeatures,
    responses=json_answer(GEOJSON, "OgcFeatures", "A page of features.") | READ,
    openapi_extra=ANY_PROPERTY,
)
def ogc_items(  # noqa: PLR0913 - the parameters of the standard
    reading: ReadingNow,
    collection: Collection,
    limit: Limit = 100,
    offset: Offset = 0,
    bbox: Bbox = None,  # noqa: ARG001 - read with its reference system
    bbox_crs: BboxCrs = None,  # noqa: ARG001
    crs: Crs = None,  # noqa: ARG001
    moment: Moment = None,
    properties: Names = None,  # noqa: ARG001
    publication: Of = None,
) -> Response:
    """Features as GeoJSON, a page at a time: follow the link `next`, which stays with the same publication.

    `bbox`, `datetime` and any property with its value choose features.
    """
    at = reading if publication is None else reading.at(publication)
    features = features_of(at, collection)
    require_known(at, (*COUNTED, *features.table.columns))
    page = page_from_query(at, limit, offset, moment)
    key = ("ogc items", collection, str(at.request.url), revision(at, collection))
    answer = at.answer(key, lambda: page_body(at, features, page), media_type=GEOJSON)
    answer.headers["content-crs"] = f"<{page.crs}>"
    return answer


@router.get(
    "/collections/{collection}/items/{feature}",
    summary="Read a feature",
    response_class=GeoJson,
    response_model=OgcFeature,
    responses=json_answer(GEOJSON, "OgcFeature", "One feature.") | READ,
)
def ogc_item(reading: ReadingNow, collection: Collection, feature: FeatureId, crs: Crs = None) -> Response:
    """One feature as GeoJSON."""
    require_known(reading, ("crs",))
    features = features_of(reading, collection)
    row, system = row_of(features, feature), check_crs(crs or CRS84)
    here = f"{root(reading)}/collections/{collection}"

    def make() -> bytes:
        (body,) = written(features, [row], system, None)
        links = [link(f"{here}/items/{feature}", "self", GEOJSON), link(here, "collection")]
        return json_bytes(body | {"links": links})

    key = ("ogc item", collection, feature, system, here, revision(reading, collection))
    answer = reading.answer(key, make, media_type=GEOJSON)
    answer.headers["content-crs"] = f"<{system}>"
    return answer


@router.get(
    "/collections/{collection}/queryables",
    summary="List what features may be chosen by",
    response_class=SchemaJson,
    response_model=OgcQueryables,
    responses=json_answer(SCHEMA, "OgcQueryables", "JSON Schema of the properties.") | READ,
)
def ogc_queryables(reading: ReadingNow, collection: Collection) -> Response:
    """Name the properties by which features may be chosen, with their types, as JSON Schema."""
    require_known(reading)
    types = property_types(features_of(reading, collection))
    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{root(reading)}/collections/{collection}/queryables",
        "type": "object",
        "title": TITLES[collection][0],
        "properties": {name: {"title": name, "type": kind} for name, kind in types.items()},
        "additionalProperties": False,
    }
    return reading.answer(("ogc queryables", collection, root(reading)), lambda: json_bytes(body), media_type=SCHEMA)


def _own_part(reading: Reading) -> dict[str, Any]:
    """Return the part of the service's description that is about these routes."""
    whole: dict[str, Any] = reading.request.app.openapi()
    return whole | {"paths": {path: item for path, item in whole["paths"].items() if path.startswith("/ogc")}}
