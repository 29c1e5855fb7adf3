"""The fictional county is one county: its villages share it out, and everybody lives where the register says."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import from_wgs84, metres_between
from gridgeo.demo.county import County, CountySpec, county_of
from gridgeo.demo.county.layout import Layout, layout_of, shared_out
from gridgeo.demo.county.part import part_of, town_groups
from gridgeo.demo.county.spec import DISTRICT_CODE, MAX_HOUSEHOLDS, MIN_HOUSEHOLDS
from gridgeo.demo.county.streets import grids_of
from gridgeo.demo.county.whole import town_shapes
from gridgeo.errors import InvalidInputError

SIZES = st.integers(MIN_HOUSEHOLDS, 60_000)
SEEDS = st.integers(0, 2**31)


def village_of(layout: Layout, points: pl.DataFrame) -> pl.Series:
    """Code of the village whose polygon holds each point, by geometry and not by the generator's own rule."""
    tree = shapely.STRtree(layout.shapes)
    spots = shapely.points(points["lng"].to_numpy(), points["lat"].to_numpy())
    point, shape = tree.query(spots, predicate="intersects")
    assert (np.bincount(point, minlength=len(spots)) == 1).all()
    return layout.villages["code"].gather(shape[np.argsort(point)])


@settings(max_examples=12, deadline=None)
@given(households=SIZES, seed=SEEDS)
def test_villages_share_the_county_out_without_gap_or_overlap(households: int, seed: int) -> None:
    layout = layout_of(CountySpec(households, seed))
    whole = shapely.union_all(layout.shapes)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert shapely.is_valid(layout.shapes).all()
    assert shapely.coverage_is_valid(layout.shapes)
    assert shapely.area(layout.shapes).sum() == pytest.approx(whole.area, rel=1e-9)


@settings(max_examples=12, deadline=None)
@given(households=SIZES, seed=SEEDS)
def test_every_town_is_one_piece_made_of_villages(households: int, seed: int) -> None:
    layout = layout_of(CountySpec(households, seed))
    shapes = town_shapes(layout)
    assert len(shapes) == layout.towns.height >= 5
    assert [shape.geom_type for shape in shapes] == ["Polygon"] * len(shapes)
    assert (
        layout.villages["code"].str.slice(0, 9).to_list()
        == layout.towns["code"].gather(layout.villages["town"]).to_list()
    )


@settings(max_examples=12, deadline=None)
@given(households=SIZES, seed=SEEDS)
def test_households_add_up_exactly_and_names_and_codes_are_unique(households: int, seed: int) -> None:
    layout = layout_of(CountySpec(households, seed))
    assert layout.villages["households"].sum() == layout.towns["households"].sum() == households
    assert layout.villages["households"].min() > 0
    for table, name in (
        (layout.villages, "name"),
        (layout.villages, "code"),
        (layout.towns, "name"),
        (layout.towns, "code"),
    ):
        assert table[name].is_unique().all()
    assert layout.villages["code"].str.contains(rf"^{DISTRICT_CODE}\d{{6}}$").all()


@settings(max_examples=6, deadline=None)
@given(households=st.integers(MIN_HOUSEHOLDS, 12_000), seed=SEEDS)
def test_every_household_lives_in_its_village(households: int, seed: int) -> None:
    county = county_of(CountySpec(households, seed))
    homes = county.truth.households
    assert homes.height == county.bank.households.height == households
    assert homes["id"].is_unique().all()
    assert village_of(county.layout, homes).equals(homes["village_code"].alias("code"))
    shops = county.truth.merchants
    assert village_of(county.layout, shops).equals(shops["village_code"].alias("code"))


def test_the_river_cuts_villages_and_no_house_stands_in_it(county: County) -> None:
    river = shapely.from_wkb(county.ground.waterways["geometry"][0])
    cut = shapely.crosses(river, county.layout.shapes)
    assert cut.sum() >= 4
    homes = county.truth.households
    spots = county.layout.plane.to_metres(homes["lng"].to_numpy(), homes["lat"].to_numpy())
    assert np.abs(county.layout.river.offset_m(spots)).min() > 20


def test_the_shift_of_chinese_maps_holds_all_over_the_county(county: County) -> None:
    homes = county.truth.households
    lng, lat = homes["lng"].to_numpy(), homes["lat"].to_numpy()
    for datum, least_m in (("gcj02", 300), ("bd09", 900)):
        assert metres_between(lng, lat, *from_wgs84(lng, lat, datum)).min() > least_m


def test_odd_numbers_stand_on_the_left_of_their_street_and_even_ones_on_the_right(county: County) -> None:
    layout, spec = county.layout, county.layout.spec
    grids = grids_of(layout)
    from gridgeo.demo.county.streets import named_streets_of, plots_of, street_lines

    plots = plots_of(layout, grids, layout.towns["town"].to_numpy())
    streets = named_streets_of(layout, plots)
    lines = street_lines(grids, streets)
    joined = plots.join(streets.with_row_index("row").select("row", "town", "street"), on=["town", "street"])
    way = shapely.get_coordinates(lines).reshape(-1, 2, 2)[joined["row"].to_numpy()]
    course, out = way[:, 1] - way[:, 0], joined.select("x", "y").to_numpy() - way[:, 0]
    left = course[:, 0] * out[:, 1] - course[:, 1] * out[:, 0] > 0
    assert (left == (joined["number"].to_numpy() % 2 == 1)).all()
    along = (course * out).sum(axis=1) / np.hypot(*course.T)
    order = joined.with_columns(pl.Series("along", along)).sort("row", "left", "number")
    assert (order["along"].diff().filter(order["row"].diff() == 0).filter(
        (order["left"] == order["left"].shift()).filter(order["row"].diff() == 0)) > 0).all()  # fmt: skip
    assert spec.households == 6_000


def test_no_two_houses_of_a_town_have_one_address(county: County) -> None:
    addresses = county.ground.buildings.filter(pl.col("kind") == "house")["address"]
    assert addresses.is_unique().all()
    flats = county.bank.households["address"]
    assert flats.is_unique().all()


def test_the_same_seed_gives_the_same_county_and_another_seed_another(county: County) -> None:
    again, other = county_of(CountySpec(6_000, seed=3)), county_of(CountySpec(6_000, seed=4))
    for name in ("customers", "gazetteer", "households", "org_units", "staff"):
        assert getattr(again.bank, name).equals(getattr(county.bank, name))
    for name in ("boundaries", "streets", "buildings", "merchants", "waterways"):
        assert getattr(again.ground, name).equals(getattr(county.ground, name))
    assert again.truth.customers.equals(county.truth.customers)
    assert not other.truth.customers.equals(county.truth.customers)


def test_a_large_county_is_made_in_groups_of_towns_that_hang_together() -> None:
    layout = layout_of(CountySpec(1_000_000, seed=2))
    groups = town_groups(layout)
    assert len(groups) >= 4
    assert np.array_equal(np.concatenate(groups), np.arange(layout.towns.height))
    sizes = [int(layout.towns["households"].gather(group).sum()) for group in groups]
    assert max(sizes) < 300_000


def test_the_largest_county_still_has_a_name_and_a_code_for_everything() -> None:
    layout = layout_of(CountySpec(MAX_HOUSEHOLDS, seed=1))
    assert layout.villages["households"].sum() == MAX_HOUSEHOLDS
    assert layout.villages["name"].is_unique().all()
    assert layout.towns["code"].str.len_chars().unique().to_list() == [9]


def test_parts_number_on_where_the_part_before_ended() -> None:
    from gridgeo.demo.county.bank import staff_of

    layout = layout_of(CountySpec(20_000, seed=5))
    grids, staff = grids_of(layout), staff_of(layout)
    towns = layout.towns["town"].to_numpy()
    parts = [part_of(layout, grids, group, staff) for group in (towns[:3], towns[3:])]
    for kind in ("households", "customers", "merchants", "gazetteer"):
        assert pl.concat([getattr(part, kind)["id"] for part in parts]).is_unique().all()
    assert sum(part.customers.height for part in parts) == round(0.36 * 20_000)


@pytest.mark.parametrize("households", [0, 1_999, 10_000_001, -5])
def test_a_county_too_small_or_too_large_is_refused(households: int) -> None:
    with pytest.raises(InvalidInputError, match=re.escape(f"got {households}")):
        CountySpec(households)


@given(
    weight=st.lists(st.floats(0.01, 100), min_size=1, max_size=40),
    total=st.integers(400, 10_000),
    least=st.integers(0, 8),
)
def test_shares_add_up_and_nobody_gets_less_than_the_least(weight: list[float], total: int, least: int) -> None:
    counts = shared_out(np.array(weight), total, least)
    assert counts.sum() == total
    assert counts.min() >= least


def test_everything_says_that_it_is_made_up(county: County) -> None:
    assert county.ground.fictional
    assert county.bank.synthetic
    assert county.bank.org_units["name"].str.contains("虚构").all()
    assert county.bank.staff["name"].str.contains("虚构").all()
    assert county.bank.customers["name"].str.contains("虚构").all()
    assert county.bank.households["head"].str.contains("虚构").all()
    assert county.ground.merchants["name"].str.contains("虚构").all()
    assert county.bank.customers["synthetic"].all()
    assert county.bank.customers["phone"].str.starts_with("100").all()
