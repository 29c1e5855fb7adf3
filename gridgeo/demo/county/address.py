"""Chinese address text as people write it: in full, shortened, in Chinese numerals, with old names, slips and gaps."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from gridgeo.demo.address_text import quotas
from gridgeo.demo.county.spec import CITY, DISTRICT, PROVINCE
from gridgeo.demo.county.words import LOOKALIKES

PARTS = (
    "province",
    "city",
    "district",
    "town",
    "village",
    "group",
    "road",
    "lane",
    "number",
    "suffix",
    "poi",
    "building",
    "unit",
    "room",
)
"""Components of an address, all text, null where it has none.

group: 3组, or the name of a hamlet and 组. number: without 号. suffix: 甲, 附1, 之1 or -1. poi: compound or place.
building, unit, room: without 栋, 单元, 室.
"""

ADDRESS_FORMS = {
    "clean": 0.34,
    "no_province": 0.12,
    "from_town": 0.12,
    "no_town": 0.05,
    "bare": 0.03,
    "abbreviated": 0.06,
    "numerals": 0.05,
    "full_width": 0.03,
    "spaced": 0.03,
    "short_flat": 0.03,
    "old_name": 0.04,
    "typo": 0.04,
    "poi": 0.02,
    "no_number": 0.02,
    "wrong_town": 0.01,
    "empty": 0.01,
}
"""Share of addresses written so. no_province: from the city or the county on; from_town: from the town on; no_town: the
town stands in its own column; bare: nowhere; short_flat: 3-2-501; old_name: of the town or village; poi: the compound
or place without street and number. A form that does not apply to an address (a house has no flat) leaves it clean."""
COMMUNITY_SHARE = 0.25
"""Share of street addresses that name the community too."""
NUMERAL_TABLE = 2_000
FULL_WIDTH = ("0123456789,-", "０１２３４５６７８９，－")
BLOCK_WORDS, ROOM_WORDS = ("栋", "幢", "号楼", "座"), ("室", "号", "房", "")


def address_forms(parts: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Draw how each address is written, in the shares of ADDRESS_FORMS; a form that does not apply becomes clean.

    parts: PARTS, old_town and old_village (null where there is none).
    """
    drawn = parts.select(
        quotas(ADDRESS_FORMS, parts.height, rng),
        "poi",
        "number",
        "building",
        "old_town",
        "old_village",
        "group",
        "road",
    )
    form = pl.col("form")
    renamed = pl.col("old_town").is_not_null() | (pl.col("group").is_not_null() & pl.col("old_village").is_not_null())
    applies = (
        pl.when(form == "old_name").then(renamed)
        .when(form == "poi").then(pl.col("poi").is_not_null())
        .when(form == "short_flat").then(pl.col("building").is_not_null())
        .when(form == "no_number").then(pl.col("number").is_not_null() & pl.col("building").is_null())
        .when(form == "bare").then(pl.col("road").is_not_null())
        .otherwise(pl.lit(True))
    )  # fmt: skip
    return drawn.select(pl.when(applies).then(form).otherwise(pl.lit("clean")).alias("form")).to_series()


def clean_text(parts: pl.DataFrame) -> pl.Series:
    """Return each address in full: every component in its order with its word; the reverse of taking it apart."""
    return parts.select(_joined(BLOCK_WORDS[0], ROOM_WORDS[0]).alias("address")).to_series()


def written(parts: pl.DataFrame, forms: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    """Return address and locality as a bank holds them, one row an address.

    parts: PARTS, old_town, old_village and other_town. forms: from `address_forms`.
    """
    n = parts.height
    drawn = parts.with_columns(
        forms,
        pl.Series("kind", rng.integers(0, 4, n)),
        pl.Series("pick", rng.integers(0, 1 << 16, n)),
        pl.Series("says_community", rng.random(n) < COMMUNITY_SHARE),
        pl.Series("says_town", rng.random(n) < 0.6),
    )
    form = pl.col("form")
    spoiled = _misspelt(_renamed(_left_out(drawn))).with_columns(
        pl.when(form == "wrong_town").then("other_town").otherwise("town").alias("town"),
        *(
            pl.when(form == "numerals").then(_numeral(name)).otherwise(name).alias(name)
            for name in ("number", "building")
        ),
        pl.when(form == "numerals").then(_group_numeral()).otherwise("group").alias("group"),
    )
    plain = (
        pl.when(form == "short_flat")
        .then(_joined(None, None))
        .when(form == "abbreviated")
        .then(_abbreviated())
        .otherwise(
            pl.coalesce(*(pl.when(_picked(4) == at).then(_joined(BLOCK_WORDS[at], ROOM_WORDS[at])) for at in range(4)))
        )
    )
    text = (
        pl.when(form == "empty").then(pl.lit(None, pl.String))
        .when(form == "full_width").then(plain.str.replace_many(list(FULL_WIDTH[0]), list(FULL_WIDTH[1])))
        .when(form == "spaced").then(_spaced(plain))
        .otherwise(plain)
    )  # fmt: skip
    town = pl.when(form == "wrong_town").then("other_town").otherwise("town_given")
    says = (form == "no_town") | (pl.col("says_town") & (form != "bare"))
    given = drawn.select(town_given="town")
    return spoiled.with_columns(given).select(text.alias("address"), pl.when(says).then(town).alias("locality"))


def _picked(count: int) -> pl.Expr:
    return pl.col("pick") % count


def _left_out(rows: pl.DataFrame) -> pl.DataFrame:
    """Take out the components that a form leaves out."""
    form = pl.col("form")
    from_road = form.is_in(["no_town", "bare"])
    short = form.is_in(["no_province", "from_town", "no_town", "bare"])
    gone = {
        "province": short,
        "city": form.is_in(["from_town", "no_town", "bare"]) | ((form == "no_province") & (_picked(2) == 0)),
        "district": form.is_in(["from_town", "no_town", "bare"]),
        "town": from_road,
        "village": pl.col("road").is_not_null() & (from_road | ~pl.col("says_community")),
        "road": form == "poi",
        "lane": form == "poi",
        "number": form.is_in(["poi", "no_number"]),
        "suffix": form.is_in(["poi", "no_number"]),
    }
    return rows.with_columns(pl.when(~rule).then(pl.col(name)).alias(name) for name, rule in gone.items())


def _renamed(rows: pl.DataFrame) -> pl.DataFrame:
    """Put old names in place of new ones: the town's, and the village's where the address names it."""
    old = pl.col("form") == "old_name"
    has_village = pl.col("village").is_not_null()
    return rows.with_columns(
        pl.when(old).then(pl.coalesce("old_town", "town")).otherwise("town").alias("town"),
        pl.when(old & has_village).then(pl.coalesce("old_village", "village")).otherwise("village").alias("village"),
    )


def _misspelt(rows: pl.DataFrame) -> pl.DataFrame:
    """Make one slip in the name that matters most: the street's, else the village's."""
    slip = pl.col("form") == "typo"
    return rows.with_columns(
        pl.when(slip).then(_slipped("road")).otherwise("road").alias("road"),
        pl.when(slip & pl.col("road").is_null()).then(_slipped("village")).otherwise("village").alias("village"),
    )


def _slipped(name: str) -> pl.Expr:
    """Write another character that looks or sounds alike, leave one out, double one, or turn two round."""
    text, first, second = pl.col(name), pl.col(name).str.slice(0, 1), pl.col(name).str.slice(1, 1)
    rest = text.str.slice(1)
    turned = pl.concat_str(second, first, text.str.slice(2))
    alike = first.replace_strict(LOOKALIKES, default=None, return_dtype=pl.String)
    slip = (
        pl.when(pl.col("kind") == 1).then(pl.concat_str(first, text.str.slice(2)))
        .when(pl.col("kind") == 2).then(pl.concat_str(first, text))
        .when(pl.col("kind") == 3).then(turned)
        .otherwise(pl.coalesce(pl.concat_str(alike, rest), turned))
    )  # fmt: skip
    return pl.when(slip == text).then(pl.concat_str(first, text)).otherwise(slip)


def _joined(block: str | None, room: str | None) -> pl.Expr:
    """Join the components; block, room: the words for them, None for 3-2-501."""
    number, suffix = pl.col("number"), pl.col("suffix")
    before = suffix.is_in(["甲", "-1"])
    house = (
        pl.when(suffix.is_null()).then(number + "号")
        .when(before).then(number + suffix + "号")
        .otherwise(number + "号" + suffix)
    )  # fmt: skip
    building, unit, door = pl.col("building"), pl.col("unit"), pl.col("room")
    if block is None or room is None:
        flat = building + "-" + unit + "-" + door
    else:
        flat = pl.concat_str(building + block, unit + "单元", door + room, ignore_nulls=True)
    parts = [pl.col(name) for name in ("province", "city", "district", "town", "village", "group", "road", "lane")]
    return pl.concat_str(*parts, house, "poi", flat, ignore_nulls=True)


def _abbreviated() -> pl.Expr:
    """Leave out the words of the divisions, 单元 and 室, as in 澜岫霁州昙溪曦浦."""
    without = {
        name: pl.col(name).str.head(pl.col(name).str.len_chars().cast(pl.Int64) - 1)
        for name in ("province", "city", "district")
    }
    flat = pl.concat_str(pl.col("building") + "栋", pl.col("room"), ignore_nulls=True)
    house = pl.col("number") + pl.col("suffix").fill_null("") + "号"
    parts = [pl.col(name) for name in ("town", "village", "group", "road", "lane")]
    return pl.concat_str(*without.values(), *parts, house, "poi", flat, ignore_nulls=True)


def _spaced(text: pl.Expr) -> pl.Expr:
    """Put a country before it and signs between the divisions."""
    comma, blank = (
        text.str.replace_many([PROVINCE, CITY, DISTRICT], [f"{PROVINCE}，", f"{CITY}，", f"{DISTRICT}，"]),
        text,
    )
    spaced = blank.str.replace_many([PROVINCE, CITY, DISTRICT], [f"中国 {PROVINCE} ", f"{CITY} ", f"{DISTRICT} "])
    return pl.when(_picked(2) == 0).then(comma).otherwise(spaced)


def _numeral(name: str) -> pl.Expr:
    """Write a number with Chinese numerals; what is no plain number stays."""
    number = pl.col(name).cast(pl.Int64, strict=False)
    known = number.is_between(1, NUMERAL_TABLE - 1)
    table = pl.lit(pl.Series(chinese_numerals()))
    return pl.when(known).then(table.gather(number.clip(0, NUMERAL_TABLE - 1).fill_null(0))).otherwise(pl.col(name))


def _group_numeral() -> pl.Expr:
    """Write 3组 as 三组."""
    number = pl.col("group").str.extract(r"^(\d+)", 1).cast(pl.Int64)
    table = pl.lit(pl.Series(chinese_numerals()))
    words = pl.concat_str(table.gather(number.fill_null(0)), pl.col("group").str.replace(r"^\d+", ""))
    return pl.when(number.is_not_null()).then(words).otherwise(pl.col("group"))


@cache
def chinese_numerals() -> tuple[str, ...]:
    """Return the numbers 0 to NUMERAL_TABLE - 1 as one writes them in words: 一百二十, 一千零五."""
    return tuple(_in_words(number) for number in range(NUMERAL_TABLE))


def _in_words(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    powers = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
    words = "".join(
        digits[number // power % 10] + (word if number // power % 10 else "")
        for power, word in powers
        if number >= power
    )
    tidy = words.rstrip("零")
    while "零零" in tidy:
        tidy = tidy.replace("零零", "零")
    return tidy.removeprefix("一") if tidy.startswith("一十") else tidy
