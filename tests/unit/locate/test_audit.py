"""Coordinates delivered with a row."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely

from gridgeo.errors import InvalidInputError
from gridgeo.locate import AUDIT_REASONS, audit_positions

GROUND = shapely.box(9.4, 47.0, 9.7, 47.3)


@pytest.mark.parametrize(
    ("lng", "lat", "reason"),
    [
        (9.5, 47.1, None),
        (9.4, 47.0, None),
        (0.0, 0.0, "position is 0, 0"),
        (47.1, 9.5, "longitude and latitude look swapped"),
        (20.0, 120.0, "longitude and latitude look swapped"),
        (9.5, 46.0, "outside the boundary"),
        (500.0, 47.1, "not on the globe"),
        (float("nan"), 47.1, "no position"),
        (float("inf"), 47.1, "no position"),
    ],
)
def test_each_fault_is_named(lng: float, lat: float, reason: str | None) -> None:
    found = audit_positions(pl.Series(["a"]), np.array([lng]), np.array([lat]), GROUND)
    assert found["reason"].to_list() == [reason]
    assert reason is None or reason in AUDIT_REASONS


def test_without_a_boundary_a_foreign_point_is_fine() -> None:
    found = audit_positions(pl.Series(["a", "b"]), np.array([9.5, 0.0]), np.array([46.0, 0.0]))
    assert found["reason"].to_list() == [None, "position is 0, 0"]


def test_many_rows_at_one_point_are_suspicious_and_fewer_are_not() -> None:
    lng, lat = np.array([9.5] * 5 + [9.6] * 4), np.full(9, 47.1)
    found = audit_positions(pl.Series([str(number) for number in range(9)]), lng, lat, GROUND, crowd=5)
    assert found["reason"].to_list() == ["many rows at one point"] * 5 + [None] * 4


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="equally long"):
        audit_positions(pl.Series(["a"]), np.array([1.0, 2.0]), np.array([1.0]))
