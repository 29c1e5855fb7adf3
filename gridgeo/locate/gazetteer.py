"""The gazetteer as an index: areas, streets of an area, numbers of a street, names; built once, read by every query.

A street is the pair (name key, area): the same name in two towns is two streets. A row belongs to every area that it
names (locality, city, postcode) and to the area "anywhere", which holds all rows and is read only where no town is
known. All tables are sorted, so the same rows give the same index.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from gridgeo.domain.tables import GAZETTEER, checked
from gridgeo.errors import InvalidInputError
from gridgeo.locate.gazetteer_areas import row_areas
from gridgeo.locate.normalise import area_key, name_key, number_columns, postcode_key
from gridgeo.locate.plane import metres
from gridgeo.locate.trigrams import trigram_index

KINDS = ("address", "street", "place", "community", "town")


@dataclass(frozen=True)
class Gazetteer:
    """An indexed gazetteer; build it with `gazetteer_from_table`.

    table: the rows as given (contract GAZETTEER), sorted by id. rows: one line a table row with keys and label.
    areas: area, key, level (any, city, locality, postcode), position, radius_m, row, row_count.
    streets: street, key, area, level, position, radius_m, row, town_count. numbers: the house numbers of a street.
    ladder: one line a number of a street, ordered. names: names of houses and places by area. trigrams: of street keys
    by area; town_trigrams: of the areas' own keys, all under area 0.
    """

    table: pl.DataFrame
    rows: pl.DataFrame
    areas: pl.DataFrame
    streets: pl.DataFrame
    numbers: pl.DataFrame
    ladder: pl.DataFrame
    names: pl.DataFrame
    trigrams: pl.DataFrame
    town_trigrams: pl.DataFrame

    @property
    def town_names(self) -> pl.Series:
        """Keys of all areas that are no postcode."""
        return self.areas.filter(pl.col("level").is_in(["city", "locality"]))["key"].unique().sort()


def gazetteer_from_table(frame: pl.DataFrame) -> Gazetteer:
    """Index a gazetteer.

    frame: contract GAZETTEER; rows of any of the five kinds, in any order. A postcode in the city column is moved.
    Raises InvalidInputError when the contract is broken, an id occurs twice, a position is missing or no coordinate, or
    a kind is unknown.
    """
    table = checked(frame, GAZETTEER, "gazetteer").sort("id")
    _check(table)
    rows = _keyed_rows(table)
    membership = row_areas(rows)
    areas = _areas(rows, membership)
    located = membership.join(areas.select("level", "area_key", "area"), on=["level", "area_key"]).drop("area_key")
    streets, street_rows = _streets(rows, located)
    numbers = _numbers(rows, street_rows)
    return Gazetteer(
        table=table,
        rows=rows,
        areas=areas,
        streets=streets,
        numbers=numbers,
        ladder=_ladder(numbers),
        names=_names(rows, located),
        trigrams=trigram_index(streets.filter(pl.col("level") != "any")),
        town_trigrams=trigram_index(town_table(areas)),
    )


def town_table(areas: pl.DataFrame) -> pl.DataFrame:
    """Return the towns and localities as columns street, area, key, so that the trigram index serves them too."""
    towns = areas.filter(pl.col("level").is_in(["city", "locality"]))
    return towns.select(pl.col("area").alias("street"), pl.lit(0, dtype=pl.UInt32).alias("area"), "key")


def _check(table: pl.DataFrame) -> None:
    repeated = table.filter(pl.col("id").is_duplicated() | pl.col("id").is_null())
    if repeated.height:
        raise InvalidInputError("gazetteer: id {id} is missing or occurs more than once", id=repeated["id"][0])
    valid = (pl.col("lng").is_between(-180, 180) & pl.col("lat").is_between(-90, 90)).fill_null(value=False)
    misplaced = table.filter(~valid)
    if misplaced.height:
        raise InvalidInputError("gazetteer: row {id} has no valid position", id=misplaced["id"][0])
    unknown = table.filter(~pl.col("kind").is_in(KINDS).fill_null(value=False))
    if unknown.height:
        kinds = ", ".join(KINDS)
        raise InvalidInputError(
            "gazetteer: row {id} has kind {given}, allowed are {kinds}",
            id=unknown["id"][0],
            given=unknown["kind"][0],
            kinds=kinds,
        )


def _keyed_rows(table: pl.DataFrame) -> pl.DataFrame:
    code_in_city = (
        pl.col("city").str.contains(r"(?i)^([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[\d -]+)$").fill_null(value=False)
    )
    own = pl.col("kind").is_in(["town", "community"])
    street = pl.when(pl.col("kind") == "street").then(pl.coalesce("street", "name")).otherwise(pl.col("street"))
    place_text = pl.when(code_in_city).then(None).otherwise(pl.col("city"))
    line = pl.concat_str(
        pl.when(pl.col("kind") != "street").then(pl.col("name")),
        pl.concat_str(["street", "number"], separator=" ", ignore_nulls=True).replace("", None),
        "locality",
        place_text,
        separator=", ",
        ignore_nulls=True,
    )
    return table.with_row_index("row").select(
        "row",
        "id",
        "lng",
        "lat",
        "kind",
        pl.col("precision_m").fill_null(0.0),
        name_key(street).alias("street_key"),
        name_key(pl.col("name")).alias("name_key"),
        area_key(
            pl.when(pl.col("kind") == "community").then(pl.coalesce("name", "locality")).otherwise("locality")
        ).alias("locality_key"),
        area_key(pl.when(pl.col("kind") == "town").then(pl.coalesce("name", "city")).otherwise(place_text)).alias(
            "city_key"
        ),
        postcode_key(pl.coalesce("postcode", pl.when(code_in_city).then(pl.col("city")))).alias("postcode_key"),
        own.alias("is_area"),
        *number_columns(pl.col("number")),
        postcode_key(pl.lit("x") + pl.col("unit")).alias("unit_key"),
        line.alias("label"),
    )


def _areas(rows: pl.DataFrame, membership: pl.DataFrame) -> pl.DataFrame:
    """Return one row an area: its centre (its own row where it has one, else the median of its rows) and radius."""
    own_row = (pl.col("is_area") & (pl.col("level") == pl.col("own_level"))).fill_null(value=False)
    joined = membership.join(
        rows.select(
            "row",
            "lng",
            "lat",
            "is_area",
            pl.when(pl.col("kind") == "town").then(pl.lit("city")).otherwise(pl.lit("locality")).alias("own_level"),
        ),
        on="row",
    )
    centre = joined.group_by("level", "area_key").agg(
        pl.coalesce(pl.col(axis).filter(own_row).first(), pl.col(axis).median()).alias(f"centre_{axis}")
        for axis in ("lng", "lat")
    )
    away = metres(pl.col("lng"), pl.col("lat"), pl.col("centre_lng"), pl.col("centre_lat"))
    return (
        joined.join(centre, on=["level", "area_key"])
        .with_columns(away.alias("away_m"))
        .sort("level", "area_key", "away_m", "row")
        .group_by("level", "area_key", maintain_order=True)
        .agg(
            pl.col("centre_lng").first().alias("lng"),
            pl.col("centre_lat").first().alias("lat"),
            pl.col("away_m").quantile(0.9).alias("radius_m"),
            pl.coalesce(pl.col("row").filter(own_row).first(), pl.col("row").first()).alias("row"),
            pl.len().alias("row_count"),
        )
        .with_row_index("area")
        .with_columns(pl.col("area_key").alias("key"))
    )


def _streets(rows: pl.DataFrame, located: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the streets, and which rows belong to which street."""
    named = rows.filter(pl.col("street_key").is_not_null() & pl.col("kind").is_in(["address", "street", "place"]))
    joined = (
        named.select("row", "street_key", "lng", "lat", "kind", "city_key", "locality_key")
        .join(located, on="row")
        .sort("street_key", "area", "row")
        .with_columns(pl.struct("street_key", "area").rle_id().alias("street"))
    )
    own = pl.col("kind") == "street"
    centre = joined.group_by("street").agg(
        pl.coalesce(pl.col(axis).filter(own).median(), pl.col(axis).median()).alias(f"centre_{axis}")
        for axis in ("lng", "lat")
    )
    away = metres(pl.col("lng"), pl.col("lat"), pl.col("centre_lng"), pl.col("centre_lat"))
    streets = (
        joined.join(centre, on="street")
        .with_columns(away.alias("away_m"))
        .sort("street", "away_m", "row")
        .group_by("street", maintain_order=True)
        .agg(
            pl.col("street_key").first().alias("key"),
            pl.col("area", "level", "lng", "lat", "row").first(),
            pl.col("away_m").quantile(0.9).alias("radius_m"),
            pl.coalesce("locality_key", "city_key").n_unique().alias("town_count"),
        )
    )
    return streets, joined.select("street", "row")


def _numbers(rows: pl.DataFrame, street_rows: pl.DataFrame) -> pl.DataFrame:
    """Return street, number, suffix, number_key, row: a range stands under both of its ends."""
    columns = ["row", "number", "suffix", "number_key", "lng", "lat", "postcode_key", "unit_key"]
    numbered = rows.filter(pl.col("number").is_not_null() & pl.col("kind").is_in(["address", "place"]))
    ends = numbered.filter(pl.col("number_to").is_not_null() & (pl.col("number_to") > pl.col("number"))).with_columns(
        number=pl.col("number_to"), suffix=pl.lit("")
    )
    return (
        pl.concat([numbered.select(columns), ends.select(columns)])
        .join(street_rows, on="row")
        .sort("street", "number", "suffix", "row")
    )


def _ladder(numbers: pl.DataFrame) -> pl.DataFrame:
    """Return street, number, parity, lng, lat, row: one line a number, in the middle of its rows, sorted."""
    return (
        numbers.group_by("street", "number", maintain_order=True)
        .agg(pl.col("lng", "lat").median(), pl.col("row").first())
        .with_columns((pl.col("number") % 2).alias("parity"))
        .sort("street", "number")
    )


def _names(rows: pl.DataFrame, located: pl.DataFrame) -> pl.DataFrame:
    """Return key, area, row, street_key, is_place of every named address and place."""
    return (
        rows.filter(pl.col("name_key").is_not_null() & pl.col("kind").is_in(["address", "place"]))
        .select("row", "lng", "lat", "street_key", (pl.col("kind") == "place").alias("is_place"), key="name_key")
        .join(located, on="row")
        .sort("key", "area", "row")
    )
