"""Lines, points and polygons read back by the decoder."""

from __future__ import annotations

from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from gridgeo.errors import InvalidInputError
from gridgeo.maps import feature_index, features_tile

Z, X, Y = 12, 2156, 1438
SIDE_DEG = 360.0 / 2**Z
WEST = X * SIDE_DEG - 180.0


def _decoded(data: bytes, layer: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})[layer][
        "features"
    ]
    return found


def _middle() -> tuple[float, float]:
    """Return lng and lat of a point well inside the tile, found without gridgeo's projection."""
    lng = WEST + SIDE_DEG / 2
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (Y + 0.5) / 2**Z))))
    return lng, float(lat)


def test_a_point_in_the_middle_of_a_tile_is_there_with_its_properties() -> None:
    index = feature_index(
        "branches", np.array([shapely.Point(*_middle())]), {"name": ["支行"], "rank": [3], "gone": [None]}
    )
    (feature,) = _decoded(features_tile(index, Z, X, Y), "branches")
    assert feature["geometry"] == {"type": "Point", "coordinates": [2048, 2048]}
    assert feature["properties"] == {"name": "支行", "rank": 3}
    assert features_tile(index, Z, X + 1, Y) == b""


def test_lines_and_polygons_are_cut_at_the_buffer() -> None:
    lng, lat = _middle()
    shapes = np.array(
        [shapely.LineString([(lng - 1, lat), (lng + 1, lat)]), shapely.box(lng - 1, lat - 1, lng + 1, lat + 1)]
    )
    features = _decoded(features_tile(feature_index("streets", shapes, {"id": ["a", "b"]}), Z, X, Y), "streets")
    line, polygon = (shapely.geometry.shape(feature["geometry"]) for feature in features)
    assert line.bounds[::2] == (-64, 4160)
    assert polygon.equals(shapely.box(-64, -64, 4160, 4160))
    assert [feature["id"] for feature in features] == [0, 1]


def test_of_too_many_the_largest_are_kept() -> None:
    lng, lat = _middle()
    shapes = np.array([shapely.box(lng, lat, lng + size, lat + size) for size in (0.002, 0.006, 0.001, 0.004)])
    index = feature_index("buildings", shapes, {})
    kept = _decoded(features_tile(index, Z, X, Y, most=2), "buildings")
    assert [feature["id"] for feature in kept] == [1, 3]
    assert len(_decoded(features_tile(index, Z, X, Y), "buildings")) == 4


def test_polygons_keep_holes_and_parts() -> None:
    lng, lat = _middle()
    part, hole = (
        shapely.box(lng - 0.02, lat - 0.01, lng, lat + 0.01),
        shapely.box(lng - 0.012, lat - 0.004, lng - 0.008, lat),
    )
    shape = shapely.union_all([part - hole, shapely.box(lng + 0.01, lat, lng + 0.02, lat + 0.01)])
    (feature,) = _decoded(features_tile(feature_index("boundaries", np.array([shape]), {}), Z, X, Y), "boundaries")
    found = shapely.geometry.shape(feature["geometry"])
    assert found.is_valid
    assert len(found.geoms) == 2
    assert sum(len(piece.interiors) for piece in found.geoms) == 1
    scale = 4096 / SIDE_DEG
    # Mercator stretches north to south by 1 / cos(lat)
    expected = shape.area * scale**2 / np.cos(np.radians(lat))
    assert found.area == pytest.approx(expected, rel=0.01)


def test_what_is_smaller_than_a_tile_unit_vanishes_and_points_do_not() -> None:
    lng, lat = _middle()
    shapes = np.array([shapely.Point(lng, lat).buffer(1e-6), shapely.Point(lng, lat)])
    features = _decoded(features_tile(feature_index("mixed", shapes, {}), Z, X, Y), "mixed")
    assert [feature["id"] for feature in features] == [1]


def test_an_empty_index_gives_empty_tiles() -> None:
    index = feature_index("streets", np.empty(0, dtype=object), {"name": []})
    assert features_tile(index, 0, 0, 0) == b""


def test_properties_must_fit_the_geometries() -> None:
    with pytest.raises(InvalidInputError, match="property name has 2 values for 1 features"):
        feature_index("branches", np.array([shapely.Point(0, 0)]), {"name": ["a", "b"]})


def test_tiles_that_do_not_exist_are_refused() -> None:
    index = feature_index("branches", np.array([shapely.Point(0, 0)]), {})
    with pytest.raises(InvalidInputError, match="does not exist"):
        features_tile(index, 1, 2, 0)
