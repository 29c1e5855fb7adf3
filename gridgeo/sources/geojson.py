"""One geometry out of a GeoJSON file, read by our own parser: files from outside never reach GDAL by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import shapely

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.geojson import geojson_object


def polygon_from_geojson(path: Path) -> shapely.Geometry:
    """Return the Polygon or MultiPolygon of a file that holds a geometry, a feature or a collection of one feature.

    The coordinates are as they stand in the file; validity is for `gridgeo.cells.admit_polygon` to judge.
    Raises InvalidInputError when the file is missing, too large or too deep, not GeoJSON, or holds anything else.
    """
    geometry = geometry_of_file(path)
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry))
    except (shapely.errors.GEOSException, TypeError) as error:
        raise InvalidInputError(
            "{path} is not a valid GeoJSON polygon: {detail}", path=path, detail=str(error)
        ) from error
    if not isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        raise InvalidInputError(
            "{path} must hold a Polygon or MultiPolygon, got {given}",
            path=path,
            given=getattr(shape, "geom_type", "nothing"),
        )
    return shape


def geometry_of_file(path: Path) -> dict[str, Any]:
    """Return the geometry of a GeoJSON file that holds a geometry, a feature, or a collection of one feature.

    Raises InvalidInputError when it holds anything else.
    """
    body = geojson_object(path)
    if body.get("type") == "FeatureCollection":
        features = body.get("features")
        if not isinstance(features, list) or len(features) != 1 or not isinstance(features[0], dict):
            raise InvalidInputError(
                "{path} must hold exactly one feature, got {given}",
                path=path,
                given=len(features) if isinstance(features, list) else 0,
            )
        body = features[0]
    inner = body.get("geometry") if body.get("type") == "Feature" else body
    if not isinstance(inner, dict) or "type" not in inner:
        raise InvalidInputError("{path} holds no geometry", path=path)
    return inner
