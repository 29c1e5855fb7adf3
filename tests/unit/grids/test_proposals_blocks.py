"""Street blocks follow the roads, slivers join a neighbour, and between two roads is one area."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.grids.blocks import Lines, area_between, blocks_of, grids_from_blocks
from gridgeo.grids.proposals_borders import common_borders, groups_of_enough
from gridgeo.grids.proposals_common import shape_array

from .grounds import LAT, LNG, require_partition, square_catchment


def across(
    share: float, name: str | None, start: float = -0.1, end: float = 1.1
) -> tuple[str | None, shapely.Geometry]:
    """A road from west to east at a share of the catchment's height."""
    lat = LAT + 0.03 * share
    return name, shapely.LineString([(LNG + 0.03 * start, lat), (LNG + 0.03 * end, lat)])


def up(share: float, name: str | None) -> tuple[str | None, shapely.Geometry]:
    lng = LNG + 0.03 * share
    return name, shapely.LineString([(lng, LAT - 0.01), (lng, LAT + 0.04)])


def lines(*roads: tuple[str | None, shapely.Geometry]) -> Lines:
    return Lines([name for name, _ in roads], [shape for _, shape in roads])


def test_roads_cut_the_catchment_into_blocks_named_after_them() -> None:
    catchment = square_catchment()
    roads = lines(across(0.5, "Broadway"), up(0.3, "First"), up(0.7, None))
    proposal = grids_from_blocks(catchment, roads)
    require_partition(catchment, proposal)
    assert len(proposal.grids) == 6
    assert sorted(grid.name for grid in proposal.grids)[:2] == ["Broadway", "Broadway (2)"]
    assert any(grid.name == "First / Broadway" for grid in proposal.grids)


def test_the_strip_between_two_carriageways_joins_a_neighbour() -> None:
    catchment = square_catchment()
    roads = lines(across(0.5, "Broadway"), across(0.502, "Broadway"))
    assert len(blocks_of(catchment, roads).names) == 2
    assert len(blocks_of(catchment, roads, smallest_m2=0.0).names) == 3


def test_a_road_that_ends_inside_divides_nothing() -> None:
    catchment = square_catchment()
    assert len(blocks_of(catchment, lines(across(0.5, "Dead end", end=0.5))).names) == 1


def test_a_block_without_a_named_street_gets_a_number() -> None:
    names = blocks_of(square_catchment(), lines(across(0.5, None)), unnamed="Block {n}").names
    assert list(names) == ["Block 1", "Block 2"]


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 25))
def test_any_tangle_of_roads_gives_a_partition(seed: int, count: int) -> None:
    catchment = square_catchment()
    ends = np.random.default_rng(seed).uniform(-0.01, 0.04, (count, 4)) + np.array([LNG, LAT, LNG, LAT])
    roads = lines(*((f"R{at % 5}", shapely.LineString(end.reshape(2, 2))) for at, end in enumerate(ends)))
    require_partition(catchment, grids_from_blocks(catchment, roads))


def test_between_two_roads_that_cross_the_catchment_is_the_ground_that_touches_both() -> None:
    catchment = square_catchment()
    roads = lines(across(0.2, "A"), across(0.6, "B"), across(0.8, "C"), up(0.5, "D"))
    found = area_between(catchment, roads, ["A", "B"])
    assert found.area == pytest.approx(catchment.polygon.area * 0.4, rel=1e-4)
    assert area_between(catchment, roads, ["B", "A"]).equals_exact(found, 1e-9, normalize=True)


def test_between_two_roads_that_end_inside_is_the_strip_they_span() -> None:
    catchment = square_catchment()
    roads = lines(across(0.2, "A", 0.1, 0.9), across(0.6, "B", 0.1, 0.9))
    found = area_between(catchment, roads, ["A", "B"])
    assert found.area == pytest.approx(catchment.polygon.area * 0.4 * 0.8, rel=1e-4)


def test_crossing_roads_need_one_more_road_to_name_a_side() -> None:
    catchment = square_catchment()
    roads = lines(across(0.4, "A"), up(0.5, "B"), across(0.9, "C"))
    with pytest.raises(InvalidInputError, match="one more road"):
        area_between(catchment, roads, ["A", "B"])
    found = area_between(catchment, roads, ["A", "B", "C"])
    assert found.area == pytest.approx(catchment.polygon.area * 0.5, rel=1e-4)


def test_roads_that_are_not_there_are_named() -> None:
    catchment = square_catchment()
    roads = lines(across(0.4, "A"))
    with pytest.raises(InvalidInputError, match="called B"):
        area_between(catchment, roads, ["A", "B"])
    with pytest.raises(InvalidInputError, match="two different roads"):
        area_between(catchment, roads, ["A", "A"])


def test_borders_are_measured_once_a_pair() -> None:
    faces = shape_array([shapely.box(0, 0, 1, 2), shapely.box(1, 0, 3, 2), shapely.box(5, 5, 6, 6)])
    first, second, length = common_borders(faces)
    assert (first.tolist(), second.tolist(), length.tolist()) == ([0], [1], [2.0])
    assert groups_of_enough(faces, np.array([1.0, 4.0, 1.0]), 2.0).tolist() == [0, 0, 1]
