"""Shares of located parties over cells."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import cells_from_points, cells_from_polygon, centres, metres_between
from gridgeo.domain import CellArray
from gridgeo.errors import InvalidInputError
from gridgeo.locate import cell_shares

RESOLUTION = 9
GROUND = shapely.box(9.50, 47.10, 9.56, 47.15)
INSIDE = cells_from_polygon(GROUND, RESOLUTION)


def shares(lng: list[float], lat: list[float], accuracy_m: list[float], inside: CellArray = INSIDE) -> pl.DataFrame:
    ids = pl.Series([f"party {number}" for number in range(len(lng))], dtype=pl.String)
    return cell_shares(ids, np.array(lng), np.array(lat), np.array(accuracy_m), RESOLUTION, inside)


points = st.tuples(st.floats(9.50, 9.56), st.floats(47.10, 47.15), st.floats(0.0, 3_000.0))


@settings(max_examples=40, deadline=None)
@given(st.lists(points, min_size=1, max_size=12))
def test_shares_of_a_party_sum_to_exactly_one_with_one_hard_cell(parties: list[tuple[float, float, float]]) -> None:
    lng, lat, accuracy_m = (list(column) for column in zip(*parties, strict=True))
    rows = shares(lng, lat, accuracy_m)
    sums = rows.group_by("party_id").agg(
        pl.col("share").sum(), pl.col("hard").sum(), pl.col("cell").is_duplicated().any()
    )
    assert (sums["share"] == 1.0).all()
    assert (sums["hard"] == 1).all()
    assert not sums["cell"].any()
    assert rows["share"].is_between(0, 1, closed="right").all()
    assert np.isin(rows["cell"].to_numpy(), INSIDE).all()


def test_an_accuracy_small_against_the_cell_gives_one_cell() -> None:
    rows = shares([9.53], [47.12], [20.0])
    assert rows["share"].to_list() == [1.0]
    assert rows["cell"].to_numpy() == cells_from_points([9.53], [47.12], RESOLUTION)


def test_a_wide_accuracy_is_spread_as_the_error_distribution_says() -> None:
    """Nine tenths of the sampled error lie within accuracy_m: counted from cells whose centres lie within it."""
    accuracy_m = 1_500.0
    inside = cells_from_polygon(shapely.box(9.40, 47.05, 9.66, 47.19), RESOLUTION)
    rows = shares([9.53], [47.12], [accuracy_m], inside)
    away_m = metres_between(*centres(rows["cell"].to_numpy()), 9.53, 47.12)
    within = rows["share"].to_numpy()[away_m <= accuracy_m].sum()
    assert within == pytest.approx(0.9, abs=0.03)


def test_a_point_in_the_middle_of_its_cell_stays_mostly_there_and_one_on_an_edge_does_not() -> None:
    cell = INSIDE[len(INSIDE) // 2 : len(INSIDE) // 2 + 1]
    lng, lat = centres(cell)
    middle = shares([lng[0]], [lat[0]], [100.0]).filter("hard")["share"][0]
    other = centres(cells_from_points(lng + 0.004, lat, RESOLUTION))
    edge = shares([(lng[0] + other[0][0]) / 2], [(lat[0] + other[1][0]) / 2], [100.0]).filter("hard")["share"][0]
    assert middle > 0.9
    assert edge < 0.7


def test_a_point_just_outside_goes_to_the_nearest_inside_cell() -> None:
    rows = shares([9.4985], [47.12], [10.0])
    assert rows.height == 1
    assert rows["hard"][0]
    assert rows["cell"][0] in INSIDE.tolist()


def test_a_point_far_outside_has_no_rows() -> None:
    assert shares([9.0, 9.53], [47.0, 47.12], [10.0, 10.0])["party_id"].to_list() == ["party 1"]


def test_no_parties_and_no_ground_give_no_rows() -> None:
    assert shares([], [], []).is_empty()
    assert shares([9.53], [47.12], [500.0], np.array([], dtype=np.uint64)).is_empty()


def test_the_same_parties_give_the_same_rows() -> None:
    arguments = ([9.53, 9.51], [47.12, 47.11], [300.0, 90.0])
    assert shares(*arguments).equals(shares(*arguments))


@pytest.mark.parametrize("accuracy_m", [-1.0, float("nan"), float("inf")])
def test_a_bad_accuracy_is_refused(accuracy_m: float) -> None:
    with pytest.raises(InvalidInputError, match="accuracy"):
        shares([9.53], [47.12], [accuracy_m])


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="equally long"):
        shares([9.53, 9.54], [47.12], [10.0])
