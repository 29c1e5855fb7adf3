"""House numbers in every form: what they are called by, and what else they may stand for."""

from __future__ import annotations

import polars as pl

from gridgeo.locate.tokens import folded

CONSCRIPTION_FROM = 100
"""Of "1234/12" people write either half where the first is a conscription number; "12/3" is no house 3."""
NUMBER_PARTS = r"^\D{0,12}?(\d{1,6})((?:bis|ter|quater)\b|[a-z]\d{0,2}(?:s\d{1,2})?\b|/\d{1,4}[a-z]?)?(?:-(\d{1,5}))?"

BUILDING_WORD = r"(?:号楼|号|栋|幢|座|楼|#)+$"
"""One building is 1栋 to some and 1号楼 to others."""


def joined(text: pl.Expr) -> pl.Expr:
    """Draw together what belongs to one house number in folded text: "12 korp. 2", "12 - 14", "12 /a"."""
    return (
        text.str.replace_all(r"(\d)\s*,?\s*\b(?:korpus|korp|kor|k)\.?\s*(\d{1,2})\b", "${1}k${2}")
        .str.replace_all(r"(\d[\dk]*)\s*,?\s*\b(?:stroenie|s)\.?\s?(\d{1,2})\b", "${1}s${2}")
        .str.replace_all(r"(\d{1,4}[a-z]?)\s*[-/]\s+(\d{1,4}[a-z]?\b)", "${1}-${2}")
        .str.replace_all(r"(\d{1,4}[a-z]?)\s+[-/]\s*(\d{1,4}[a-z]?\b)", "${1}-${2}")
        .str.replace_all(r"(\d)\s*[/-]\s*([a-z])\b", "${1}${2}")
        .str.replace_all(r"(\d)\s*\b(bis|ter|quater)\b", "${1}${2}")
    )


def number_parts(text: pl.Expr) -> list[pl.Expr]:
    """Split house numbers that are folded, joined and free of blanks.

    Returns number (Int32), suffix ("", "a", "bis", "k2", "/3"), number_to (Int32, of a range) and number_key.
    """
    groups = text.str.extract_groups(NUMBER_PARTS)
    number = groups.struct.field("1").cast(pl.Int32, strict=False)
    return [
        number.alias("number"),
        groups.struct.field("2").fill_null("").alias("suffix"),
        groups.struct.field("3").cast(pl.Int32, strict=False).alias("number_to"),
        pl.when(number.is_not_null()).then(text.str.replace(r"^\D+", "")).alias("number_key"),
    ]


def house_numbers(numbers: pl.Series) -> pl.DataFrame:
    """Read the number column of a gazetteer.

    Returns at (position in the column), number, suffix, number_key, alias (the number is called so only where no other
    house is): one row a number, so a list "1;3" and a range give several.
    """
    distinct = numbers.drop_nulls().unique()
    text = joined(folded(pl.col("given").str.replace_all(r"[;|]", ",")))
    read = (
        pl.DataFrame({"given": distinct})
        .with_columns(text.str.split(",").alias("text"))
        .explode("text")
        .with_columns(pl.col("text").str.replace_all(r"[\s.]+", ""))
        .with_columns(number_parts(pl.col("text")))
        .drop_nulls("number")
    )
    own = read.select("given", "number", "suffix", "number_key", alias=pl.lit(value=False))
    ends = read.filter(pl.col("number_to") > pl.col("number"))
    upper = ends.select(
        "given", number="number_to", suffix=pl.lit(""), number_key="number_key", alias=pl.lit(value=False)
    )
    slashed = read.filter(pl.col("suffix").str.starts_with("/"))
    second = pl.col("suffix").str.extract(r"(\d+)", 1).cast(pl.Int32)
    bare = slashed.select("given", "number", pl.lit("").alias("suffix"), "number_key", alias=pl.lit(value=True))
    behind = slashed.filter((pl.col("number") >= CONSCRIPTION_FROM) & (second < pl.col("number"))).select(
        "given", second.alias("number"), pl.lit("").alias("suffix"), "number_key", alias=pl.lit(value=True)
    )
    every = pl.concat([own, upper, bare, behind]).unique(
        ["given", "number", "suffix"], keep="first", maintain_order=True
    )
    at = pl.DataFrame({"given": numbers}).with_row_index("at")
    return at.join(every, on="given", how="inner", maintain_order="left").drop("given")


def building_key(building: pl.Expr) -> pl.Expr:
    """Return the number or letter of a building without the word for it."""
    bare = building.str.replace(BUILDING_WORD, "")
    return pl.when(bare == "").then(building).otherwise(bare)
