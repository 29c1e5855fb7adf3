"""What the routes of OGC API share: words, links, queries read, pages written."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
import shapely

from gridgeo.errors import InvalidInputError
from gridgeo.maps.crs import CRS84, KNOWN, boxes_from_numbers, check_crs, in_crs
from gridgeo.maps.notes import MARKETING_ONLY
from gridgeo.pipeline.feature_service import (
    ID_OF,
    Box,
    FeatureSet,
    Wanted,
    feature_set,
    matching,
    require_collection,
)
from gridgeo.pipeline.freshness import freshness
from gridgeo.pipeline.map_layers import grid_revisions
from gridgeo_api.deps import GEOJSON, JSON, Reading, json_bytes

FEATURES, TILES = "http://www.opengis.net/spec/ogcapi-features", "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
CONFORMANCE = (
    f"{FEATURES}-1/1.0/conf/core",
    f"{FEATURES}-1/1.0/conf/geojson",
    f"{FEATURES}-2/1.0/conf/crs",
    f"{FEATURES}-3/1.0/conf/queryables",
    f"{FEATURES}-3/1.0/conf/queryables-query-parameters",
    *(
        f"{TILES}/{name}"
        for name in ("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "mvt")
    ),
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
)
"""Nothing stands here that a test does not try."""
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"
SCHEMA = "application/schema+json"
RELATION = "http://www.opengis.net/def/rel/ogc/1.0"
MAX_FEATURES = 2_000
"""Features of one page: what is written within the time of a request."""
TITLES = {
    "branches": ("Branches", "places of branches with their sums"),
    "catchments": ("Catchments", "outlines of what a branch serves"),
    "cells": ("Cells", "H3 hexagons with their scores"),
    "grids": ("Area grids", "duty areas as they stand now, with status, stage and owner"),
    "territories": ("Territories", "responsible areas of relationship managers"),
}
COUNTED = ("limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "publication", "properties")
"""Parameters of a page of features; every other one must be a property."""


def link(href: str, rel: str, media_type: str = JSON, title: str = "") -> dict[str, Any]:
    """Return a link; braces in the address make it a template."""
    body = {"href": href, "rel": rel, "type": media_type, "title": title or rel}
    return body | ({"templated": True} if "{" in href else {})


def root(reading: Reading) -> str:
    """Return the address of the landing page."""
    return f"{reading.request.base_url}ogc"


def require_known(reading: Reading, known: Collection[str] = ()) -> None:
    """Raise InvalidInputError for a parameter that the address does not take, as the standard wants it."""
    unknown = [name for name in reading.request.query_params if name not in known]
    if unknown:
        raise InvalidInputError(
            "parameter {given} is not known here; known are {known}", given=unknown[0], known=", ".join(known) or "-"
        )


def features_of(reading: Reading, name: str) -> FeatureSet:
    """Return a collection, prepared once for the publication and scope."""
    require_collection(reading.actor, name)
    state = revision(reading, name)
    made: FeatureSet = reading.layer(
        f"ogc {name} {state}", lambda: feature_set(reading.connection, reading.actor, reading.published, name)
    )
    return made


def revision(reading: Reading, name: str) -> str:
    """Return the state of what changes between publications: the area grids."""
    return repr(grid_revisions(reading.connection, reading.actor)) if name == "grids" else ""


@dataclass(frozen=True)
class Page:
    """A page of features as it is asked for.

    boxes: west, south, east, north, degrees. moment: start and end of a time, None where open. equal: property ->
    text. names: properties to write, None for all.
    """

    limit: int
    offset: int
    crs: str
    boxes: tuple[Box, ...]
    moment: tuple[datetime | None, datetime | None] | None
    equal: dict[str, str]
    names: tuple[str, ...] | None


def page_from_query(reading: Reading, limit: int, offset: int, moment: str | None) -> Page:
    """Read the parameters of a page of features.

    Raises InvalidInputError for what is not valid, naming it; unknown properties are found when features are chosen.
    """
    given = reading.request.query_params
    names = given.get("properties")
    return Page(
        limit=limit,
        offset=offset,
        crs=check_crs(given.get("crs", CRS84)),
        boxes=_boxes(given.get("bbox"), check_crs(given.get("bbox-crs", CRS84))),
        moment=None if moment is None else _interval(moment),
        equal={name: value for name, value in given.items() if name not in COUNTED},
        names=None if names is None else tuple(part.strip() for part in names.split(",")),
    )


def _boxes(text: str | None, crs: str) -> tuple[Box, ...]:
    if text is None:
        return ()
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise InvalidInputError("bbox must be 4 or 6 finite numbers separated by commas, got {given}", given=text[:200])
    half = len(numbers) // 2
    return boxes_from_numbers((numbers[0], numbers[1], numbers[half], numbers[half + 1]), crs)


def _interval(text: str) -> tuple[datetime | None, datetime | None]:
    """Read a moment, or a start and an end with .. for an open one."""
    start, divided, end = text.partition("/")
    ends = (_moment(start), _moment(end)) if divided else (_moment(text), _moment(text))
    if divided and ends[0] and ends[1] and ends[0] > ends[1]:
        raise InvalidInputError("datetime must begin before it ends, got {given}", given=text[:200])
    return ends


def _moment(text: str) -> datetime | None:
    if text in ("", ".."):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(
            "datetime must be a moment or interval such as 2026-03-01T08:30:00Z/.., got {given}", given=text[:200]
        ) from error
    if found.tzinfo is None and "T" in text:
        raise InvalidInputError("datetime needs a time zone, such as Z, got {given}", given=text[:200])
    return found.astimezone() if found.tzinfo is None else found


def page_body(reading: Reading, features: FeatureSet, page: Page) -> bytes:
    """Return a page of features as GeoJSON with its links."""
    rows = matching(features, Wanted(page.boxes, page.equal))
    if page.moment is not None and page.moment[1] is not None and page.moment[1] < reading.published.published_at:
        # what is published holds from then on
        rows = rows[:0]
    shown = rows[page.offset : page.offset + page.limit]
    return json_bytes(
        {
            "type": "FeatureCollection",
            "features": written(features, shown, page.crs, page.names),
            "links": _page_links(reading, features.name, page, len(rows)),
            "numberMatched": len(rows),
            "numberReturned": len(shown),
        }
    )


def written(features: FeatureSet, rows: Any, crs: str, names: tuple[str, ...] | None) -> list[dict[str, Any]]:  # noqa: ANN401 - array of rows
    """Return features as GeoJSON. Raises InvalidInputError for a property that the collection does not have."""
    table = features.table
    unknown = [name for name in names or () if name not in table.columns]
    if unknown:
        raise InvalidInputError(
            "there is no property {name}; there are {known}", name=unknown[0], known=", ".join(table.columns)
        )
    ids = table[ID_OF[features.name]].gather(rows).to_list()
    records = table.select(names or table.columns)[rows].to_dicts()
    shapes = shapely.to_geojson(in_crs(features.shapes_of(rows), crs)).tolist()
    return [
        {"type": "Feature", "id": name, "geometry": orjson.Fragment(shape), "properties": record}
        for name, shape, record in zip(ids, shapes, records, strict=True)
    ]


def _page_links(reading: Reading, name: str, page: Page, matched: int) -> list[dict[str, Any]]:
    here = f"{root(reading)}/collections/{name}/items"
    asked = dict(reading.request.query_params)
    found = [
        link(f"{here}?{urlencode(asked)}" if asked else here, "self", GEOJSON),
        link(f"{root(reading)}/collections/{name}", "collection"),
    ]
    for rel, offset in (("next", page.offset + page.limit), ("prev", max(page.offset - page.limit, 0))):
        if (rel == "next" and offset < matched) or (rel == "prev" and page.offset > 0):
            # later pages are of the same publication, whatever is published meanwhile
            turned = asked | {"offset": str(offset), "limit": str(page.limit), "publication": str(reading.published.id)}
            found.append(link(f"{here}?{urlencode(turned)}", rel, GEOJSON))
    return found


def collection_body(reading: Reading, name: str) -> dict[str, Any]:
    """Return what is told of one collection."""
    here, features, published = f"{root(reading)}/collections/{name}", features_of(reading, name), reading.published
    title, words = TITLES[name]
    bounds = features.bounds
    extent: dict[str, Any] = {"temporal": {"interval": [[published.published_at.isoformat(), None]]}}
    return {
        "id": name,
        "title": title,
        "description": f"{words} ({MARKETING_ONLY['zh']} / {MARKETING_ONLY['en']})",
        "links": [
            link(here, "self"),
            link(f"{here}/items", "items", GEOJSON),
            link(f"{here}/queryables", f"{RELATION}/queryables", SCHEMA),
            link(f"{here}/tiles", f"{RELATION}/tilesets-vector"),
        ],
        "extent": extent | ({"spatial": {"bbox": [bounds], "crs": CRS84}} if bounds else {}),
        "itemType": "feature",
        "crs": list(KNOWN),
        "storageCrs": CRS84,
        "publication": published.id,
        "datum": published.datum,
        "synthetic": published.synthetic,
    } | freshness(reading.connection, published)
