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
from gridgeo.locate.house_number import building_key, house_numbers
from gridgeo.locate.ladder_index import number_ladder, street_spacing
from gridgeo.locate.normalise import postcode_key
from gridgeo.locate.plane import metres
from gridgeo.locate.tokens import HASH_SEED, code_text, name_sums
from gridgeo.locate.trigrams import trigram_index

ONE_TOWN_M = 1_500.0
"""Rows of one street name that lie closer together than this are one street, whatever their towns are called."""
WIDE_AREA_M = 4_000.0
"""An area wider than this (a country, a metropolis) does not tell apart the towns in it."""
FEW_ROWS_M = {"street": 150.0, "named": 1_000.0, "postcode": 300.0}
HEAD_LETTERS = 3
"""A word that is cut off keeps at least so many."""
KINDS = ("address", "street", "place", "community", "town")


@dataclass(frozen=True)
class Gazetteer:
    """An indexed gazetteer; build it with `gazetteer_from_table`.

    table: the rows as given (contract GAZETTEER), sorted by id. rows: one line a table row, its
    position, kind and keys of postcode and unit.
    areas: area, key, level (any, named, postcode), position, radius_m, row, is_city, is_community, has_row.
    streets: street, key, area, level, position, radius_m, row, unclear (the name stands in several towns of its area),
    along_m, across_m (see `street_spacing`).
    numbers: the house numbers of a street. ladder: one line a number of a street, ordered. names: names of houses and
    places by area. street_keys: core, types of all streets; street_words: street, area, street_key, size (in words),
    head (the last word's first letters); name_keys: key. trigrams: of street keys by area; town_trigrams: of the areas'
    own keys, all under area 0.
    """

    table: pl.DataFrame
    rows: pl.DataFrame
    areas: pl.DataFrame
    streets: pl.DataFrame
    numbers: pl.DataFrame
    ladder: pl.DataFrame
    names: pl.DataFrame
    street_keys: pl.DataFrame
    street_words: pl.DataFrame
    name_keys: pl.DataFrame
    trigrams: pl.DataFrame
    town_trigrams: pl.DataFrame

    @property
    def has_towns(self) -> bool:
        """Whether any row names a town or a part of one."""
        return bool((self.areas["level"] == "named").any())


def gazetteer_from_table(frame: pl.DataFrame) -> Gazetteer:
    """Index a gazetteer.

    frame: contract GAZETTEER; rows of any of the five kinds, in any order. A postcode in the city column is moved.
    Raises InvalidInputError when the contract is broken, an id occurs twice, a position is missing or no coordinate, or
    a kind is unknown.
    """
    table = checked(frame, GAZETTEER, "gazetteer").sort("id")
    _check(table)
    rows, texts = _keyed_rows(table)
    membership = row_areas(rows)
    areas = _areas(rows, membership, texts)
    located = membership.join(areas.select("level", "area_key", "area"), on=["level", "area_key"]).drop(
        "area_key", "is_city"
    )
    streets, street_rows = _streets(rows, located, areas, texts)
    numbers = _numbers(rows, street_rows)
    names = _names(rows, located)
    ladder = number_ladder(numbers.join(rows.select("row", "lng", "lat"), on="row", maintain_order="left"))
    return Gazetteer(
        table=table,
        rows=rows.select("row", "lng", "lat", "kind", "postcode_key", "unit_key"),
        areas=areas,
        streets=streets.join(street_spacing(ladder), on="street", how="left", maintain_order="left"),
        numbers=numbers,
        ladder=ladder,
        names=names,
        street_keys=streets.select("core", "types").unique(),
        street_words=_street_words(streets),
        name_keys=names.select("key").unique(),
        trigrams=trigram_index(
            streets.filter((pl.col("level") != "any") | pl.lit(not (areas["level"] == "named").any()))
        ),
        town_trigrams=trigram_index(town_table(areas)),
    )


def town_table(areas: pl.DataFrame) -> pl.DataFrame:
    """Return the towns and localities as columns street, area, key, so that the trigram index serves them too."""
    towns = areas.filter(pl.col("level") == "named")
    return towns.select(pl.col("area").alias("street"), pl.lit(0, dtype=pl.UInt32).alias("area"), key="canon")


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


def _texts() -> dict[str, pl.Expr]:
    """Return what a row of the table calls its street, locality, city and postcode, and the area that it stands for."""
    code = pl.col("city").str.contains(r"(?i)^([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[\d -]+)$").fill_null(value=False)
    kind = pl.col("kind")
    # Villages number their houses without streets.
    village = pl.when(pl.col("number").is_not_null() & pl.col("name").is_null()).then(pl.coalesce("locality", "city"))
    street = pl.when(kind == "street").then(pl.coalesce("street", "name")).otherwise(pl.coalesce("street", village))
    # "Braddan, Douglas" in the city column: the last is the city.
    city = pl.when(~code).then(pl.col("city").str.split(",").list.last().str.strip_chars())
    own = pl.when(kind == "community").then("name")
    community = pl.coalesce(own, "locality", pl.when(~code).then(pl.col("city").str.extract(r"^(.*),", 1)))
    town = pl.when(kind == "town").then(pl.coalesce("name", "city", "locality")).otherwise(city)
    return {
        "street": street,
        "locality": community,
        "city": town,
        "own": pl.when(kind == "town").then(town).when(kind == "community").then(community),
        "postcode": pl.coalesce("postcode", pl.when(code).then(pl.col("city"))),
    }


def _keyed_rows(table: pl.DataFrame) -> tuple[pl.DataFrame, _Names]:
    texts = _texts()
    is_area = pl.col("kind").is_in(["town", "community"])
    named = table.with_row_index("row").select(
        "row",
        "id",
        "lng",
        "lat",
        "kind",
        pl.col("precision_m").fill_null(0.0),
        "number",
        is_area.alias("is_area"),
        texts["street"].alias("street"),
        pl.when(~is_area & (pl.col("kind") != "street")).then(pl.col("name")).alias("name"),
        *(_unbracketed(texts[name]).alias(name) for name in ("locality", "city", "own")),
        texts["postcode"].alias("postcode"),
        postcode_key(pl.lit("x") + building_key(pl.col("unit"))).alias("unit_key"),
    )
    return _with_keys(named)


def _with_keys(named: pl.DataFrame) -> tuple[pl.DataFrame, _Names]:
    """Add what names are compared by; every distinct name is read once, and its words are kept apart from the rows."""
    street = _keys_of(named["street"], core="street_core", types="street_types", canon="key", spelt="spelt")
    on = ["street_core", "street_types"]
    keyed = named.join(street.select("street", *on), on="street", how="left", maintain_order="left")
    keyed = keyed.join(_keys_of(named["name"], whole="name_key"), on="name", how="left", maintain_order="left")
    towns = []
    for column in ("locality", "city", "own"):
        keys = _keys_of(named[column], whole=f"{column}_key", canon="canon")
        keyed = keyed.join(keys.select(column, f"{column}_key"), on=column, how="left", maintain_order="left")
        towns.append(keys.select(level=pl.lit("named"), area_key=f"{column}_key", canon="canon"))
    codes = named.select(pl.col("postcode").drop_nulls().unique())
    codes = codes.with_columns(code_text(pl.col("postcode")).alias("canon")).drop_nulls("canon")
    codes = codes.with_columns(pl.col("canon").hash(seed=HASH_SEED + 1).alias("postcode_key"))
    keyed = keyed.join(codes.drop("canon"), on="postcode", how="left", maintain_order="left")
    areas = pl.concat([*towns, codes.select(level=pl.lit("postcode"), area_key="postcode_key", canon="canon")])
    streets = street.drop("street").drop_nulls("street_core").sort(*on, "key")
    areas = areas.drop_nulls("area_key").sort("level", "area_key", "canon")
    rows = keyed.drop("street", "name", "locality", "city", "own", "postcode")
    return rows, _Names(_first_of(streets, on), _first_of(areas, ["level", "area_key"]))


def _first_of(frame: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    return frame.unique(key, keep="first", maintain_order=True)


@dataclass(frozen=True)
class _Names:
    """Words of names. streets: street_core, street_types, key, spelt. areas: level, area_key, canon."""

    streets: pl.DataFrame
    areas: pl.DataFrame


def _keys_of(names: pl.Series, **wanted: str) -> pl.DataFrame:
    """Return the distinct names of a column with their keys; wanted: key of `name_sums` -> column."""
    distinct = names.drop_nulls().unique()
    sums = name_sums(distinct)
    return pl.DataFrame({names.name: distinct}).with_columns(sums[key].alias(name) for key, name in wanted.items())


def _unbracketed(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"\([^)]*\)", " ")


def row_labels(gazetteer: Gazetteer, rows: pl.Series) -> pl.DataFrame:
    """Return row, gazetteer_id, precision_m and the texts an answer shows: label, street_label, locality_, city_label.

    rows: positions in the table, each once.
    """
    texts = _texts()
    street, locality, city = (texts[name] for name in ("street", "locality", "city"))
    house = pl.concat_str([street, "number"], separator=" ", ignore_nulls=True).replace("", None)
    name = pl.when(pl.col("kind").is_in(["address", "place"])).then(pl.col("name"))
    part = pl.when(locality.ne_missing(city)).then(locality)
    area = pl.concat_str(part, city, separator=", ", ignore_nulls=True).replace("", None)
    return gazetteer.table[rows].select(
        rows.alias("row"),
        pl.col("id").alias("gazetteer_id"),
        pl.col("precision_m").fill_null(0.0),
        pl.concat_str(name, house, area, separator=", ", ignore_nulls=True).alias("label"),
        pl.concat_str(street, area, separator=", ", ignore_nulls=True).alias("street_label"),
        locality.alias("locality_label"),
        city.alias("city_label"),
    )


def _areas(rows: pl.DataFrame, membership: pl.DataFrame, names: _Names) -> pl.DataFrame:
    """Return one row an area: its centre (its own row where it has one, else the median of its rows) and radius."""
    joined = membership.join(rows.select("row", "lng", "lat", "kind", "own_key", "precision_m"), on="row").with_columns(
        ((pl.col("level") == "named") & (pl.col("own_key") == pl.col("area_key"))).fill_null(value=False).alias("own")
    )
    few_rows_m = pl.col("level").replace_strict(FEW_ROWS_M, default=0.0, return_dtype=pl.Float64)
    own_first = pl.coalesce(pl.col("row").filter("own").first(), pl.col("row").first())
    measured = _around_centre(joined.sort("row"), ["level", "area_key"])
    return (
        measured.group_by("level", "area_key", maintain_order=True)
        .agg(
            pl.col("centre_lng", "centre_lat").first(),
            _radius(few_rows_m.first()).alias("radius_m"),
            own_first.alias("row"),
            (pl.col("is_city") | (pl.col("own") & (pl.col("kind") == "town"))).any().alias("is_city"),
            (pl.col("own") & (pl.col("kind") == "community")).any().alias("is_community"),
            pl.col("own").any().alias("has_row"),
        )
        .rename({"centre_lng": "lng", "centre_lat": "lat"})
        .join(names.areas, on=["level", "area_key"], how="left", maintain_order="left")
        .with_row_index("area")
        .with_columns(pl.col("area_key").alias("key"))
    )


def _around_centre(joined: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Add the centre of every group (its own rows, else all) and the distance from it; nearest first."""
    centre = joined.group_by(by).agg(
        pl.coalesce(pl.col(axis).filter("own").median(), pl.col(axis).median()).alias(f"centre_{axis}")
        for axis in ("lng", "lat")
    )
    away = metres(pl.col("lng"), pl.col("lat"), pl.col("centre_lng"), pl.col("centre_lat"))
    return joined.join(centre, on=by).with_columns(away.alias("away_m")).sort(*by, "away_m", "row")


def _radius(few_rows_m: pl.Expr) -> pl.Expr:
    """Nine tenths of the rows lie within; never less than what a row of the street or area itself says.

    few_rows_m: what one lone house leaves open; the more rows, the less is open.
    """
    own_m = pl.col("precision_m").filter("own").max()
    return pl.max_horizontal(pl.col("away_m").quantile(0.9), pl.coalesce(own_m, few_rows_m / pl.len()))


def _streets(
    rows: pl.DataFrame, located: pl.DataFrame, areas: pl.DataFrame, names: _Names
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the streets, and which rows belong to which street."""
    named = rows.filter(pl.col("street_core").is_not_null() & pl.col("kind").is_in(["address", "street", "place"]))
    places = ("lng", "lat", "precision_m", "city_key", "locality_key")
    joined = (
        named.select("row", "street_core", "street_types", *places, own=pl.col("kind") == "street")
        .join(located, on="row")
        .sort("street_core", "street_types", "area", "row")
        .with_columns(pl.struct("street_core", "street_types", "area").rle_id().alias("street"))
    )
    wide = areas.select("area", wide=pl.col("radius_m") > WIDE_AREA_M)
    streets = _measured_streets(joined, names).join(wide, on="area", maintain_order="left")
    unclear = pl.col("several_towns") & ((pl.col("level") == "any") | pl.col("wide"))
    return streets.with_columns(unclear.alias("unclear")).drop("several_towns", "wide"), joined.select("street", "row")


def _measured_streets(joined: pl.DataFrame, names: _Names) -> pl.DataFrame:
    town = pl.coalesce("locality_key", "city_key")
    return (
        _around_centre(joined, ["street"])
        .group_by("street", maintain_order=True)
        .agg(
            pl.col("street_core", "street_types").first(),
            pl.col("area", "level", "lng", "lat", "row").first(),
            _radius(pl.lit(FEW_ROWS_M["street"])).alias("radius_m"),
            ((town.n_unique() > 1) & (pl.col("away_m").max() > ONE_TOWN_M)).alias("several_towns"),
        )
        .join(names.streets, on=["street_core", "street_types"], how="left", maintain_order="left")
        .rename({"street_core": "core", "street_types": "types"})
    )


def _street_words(streets: pl.DataFrame) -> pl.DataFrame:
    """Return the names of streets word by word, for names that are cut off."""
    known = pl.col("key").str.split(" ")
    return streets.select(
        "street", "area", street_key="key", size=known.list.len(), head=known.list.last().str.slice(0, HEAD_LETTERS)
    )


def _numbers(rows: pl.DataFrame, street_rows: pl.DataFrame) -> pl.DataFrame:
    """Return street, number, suffix, number_key, alias, row: a range stands under both of its ends."""
    numbered = rows.filter(pl.col("number").is_not_null() & pl.col("kind").is_in(["address", "place"]))
    read = house_numbers(numbered["number"])
    own = pl.DataFrame({"row": numbered["row"][read["at"]]}).hstack(read.drop("at"))
    return own.join(street_rows, on="row").sort("street", "number", "suffix", "row")


def _names(rows: pl.DataFrame, located: pl.DataFrame) -> pl.DataFrame:
    """Return key, area, row, street_core, is_place of every named address and place."""
    return (
        rows.filter(pl.col("name_key").is_not_null() & pl.col("kind").is_in(["address", "place"]))
        .select("row", "lng", "lat", "street_core", (pl.col("kind") == "place").alias("is_place"), key="name_key")
        .join(located, on="row")
        .sort("key", "area", "row")
    )
