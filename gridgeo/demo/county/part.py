"""Some towns of the county with everything in them: buildings, households, merchants, customers, gazetteer, truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from gridgeo.demo.county.address import clean_text
from gridgeo.demo.county.buildings import built_in
from gridgeo.demo.county.customers import READING_M, clients_in, household_id
from gridgeo.demo.county.gazetteer import known_houses, known_places
from gridgeo.demo.county.layout import Layout
from gridgeo.demo.county.naming import with_parts
from gridgeo.demo.county.people import households_of, people_by_village
from gridgeo.demo.county.places import places_in
from gridgeo.demo.county.shops import merchants_in
from gridgeo.demo.county.spec import CHUNK_HOUSEHOLDS, SOURCE
from gridgeo.demo.county.streets import Grids, street_lines
from gridgeo.domain import IntArray
from gridgeo.domain.industries import GBT
from gridgeo.domain.tables import HOUSEHOLDS, MERCHANT_NOTES, MERCHANTS, STREETS, checked, checked_with_notes
from gridgeo.sources.osm_objects import wkb_of

FOOTPRINT_M = {"street": (12.0, 10.0), "lane": (10.0, 9.0), "hamlet": (11.0, 9.0), "compound": (24.0, 12.0)}


@dataclass(frozen=True)
class Truths:
    """What a test may know and the bank does not; positions are those of the houses themselves.

    customers: id, household_id, lng, lat, village_code, form (how the address was written) and PARTS of the address in
    full. households: id, lng, lat, village_code. merchants: id, lng, lat, village_code.
    """

    customers: pl.DataFrame
    households: pl.DataFrame
    merchants: pl.DataFrame


@dataclass(frozen=True)
class Part:
    """Some towns; positions in WGS 84.

    buildings: BUILDINGS and BUILDING_NOTES without geometry, width_m and depth_m. households: HOUSEHOLDS.
    merchants: MERCHANTS and MERCHANT_NOTES. streets: STREETS. gazetteer: GAZETTEER and the parts of each address.
    customers: CUSTOMERS and CUSTOMER_NOTES. people: village, people, households. truth: see `Truths`.
    """

    buildings: pl.DataFrame
    households: pl.DataFrame
    merchants: pl.DataFrame
    streets: pl.DataFrame
    gazetteer: pl.DataFrame
    customers: pl.DataFrame
    people: pl.DataFrame
    truth: Truths


def town_groups(layout: Layout) -> list[IntArray]:
    """Return the towns in groups of about CHUNK_HOUSEHOLDS households."""
    upto = np.cumsum(layout.towns["households"].to_numpy())
    group = (upto - 1) // CHUNK_HOUSEHOLDS
    edges = [0, *(np.flatnonzero(np.diff(group)) + 1).tolist(), len(upto)]
    return [np.arange(low, high, dtype=np.int64) for low, high in pairwise(edges)]


def parts_of(layout: Layout, grids: Grids, staff: pl.DataFrame) -> Iterator[Part]:
    """Make the county town by town group, each from draws of its own; the caller keeps no more than one at a time."""
    for towns in town_groups(layout):
        yield part_of(layout, grids, towns, staff)


def part_of(layout: Layout, grids: Grids, towns: IntArray, staff: pl.DataFrame) -> Part:
    """Make some towns; the same layout and towns give the same part.

    staff: STAFF of the whole bank.
    """
    rng = np.random.Generator(np.random.PCG64([layout.spec.seed, 4, int(towns[0])]))
    built = built_in(layout, grids, towns, rng)
    before = int(layout.towns["households"].to_numpy()[: towns[0]].sum())
    households = households_of(built.buildings, before, rng)
    places, spare = places_in(layout, towns, built.spare)
    numbered = _numbered(layout, built.buildings)
    homes = _homes(numbered, households)
    customers = _numbers(layout.spec.customer_share, before, len(homes))
    merchants = _numbers(layout.spec.merchant_share, before, len(homes))
    shops = merchants_in(merchants[1], (built.buildings, spare, places), rng)
    traders, traders_truth = _merchants(layout, shops, merchants[0], rng)
    clients = clients_in(layout, homes, customers, staff, rng)
    known = [
        known_houses(layout, numbered, rng),
        known_places(layout, towns, (numbered, (grids, built.streets), places)),
    ]
    return Part(
        buildings=_buildings(layout, numbered),
        households=_register(layout, homes, rng),
        merchants=traders,
        streets=_streets(layout, grids, built.streets),
        gazetteer=pl.concat(known),
        customers=clients.customers,
        people=people_by_village(households),
        truth=Truths(clients.truth, _true_homes(layout, homes), traders_truth),
    )


def _numbers(share: float, before: int, count: int) -> tuple[int, int]:
    """Return the number of the first customer or merchant of a part, and how many it has."""
    first = round(share * before)
    return first, round(share * (before + count)) - first


def _numbered(layout: Layout, buildings: pl.DataFrame) -> pl.DataFrame:
    """Add id (the village's code and a number in it), village_row and the components of the address."""
    at = (pl.int_range(pl.len()).over("village") + 1).cast(pl.String).str.zfill(4)
    rows = buildings.with_columns(at=at, village_row=pl.col("village"))
    return with_parts(layout, rows).with_columns(pl.format("{}-{}", "village_code", "at").alias("id")).drop("at")


def _homes(buildings: pl.DataFrame, households: pl.DataFrame) -> pl.DataFrame:
    """Return the households with the address of their building and of their flat."""
    lived = households.drop("town", "village")
    return pl.concat(
        [
            buildings[households["building"].to_numpy()].rename({"id": "building_id"}).drop("unit", "room"),
            lived.drop("building"),
        ],
        how="horizontal",
    )


def _buildings(layout: Layout, buildings: pl.DataFrame) -> pl.DataFrame:
    lng, lat = layout.plane.to_degrees(buildings.select("x", "y").to_numpy())
    width, depth = (
        pl.col("form").replace_strict({form: size[side] for form, size in FOOTPRINT_M.items()}, return_dtype=pl.Float64)
        for side in (0, 1)
    )
    return buildings.with_columns(clean_text(buildings).alias("address")).select(
        "id",
        pl.when(pl.col("form") == "compound").then(pl.lit("apartments")).otherwise(pl.lit("house")).alias("kind"),
        pl.Series("lng", lng),
        pl.Series("lat", lat),
        (width * depth).alias("area_m2"),
        pl.lit(True).alias("residential"),
        pl.col("poi").alias("name"),
        "address",
        pl.col("floors").cast(pl.Int32),
        pl.col("dwellings").cast(pl.Int32),
        "village_code",
        width.alias("width_m"),
        depth.alias("depth_m"),
    )


def _register(layout: Layout, homes: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return HOUSEHOLDS as the village committees keep them: every address in full, a position where one was taken."""
    lng, lat = layout.plane.to_degrees(homes.select("door_x", "door_y").to_numpy())
    absent = pl.Series(rng.random(len(homes)) >= layout.spec.given_share)
    rows = homes.with_columns(clean_text(homes).alias("address")).select(
        household_id("household").alias("id"),
        "address",
        pl.when(pl.col("form") == "compound").then("building_id").alias("building_id"),
        "head",
        "members",
        "status",
        "village_code",
        pl.Series("lng", lng).set(absent, None),
        pl.Series("lat", lat).set(absent, None),
        pl.lit(SOURCE).alias("source"),
        pl.lit(layout.spec.as_of).alias("dated_on"),
    )
    return checked(rows, HOUSEHOLDS, "households")


def _true_homes(layout: Layout, homes: pl.DataFrame) -> pl.DataFrame:
    lng, lat = layout.plane.to_degrees(homes.select("x", "y").to_numpy())
    return homes.select(
        household_id("household").alias("id"), pl.Series("lng", lng), pl.Series("lat", lat), "village_code"
    )


def _merchants(
    layout: Layout, shops: pl.DataFrame, first: int, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return MERCHANTS and MERCHANT_NOTES with positions as surveyed, and where the shops truly are."""
    rows = with_parts(layout, shops).with_columns(
        pl.format("M{}", (first + 1 + pl.int_range(pl.len())).cast(pl.String).str.zfill(8)).alias("id")
    )
    spots = rows.select("x", "y").to_numpy()
    lng, lat = layout.plane.to_degrees(spots)
    seen = layout.plane.to_degrees(spots + np.round(rng.uniform(-READING_M, READING_M, spots.shape), 2))
    table = rows.with_columns(clean_text(rows).alias("address")).select(
        "id",
        "name",
        "industry",
        pl.lit(None, pl.String).alias("osm_tag"),
        pl.Series("lng", seen[0]),
        pl.Series("lat", seen[1]),
        pl.lit(True).alias("synthetic"),
        "address",
        "village_code",
        pl.lit(GBT).alias("scheme"),
        "code",
    )
    truth = rows.select("id", pl.Series("lng", lng), pl.Series("lat", lat), "village_code")
    return checked_with_notes(table, MERCHANTS, MERCHANT_NOTES, "merchants"), truth


def _streets(layout: Layout, grids: Grids, streets: pl.DataFrame) -> pl.DataFrame:
    lines = layout.to_degrees(street_lines(grids, streets))
    codes = layout.towns.select("town", "code")
    rows = streets.join(codes, on="town", how="left", maintain_order="left").select(
        pl.format("street-{}-{}", "code", "street").alias("id"),
        "name",
        pl.lit("residential").alias("highway"),
        wkb_of(lines),
    )
    return checked(rows, STREETS, "streets")
