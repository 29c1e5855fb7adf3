"""The built-in measures over cells made by hand: values, what is left undefined, what is refused by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from gridgeo.domain.measures import MEASURE_BY_ID
from gridgeo.domain.public import FAMILIES
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.columns.column import Column
from gridgeo.pipeline.columns.registry import measure_columns
from gridgeo.scoring import shrink_penetration

from .columns_ground import BY_TIER, PEOPLE, N, given


@pytest.fixture(scope="module")
def columns() -> Mapping[str, Column]:
    return measure_columns(given(), validated=False).columns


def test_every_column_is_a_measure_over_all_cells(columns: Mapping[str, Column]) -> None:
    assert set(columns) <= set(MEASURE_BY_ID)
    assert {len(column.value) for column in columns.values()} == {N}


def test_the_parts_of_a_count_add_up_to_it(columns: Mapping[str, Column]) -> None:
    for count, ways in FAMILIES.items():
        for names in ways.values():
            total = np.sum([columns[name].value for name in names], axis=0)
            assert total == pytest.approx(columns[count].value)
    assert columns["merchants_food"].value[3] == 2.0
    assert columns["merchants_finance"].value[7] == 1.0
    assert columns["customers_high_end"].value.tolist() == BY_TIER[:, 0].tolist()


def test_penetration_of_a_tier_is_shrunk_as_the_whole_is(columns: Mapping[str, Column]) -> None:
    shrunk = shrink_penetration(BY_TIER[:, 1], PEOPLE, given().pairs)
    assert columns["penetration_core"].value == pytest.approx(shrunk.value, nan_ok=True)
    assert columns["penetration_core"].low == pytest.approx(shrunk.low, nan_ok=True)
    assert np.isnan(columns["penetration_core"].value[0]), "nobody lives there"
    assert columns["penetration_core"].evidence is not None
    assert columns["penetration_core"].evidence[0] == "none"


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_people_that_are_no_count_are_refused_by_name(wrong: float) -> None:
    people = PEOPLE.copy()
    people[5] = wrong
    with pytest.raises(InvalidInputError, match="people"):
        measure_columns(given(people=people), validated=False)


def test_a_column_of_zeros_and_a_branch_of_one_cell_give_no_silent_figure() -> None:
    one = (np.arange(N) > 0).astype(np.int64)
    found = measure_columns(given(branch_index=one, by_tier=np.zeros((N, 3))), validated=False).columns
    assert found["customers_core"].value.tolist() == [0.0] * N
    assert not np.isnan(found["penetration"].value[1:]).any()
    assert found["gap"].evidence is not None
    assert set(found["gap"].evidence) == {"none"}, "nothing compares"


def test_households_are_counted_where_every_zone_has_them_and_else_named_as_absent() -> None:
    households = PEOPLE / 2.5
    found = measure_columns(given(denominators={"households": households}), validated=False)
    assert found.columns["households"].value == pytest.approx(households)
    without = measure_columns(given(), validated=False)
    assert "households" not in without.columns
    assert "denominators" in without.absent["households"].text()
