"""Lines, points and polygons as vector tiles; few and irregular, so the general encoder does them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile
import numpy as np
import numpy.typing as npt
import shapely
from mapbox_vector_tile.encoder import on_invalid_geometry_make_valid

from gridgeo.domain.arrays import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.maps.mercator import EXTENT, check_tile, in_tile_units, projected, tile_box

BUFFER = 64
"""Tile units drawn beyond the edge."""
_TOLERANCE = 1.0
"""Tile units that a simplified line may be off: a sixteenth of a pixel on a 256 pixel tile."""

Property = str | int | float | bool | None


@dataclass(frozen=True)
class FeatureIndex:
    """Geometries in world units behind a tree of boxes, with their properties.

    layer: name in the tiles. properties: one record a geometry, without nulls. tree: over the geometries.
    """

    layer: str
    geometries: npt.NDArray[np.object_]
    properties: Sequence[Mapping[str, Property]]
    tree: shapely.STRtree


def feature_index(
    layer: str, geometries: npt.NDArray[np.object_], properties: Mapping[str, Sequence[Property]]
) -> FeatureIndex:
    """Prepare geometries for `features_tile`.

    geometries: shapely points, lines or polygons, lng, lat degrees, shape (n,). properties: name -> n values; null
    leaves the property out.
    Raises InvalidInputError when a column has another length.
    """
    shapes = np.asarray(geometries, dtype=np.object_)
    for name, values in properties.items():
        if len(values) != len(shapes):
            raise InvalidInputError(
                "property {name} has {given} values for {features} features",
                name=name,
                given=len(values),
                features=len(shapes),
            )
    columns = [properties[name] for name in properties]
    records = [
        {name: value for name, value in zip(properties, row, strict=True) if value is not None}
        for row in (zip(*columns, strict=True) if columns else ((),) * len(shapes))
    ]
    world = np.asarray(shapely.transform(shapes, projected), dtype=np.object_)
    return FeatureIndex(layer=layer, geometries=world, properties=records, tree=shapely.STRtree(world))


def features_tile(index: FeatureIndex, z: int, x: int, y: int, *, most: int | None = None) -> bytes:
    """Encode the features that a tile touches; nothing there gives no bytes.

    most: so many of the largest by area, all when None.

    Feature ids are positions in the index. Geometry is simplified to one tile unit, cut 64 units beyond the tile and
    wound as version 2 of the specification wants.
    Raises InvalidInputError when the tile does not exist.
    """
    check_tile(z, x, y)
    frame = tile_box(z, x, y, BUFFER)
    rows = np.sort(index.tree.query(frame, predicate="intersects")).astype(np.int64)
    if most is not None and len(rows) > most:
        largest = np.argsort(-shapely.area(index.geometries[rows]), kind="stable")[:most]
        rows = np.sort(rows[largest])
    drawn = _drawn(index.geometries[rows], z, x, y)
    kept = np.flatnonzero(~shapely.is_empty(drawn))
    if len(kept) == 0:
        return b""
    features = [_feature(index, row, shape) for row, shape in zip(rows[kept].tolist(), drawn[kept], strict=True)]
    options = {"y_coord_down": True, "extents": EXTENT, "on_invalid_geometry": on_invalid_geometry_make_valid}
    tile: bytes = mapbox_vector_tile.encode([{"name": index.layer, "features": features}], default_options=options)
    return tile


def _feature(index: FeatureIndex, row: int, shape: shapely.Geometry) -> dict[str, Any]:
    return {"geometry": shape, "properties": dict(index.properties[row]), "id": row}


def _drawn(world: npt.NDArray[np.object_], z: int, x: int, y: int) -> npt.NDArray[np.object_]:
    """Return the geometries in whole tile units, cut to the buffered tile."""

    def to_tile(corners: FloatArray) -> FloatArray:
        return in_tile_units(corners, z, x, y)

    scaled = shapely.transform(world, to_tile)
    simple = shapely.simplify(scaled, _TOLERANCE, preserve_topology=True)
    cut = shapely.clip_by_rect(simple, -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    whole = np.asarray(shapely.set_precision(cut, 1.0), dtype=np.object_)
    return _same_dimension(whole, shapely.get_dimensions(world))


def _same_dimension(shapes: npt.NDArray[np.object_], dimensions: npt.NDArray[np.int32]) -> npt.NDArray[np.object_]:
    """Empty what cutting and rounding has flattened: a polygon that became a line, a line that became a point."""
    flattened = shapely.get_dimensions(shapes) != dimensions
    shapes[flattened] = shapely.Point()
    return shapes
