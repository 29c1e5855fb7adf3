"""Branches and their catchments."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat

from gridgeo_api.schemas.common import answer_config

BRANCH = {
    "id": "b1",
    "name": "Vaduz",
    "kind": "branch",
    "lng": 9.5215,
    "lat": 47.141,
    "synthetic": True,
    "cells": 758,
    "people": 18241.0,
    "customers": 2790.4,
    "merchants": 112.0,
    "rms": 3,
}


class Branch(BaseModel):
    """A branch with the sums over its catchment; customers are expected counts.

    To a consumer sums are those of the cells that show the count, null where none does.
    """

    model_config = answer_config(BRANCH)

    id: str
    name: str
    kind: str
    lng: FiniteFloat | None
    lat: FiniteFloat | None
    synthetic: bool
    cells: int
    people: FiniteFloat | None
    customers: FiniteFloat | None
    merchants: FiniteFloat | None
    rms: int


class Branches(BaseModel):
    """The branches in the actor's scope; version is the publication. With `fields` an entry has those only."""

    model_config = answer_config({"version": 7, "branches": [BRANCH], "total": 1, "next": None})

    version: int
    branches: list[Branch]
    total: int
    next: str | None


class CatchmentProperties(BaseModel):
    """How a catchment was drawn and how many cells it holds."""

    model_config = ConfigDict(extra="forbid")

    branch_id: str
    name: str
    method: str
    label: str
    cells: int


class Geometry(BaseModel):
    """A GeoJSON geometry, WGS 84; streets are lines, together with ground a collection that has geometries."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["Polygon", "MultiPolygon", "LineString", "MultiLineString", "GeometryCollection"]
    coordinates: list[Any] = []
    geometries: list[dict[str, Any]] = []


class Catchment(BaseModel):
    """One catchment as a GeoJSON feature."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["Feature"]
    id: str
    geometry: Geometry
    properties: CatchmentProperties


class Catchments(BaseModel):
    """The catchments in scope as a GeoJSON FeatureCollection."""

    model_config = answer_config(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": "b1",
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [[[9.5, 47.1], [9.6, 47.1], [9.6, 47.2], [9.5, 47.1]]],
                    },
                    "properties": {
                        "branch_id": "b1",
                        "name": "Vaduz",
                        "method": "drive_time",
                        "label": "nearest branch by drive time",
                        "cells": 758,
                    },
                }
            ],
        }
    )

    type: Literal["FeatureCollection"]
    features: list[Catchment]
