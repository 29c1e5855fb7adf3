"""Take an address apart: number, unit, house name, street, locality, city, postcode.

Western forms in both orders ("12 Main Street, Town", "Landstrasse 12, 9490 Vaduz"), and the plain Chinese form
(省市区路号). The parser knows forms and street words, not places; whoever knows places hands in their names, so that
"12 Landstrasse Vaduz" can be cut before the town.
"""

from __future__ import annotations

import polars as pl

from gridgeo.locate import address_patterns as pattern
from gridgeo.locate.marks import largest_first, plainly
from gridgeo.locate.normalise import MAX_CHARACTERS, area_key, number_columns, tidy

WHOLE, STREET = 8, 9
"""Beside the number of words: the whole text is a town, or (without its number) a street."""
EMPTY, TOO_LONG, NO_LETTERS = "empty", "too long", "no letters"


def parse_addresses(text: pl.Series, towns: pl.Series | None = None) -> pl.DataFrame:
    """Split addresses into their components, one row each, in the order given.

    text: addresses, null allowed. towns: known names of towns and their parts, used to cut one-line forms.
    Returns number, unit, house_name, street, locality, city, postcode (as written, null where absent) and problem:
    why an address was not read (`empty`, `too long`, `no letters`), null when it was.
    """
    keys = (
        None if towns is None else pl.DataFrame({"key": towns}).select(area_key(pl.col("key")).drop_nulls()).to_series()
    )
    parts = address_parts(text, keys)
    problems = address_problems(text)
    return (
        problems.join(largest_first(_columns_from_parts(parts)), on="query", how="left", maintain_order="left")
        .with_columns(locality=pl.col("locality").list.join(", "), house_name=pl.col("house_name").list.join(", "))
        .with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep())
        .select("number", "unit", "house_name", "street", "locality", "city", "postcode", "problem")
    )


def address_problems(text: pl.Series) -> pl.DataFrame:
    """Tell for every address why it cannot be read: columns query (UInt32), problem (null when it can)."""
    clean = tidy(pl.col("text"))
    return pl.select(text=text.cast(pl.String)).select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("query"),
        pl.when(clean.is_null() | (clean == ""))
        .then(pl.lit(EMPTY))
        .when(clean.str.len_chars() > MAX_CHARACTERS)
        .then(pl.lit(TOO_LONG))
        .when(~clean.str.contains(r"\p{L}"))
        .then(pl.lit(NO_LETTERS))
        .alias("problem"),
    )


def address_parts(text: pl.Series, towns: pl.Series | None = None, streets: pl.Series | None = None) -> pl.DataFrame:
    """Cut addresses into their parts, several rows an address.

    towns, streets: keys of known names (`area_key`, `name_key`); a one-line form is cut before a town, but not inside
    a known street.
    Returns query (position of the address, UInt32), position, text (the part without number, unit and postcode, null
    when nothing is left), number, suffix, number_to, number_key, unit, postcode, numbered (the part carries the house
    number), street_word. Addresses with a problem have no rows.
    """
    frame = pl.DataFrame({"text": text.cast(pl.String)}).with_columns(address_problems(text))
    readable = frame.filter(pl.col("problem").is_null()).select(
        "query", _cut(plainly(tidy(pl.col("text")))).alias("text")
    )
    parts = _exploded(readable)
    known_streets = pl.Series([], dtype=pl.String) if streets is None else streets
    parts = _towns_cut(parts, towns, known_streets) if towns is not None else _street_words_cut(parts)
    return _number_moved(_classified(parts))


def _cut(text: pl.Expr) -> pl.Expr:
    """Insert commas where a one-line form changes from one component to the next."""
    spaced = text.str.replace_all(r"\s*,[\s,]*", ", ")
    for before, after in pattern.CUTS:
        spaced = spaced.str.replace(before, after)
    return spaced


def _exploded(readable: pl.DataFrame) -> pl.DataFrame:
    return (
        readable.with_columns(pl.col("text").str.split(","))
        .explode("text")
        .with_columns(pl.col("text").str.strip_chars(" .-"))
        .filter(pl.col("text") != "")
    )


def _towns_cut(parts: pl.DataFrame, towns: pl.Series, streets: pl.Series) -> pl.DataFrame:
    """Cut a known town off the end of an address's last part ("Landstrasse 12 Vaduz"), unless a street is so called."""
    placed = parts.with_columns(pl.int_range(pl.len()).over("query").alias("position"))
    last = pl.col("position") == pl.col("position").max().over("query")
    # "9490 Vaduz" stays whole: the digits are the town's.
    ends = placed.filter(last & pl.col("text").str.contains(r"\p{L}\S* \S*\p{L}")).select("text").unique()
    cuts = _town_sizes(ends, towns, streets).select(
        "text",
        pl.concat_list(
            pl.col("words").list.head(pl.col("words").list.len() - pl.col("size")).list.join(" "),
            pl.col("words").list.tail("size").list.join(" "),
        ).alias("pieces"),
    )
    return (
        placed.join(cuts, on="text", how="left", maintain_order="left")
        .select("query", pl.when(last).then("pieces").fill_null(pl.concat_list("text")).alias("text"))
        .explode("text")
    )


def _town_sizes(ends: pl.DataFrame, towns: pl.Series, streets: pl.Series) -> pl.DataFrame:
    """Return text, words, size: how many last words of a text are a known town; texts that end in none are left out."""
    split = ends.with_columns(pl.col("text").str.split(" ").alias("words"))
    bare = pl.col("text").str.replace(r"^\d+\S* ", "").str.replace(r" \d+\S*$", "")
    tails = [
        split.filter(pl.col("words").list.len() > size).select(
            "text", pl.lit(size).alias("size"), pl.col("words").list.tail(size).list.join(" ").alias("name")
        )
        for size in (3, 2, 1)
    ]
    whole = split.select("text", pl.lit(WHOLE).alias("size"), pl.col("text").alias("name"))
    street = split.select("text", pl.lit(STREET).alias("size"), bare.alias("name"))
    keyed = pl.concat([*tails, whole, street]).with_columns(area_key(pl.col("name")).alias("key"))
    is_street = pl.col("size") == STREET
    known = pl.concat(
        [
            keyed.filter(~is_street).join(pl.DataFrame({"key": towns}), on="key", how="semi"),
            keyed.filter(is_street).join(pl.DataFrame({"key": streets}), on="key", how="semi"),
        ]
    )
    longest = known.group_by("text").agg(pl.col("size").max()).filter(pl.col("size") < WHOLE)
    return split.join(longest, on="text")


def _street_words_cut(parts: pl.DataFrame) -> pl.DataFrame:
    """Without known towns: what follows the last street word of a numbered part is the next component."""
    tail_is_street = pl.col("text").str.extract(pattern.AFTER_STREET_WORD, 2).str.contains(pattern.STREET)
    replaced = pl.col("text").str.replace(pattern.AFTER_STREET_WORD, "${1},${2}")
    cut = pl.when(tail_is_street).then(pl.col("text")).otherwise(replaced)
    return parts.with_columns(cut.str.split(",").alias("text")).explode("text")


def _classified(parts: pl.DataFrame) -> pl.DataFrame:
    """Find postcode, unit and house number of every part."""
    text = pl.col("text")
    count = pl.len().over("query")
    later = (pl.col("position") > 0) | ((count == 1) & ~text.str.contains(pattern.STREET))
    later &= ~text.str.contains(pattern.UNIT_ALONE)
    plain_code = pl.coalesce(text.str.extract(pattern.CODE_FIRST, 1), text.str.extract(pattern.CODE_LAST, 1))
    postcode = pl.coalesce(
        text.str.extract(pattern.UK_CODE_LAST, 1),
        text.str.extract(pattern.UK_CODE_FIRST, 1),
        pl.when(later).then(plain_code),
    )
    unit = pl.col("rest").str.extract(pattern.UNIT_ALONE, 1)
    return (
        parts.with_columns(pl.int_range(pl.len()).over("query").alias("position"))
        .with_columns(postcode.alias("postcode"))
        .with_columns(_without(text, pl.col("postcode")).alias("rest"))
        .with_columns(unit.alias("unit"))
        .with_columns(_without(pl.col("rest"), pl.col("unit")).alias("rest"))
        .with_columns(_house_number(pl.col("rest")).alias("house"))
        .unnest("house")
        .with_columns(number_columns(pl.col("written")))
        .with_columns(
            pl.when(pl.col("written").is_not_null()).then(pl.col("street_text")).otherwise(pl.col("rest")).alias("text")
        )
        .with_columns(pl.when(text.str.strip_chars(" .") != "").then(text.str.strip_chars(" .")).alias("text"))
        .with_columns(text.str.contains(pattern.STREET).fill_null(value=False).alias("street_word"))
        .drop("rest", "street_text")
    )


def _without(text: pl.Expr, taken: pl.Expr) -> pl.Expr:
    # What is taken stands at the start or the end of its part.
    left = text.str.strip_suffix(taken).str.strip_prefix(taken)
    return pl.when(taken.is_null()).then(text).otherwise(left).str.strip_chars(" .-")


def _house_number(rest: pl.Expr) -> pl.Expr:
    """Return a struct: written (the number), street_text (what is left), extra (a unit after the number)."""
    first = rest.str.extract_groups(pattern.NUMBER_FIRST)
    last = rest.str.extract_groups(pattern.NUMBER_LAST)
    only = rest.str.extract(pattern.NUMBER_ALONE, 1)
    written = pl.coalesce(first.struct.field("1"), last.struct.field("2"), only)
    street = pl.coalesce(first.struct.field("2"), last.struct.field("1"), pl.lit(""))
    return pl.struct(written.alias("written"), street.alias("street_text"), last.struct.field("3").alias("extra"))


def _number_moved(parts: pl.DataFrame) -> pl.DataFrame:
    """Keep one house number an address; a number that stands alone goes to its street."""
    alone = pl.col("written").is_not_null() & pl.col("text").is_null()
    usable = pl.col("written").is_not_null()
    with_text = usable & ~alone
    chosen = (
        pl.when(with_text.any().over("query"))
        .then(pl.col("position").filter(with_text).min().over("query"))
        .otherwise(pl.col("position").filter(usable).min().over("query"))
    )
    return (
        parts.with_columns(chosen.alias("chosen"), alone.alias("alone"))
        .with_columns(
            pl.when(pl.col("position") == pl.col("chosen")).then(pl.col(name)).alias(name)
            for name in ("number", "suffix", "number_to", "number_key", "written", "extra")
        )
        .with_columns(_street_position().alias("street_position"))
        .with_columns((pl.col("position") == pl.col("street_position")).alias("numbered"))
        .drop("chosen", "street_position")
    )


def _street_position() -> pl.Expr:
    """Where the street of the chosen number stands: the number's own part, else the part after it, else before."""
    at, chosen, has_text = pl.col("position"), pl.col("chosen"), pl.col("text").is_not_null()
    own = at.filter(has_text & (at == chosen)).min().over("query")
    after = at.filter(has_text & (at > chosen)).min().over("query")
    before = at.filter(has_text & (at < chosen)).max().over("query")
    before_is_street = pl.col("street_word").filter(has_text & (at == before)).any().over("query")
    return pl.coalesce(own, pl.when(before_is_street).then(before), after, before)


def _columns_from_parts(parts: pl.DataFrame) -> pl.DataFrame:
    """Give every part its column: before the street a house name, after it localities, the last one the city."""
    at, has_text = pl.col("position"), pl.col("text").is_not_null()
    worded = at.filter(has_text & pl.col("street_word")).min()
    several = has_text.sum() > 1
    numbered = at.filter(pl.col("numbered")).min()
    street_at = pl.coalesce(numbered, worded, pl.when(several).then(at.filter(has_text).min()))
    text = pl.col("text")
    located = parts.join(parts.group_by("query").agg(street_at.alias("street_at")), on="query")
    before = has_text & (at < pl.col("street_at"))
    after = has_text & (pl.col("street_at").is_null() | (at > pl.col("street_at")))
    return (
        located.group_by("query", maintain_order=True)
        .agg(
            pl.col("written").drop_nulls().first().alias("number"),
            pl.concat([pl.col("unit"), pl.col("extra")]).drop_nulls().first().alias("unit"),
            text.filter(before).alias("house_name"),
            text.filter(at == pl.col("street_at")).first().alias("street"),
            text.filter(after).alias("after"),
            pl.col("postcode").drop_nulls().last().alias("postcode"),
        )
        .with_columns(
            pl.col("after").list.last().alias("city"),
            pl.col("after")
            .list.head(pl.max_horizontal(pl.col("after").list.len().cast(pl.Int64) - 1, 0))
            .alias("locality"),
        )
        .drop("after")
    )
