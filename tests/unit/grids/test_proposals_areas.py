"""Grids out of boundaries divide the catchment, whatever the boundaries do."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.grids.proposals_areas import NamedAreas, grids_from_areas
from gridgeo.grids.proposals_common import unique_names

from .grounds import LAT, LNG, mosaic, require_partition, square_catchment


def named(polygons: list[shapely.Geometry]) -> NamedAreas:
    names = [f"V{at}" for at in range(len(polygons))]
    return NamedAreas(names, [f"C{at}" for at in range(len(polygons))], ["village"] * len(polygons), polygons)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 30),
    off=st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)),
    width_deg=st.sampled_from([0.01, 0.03, 0.08]),
    drop=st.integers(0, 3),
)
def test_cells_and_ground_are_divided_without_gap_or_overlap(
    seed: int, count: int, off: tuple[float, float], width_deg: float, drop: int
) -> None:
    catchment = square_catchment()
    polygons = mosaic(seed, count, LNG + off[0], LAT + off[1], width_deg)
    polygons = polygons[min(drop, len(polygons) - 1) :]
    if not shapely.union_all(polygons).intersection(catchment.polygon).area > 1e-9:
        return
    try:
        proposal = grids_from_areas(catchment, named(polygons))
    except InvalidInputError as error:
        assert "none of the" in str(error)  # noqa: PT017 - only areas that merely reach in may be refused
        return
    require_partition(catchment, proposal)


def test_a_boundary_inside_the_catchment_stays_as_it_is() -> None:
    catchment = square_catchment()
    polygons = mosaic(1, 8, LNG, LAT, 0.03)
    for grid in grids_from_areas(catchment, named(polygons)).grids:
        given_ = polygons[int(grid.name[1:])]
        assert shapely.symmetric_difference(grid.polygon, given_).area < 1e-5 * given_.area


def test_the_first_of_two_overlapping_boundaries_wins() -> None:
    catchment = square_catchment()
    west, whole = shapely.box(LNG, LAT, LNG + 0.02, LAT + 0.03), catchment.polygon
    first, second = grids_from_areas(catchment, named([west, whole])).grids
    assert first.polygon.area == pytest.approx(west.area, rel=1e-6)
    assert second.polygon.area == pytest.approx(whole.area - west.area, rel=1e-6)


def test_ground_of_nobody_goes_to_the_nearest_by_whole_cells() -> None:
    catchment = square_catchment()
    west = shapely.box(LNG, LAT, LNG + 0.005, LAT + 0.03)
    east = shapely.box(LNG + 0.025, LAT, LNG + 0.03, LAT + 0.03)
    proposal = grids_from_areas(catchment, named([west, east]))
    require_partition(catchment, proposal)
    assert [len(grid.cells) > 20 for grid in proposal.grids] == [True, True]


def test_an_area_smaller_than_a_cell_joins_its_neighbour_with_its_code_and_is_named() -> None:
    catchment = square_catchment()
    tiny = shapely.box(LNG + 0.0100, LAT + 0.0100, LNG + 0.0101, LAT + 0.0101)
    rest = shapely.difference(catchment.polygon, tiny)
    proposal = grids_from_areas(catchment, named([rest, tiny]))
    require_partition(catchment, proposal)
    assert [(grid.name, grid.code) for grid in proposal.grids] == [("V0", "C0;C1")]
    assert "V1 holds no cell centre and is joined to V0" in proposal.remarks[0].message


def test_an_area_that_only_reaches_in_is_named_and_left_out() -> None:
    catchment = square_catchment()
    beside = shapely.box(LNG + 0.0299, LAT, LNG + 0.06, LAT + 0.03)
    proposal = grids_from_areas(catchment, named([catchment.polygon, beside]))
    assert [grid.name for grid in proposal.grids] == ["V0"]
    assert any("V1 only reaches into the catchment" in remark.message for remark in proposal.remarks)


def test_areas_elsewhere_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="meets the catchment"):
        grids_from_areas(square_catchment(), named([shapely.box(0, 0, 1, 1)]))


def test_equal_names_are_told_apart() -> None:
    assert unique_names(["a", "b", "a", "a (2)", "a"]) == ["a", "b", "a (3)", "a (2)", "a (4)"]
