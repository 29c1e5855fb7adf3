"""Chinese addresses as the matcher reads them: their components as the segments of a line."""

from __future__ import annotations

import polars as pl

from gridgeo.locate.chinese import parse_chinese
from gridgeo.locate.chinese_table import Units
from gridgeo.locate.house_number import building_key

HAN, OTHER_ASIAN = r"[\u3400-\u9fff]", r"[\u3040-\u30ff\uac00-\ud7af]"
GAZETTEER_PARTS = ("street", "number", "unit", "locality", "city", "postcode", "name")
SEPARATOR = ", "
SHORTEST_TOWN = 3


def is_chinese(text: pl.Expr) -> pl.Expr:
    """Tell whether a text is a Chinese address: Chinese characters, and one at least for every two other letters.

    Japanese and Korean ones are none.
    """
    han = text.str.count_matches(HAN)
    letters = text.str.count_matches(r"\p{L}")
    return ((han > 0) & (3 * han >= letters) & ~text.str.contains(OTHER_ASIAN)).fill_null(value=False)


def chinese_lines(texts: pl.Series, units: Units | None = None, known: pl.Series | None = None) -> pl.Series:
    """Write Chinese addresses as lines of segments: units from the province down, street, number, building, place.

    texts: addresses of any script, null allowed; those of other scripts stay as they are. units: the table of Chinese
    units, the packaged one by default. known: names of areas; a town that is none of them and ends in one is that one,
    since what stands before it (澜岫霁州昙溪驰浦街道) are units without their words.
    """
    frame = pl.DataFrame({"text": texts.cast(pl.String)})
    chinese = frame.select(is_chinese(pl.col("text"))).to_series()
    if not chinese.any():
        return texts
    parts = parse_chinese(frame["text"].filter(chinese), units).with_columns(at=chinese.arg_true())
    if known is not None:
        parts = _known_towns(parts, known)
    building = pl.when(pl.col("building").is_not_null()).then(pl.format("unit {}", building_key(pl.col("building"))))
    within = pl.when(pl.col("road").is_not_null() | pl.col("lane").is_not_null()).then("village")
    line = pl.concat_str(
        "province", "city", "district", "town", within, _street(), _number(), building, "poi",
        separator=SEPARATOR, ignore_nulls=True,
    )  # fmt: skip
    lines = parts.select("at", line.alias("line"))
    joined = frame.with_row_index("at").join(lines, on="at", how="left", maintain_order="left")
    return joined.select(pl.when(pl.col("line") != "").then("line").otherwise("text").alias(texts.name)).to_series()


def _known_towns(parts: pl.DataFrame, known: pl.Series) -> pl.DataFrame:
    """Cut from towns that are not known what stands before the longest known name that they end in."""
    names = known.drop_nulls().unique()
    strange = parts.select("town").drop_nulls().unique().filter(~pl.col("town").is_in(names.implode()))
    longest = strange.select(pl.col("town").str.len_chars().max()).item()
    if longest is None:
        return parts
    ends = [
        strange.filter(pl.col("town").str.len_chars() > size).with_columns(end=pl.col("town").str.tail(size))
        for size in range(longest - 1, SHORTEST_TOWN - 1, -1)
    ]
    if not ends:
        return parts
    found = (
        pl.concat(ends).filter(pl.col("end").is_in(names.implode())).unique("town", keep="first", maintain_order=True)
    )
    return parts.join(found, on="town", how="left", maintain_order="left").with_columns(town=pl.coalesce("end", "town"))


def gazetteer_parts(lines: pl.Series) -> pl.DataFrame:
    """Take the Chinese addresses of a gazetteer apart: GAZETTEER_PARTS, one row a line, null for other scripts.

    The street of a village's house is the village; locality is the narrowest unit besides, city the one above it.
    """
    chinese = lines.to_frame("text").select(is_chinese(pl.col("text"))).to_series()
    parts = parse_chinese(pl.select(pl.when(chinese).then(lines)).to_series())
    on_road = pl.col("road").is_not_null() | pl.col("lane").is_not_null()
    areas = pl.concat_list(pl.when(on_road).then("village"), "town", "district", "city").list.drop_nulls()
    return parts.select(
        street=_street(),
        number=_number(),
        unit=pl.col("building"),
        locality=areas.list.get(0, null_on_oob=True),
        city=areas.list.get(1, null_on_oob=True),
        postcode=pl.lit(None, pl.String),
        name=pl.col("poi"),
    )


def _street() -> pl.Expr:
    """Return road and lane in one name; where there is neither, the village whose houses are numbered."""
    road = pl.concat_str("road", "lane", ignore_nulls=True)
    return pl.when(road != "").then(road).otherwise("village")


def _number() -> pl.Expr:
    """Return the number with its letter behind: 甲26 is 26甲."""
    return pl.col("number").str.replace(r"^([甲乙丙丁戊己])(\d+)$", "${2}${1}")
