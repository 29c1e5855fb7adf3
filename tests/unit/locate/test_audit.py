"""Coordinates delivered with a row."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.locate import AUDIT_REASONS, RowFacts, audit_counts, audit_positions

GROUND = shapely.box(9.4, 47.0, 9.7, 47.3)
LNG, LAT = 9.512345, 47.123457


def audited(lng: list[float], lat: list[float], **more: object) -> pl.DataFrame:
    ids = pl.Series([str(number) for number in range(len(lng))], dtype=pl.String)
    return audit_positions(ids, np.array(lng), np.array(lat), **more)  # type: ignore[arg-type]


def own(
    house: list[str | None],
    lng: float | list[float] = np.nan,
    lat: float | list[float] = np.nan,
    accuracy_m: float | list[float] = np.nan,
) -> RowFacts:
    return RowFacts(
        pl.Series(house, dtype=pl.String), *(np.broadcast_to(value, len(house)) for value in (lng, lat, accuracy_m))
    )


@pytest.mark.parametrize(
    ("lng", "lat", "reason"),
    [
        (LNG, LAT, None),
        (9.4, 47.000001, None),
        (0.0, 0.0, "position is 0, 0"),
        (47.1, 9.5, "longitude and latitude look swapped"),
        (20.0, 120.0, "longitude and latitude look swapped"),
        (9.5, 46.0, "outside the boundary"),
        (500.0, 47.1, "not on the globe"),
        (float("nan"), 47.1, "no position"),
        (float("inf"), 47.1, "no position"),
        (9.5, 47.1, "rounded to a coarse grid"),
    ],
)
def test_each_fault_is_named(lng: float, lat: float, reason: str | None) -> None:
    found = audited([lng], [lat], boundary=GROUND)
    assert found["reason"].to_list() == [reason]
    assert found["reasons"].to_list() == [[] if reason is None else [reason]]
    assert reason is None or reason in AUDIT_REASONS


def test_without_a_boundary_a_foreign_point_is_fine() -> None:
    found = audited([9.5123, 0.0], [46.1237, 0.0])
    assert found["reason"].to_list() == [None, "position is 0, 0"]


def test_without_a_boundary_the_bulk_of_the_file_tells_who_is_swapped() -> None:
    rng = np.random.default_rng(1)
    lng, lat = rng.uniform(9.4, 9.6, 40), rng.uniform(47.0, 47.3, 40)
    lng[7], lat[7] = lat[7], lng[7]
    assert audited(lng.tolist(), lat.tolist())["reason"].drop_nulls().to_list() == [
        "longitude and latitude look swapped"
    ]
    few = audited(lng[:12].tolist(), lat[:12].tolist())
    assert few["reason"].drop_nulls().is_empty(), "a dozen rows show no bulk"


def test_many_rows_at_one_point_are_suspicious_and_fewer_are_duplicates_at_most() -> None:
    found = audited([LNG] * 5 + [9.612347] * 4, [LAT] * 9, boundary=GROUND, crowd=5)
    assert found["reason"].to_list() == ["many rows at one point"] * 5 + ["same point as a row of another address"] * 4


def test_a_crowd_under_one_roof_and_neighbours_of_one_house_are_fine() -> None:
    found = audited([LNG] * 6, [LAT] * 6, crowd=5, own=own(["a 1"] * 6))
    assert found["reason"].drop_nulls().is_empty()
    several = audited([LNG] * 3, [LAT] * 3, own=own(["a 1", "a 2", None]))
    assert several["reason"].to_list() == ["same point as a row of another address"] * 2 + [None]


def test_a_point_is_far_only_beyond_what_its_address_leaves_open() -> None:
    degrees = np.array([400.0, 700.0, 710.0]) / 111_194.9
    found = audited([LNG] * 3, (LAT + degrees).tolist(), own=own(["a", "b", "c"], LNG, LAT, [20.0, 20.0, 400.0]))
    assert found["reason"].to_list() == [None, "far from its own address", None]


@pytest.mark.parametrize(
    ("decimals", "accuracy_m"), [(0, 67_000.0), (1, 6_700.0), (2, 672.0), (3, 67.2), (4, None), (5, None)]
)
def test_positions_with_few_decimals_are_rounded_by_so_many_metres(decimals: int, accuracy_m: float | None) -> None:
    rng = np.random.default_rng(decimals)
    lng, lat = np.round(rng.uniform(9.0, 10.0, 200), decimals), np.round(rng.uniform(46.8, 47.4, 200), decimals)
    found = audited(lng.tolist(), lat.tolist())["accuracy_m"]
    if accuracy_m is None:
        assert found.is_not_null().sum() == 0, "of four decimals one in 25 ends so by chance"
    else:
        assert found.null_count() == 0
        assert found.median() == pytest.approx(accuracy_m, rel=0.35)


@pytest.mark.parametrize("step", [0.005, 0.0025, 1 / 60])
def test_a_grid_need_not_be_decimal(step: float) -> None:
    lng, lat = np.round(LNG / step) * step, np.round(LAT / step) * step
    assert audited([float(lng)], [float(lat)])["reason"].to_list() == ["rounded to a coarse grid"]


def test_positions_as_they_are_surveyed_are_never_called_rounded() -> None:
    rng = np.random.default_rng(3)
    lng, lat = (np.round(rng.uniform(low, high, 200_000), 7) for low, high in ((9.4, 9.7), (47.0, 47.3)))
    found = audited(lng.tolist(), lat.tolist(), boundary=GROUND)
    assert found["reasons"].list.contains("rounded to a coarse grid").sum() <= 2


def test_an_id_twice_is_said_beside_everything_else() -> None:
    found = audit_positions(pl.Series(["a", "a", "b"]), np.array([LNG, 0.0, 9.6123]), np.array([LAT, 0.0, LAT]))
    assert found["reasons"].to_list() == [
        ["id stands more than once"],
        ["position is 0, 0", "id stands more than once"],
        [],
    ]
    assert audit_counts(found) == {"position is 0, 0": 1, "id stands more than once": 2}


def test_no_rows_give_no_rows() -> None:
    assert audited([], [], boundary=GROUND).is_empty()
    assert audit_counts(audited([], [])) == {}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=30))
def test_any_numbers_give_one_row_each_with_known_reasons(points: list[tuple[float, float]]) -> None:
    lng, lat = [point[0] for point in points], [point[1] for point in points]
    found = audited(lng, lat, boundary=GROUND)
    assert found.height == len(points)
    assert set(found["reasons"].explode(empty_as_null=False).to_list()) <= set(AUDIT_REASONS)
    fine = found.filter(pl.col("reason").is_null())["party_id"].cast(pl.Int64).to_list()
    assert all(9.4 <= lng[at] <= 9.7 and 47.0 <= lat[at] <= 47.3 for at in fine)


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="equally long"):
        audit_positions(pl.Series(["a"]), np.array([1.0, 2.0]), np.array([1.0]))


def test_rounding_is_looked_for_in_the_position_as_it_was_written() -> None:
    written = np.array([9.51, np.nan]), np.array([47.12, np.nan])
    facts = RowFacts(pl.Series(["a", "b"]), *(np.full(2, np.nan) for _ in range(3)), *written)
    found = audited([LNG, 9.6123], [LAT, LAT], own=facts)
    assert found["reason"].to_list() == ["rounded to a coarse grid", None]
