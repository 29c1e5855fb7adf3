"""Addresses of the fictional county located in its own gazetteer, against the truth that the generator keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from gridgeo.cells import cells_from_points, metres_between
from gridgeo.demo.county import County, CountySpec, county_of
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.locate import gazetteer_from_table, locate_addresses
from gridgeo.locate.chinese import parse_chinese

RESOLUTION = 9
HOUSE_M = 30.0
"""A house is found right when its entrance is answered: 21 m at most from the house itself, and rounding."""
DISTRICT_COLUMNS = ("province", "city", "district")
IN_FULL = ("clean", "full_width", "numerals", "spaced")
"""Forms that name province, city and district by their whole names."""


@dataclass(frozen=True)
class CountyFigures:
    """How well the county's addresses are located, as shares of all that have any text.

    placed: got a position good for a cell. house: that of their own house. cell: in their own cell of resolution 9.
    wrong_town: answered in another town than their own, of all answers. known_house, known_cell: the same of the
    addresses whose house the gazetteer knows. median_m: of the distance between answer and house, where placed.
    by_form: how the address was written -> placed, house, cell, wrong_town, count.
    """

    count: int
    placed: float
    house: float
    cell: float
    wrong_town: float
    known_house: float
    known_cell: float
    median_m: float
    by_form: pl.DataFrame


def county_figures(spec: CountySpec) -> CountyFigures:
    """Make the county, locate its customers by their address alone, and compare with the truth."""
    return figures_of(county_of(spec))


def figures_of(county: County) -> CountyFigures:
    """Locate a county's customers by their address alone and compare with the truth."""
    rows = _judged(county).filter(pl.col("address").is_not_null())
    known = rows.filter("is_known")
    answered = rows.filter("placed")
    return CountyFigures(
        count=rows.height,
        **{name: _share(rows, name) for name in ("placed", "house", "cell")},
        wrong_town=_share(answered, "wrong_town"),
        known_house=_share(known, "house"),
        known_cell=_share(known, "cell"),
        median_m=float(np.median(answered["off_m"].to_numpy())) if answered.height else float("inf"),
        by_form=rows.group_by("form")
        .agg(pl.col("placed", "house", "cell", "wrong_town").mean().round(3), pl.len().alias("count"))
        .sort("form"),
    )


def _share(rows: pl.DataFrame, name: str) -> float:
    return round(float(np.mean(rows[name].fill_null(value=False).to_numpy())), 4) if rows.height else 0.0


def _judged(county: County) -> pl.DataFrame:
    """Return one row a customer: address, form, placed, house, cell, wrong_town, is_known, off_m."""
    bank, truth = county.bank, county.truth.customers
    found = locate_addresses(bank.customers.select("id", "address", "locality"), gazetteer_from_table(bank.gazetteer))
    both = truth.join(found.select("id", "tier", at_lng="lng", at_lat="lat"), on="id", maintain_order="left").join(
        bank.customers.select("id", "address"), on="id", maintain_order="left"
    )
    placed = both["tier"].is_in(PLACED_TIERS)
    spots = {name: both[name].fill_null(0.0).to_numpy() for name in ("lng", "lat", "at_lng", "at_lat")}
    off_m = metres_between(spots["lng"], spots["lat"], spots["at_lng"], spots["at_lat"])
    cells = [
        cells_from_points(spots[lng], spots[lat], RESOLUTION) for lng, lat in (("lng", "lat"), ("at_lng", "at_lat"))
    ]
    layout = county.layout
    village = layout.owner(layout.plane.to_metres(spots["at_lng"], spots["at_lat"]))[0]
    town = np.where(village >= 0, layout.villages["code"].str.head(9).to_numpy()[np.maximum(village, 0)], "")
    own_known = _known_houses(county)
    return both.with_columns(
        placed.alias("placed"),
        (placed & pl.Series(off_m <= HOUSE_M)).alias("house"),
        (placed & pl.Series(cells[0] == cells[1])).alias("cell"),
        (placed & (pl.Series(town) != both["village_code"].str.head(9))).alias("wrong_town"),
        pl.col("household_id").is_in(own_known.implode()).alias("is_known"),
        pl.Series("off_m", off_m),
    )


def _known_houses(county: County) -> pl.Series:
    """Return the households whose building is in the gazetteer."""
    known = county.bank.gazetteer.filter(pl.col("kind") == "address")["id"]
    buildings = county.ground.buildings.filter(pl.col("id").is_in(known.implode()))
    homes = county.truth.households.join(buildings.select("lng", "lat").unique(), on=["lng", "lat"], how="semi")
    return homes["id"]


def district_share(county: County) -> float:
    """Return the share of addresses in full whose province, city and district the parser reads right."""
    rows = county.truth.customers.join(county.bank.customers.select("id", "address"), on="id", maintain_order="left")
    full = rows.filter(pl.col("form").is_in(IN_FULL))
    read = parse_chinese(full["address"])
    right = pl.all_horizontal(read[name].eq_missing(full[name]) for name in DISTRICT_COLUMNS)
    return _share(read.select(right.alias("right")), "right")
