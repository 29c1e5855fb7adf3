"""Own tiles, read back by an independent decoder and compared with h3-py's corners projected here."""

from __future__ import annotations

import math

import h3
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from gridgeo.cells import cell_strings, cells_from_points, cells_from_polygon, centres
from gridgeo.domain.arrays import CellArray, FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.maps import TileIndex, cells_tile, resolution_at_zoom, tile_index

EXTENT, BUFFER = 4096, 64


def _tile_of(lng: float, lat: float, z: int) -> tuple[int, int]:
    side = 2**z
    return int((lng + 180) / 360 * side), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)


def _in_tile(lng: float, lat: float, z: int, x: int, y: int) -> tuple[float, float]:
    """Project by the formula of the slippy map, independent of gridgeo."""
    side = 2**z
    world_x = (lng + 180) / 360 * side
    world_y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side
    return (world_x - x) * EXTENT, (world_y - y) * EXTENT


def _outline(name: str, z: int, x: int, y: int) -> shapely.Polygon:
    return shapely.Polygon([_in_tile(lng, lat, z, x, y) for lat, lng in h3.cell_to_boundary(name)])


def _decoded(data: bytes) -> list[dict[str, object]]:
    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    return layers["cells"]["features"] if layers else []


@pytest.fixture(scope="module")
def index(patch: CellArray, columns: dict[str, FloatArray]) -> TileIndex:
    return tile_index(patch, columns)


@pytest.mark.parametrize("z", [11, 12, 13, 14, 16])
def test_a_tile_holds_exactly_the_hexagons_that_touch_it_in_their_place(
    index: TileIndex, patch: CellArray, z: int
) -> None:
    x, y = _tile_of(9.55, 47.15, z)
    found = {
        str(item["properties"]["cell"]): shapely.geometry.shape(item["geometry"])
        for item in _decoded(cells_tile(index, z, x, y))
    }  # type: ignore[index,call-overload]
    frame = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    expected = {name: _outline(name, z, x, y) & frame for name in cell_strings(patch)}
    # what only grazes the frame may round to nothing
    assert {name for name, shape in expected.items() if shape.area > 4 * EXTENT / 100} <= set(found)
    assert set(found) <= {name for name, shape in expected.items() if not shape.is_empty}
    for name, shape in found.items():
        assert shape.hausdorff_distance(expected[name]) < 1.5


@pytest.mark.parametrize("z", [3, 8, 12, 15, 19, 22])
def test_nothing_reaches_beyond_the_buffer(index: TileIndex, z: int) -> None:
    for item in _decoded(cells_tile(index, z, *_tile_of(9.55, 47.15, z))):
        low_x, low_y, high_x, high_y = shapely.geometry.shape(item["geometry"]).bounds  # type: ignore[call-overload]
        assert min(low_x, low_y) >= -BUFFER
        assert max(high_x, high_y) <= EXTENT + BUFFER


def _commands(data: bytes) -> list[tuple[int, list[int]]]:
    """Return (id, drawing numbers) of each feature as they stand in the bytes."""
    tile = vector_tile_pb2.tile()
    tile.ParseFromString(data)
    assert [layer.version for layer in tile.layers] == [2]
    assert [layer.extent for layer in tile.layers] == [EXTENT]
    return [(feature.id, list(feature.geometry)) for layer in tile.layers for feature in layer.features]


@pytest.mark.parametrize("z", [6, 12, 17, 21])
def test_rings_are_closed_clockwise_on_the_screen_and_without_repeated_points(index: TileIndex, z: int) -> None:
    drawn = _commands(cells_tile(index, z, *_tile_of(9.55, 47.15, z)))
    assert drawn
    for _, numbers in drawn:
        count = numbers[3] >> 3
        assert (numbers[0], numbers[3] & 7, numbers[-1]) == (9, 2, 15)
        assert len(numbers) == 5 + 2 * count
        steps = np.array([*numbers[1:3], *numbers[4:-1]]).reshape(-1, 2)
        steps = (steps >> 1) ^ -(steps & 1)
        assert (steps[1:] != 0).any(axis=1).all()
        corners = np.cumsum(steps, axis=0)
        following = np.roll(corners, -1, axis=0)
        twice_area = (corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1]).sum()
        assert twice_area > 0


def test_attributes_are_the_columns_and_nothing_stands_for_null(
    index: TileIndex, patch: CellArray, columns: dict[str, FloatArray]
) -> None:
    place = {name: position for position, name in enumerate(cell_strings(patch))}
    seen_null = False
    for item in _decoded(cells_tile(index, 12, *_tile_of(9.55, 47.15, 12))):
        properties = dict(item["properties"])  # type: ignore[call-overload]
        row = place[properties.pop("cell")]
        expected = {name: values[row] for name, values in columns.items() if not np.isnan(values[row])}
        assert properties == expected
        seen_null |= "penetration" not in properties
    assert seen_null


def test_only_the_named_columns_are_written(index: TileIndex) -> None:
    features = _decoded(cells_tile(index, 12, *_tile_of(9.55, 47.15, 12), names=["people"]))
    assert {key for item in features for key in item["properties"]} == {"cell", "people"}  # type: ignore[attr-defined]
    with pytest.raises(InvalidInputError, match="unknown columns"):
        cells_tile(index, 12, 0, 0, names=["wealth"])


def test_feature_ids_are_dense_and_the_same_in_every_tile(index: TileIndex, patch: CellArray) -> None:
    ids: dict[str, int] = {}
    for x in range(2155, 2158):
        for y in range(1435, 1440):
            for item in _decoded(cells_tile(index, 12, x, y)):
                name = str(item["properties"]["cell"])  # type: ignore[index]
                assert ids.setdefault(name, int(item["id"])) == item["id"]  # type: ignore[call-overload]
    assert ids == {name: position for position, name in enumerate(cell_strings(patch))}


def test_the_order_of_cells_does_not_matter(patch: CellArray, columns: dict[str, FloatArray], index: TileIndex) -> None:
    order = np.random.default_rng(0).permutation(len(patch))
    shuffled = tile_index(patch[order], {name: values[order] for name, values in columns.items()})
    x, y = _tile_of(9.55, 47.15, 12)
    assert sorted(map(str, _decoded(cells_tile(shuffled, 12, x, y)))) == sorted(
        map(str, _decoded(cells_tile(index, 12, x, y)))
    )


def test_low_zooms_show_parents_with_sums_and_recomputed_shares(
    index: TileIndex, columns: dict[str, FloatArray]
) -> None:
    z = 8
    features = _decoded(cells_tile(index, z, *_tile_of(9.55, 47.15, z)))
    resolutions = {h3.get_resolution(item["properties"]["cell"]) for item in features}  # type: ignore[index]
    assert resolutions == {resolution_at_zoom(9, z)} == {7}
    for name in ("people", "customers"):
        total = sum(item["properties"][name] for item in features)  # type: ignore[index]
        assert total == pytest.approx(columns[name].sum(), rel=1e-9)
    for item in features:
        values = item["properties"]
        if values["people"] > 0:  # type: ignore[index]
            assert values["penetration"] == pytest.approx(values["customers"] / values["people"])  # type: ignore[index]
        else:
            assert "penetration" not in values  # type: ignore[operator]


def test_a_share_without_its_parts_and_an_unknown_column_do_not_roll_up(
    patch: CellArray, columns: dict[str, FloatArray]
) -> None:
    lonely = tile_index(patch, {"penetration": columns["penetration"], "rank": np.ones(len(patch))})
    features = _decoded(cells_tile(lonely, 8, *_tile_of(9.55, 47.15, 8)))
    assert {key for item in features for key in item["properties"]} == {"cell"}  # type: ignore[attr-defined]
    features = _decoded(cells_tile(lonely, 12, *_tile_of(9.55, 47.15, 12)))
    assert {key for item in features for key in item["properties"]} == {"cell", "penetration", "rank"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("resolution", "first_zoom"), [(7, 8), (8, 10), (9, 11), (10, 13), (11, 14)])
def test_cells_are_drawn_themselves_from_the_zoom_that_the_rule_names(resolution: int, first_zoom: int) -> None:
    assert resolution_at_zoom(resolution, first_zoom) == resolution
    assert resolution_at_zoom(resolution, first_zoom - 1) < resolution
    drawn = [resolution_at_zoom(resolution, z) for z in range(23)]
    assert drawn == sorted(drawn)
    for z in range(23):
        tile_km2 = (40_075.017 / 2**z) ** 2
        held = tile_km2 / h3.average_hexagon_area(drawn[z], unit="km^2")
        assert held <= 5_000


def test_tiles_without_cells_have_no_bytes(index: TileIndex) -> None:
    assert cells_tile(index, 12, 0, 0) == b""
    assert cells_tile(index, 0, 0, 0) != b""


@pytest.mark.parametrize("tile", [(-1, 0, 0), (23, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_tiles_that_do_not_exist_are_refused(index: TileIndex, tile: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidInputError):
        cells_tile(index, *tile)


def test_columns_must_fit_the_cells(patch: CellArray) -> None:
    with pytest.raises(InvalidInputError, match="column people has 1 values"):
        tile_index(patch, {"people": np.ones(1)})


@settings(deadline=None, max_examples=25)
@given(
    st.floats(-179, 179),
    st.floats(-80, 80),
    st.sampled_from([7, 9, 11]),
    st.integers(9, 20),
    st.integers(0, 10_000),
)
def test_every_hexagon_of_a_tile_lies_where_h3_says_anywhere_on_earth(
    lng: float, lat: float, resolution: int, z: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    near = 0.02 * rng.normal(size=(2, 40))
    cells = np.unique(cells_from_points(np.clip(lng + near[0], -180, 180), lat + near[1], resolution))
    x, y = _tile_of(lng, lat, z)
    drawn = resolution_at_zoom(resolution, z)
    frame = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    for item in _decoded(cells_tile(tile_index(cells, {}), z, x, y)):
        name = item["properties"]["cell"]  # type: ignore[index]
        assert h3.get_resolution(name) == drawn
        shape = shapely.geometry.shape(item["geometry"])  # type: ignore[call-overload]
        assert shape.hausdorff_distance(_outline(name, z, x, y) & frame) < 1.5


def test_cells_at_the_ends_of_the_world_are_drawn_on_their_own_side() -> None:
    for lng in (-179.9999, 179.9999):
        cells = cells_from_points([lng], [0.0], 9)
        middle_lng, middle_lat = centres(cells)
        x, y = _tile_of(float(middle_lng[0]), float(middle_lat[0]), 12)
        assert len(_decoded(cells_tile(tile_index(cells, {}), 12, x, y))) == 1


def test_a_dense_tile_of_parents_covers_the_ground_without_gaps() -> None:
    cells = cells_from_polygon(shapely.box(9.3, 46.9, 9.8, 47.4), 9)
    z = 12
    x, y = _tile_of(9.55, 47.15, z)
    features = _decoded(cells_tile(tile_index(cells, {}), z, x, y))
    area = sum(shapely.geometry.shape(item["geometry"]).area for item in features)  # type: ignore[call-overload]
    assert area == pytest.approx((EXTENT + 2 * BUFFER) ** 2, rel=1e-3)
