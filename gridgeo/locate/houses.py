"""The house that an address names: its text without unit, person or number of anything but the house, and its key.

Everybody under one roof has one key, however the unit, the postcode or the case is written, so that what a person found
out about one address holds for the neighbours too. What is kept says where a house is, nothing about who lives there.
"""

from __future__ import annotations

import polars as pl

from gridgeo.locate.chinese import parse_chinese
from gridgeo.locate.chinese_lines import is_chinese
from gridgeo.locate.normalise import area_key, name_key, number_columns, postcode_key, tidy
from gridgeo.locate.parse import address_parts, address_problems

HOUSES = {"query": pl.UInt32, "house": pl.String, "house_key": pl.String}
MIN_STREET = 3
"""Fewer letters before a number are no street's name."""

_TITLES = (r"c/o", r"attn\.?", r"z\. ?hd\.?", r"mrs?\.?", r"ms\.?", r"dr\.?", r"herrn?", r"frau", r"fam(?:ilie|\.)?")
_CARE_OF = rf"(?i)(?:^|,\s*)(?:{'|'.join(_TITLES)}|г-н|г-жа)\s[^,]*"
_IN_BRACKETS = r"[(\[{（【][^)\]}）】]*[)\]}）】]"
_LONG_NUMBERS = r"(?i)(?:\b(?:tel|phone|mobile|mob|fax)\b[.:]*\s*)?\+?\d[\d -]{7,}\d|[\w.+-]+@[\w.-]+"
_ADDRESSEE = (
    r"(?:收件人|联系人|电话|手机)[::]?.*$|\p{Han}{2,4}(?:先生|女士|小姐)?\(?收\)?$|\p{Han}{1,4}(?:先生|女士|小姐)"
)
_NUMERAL = r"[\d一二三四五六七八九十百〇零]+"
_CHINESE_LEVEL = r"\p{Han}[省市区县旗镇乡村道]$"


def house_keys(
    address: pl.Series, locality: pl.Series, person: pl.Series | None = None, towns: pl.Series | None = None
) -> pl.DataFrame:
    """Reduce addresses to their houses.

    address, locality (the town given with the row), person (the name of whoever lives there): null allowed, aligned.
    towns: keys of known towns (`town_keys`).
    Returns one row an address: query (its position), house (text to show: street, number, towns), house_key (equal for
    one house); null where the address cannot be read, the key also where it names a street or a town only. Of an
    address with street and number only these, postcode and towns are kept; of others every part that is no unit, no
    person and no telephone number.
    """
    frame = pl.DataFrame({"address": address.cast(pl.String), "locality": locality.cast(pl.String)})
    frame = frame.with_row_index("query").with_columns(_without_person(frame["address"], person))
    distinct = frame.select("address", "locality").unique(maintain_order=True)
    houses = _houses(distinct, towns)
    joined = frame.join(houses, on=["address", "locality"], how="left", nulls_equal=True, maintain_order="left")
    return joined.select(pl.col(name).cast(dtype) for name, dtype in HOUSES.items())


def _without_person(address: pl.Series, person: pl.Series | None) -> pl.Series:
    """Take the person's own name out of the address, in either order of its words."""
    if person is None or person.null_count() == len(person):
        return address
    name = pl.when(pl.col("name").str.len_chars() >= 2).then(pl.col("name"))
    turned = name.str.split(" ").list.reverse().list.join(" ")
    frame = pl.DataFrame({"address": address, "name": tidy_series(person)})
    text = pl.col("address")
    for wanted in (name, turned):
        text = pl.coalesce(text.str.split(by=wanted).list.join(" "), text)
    return frame.select(text.alias("address"))["address"]


def tidy_series(text: pl.Series) -> pl.Series:
    """Return texts in the one form of `normalise.tidy`."""
    return pl.DataFrame({"text": text.cast(pl.String)}).select(tidy(pl.col("text")))["text"]


def town_keys(table: pl.DataFrame) -> pl.Series:
    """Return the keys of the towns and their parts that a gazetteer names. table: contract GAZETTEER."""
    named = table.filter(pl.col("kind").is_in(["town", "community"]))["name"]
    city = table.select(pl.col("city").unique().str.split(",").list.last()).to_series()
    texts = pl.concat([series.alias("text") for series in (named, table["locality"], city)]).drop_nulls().unique()
    keys = texts.to_frame().select(area_key(pl.col("text")).alias("key").drop_nulls().unique().sort())
    return keys.to_series()


def _houses(distinct: pl.DataFrame, towns: pl.Series | None) -> pl.DataFrame:
    """Return address, locality, house, house_key of distinct pairs."""
    rows = distinct.with_row_index("query").with_columns(_bare(pl.col("address")).alias("text"))
    readable = address_problems(rows["address"]).filter(pl.col("problem").is_null()).select("query")
    rows = rows.join(readable, on="query", how="semi", maintain_order="left")
    chinese = rows.select(is_chinese(pl.col("text"))).to_series()
    found = pl.concat([_chinese_houses(rows.filter(chinese)), _western_houses(rows.filter(~chinese), towns)])
    joined = distinct.with_row_index("query").join(found, on="query", how="left", maintain_order="left")
    return joined.select("address", "locality", "house", "house_key")


def _bare(address: pl.Expr) -> pl.Expr:
    """Drop what names a person: care-of lines, brackets, telephone numbers, addressees; and what stands behind 单元."""
    text = tidy(address).str.replace_all(_IN_BRACKETS, " ").str.replace_all(_LONG_NUMBERS, " ")
    text = text.str.replace_all(_ADDRESSEE, "").str.replace_all(_CARE_OF, ",")
    return text.str.replace(rf"[A-Za-z]?{_NUMERAL}\s*(?:单元|室|户|房间|房|层)[^,]*", "").str.strip_chars(" ,-")


def _chinese_houses(rows: pl.DataFrame) -> pl.DataFrame:
    """Return query, house, house_key of Chinese addresses: everything down to the building, without unit and room."""
    if rows.is_empty():
        return pl.DataFrame(schema=HOUSES)
    parts = parse_chinese(rows["text"]).with_columns(rows["locality"].alias("locality"))
    below = [pl.col(name) for name in ("village", "road", "lane", "number", "building", "poi")]
    shown = pl.concat_str(
        "province", "city", "district", "town", *below[:3], _numbered(), *below[4:], ignore_nulls=True
    )
    named = pl.concat_str(*below, separator="|", ignore_nulls=True)
    area = pl.concat_str(pl.coalesce("district", "city", "locality"), "town", separator="/", ignore_nulls=True)
    # The name of an area alone, or of a road or village, is no house.
    is_house = pl.col("number").is_not_null() | pl.col("building").is_not_null()
    is_house |= (pl.col("poi").is_not_null() & ~pl.col("poi").str.contains(_CHINESE_LEVEL)).fill_null(value=False)
    key = pl.when(is_house).then(pl.concat_str(named, area, separator="|"))
    return rows.select("query").hstack(
        parts.select(pl.when(shown != "").then(shown).alias("house"), key.alias("house_key"))
    )


def _numbered() -> pl.Expr:
    return pl.when(pl.col("number").str.contains(r"\d$")).then(pl.col("number") + "号").otherwise("number")


def _western_houses(rows: pl.DataFrame, towns: pl.Series | None) -> pl.DataFrame:
    """Return query, house, house_key of addresses in other scripts."""
    parts = _kept_parts(address_parts(rows["text"], towns), towns)
    found = _joined(_with_locality(parts, rows.drop("query").with_row_index("query")))
    return found.select(
        rows["query"].gather(found["query"]).alias("query"), pl.col("house", "house_key").cast(pl.String)
    )


def _kept_parts(parts: pl.DataFrame, towns: pl.Series | None) -> pl.DataFrame:
    """Return query, position, numbered, text, number, postcode of the parts that belong to the house."""
    known = pl.DataFrame({"key": [] if towns is None else towns}, schema={"key": pl.String}).unique()
    # On an estate the unit is the number; a flat's number never is.
    by_unit = pl.col("unit").str.extract(r"(?i)^(?:unit|hangar|bays?|plot)\s*(\d{1,4}[a-z]?)$", 1)
    keyed = (
        parts.with_columns(area_key(pl.col("text")).alias("key"))
        .join(known.with_columns(is_town=True), on="key", how="left", maintain_order="left")
        .with_columns(
            pl.col("is_town").fill_null(value=False)
            | pl.col("text").str.contains(_CHINESE_LEVEL).fill_null(value=False),
            pl.col("numbered").fill_null(value=False),
            pl.coalesce(pl.col("written"), pl.lit(None, pl.String)).alias("house_number"),
            by_unit.alias("by_unit"),
        )
    )
    # "д. 5" is a number sign and no street: what stands before it is.
    is_street = pl.col("numbered") & (name_key(pl.col("text")).str.len_chars() >= MIN_STREET).fill_null(value=False)
    has_house = is_street.any().over("query") & pl.col("house_number").is_not_null().any().over("query")
    at_house = pl.col("position").filter(pl.col("numbered")).min().over("query")
    number = pl.col("house_number").drop_nulls().first().over("query")
    first = pl.col("position") == pl.col("position").min().over("query")
    return (
        keyed.with_columns(
            number=pl.when(pl.col("numbered")).then(number),
            unit_number=pl.when(first & number.is_null()).then(pl.col("by_unit").drop_nulls().first().over("query")),
            before=has_house & (pl.col("position") < at_house) & ~pl.col("is_town") & ~pl.col("street_word"),
        )
        .filter(~pl.col("before"))
        .select(
            "query",
            "position",
            "numbered",
            "is_town",
            "street_word",
            "text",
            "postcode",
            pl.coalesce("number", "unit_number").alias("number"),
        )
        .filter(pl.any_horizontal(pl.col("text", "postcode", "number").is_not_null()))
    )


def _with_locality(parts: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the town given with the row as the last part, unless the address names it."""
    given = rows.filter(pl.col("locality").is_not_null()).select(
        "query",
        pl.lit(1_000, pl.Int64).alias("position"),
        pl.lit(False).alias("numbered"),
        pl.lit(True).alias("is_town"),
        pl.lit(False).alias("street_word"),
        pl.col("locality").alias("text"),
        pl.lit(None, pl.String).alias("postcode"),
        pl.lit(None, pl.String).alias("number"),
    )
    named = pl.concat(
        [
            parts.with_columns(pl.col("position").cast(pl.Int64)),
            given.filter(pl.col("query").is_in(parts["query"].implode())),
        ]
    )
    return (
        named.with_columns(area_key(pl.col("text")).alias("key"))
        .sort("query", "position")
        .filter(pl.col("key").is_null() | pl.col("numbered") | pl.struct("query", "key").is_first_distinct())
    )


def _joined(parts: pl.DataFrame) -> pl.DataFrame:
    """Return query, house, house_key: the house part, then the towns; a postcode only where there is no town."""
    number_key = number_columns(pl.col("number"))[-1]
    shown = pl.concat_str(pl.col("postcode"), pl.col("text"), pl.col("number"), separator=" ", ignore_nulls=True)
    area = pl.col("is_town") & ~pl.col("numbered")
    keyed = parts.with_columns(
        shown.alias("shown"),
        pl.concat_str(name_key(pl.col("text")), number_key, separator="|", ignore_nulls=True).alias("part_key"),
        area.alias("area"),
        postcode_key(pl.col("postcode")).alias("postcode_key"),
    )
    # A street alone is no house: everybody along it would stand at one point.
    is_house = pl.col("number").is_not_null() | ~pl.col("street_word")
    return (
        keyed.group_by("query", maintain_order=True)
        .agg(
            (~pl.col("area") & is_house & (pl.col("part_key") != "")).any().alias("is_house"),
            pl.col("shown").str.join(", ").alias("house"),
            pl.col("part_key").filter(~pl.col("area") & (pl.col("part_key") != "")).str.join("/").alias("named"),
            pl.col("key").filter("area").sort().str.join("/").alias("areas"),
            pl.col("postcode_key").drop_nulls().first(),
        )
        .with_columns(
            pl.concat_str(
                pl.col("named"),
                pl.when(pl.col("areas") != "").then("areas").otherwise(pl.col("postcode_key").fill_null("")),
                separator="|",
            ).alias("house_key")
        )
        .select("query", "house", pl.when(pl.col("is_house")).then(pl.col("house_key")).alias("house_key"))
    )
