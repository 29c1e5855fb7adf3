"""The built-in measures over cells made by hand: values, what is left undefined, what is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl
import pytest

from gridgeo.domain.measures import MEASURE_BY_ID
from gridgeo.domain.public import FAMILIES
from gridgeo.domain.tables import PRICES, PRODUCTS
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.columns.column import Column
from gridgeo.pipeline.columns.registry import Computed, measure_columns
from gridgeo.pipeline.facts.records import Cohort, Doubts, Facts, Reachable, Rivals
from gridgeo.scoring import shrink_penetration

from .columns_ground import BY_TIER, PEOPLE, N, customers, given


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


def with_facts(**facts: object) -> Computed:
    return measure_columns(given(facts=Facts(**facts)), validated=False)  # type: ignore[arg-type]


def test_depth_is_worked_out_over_the_customers_of_whom_it_is_known() -> None:
    rows = customers([(1, 1.0, 3, 500, 4.0), (1, 0.5, 1, -200, 0.0), (2, 1.0, 0, None, None), (2, 1.0, None, 70, 2.0)])
    found = with_facts(customers=rows, services_from="contacts").columns
    assert found["products_per_customer"].value[1] == pytest.approx((3 + 0.5) / 1.5)
    assert found["second_sale_rate"].value[1] == pytest.approx(1 / 1.5)
    assert np.isnan(found["second_sale_rate"].value[2]), "nobody holds a first product there"
    assert found["balance_fen"].value[[1, 2, 3]].tolist() == [400.0, 70.0, 0.0]
    assert found["services_per_customer"].value[1] == pytest.approx(4 / 1.5)
    assert found["services_per_customer"].value[2] == 2.0


def test_households_met_are_a_share_of_those_registered() -> None:
    register = pl.DataFrame({"at": [4, 4, 4, 5], "contacted": [True, False, True, False]})
    found = with_facts(households=register, as_of=date(2026, 6, 30))
    assert found.columns["community_reach"].value[[4, 5]].tolist() == [pytest.approx(2 / 3), 0.0]
    assert np.isnan(found.columns["community_reach"].value[6])
    assert found.report["community_reach"]["as_of"] == "2026-06-30"


def test_accessibility_is_managers_within_reach_of_ten_thousand_people() -> None:
    travel = (np.array([1, 2]), np.array([0, 0]), np.array([0.0, 0.0]))
    found = with_facts(reachable=Reachable(np.array([1.3]), travel, 900.0)).columns["accessibility"]
    assert found.value[[1, 2]] == pytest.approx(1.3 / 130 * 10_000), "130 people share 1.3 managers"
    assert found.value[3] == 0.0
    assert np.isnan(found.value[0]), "nobody lives there"


def test_rivals_without_roads_are_counted_and_their_travel_time_is_absent() -> None:
    found = with_facts(rivals=Rivals(np.arange(N) * 1.0, None, 3))
    assert found.columns["rivals"].value[4] == 4.0
    assert "roads" in found.absent["rival_travel_s"].text()


def test_what_the_bank_has_nothing_of_is_absent_by_name_and_never_a_figure() -> None:
    found = with_facts()
    for name in (
        "contribution_fen",
        "potential_value_fen",
        "days_to_second_sale",
        "lifecycle_new",
        "penetration_product",
        "penetration_merchants_food",
        "products_per_customer",
        "second_sale_rate",
        "balance_fen",
        "services_per_customer",
        "community_reach",
        "accessibility",
        "rivals",
        "rival_travel_s",
    ):
        assert name not in found.columns
        assert "import" in found.absent[name].text()


def test_a_location_quotient_is_shown_only_where_enough_is_expected() -> None:
    found = with_facts().columns["lq_food"]
    assert np.isnan(found.value).all(), "five merchants are too few"
    assert found.evidence is not None
    assert set(found.evidence) == {"none"}


def test_spots_are_none_in_a_ground_too_small_to_test() -> None:
    found = with_facts().columns["hotspot"]
    assert set(found.value[np.isfinite(found.value)]) <= {0.0, 1.0, -1.0}


PRICES_MADE = [("DEP", None, 100, 20, 30), ("FUND", None, 1000, None, None), ("balance", 0.012, None, None, None)]


def test_contribution_takes_balances_products_and_contacts_at_the_prices_given() -> None:
    rows = customers([(1, 1.0, 2, 1_000_000, 12.0), (1, 0.5, 1, None, None)], product_ids=["DEP; FUND;FUND", "OTHER"])
    prices = pl.DataFrame([*PRICES_MADE, ("contact", None, None, None, 600)], schema=PRICES, orient="row")
    found = with_facts(customers=rows, prices=prices)
    # 1,000,000 x 0.012 / 12 + (100 + 20) + 1,000 - 30 - 12 / 12 x 600
    assert found.columns["contribution_fen"].value[1] == pytest.approx(1_000 + 120 + 1_000 - 30 - 600)
    mean = (1_000 + 120 + 1_000) / 1.5
    potential = found.columns["potential"].value
    assert found.columns["potential_value_fen"].value == pytest.approx(potential * mean, nan_ok=True)
    assert found.report["contribution"]["products_without_price"] == ["OTHER"]


def test_products_and_cohorts_of_the_bank_get_columns_and_meanings_of_their_own() -> None:
    rows = customers([(1, 1.0, 2, None, None), (2, 0.5, 1, None, None)], product_ids=["a-1;B", "B"])
    cohort = Cohort("C-1", "60+", pl.Series([True, False]))
    found = with_facts(
        customers=rows, cohorts=(cohort,), products=pl.DataFrame([("B", "Bonds", None)], schema=PRODUCTS, orient="row")
    )
    held = np.zeros(N)
    held[[1, 2]] = 1.0, 0.5
    shrunk = shrink_penetration(held, PEOPLE, given().pairs)
    assert found.columns["penetration_product_b"].value == pytest.approx(shrunk.value, nan_ok=True)
    names = {measure.id: measure.name_zh for measure in found.measures}
    assert names["penetration_product_b"] == "产品渗透率：Bonds"
    assert {"penetration_product_a_1", "penetration_cohort_c_1", "lq_cohort_c_1"} <= set(names) & set(found.columns)


def test_merchants_who_are_customers_are_a_share_of_those_of_their_industry() -> None:
    own = pl.Series([True, False, False, True, False])
    found = with_facts(merchant_customer=own).columns["penetration_merchants_food"]
    shrunk = shrink_penetration(np.bincount([3], minlength=N), np.bincount([3, 3], minlength=N), given().pairs)
    assert found.value == pytest.approx(shrunk.value, nan_ok=True)
    assert np.isnan(found.value[4]), "no shop of the industry stands there"


def test_stages_of_life_are_counted_and_days_to_the_second_product_averaged() -> None:
    rows = customers(
        [(1, 1.0, 1, None, None), (1, 0.5, 3, None, None)], stage=["new", None], days_to_second=[None, 40.0]
    )
    found = with_facts(customers=rows, as_of=date(2026, 6, 30))
    assert found.columns["lifecycle_new"].value[1] == 1.0
    assert found.columns["lifecycle_mature"].value.tolist() == [0.0] * N
    assert found.columns["days_to_second_sale"].value[1] == 40.0
    assert found.report["lifecycle"]["customers_without_a_stage"] == 0.5


def test_cells_with_more_customers_than_people_are_named_with_the_likeliest_reason() -> None:
    people = PEOPLE.copy()
    people[4] = 2.0
    doubts = Doubts(np.zeros(N), np.zeros(N), np.where(np.arange(N) == 4, 3.0, np.nan))
    over = measure_columns(given(people=people, facts=Facts(doubts=doubts)), validated=False).report["penetration"]
    (row,) = [each for each in over["over"] if each["people"] == 2.0]
    assert row["reason"] == "old_people"
    assert row["reason_zh"] != row["reason_en"]
