"""Bring address text into one form; every step is a polars expression over the whole column."""

from __future__ import annotations

import polars as pl

from gridgeo.locate.street_words import ANYWHERE_WORDS, ELSEWHERE_WORDS, LAST_WORDS

MAX_CHARACTERS = 400
"""No postal address is longer; what is longer is not read at all."""

_END = "\u0001"


def tidy(text: pl.Expr) -> pl.Expr:
    """Unify widths, turn line breaks and semicolons into commas, drop control characters; case stays.

    NFKC makes full-width digits and letters plain; only the first characters are read, so that a text of many
    kilobytes costs no more than an address.
    """
    return (
        text.str.slice(0, MAX_CHARACTERS + 1)
        .str.normalize("NFKC")
        .str.replace_all(r"[\n\r\t;|、。]+", ",")
        .str.replace_all(r"[\p{C}]+", " ")
        .str.replace_all(r"[\u2010-\u2015\u2212]", "-")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars(" ,")
    )


def name_key(text: pl.Expr) -> pl.Expr:
    """Reduce a street, place or town name to the key it is compared by.

    Accents, apostrophes, case, common abbreviations and the German ae/oe/ue spelling do not count; two spellings of
    one name give one key. Null and empty text give null.
    """
    plain = (
        tidy(text)
        .str.to_lowercase()
        .str.replace_all("ß", "ss", literal=True)
        .str.normalize("NFD")
        .str.replace_all(r"\p{Mn}", "")
        .str.replace_all(r"['’‘`´]", "")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )
    words = _replace_tokens(plain)
    joined = (
        words.str.replace_all(r"(\p{L}{3,})str( |$)", "${1}strasse${2}")
        .str.replace_all(r"(\p{L}) (strasse|gasse|weg)( |$)", "${1}${2}${3}")
        .str.replace_many(["ae", "oe", "ue"], ["a", "o", "u"])
    )
    key = pl.when(joined == "").then(plain).otherwise(joined)
    return pl.when(key != "").then(key)


def _replace_tokens(plain: pl.Expr) -> pl.Expr:
    # Doubled spaces keep neighbouring tokens from sharing the space both patterns need.
    last = {f" {word}{_END}": f" {reading} " for word, reading in LAST_WORDS.items()}
    rest = {f" {word} ": f" {reading} " for word, reading in (ELSEWHERE_WORDS | ANYWHERE_WORDS).items()}
    padded = pl.lit(" ") + plain.str.replace_all(" ", "  ", literal=True) + pl.lit(_END)
    # A name of one token has no last word to expand: "St" alone stays.
    after_last = (
        pl.when(plain.str.contains(" ", literal=True))
        .then(padded.str.replace_many(list(last), list(last.values())))
        .otherwise(padded)
        .str.replace_all(_END, " ", literal=True)
    )
    return after_last.str.replace_many(list(rest), list(rest.values())).str.replace_all(r"\s+", " ").str.strip_chars()


def area_key(text: pl.Expr) -> pl.Expr:
    """Reduce the name of a town or a part of one to its key: as `name_key`, without what stands in brackets."""
    return name_key(text.str.replace_all(r"\([^)]*\)", " ")).str.replace(
        r" district$| stadt$| kommune$| municipality$", ""
    )


def postcode_key(text: pl.Expr) -> pl.Expr:
    """Reduce a postcode to letters and digits without the country in front; null where there is none."""
    compact = (
        tidy(text)
        .str.to_lowercase()
        .str.replace(r"^(fl|li|ch|de?|at?|fin?|sw?e|no|dk)[ -]+", "")
        .str.replace_all(r"[^\p{L}\p{N}]", "")
    )
    return pl.when(compact.str.contains(r"\d")).then(compact)


def number_columns(text: pl.Expr, prefix: str = "") -> list[pl.Expr]:
    """Split house numbers: `number` (Int32), `suffix` (letter or ""), `number_to` (Int32), `number_key`.

    "12a" gives 12, "a"; "12-14" gives 12, "" and 14; "Unit 7" gives 7; text without a digit gives nulls.
    """
    lowered = tidy(text).str.to_lowercase()
    parts = lowered.str.extract_groups(
        r"(\d{1,5})\s?(?:([a-zа-я])(?:[^\p{L}]|$))?(?:\s*(?:-|/|&|\+|,|bis|to|and)\s*(\d{1,5}))?"
    )
    number = parts.struct.field("1").cast(pl.Int32, strict=False)
    return [
        number.alias(prefix + "number"),
        parts.struct.field("2").fill_null("").alias(prefix + "suffix"),
        parts.struct.field("3").cast(pl.Int32, strict=False).alias(prefix + "number_to"),
        pl.when(number.is_not_null())
        .then(lowered.str.replace_all(r"[^\p{L}\p{N}/-]", "").str.replace(r"^(no|nr|unit)\.?", ""))
        .alias(prefix + "number_key"),
    ]
