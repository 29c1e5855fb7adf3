"""Points, parents and names against h3-py, one call at a time."""

from __future__ import annotations

import h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import (
    areas_m2,
    cell_polygons,
    cell_strings,
    cells_from_points,
    cells_from_strings,
    centres,
    check_cells,
    check_resolution,
    common_resolution,
    parents,
)
from gridgeo.domain.arrays import CellArray, FloatArray
from gridgeo.errors import InvalidInputError

RESOLUTIONS = (7, 8, 9, 10, 11)


def _by_h3(lng: FloatArray, lat: FloatArray, resolution: int) -> CellArray:
    names = [h3.latlng_to_cell(y, x, resolution) for x, y in zip(lng.tolist(), lat.tolist(), strict=True)]
    return np.array([h3.str_to_int(name) for name in names], dtype=np.uint64)


def _places(kind: str) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(11)
    if kind == "globe":
        return rng.uniform(-180, 180, 5_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 5_000)))
    if kind == "poles":
        return rng.uniform(-180, 180, 2_000), np.repeat([89.99999, 90.0, -89.99999, -90.0], 500)
    if kind == "antimeridian":
        return np.repeat([180.0, -180.0, 179.9999999, -179.9999999], 500), rng.uniform(-85, 85, 2_000)
    corners = np.array([h3.cell_to_latlng(name) for name in h3.get_pentagons(9)])
    near = np.repeat(corners, 300, axis=0) + rng.normal(0.0, 0.002, (300 * len(corners), 2))
    return near[:, 1], near[:, 0]


@pytest.mark.parametrize("kind", ["globe", "poles", "antimeridian", "pentagons"])
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_cells_of_points_are_bit_equal_to_h3(kind: str, resolution: int) -> None:
    lng, lat = _places(kind)
    np.testing.assert_array_equal(cells_from_points(lng, lat, resolution), _by_h3(lng, lat, resolution))


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_points_a_tenth_of_a_millimetre_off_cell_corners_are_bit_equal_to_h3(resolution: int) -> None:
    corners = _corners(resolution)
    near = corners + np.random.default_rng(4).choice([-1e-9, 1e-9], corners.shape)
    found = cells_from_points(near[:, 1], near[:, 0], resolution)
    np.testing.assert_array_equal(found, _by_h3(near[:, 1], near[:, 0], resolution))


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_a_point_exactly_on_a_corner_falls_into_a_cell_that_touches_it(resolution: int) -> None:
    corners = _corners(resolution)
    outlines = cell_polygons(cells_from_points(corners[:, 1], corners[:, 0], resolution))
    assert shapely.distance(outlines, shapely.points(corners[:, ::-1])).max() < 1e-11


def _corners(resolution: int) -> FloatArray:
    """Return lat and lng of the corners of a patch of cells."""
    middle = h3.latlng_to_cell(47.14, 9.52, resolution)
    return np.array([corner for name in h3.grid_disk(middle, 6) for corner in h3.cell_to_boundary(name)])


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from(RESOLUTIONS))
def test_any_point_on_the_globe_has_the_cell_that_h3_names(lng: float, lat: float, resolution: int) -> None:
    found = cells_from_points([lng], [lat], resolution)
    assert int(found[0]) == h3.str_to_int(h3.latlng_to_cell(lat, lng, resolution))


@pytest.mark.parametrize(
    ("lng", "lat", "words"),
    [
        (400.0, 91.0, "row 1: lng 400.0, lat 91.0 is not on the globe"),
        (47.1, 120.0, "look swapped"),
        (float("nan"), 47.1, "not a number"),
        (9.5, float("inf"), "not a number"),
        (180.0001, 0.0, "not on the globe"),
        (0.0, -90.0001, "not on the globe"),
    ],
)
def test_a_point_off_the_globe_is_refused_with_its_row(lng: float, lat: float, words: str) -> None:
    with pytest.raises(InvalidInputError, match=r"row 1: ") as caught:
        cells_from_points([9.5, lng, np.nan], [47.1, lat, np.nan], 9)
    assert words in str(caught.value)


def test_h3_itself_answers_a_point_off_the_globe_with_a_valid_cell() -> None:
    # the reason for the guard: when this fails, H3 has learnt to refuse and the guard may be reconsidered
    assert h3.is_valid_cell(h3.latlng_to_cell(91, 400, 9))


def test_lengths_of_lng_and_lat_must_agree() -> None:
    with pytest.raises(InvalidInputError, match="one length"):
        cells_from_points([1.0, 2.0], [1.0], 9)


def test_no_points_give_no_cells() -> None:
    found = cells_from_points([], [], 9)
    assert found.dtype == np.uint64
    assert found.shape == (0,)


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_grid_resolutions_pass(resolution: int) -> None:
    assert check_resolution(resolution) == resolution


@pytest.mark.parametrize("resolution", [-1, 0, 6, 12, 16, True, 9.0, "9", None])
def test_other_resolutions_are_refused_with_the_allowed_range(resolution: object) -> None:
    with pytest.raises(InvalidInputError, match="resolution must be 7 to 11, got"):
        check_resolution(resolution)  # type: ignore[arg-type]


@pytest.mark.parametrize("resolution", range(12))
def test_parents_equal_h3_at_every_resolution(resolution: int) -> None:
    lng, lat = _places("globe")
    cells = cells_from_points(lng[:500], lat[:500], 11)
    cells = np.concatenate([cells, np.array([h3.str_to_int(name) for name in h3.get_pentagons(11)], dtype=np.uint64)])
    expected = [h3.str_to_int(h3.cell_to_parent(name, resolution)) for name in cell_strings(cells)]
    np.testing.assert_array_equal(parents(cells, resolution), np.array(expected, dtype=np.uint64))


def test_parents_finer_than_the_cells_are_refused() -> None:
    cells = cells_from_points([9.5], [47.1], 8)
    assert parents(cells, 8)[0] == cells[0]
    with pytest.raises(InvalidInputError, match="coarser"):
        parents(cells, 9)


def test_names_read_back_in_either_case() -> None:
    lng, lat = _places("globe")
    cells = cells_from_points(lng, lat, 10)
    names = cell_strings(cells)
    assert names[:3] == [h3.int_to_str(int(cell)) for cell in cells[:3]]
    np.testing.assert_array_equal(cells_from_strings(names), cells)
    np.testing.assert_array_equal(cells_from_strings([name.upper() for name in names]), cells)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "zz",
        "891f",
        "10.2,45.5,5",
        "617540519113523199",
        "091f1d48c2bffff",
        " 891f1d48c2bffff",
        "ffffffffffffffff",
        None,
    ],
)
def test_text_that_is_no_cell_is_refused_with_its_row(name: str | None) -> None:
    good = "891f8d7a49bffff"
    assert cell_strings(cells_from_strings([good])) == [good]
    with pytest.raises(InvalidInputError, match=r"row 1: .* is not an H3 cell"):
        cells_from_strings([good, name])  # type: ignore[list-item]


def test_names_must_be_text() -> None:
    with pytest.raises(InvalidInputError, match="text"):
        cells_from_strings([1, 2])  # type: ignore[list-item]


def test_numbers_that_are_no_cells_are_refused() -> None:
    good = cells_from_points([9.5], [47.1], 9)
    np.testing.assert_array_equal(check_cells(good), good)
    with pytest.raises(InvalidInputError, match="row 1: 0x7 is not an H3 cell"):
        check_cells(np.array([good[0], 7], dtype=np.uint64))
    with pytest.raises(InvalidInputError, match="whole numbers"):
        check_cells(np.array([0.5]))


def test_centres_and_areas_equal_h3() -> None:
    lng, lat = _places("globe")
    cells = cells_from_points(lng, lat, 9)
    names = cell_strings(cells)
    expected = np.array([h3.cell_to_latlng(name) for name in names])
    found_lng, found_lat = centres(cells)
    np.testing.assert_allclose(np.column_stack([found_lat, found_lng]), expected, rtol=0, atol=1e-11)
    np.testing.assert_allclose(areas_m2(cells), [h3.cell_area(name, "m^2") for name in names], rtol=1e-8)


def test_a_centre_lies_in_its_own_cell() -> None:
    lng, lat = _places("globe")
    cells = cells_from_points(lng, lat, 11)
    np.testing.assert_array_equal(cells_from_points(*centres(cells), 11), cells)


def test_mixed_resolutions_are_refused_where_one_is_needed() -> None:
    fine, coarse = cells_from_points([9.5], [47.1], 9), cells_from_points([9.5], [47.1], 8)
    assert common_resolution(fine) == 9
    with pytest.raises(InvalidInputError, match="one resolution, got 8 to 9"):
        common_resolution(np.concatenate([fine, coarse]))
    with pytest.raises(InvalidInputError, match="no cells"):
        common_resolution(fine[:0])
