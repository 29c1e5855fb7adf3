"""Village areas derived from parties with a code follow the majority, keep the evidence and list what is contested."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import cells_from_points, holding_polygon
from gridgeo.errors import InvalidInputError
from gridgeo.grids.blocks import Lines, blocks_of
from gridgeo.grids.proposals_common import Shapes, shape_array
from gridgeo.grids.proposals_derived import CodedPoints, derived_areas, grids_from_derived

from .grounds import LAT, LNG, mosaic, require_partition, square_catchment


def parties(villages: list[shapely.Geometry], per_village: int, seed: int = 0, wrong: float = 0.0) -> CodedPoints:
    """Parties scattered over villages, some of them with a neighbour's code."""
    rng = np.random.default_rng(seed)
    count = per_village * len(villages) * 3
    lng, lat = rng.uniform(0.0, 0.03, (2, count)) + np.array([[LNG], [LAT]])
    holder = holding_polygon(lng, lat, villages)
    stray = rng.random(count) < wrong
    code = np.where(stray, rng.integers(0, len(villages), count), holder)
    keep = holder >= 0
    return CodedPoints(lng[keep], lat[keep], [f"C{at}" for at in code[keep]])


def road_at(share: float) -> Shapes:
    """Blocks cut by one road from south to north."""
    line = shapely.LineString([(LNG + 0.03 * share, LAT - 0.01), (LNG + 0.03 * share, LAT + 0.04)])
    return shape_array(blocks_of(square_catchment(), Lines(["R"], [line])).polygons)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 12), wrong=st.sampled_from([0.0, 0.1, 0.5]), cut=st.booleans())
def test_derived_grids_partition_the_catchment(seed: int, count: int, wrong: float, cut: bool) -> None:
    catchment = square_catchment()
    points = parties(mosaic(seed, count, LNG, LAT, 0.03), 20, seed, wrong)
    derived = derived_areas(catchment, points, road_at(0.41) if cut else None)
    assert abs(shapely.area(derived.polygons).sum() - catchment.polygon.area) < 1e-6 * catchment.polygon.area
    proposal = grids_from_derived(catchment, derived)
    require_partition(catchment, proposal)
    assert proposal.label == "derived"


def test_most_of_the_ground_goes_to_the_village_that_is_there() -> None:
    catchment, villages = square_catchment(resolution=10), mosaic(3, 6, LNG, LAT, 0.03)
    derived = derived_areas(catchment, parties(villages, 400, wrong=0.05))
    overlap = [
        shapely.intersection(polygon, villages[int(code[1:])]).area
        for code, polygon in zip(derived.codes, derived.polygons, strict=True)
    ]
    assert sum(overlap) > 0.85 * catchment.polygon.area


def test_a_road_between_two_villages_is_their_border() -> None:
    catchment = square_catchment()
    west, east = shapely.box(LNG, LAT, LNG + 0.0123, LAT + 0.03), shapely.box(LNG + 0.0123, LAT, LNG + 0.03, LAT + 0.03)
    points = parties([west, east], 200)
    by_hexagon = derived_areas(catchment, points)
    by_road = derived_areas(catchment, points, road_at(0.41))
    assert shapely.symmetric_difference(by_road.polygons[0], west).area < 1e-4 * west.area
    assert shapely.symmetric_difference(by_hexagon.polygons[0], west).area > 1e-2 * west.area


def test_evidence_names_share_and_number_and_what_is_contested() -> None:
    catchment = square_catchment()
    spot = LNG + 0.015, LAT + 0.015
    points = CodedPoints(np.full(5, spot[0]), np.full(5, spot[1]), ["A", "A", "A", "B", "B"])
    derived = derived_areas(catchment, points)
    cell = int(cells_from_points([spot[0]], [spot[1]], 9)[0])
    assert derived.evidence.row(0, named=True) == {
        "cell": cell, "code": "A", "leading": "A", "share": 0.6, "n": 5, "contested": False,
    }  # fmt: skip
    even = derived_areas(catchment, CodedPoints(points.lng[1:], points.lat[1:], points.codes[1:]))
    assert even.evidence["contested"].to_list() == [True]
    assert derived.unused == {"B": 2}
    assert any(
        "2 parties carry the code B" in remark.message for remark in grids_from_derived(catchment, derived).remarks
    )


def test_a_single_wrong_address_makes_no_exclave() -> None:
    catchment = square_catchment()
    west, east = shapely.box(LNG, LAT, LNG + 0.015, LAT + 0.03), shapely.box(LNG + 0.015, LAT, LNG + 0.03, LAT + 0.03)
    points = parties([west, east], 3, seed=4)
    empty = LNG + 0.0285, LAT + 0.0285
    near = np.hypot(points.lng - empty[0], points.lat - empty[1]) < 0.004
    lng, lat = np.append(points.lng[~near], empty[0]), np.append(points.lat[~near], empty[1])
    codes = [code for code, gone in zip(points.codes, near, strict=True) if not gone] + ["C0"]
    derived = derived_areas(catchment, CodedPoints(lng, lat, codes))
    assert holding_polygon([empty[0]], [empty[1]], derived.polygons).tolist() == [derived.codes.index("C1")]
    there = derived.evidence.filter(derived.evidence["cell"] == cells_from_points([empty[0]], [empty[1]], 9)[0])
    assert (there["leading"].item(), there["code"].item(), there["contested"].item()) == ("C0", "C1", True)


def test_parties_elsewhere_derive_nothing() -> None:
    with pytest.raises(InvalidInputError, match="locate the parties first"):
        derived_areas(square_catchment(), CodedPoints(np.array([0.0]), np.array([0.0]), ["A"]))
