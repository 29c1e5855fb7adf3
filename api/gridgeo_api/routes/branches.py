"""Branches and their catchments."""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
import polars as pl
import shapely
from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo.pipeline import browse
from gridgeo.pipeline.feeds import require_room
from gridgeo_api.deps import GEOJSON, ReadingNow, json_bytes
from gridgeo_api.openapi import json_answer, problems
from gridgeo_api.paging import Listing, PageQuery, listed, page_of_frame
from gridgeo_api.schemas import Branches, Catchments

router = APIRouter(tags=["branches"])
BRANCHES = Listing("branches", "id", ("id", "name", "people", "customers", "merchants", "cells", "rms"))
Outline = Annotated[
    Literal["cells", "stated"],
    Query(
        description="The line around the cells, or the one that a catchment is stated by where it has one.",
        examples=["stated"],
    ),
]
COORDINATE_DEGREES = 1e-7
"""About a centimetre; more digits say nothing and double the answer."""


@router.get(
    "/branches",
    summary="List the branches",
    response_model=Branches,
    responses=problems(304, 401, 404, 422, 503),
)
def list_branches(reading: ReadingNow, asked: Annotated[PageQuery, Query()]) -> Response:
    """Branches in scope with the sums over their catchments."""

    def body() -> bytes:
        table = browse.branches(reading.connection, reading.actor, reading.published)
        page = page_of_frame(table, BRANCHES, asked)
        return json_bytes({"version": reading.published.id} | listed("branches", page))

    return reading.answer(("branches", *asked.as_key()), body, again=True)


@router.get(
    "/catchments",
    summary="List the catchments as GeoJSON",
    response_model=Catchments,
    responses=json_answer(GEOJSON, "Catchments", "The catchments in scope.") | problems(304, 401, 404, 422, 503),
)
def list_catchments(reading: ReadingNow, outline: Outline = "cells") -> Response:
    """Catchment polygons in scope, WGS 84, each with the method that drew it."""
    stated = outline == "stated"

    def body() -> bytes:
        found = browse.catchments(reading.connection, reading.actor, reading.published, stated=stated)
        return feature_collection(found)

    return reading.answer(("catchments", outline), body, media_type=GEOJSON, again=True)


def feature_collection(catchments: pl.DataFrame) -> bytes:
    """Return catchments as a GeoJSON FeatureCollection; InvalidInputError for more than one answer holds."""
    lines = shapely.from_wkb(catchments["geometry"].to_numpy())
    require_room(lines, "catchments")
    shapes = shapely.set_precision(lines, COORDINATE_DEGREES)
    features = [
        {"type": "Feature", "id": row["branch_id"], "geometry": orjson.Fragment(geometry), "properties": row}
        for row, geometry in zip(
            catchments.drop("geometry").iter_rows(named=True), shapely.to_geojson(shapes), strict=True
        )
    ]
    return json_bytes({"type": "FeatureCollection", "features": features})
