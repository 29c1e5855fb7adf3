"""Marks that stand before numbers and towns in Western addresses (д., кв., apto, lgh, m., г.), rewritten plainly.

The parser reads parts between commas; what a mark says is turned into such parts first, by one table.
"""

from __future__ import annotations

import polars as pl

_HOUSE_MARKS = r"дом|д|будинок|буд|бр|č\.?\s?p"
_DWELLING_MARKS = (
    "квартира|кв|офис|оф|помещение|пом|ап|ет|apartamento|apto|appartement|appt|apt|flat|unit|suite|lgh|lok|byt|piso|"
    "bloco|sala|loja|interno|int|scala|top|tür|wohnung|whg|stock"
)
MARKS = (
    # 12 корп. 2, 12 к2, 12 стр. 1: one house number.
    (r"(?i)(\d[а-я]?)\s*,?\s*\b(?:корпус|корп|кор|к)\.?\s*(\d{1,2})\b", "${1}к${2}"),
    (r"(?i)(\d(?:к\d{1,2})?)\s*,?\s*\b(?:строение|стр|с)\.?\s*(\d{1,2})\b", "${1}с${2}"),
    # ул. Ленина, д. 5
    (rf"(?i)(^|[\s,])(?:{_HOUSE_MARKS})\.?\s*(?:№\s*)?(\d)", "${1}${2}"),
    # 5 кв. 14, 123 - apto 45, 5 lgh 1203
    (
        rf"(?i)(\d[\p{{L}}\d/-]*)[\s,]*(?:-\s+)?\b({_DWELLING_MARKS})\b\.?\s*(?:№\s*)?(\d{{1,4}}\p{{L}}?)\b",
        "${1}, ${2} ${3}",
    ),
    # ul. Marszałkowska 10/12 m. 5
    (r"(\d[\d/]*[A-Za-z]?),?\s+m\.?\s?(\d{1,4})\b", "${1}, m ${2}"),
    # apto 45 - Centro
    (rf"(?i)(\b(?:{_DWELLING_MARKS})\b\.?\s*\d{{1,4}}\p{{L}}?)\s+-\s+(\p{{L}})", "${1}, ${2}"),
    # Washington, DC 20500
    (r",\s*[A-Z]{2} (\d{5}(?:-\d{4})?)$", ", ${1}"),
)  # fmt: skip
"""Expression and replacement, in this order; Rust syntax."""

TOWN_MARK = r"(?i)^(?:город|гор|г|гр|місто|м|село|с|посёлок|поселок|пос|пгт|деревня|дер|смт)\.?\s+"
REGION = r"(?i)\b(?:область|обл|край|республика|респ|район|р-н)\b|^(?:россия|рф|україна|украина|българия|србија)$"
CYRILLIC = r"\p{Cyrillic}"


def plainly(text: pl.Expr) -> pl.Expr:
    """Rewrite the marks of tidy text as parts between commas."""
    for before, after in MARKS:
        text = text.str.replace_all(before, after)
    return text


def largest_first(parsed: pl.DataFrame) -> pl.DataFrame:
    """Read what stands before a Cyrillic street as its town: such addresses go from the largest to the smallest.

    parsed: house_name, locality (lists) and city of `parse`. The last part that is no region or country is the city,
    the others are localities; houses have no names there. Marks of towns are taken off wherever they stand.
    """
    before = pl.col("house_name")
    turned = pl.col("city").is_null() & before.list.join(" ").str.contains(CYRILLIC)
    towns = before.list.filter(~pl.element().str.contains(REGION))
    bare = pl.element().str.replace(TOWN_MARK, "")
    return parsed.with_columns(
        pl.when(turned).then(towns.list.last()).otherwise("city").str.replace(TOWN_MARK, "").alias("city"),
        pl.when(turned)
        .then(towns.list.head(pl.max_horizontal(towns.list.len().cast(pl.Int64) - 1, 0)))
        .otherwise("locality")
        .list.eval(bare)
        .alias("locality"),
        pl.when(turned).then(before.list.head(0)).otherwise(before).alias("house_name"),
    )
