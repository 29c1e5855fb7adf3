"""The columnar body as a browser reads it."""

from __future__ import annotations

import gzip
import json

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import cell_strings, cells_from_polygon
from gridgeo.domain.arrays import CellArray, FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.maps import CellColumns, MeasureColumn, class_breaks, columnar_json
from gridgeo.maps.columnar import rounded


def _frame(cells: CellArray) -> CellColumns:
    index = np.arange(len(cells)) % 2
    return CellColumns(resolution=9, version=4, cells=cells, branches=["b1", "b2"], branch_index=index)


def test_the_body_has_one_value_a_cell_and_null_where_there_is_none(
    patch: CellArray, columns: dict[str, FloatArray]
) -> None:
    values = columns["penetration"]
    evidence = pl.Series(["firm", None, "weak"] * len(patch))[: len(patch)]
    measure = MeasureColumn(
        values=values, low=values * 0.5, high=values * 1.5, evidence=evidence, breaks=class_breaks(values)
    )
    people = MeasureColumn(values=columns["people"], breaks=class_breaks(columns["people"]))
    body = json.loads(columnar_json(_frame(patch), {"penetration": measure, "people": people}))
    assert list(body) == ["resolution", "version", "cells", "branch_index", "branches", "measures", "notice"]
    assert body["notice"]["zh"] == "仅供营销,不用于授信审批"
    assert body["cells"] == cell_strings(patch)
    assert body["branch_index"][:3] == [0, 1, 0]
    found = body["measures"]["penetration"]
    assert [value is None for value in found["values"]] == np.isnan(values).tolist()
    np.testing.assert_allclose(np.array(found["values"], dtype=float), values, rtol=1e-5)
    assert found["evidence"][:3] == ["firm", None, "weak"]
    assert len(found["breaks"]) == 8
    assert [body["measures"]["people"][name] for name in ("low", "high", "evidence")] == [None, None, None]


def test_a_column_of_another_length_is_refused(patch: CellArray) -> None:
    with pytest.raises(InvalidInputError, match="column people has 1 values"):
        columnar_json(_frame(patch), {"people": MeasureColumn(values=np.ones(1), breaks=[])})


def test_twenty_thousand_cells_take_less_than_two_hundred_kilobytes_packed() -> None:
    cells = cells_from_polygon(shapely.box(9.2, 46.9, 9.8, 47.4), 9)[:20_000]
    values = np.random.default_rng(0).lognormal(0, 1, len(cells))
    body = columnar_json(_frame(cells), {"people": MeasureColumn(values=values, breaks=class_breaks(values))})
    assert len(gzip.compress(body, 6)) < 200_000


@settings(deadline=None)
@given(st.lists(st.one_of(st.just(float("nan")), st.floats(-1e15, 1e15)), max_size=40))
def test_rounding_is_that_of_decimal_text(values: list[float]) -> None:
    usual = [value for value in values if value != value or value == 0.0 or abs(value) > 1e-12]
    found = rounded(np.array(usual))
    for before, after in zip(usual, found.tolist(), strict=True):
        if before != before:
            assert after != after
        else:
            # ties may go either way: the text is rounded half to even in decimal
            assert after == pytest.approx(float(f"{before:.6g}"), rel=2e-6)
            assert len(f"{abs(after):e}".split("e")[0].rstrip("0").replace(".", "")) <= 7


def test_rounding_keeps_values_in_order() -> None:
    values = np.sort(np.random.default_rng(1).lognormal(0, 3, 5_000))
    assert (np.diff(rounded(values)) >= 0).all()
