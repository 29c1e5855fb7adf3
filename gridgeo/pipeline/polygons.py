"""One polygon out of a file, through the one gate; its cells need no store."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyproj
import shapely

from gridgeo.cells import CLI_LIMITS, admission, cell_strings, cells_from_polygon_guarded, shape_to_house
from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import ReadOptions, open_table
from gridgeo.sources.geojson import polygon_from_geojson

GEOJSON_ENDINGS = (".geojson", ".json")
DEGREES = ("EPSG:4326", "EPSG:4490", "OGC:CRS84")
"""Longitude and latitude; the datum that was declared says which."""


def fill_file(path: Path, datum: str, resolution: int) -> dict[str, Any]:
    """Return the cells whose centre lies inside the file's polygon.

    datum: wgs84, gcj02 or bd09, as the file's coordinates are. Returns resolution, datum, repaired (whether a
    self-crossing was mended), split (whether it was cut at the antimeridian), count and cells (hex strings, ascending).
    Raises InvalidInputError when the file, the datum or the polygon is not fit.
    """
    shape = shape_to_house(np.array([polygon_from_file(path, datum)], dtype=object), datum, "wgs84")[0]
    admitted = admission(shape, limits=CLI_LIMITS, resolution=resolution)
    cells = cells_from_polygon_guarded(admitted.polygon, resolution)
    return {
        "resolution": resolution,
        "datum": datum,
        "repaired": admitted.repaired,
        "split": admitted.split,
        "count": len(cells),
        "cells": cell_strings(cells),
    }


def polygon_from_file(path: Path, datum: str, layer: str | None = None) -> shapely.Geometry:
    """Return the one polygon of a file of any format with shapes: GeoJSON, GeoPackage, shapefile in a zip, Parquet.

    datum: as declared for degrees. layer: of a file with several. A projected CRS that the file names is turned into
    degrees of WGS 84, and then no other datum may be declared.
    Raises InvalidInputError when the file holds no polygon or several, or its CRS contradicts the datum.
    """
    if path.suffix.lower() in GEOJSON_ENDINGS:
        return polygon_from_geojson(path)
    table = open_table(path, ReadOptions(layer=layer))
    if not table.has_geometry:
        raise InvalidInputError("{path} holds no shapes", path=path)
    rows = pl.concat([batch.select("geometry") for batch in table.batches()] or [pl.DataFrame({"geometry": []})])
    if rows.height != 1:
        raise InvalidInputError("{path} must hold exactly one feature, got {given}", path=path, given=rows.height)
    shape: shapely.Geometry = shapely.from_wkb(rows["geometry"][0])
    if table.crs is None or table.crs in DEGREES:
        return shape
    if datum not in ("wgs84", "cgcs2000"):
        raise InvalidInputError(
            "{path} is in {crs}, which leads to wgs84, not to {datum}", path=path, crs=table.crs, datum=datum
        )
    return _in_degrees(shape, table.crs)


def source_of(path: Path) -> dict[str, Any]:
    """Return the name and the digest of a file, to be kept beside what was read from it."""
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _in_degrees(shape: shapely.Geometry, crs: str) -> shapely.Geometry:
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)

    def moved(corners: FloatArray) -> FloatArray:
        return np.column_stack(to_degrees.transform(corners[:, 0], corners[:, 1]))

    answer: shapely.Geometry = shapely.transform(shapely.force_2d(shape), moved)
    return answer
