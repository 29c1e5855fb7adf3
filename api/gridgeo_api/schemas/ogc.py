"""Answers of OGC API Features and Tiles; the members are the standards'."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, FiniteFloat

from gridgeo_api.schemas.common import answer_config
from gridgeo_api.schemas.session import DATA_DATES, DataDates

BASE = "http://127.0.0.1:8321/ogc"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
QUAD = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
SELF = {"href": BASE, "rel": "self", "type": "application/json", "title": "gridgeo"}
EXTENT: dict[str, Any] = {
    "spatial": {"bbox": [[9.47, 47.05, 9.64, 47.27]], "crs": CRS84},
    "temporal": {"interval": [["2026-03-01T08:30:00+00:00", None]]},
}
COLLECTION = {
    "id": "territories",
    "title": "Territories",
    "description": "Responsible areas of relationship managers (仅供营销,不用于授信审批 / for marketing only)",
    "links": [{"href": f"{BASE}/collections/territories/items", "rel": "items", "type": "application/geo+json"}],
    "extent": EXTENT,
    "itemType": "feature",
    "crs": [CRS84],
    "storageCrs": CRS84,
    "publication": 7,
    "published_at": "2026-03-01T08:30:00+00:00",
    "data_dates": DATA_DATES,
    "datum": "wgs84",
    "synthetic": True,
}
FEATURE = {
    "type": "Feature",
    "id": "T-s1",
    "geometry": {"type": "Point", "coordinates": [9.5, 47.1]},
    "properties": {"id": "T-s1", "name": "Anna"},
}
TILESET = {
    "title": "Territories",
    "description": "for marketing only, not for credit decisions",
    "dataType": "vector",
    "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
    "tileMatrixSetURI": QUAD,
    "links": [SELF],
}


class OgcLink(BaseModel):
    """A link; templated where the address has variables in braces."""

    model_config = answer_config(SELF)

    href: str
    rel: str
    type: str | None = None
    title: str | None = None
    templated: bool | None = None


class OgcLanding(BaseModel):
    """Where to go from here."""

    model_config = answer_config({"title": "gridgeo", "description": "a bank's grids", "links": [SELF]})

    title: str
    description: str
    links: list[OgcLink]


class OgcConformance(BaseModel):
    """The classes of the standards that the service keeps; each is tested."""

    model_config = answer_config({"conformsTo": ["http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"]})

    conformsTo: list[str]  # noqa: N815 - the standard's name


class OgcSpatial(BaseModel):
    """Bounds: west, south, east, north."""

    model_config = answer_config(EXTENT["spatial"])

    bbox: list[tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat]]
    crs: str


class OgcTemporal(BaseModel):
    """From when the features hold; the end is open."""

    model_config = answer_config(EXTENT["temporal"])

    interval: list[tuple[datetime, datetime | None]]


class OgcExtent(BaseModel):
    """Where and since when."""

    model_config = answer_config(EXTENT)

    spatial: OgcSpatial | None = None
    temporal: OgcTemporal


class OgcCollection(BaseModel):
    """One collection, with the publication it shows and how fresh that is."""

    model_config = answer_config(COLLECTION)

    id: str
    title: str
    description: str
    links: list[OgcLink]
    extent: OgcExtent
    itemType: Literal["feature"]  # noqa: N815 - the standard's name
    crs: list[str]
    storageCrs: str  # noqa: N815 - the standard's name
    publication: int
    published_at: datetime
    data_dates: DataDates
    datum: str
    synthetic: bool


class OgcCollections(BaseModel):
    """Every collection that the actor has."""

    model_config = answer_config({"links": [SELF], "collections": [COLLECTION]})

    links: list[OgcLink]
    collections: list[OgcCollection]


class OgcFeature(BaseModel):
    """One feature as GeoJSON; coordinates in the system that Content-Crs names."""

    model_config = answer_config(FEATURE | {"links": [SELF]})

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]
    links: list[OgcLink] = Field(default_factory=list)


class OgcFeatures(BaseModel):
    """A page of features as GeoJSON."""

    model_config = answer_config(
        {
            "type": "FeatureCollection",
            "features": [FEATURE],
            "links": [SELF],
            "numberMatched": 1,
            "numberReturned": 1,
        }
    )

    type: Literal["FeatureCollection"]
    features: list[OgcFeature]
    links: list[OgcLink]
    numberMatched: int  # noqa: N815 - the standard's name
    numberReturned: int  # noqa: N815 - the standard's name


class OgcQueryables(BaseModel):
    """The properties by which a collection may be filtered, as JSON Schema."""

    model_config = answer_config(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{BASE}/collections/territories/queryables",
            "type": "object",
            "title": "Territories",
            "properties": {"id": {"title": "id", "type": "string"}},
            "additionalProperties": False,
        }
    )

    draft: str = Field(alias="$schema")
    address: str = Field(alias="$id")
    type: Literal["object"]
    title: str
    properties: dict[str, dict[str, str]]
    additionalProperties: bool  # noqa: N815 - the standard's name


class OgcTileset(BaseModel):
    """A tile set: what it holds, in which matrix set, where its tiles are."""

    model_config = answer_config(TILESET)

    title: str
    description: str | None = None
    dataType: Literal["vector"]  # noqa: N815 - the standard's name
    crs: str
    tileMatrixSetURI: str  # noqa: N815 - the standard's name
    links: list[OgcLink]
    layers: list[dict[str, Any]] | None = None
    boundingBox: dict[str, Any] | None = None  # noqa: N815 - the standard's name


class OgcTilesets(BaseModel):
    """The tile sets of a collection or of the whole."""

    model_config = answer_config({"tilesets": [TILESET], "links": [SELF]})

    tilesets: list[OgcTileset]
    links: list[OgcLink]


class OgcMatrixSets(BaseModel):
    """The tile matrix sets that tiles are cut by."""

    model_config = answer_config({"tileMatrixSets": [{"id": "WebMercatorQuad", "uri": QUAD, "links": [SELF]}]})

    tileMatrixSets: list[dict[str, Any]]  # noqa: N815 - the standard's name


class OgcMatrixSet(BaseModel):
    """One tile matrix set with its levels."""

    model_config = answer_config(
        {
            "id": "WebMercatorQuad",
            "uri": QUAD,
            "title": "Google Maps Compatible for the World",
            "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
            "orderedAxes": ["X", "Y"],
            "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
            "tileMatrices": [{"id": "0"}],
        }
    )

    id: str
    uri: str
    title: str
    crs: str
    orderedAxes: list[str]  # noqa: N815 - the standard's name
    wellKnownScaleSet: str  # noqa: N815 - the standard's name
    tileMatrices: list[dict[str, Any]]  # noqa: N815 - the standard's name
