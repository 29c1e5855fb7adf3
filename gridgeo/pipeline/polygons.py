"""Cells of a polygon out of a file, through the one gate; needs no store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gridgeo.cells import CLI_LIMITS, admission, cell_strings, cells_from_polygon_guarded, to_wgs84
from gridgeo.domain import FloatArray
from gridgeo.sources.geojson import polygon_from_geojson


def fill_file(path: Path, datum: str, resolution: int) -> dict[str, Any]:
    """Return the cells whose centre lies inside the file's polygon.

    datum: wgs84, gcj02 or bd09, as the file's coordinates are. Returns resolution, datum, repaired (whether a
    self-crossing was mended), split (whether it was cut at the antimeridian), count and cells (hex strings, ascending).
    Raises InvalidInputError when the file, the datum or the polygon is not fit.
    """
    shape = polygon_from_geojson(path)
    admitted = admission(_in_wgs84(shape, datum), limits=CLI_LIMITS, resolution=resolution)
    cells = cells_from_polygon_guarded(admitted.polygon, resolution)
    return {
        "resolution": resolution,
        "datum": datum,
        "repaired": admitted.repaired,
        "split": admitted.split,
        "count": len(cells),
        "cells": cell_strings(cells),
    }


def _in_wgs84(shape: shapely.Geometry, datum: str) -> shapely.Geometry:
    def shifted(corners: FloatArray) -> FloatArray:
        return np.column_stack(to_wgs84(corners[:, 0], corners[:, 1], datum))

    # A polygon of absurd coordinates must reach the gate as it is, to be named there.
    return shape if datum == "wgs84" else shapely.transform(shapely.force_2d(shape), shifted)
