"""Gazetteer rows whose address is one line of text: taken apart with the towns that the lines themselves name."""

from __future__ import annotations

import polars as pl

from gridgeo.domain.tables import GAZETTEER
from gridgeo.locate.chinese_lines import gazetteer_parts
from gridgeo.locate.parse import parse_addresses

MIN_TOWN_SHARE, MIN_TOWN_ROWS = 0.002, 3
"""What stands last in fewer lines than this is no town to cut other lines before."""
PARTS = ("street", "number", "unit", "locality", "city", "postcode", "name")


def with_lines_read(table: pl.DataFrame) -> pl.DataFrame:
    """Fill street, number, unit, locality, city, postcode, name from `address` where a row has none of its own.

    table: GAZETTEER columns and `address` (null allowed). Returns the columns of GAZETTEER. What a row says in a column
    of its own stands; the line fills the others. A line that cannot be read leaves the row as it is.
    """
    open_rows = table["address"].is_not_null() & table["street"].is_null()
    if not open_rows.any():
        return table.select(list(GAZETTEER))
    lines = table.filter(open_rows)
    read = _read(lines["address"], table["city"])
    filled = lines.with_columns(pl.coalesce(name, read[name]).alias(name) for name in PARTS)
    whole = pl.concat([table.filter(~open_rows).select(list(GAZETTEER)), filled.select(list(GAZETTEER))])
    return table.select("id").join(whole, on="id", how="left", maintain_order="left").select(list(GAZETTEER))


def _read(lines: pl.Series, cities: pl.Series) -> pl.DataFrame:
    first = parse_addresses(lines)
    counted = first["city"].drop_nulls().value_counts()
    least = max(MIN_TOWN_ROWS, MIN_TOWN_SHARE * len(lines))
    towns = pl.concat([counted.filter(pl.col("count") >= least)["city"], cities.drop_nulls()]).unique().sort()
    read = parse_addresses(lines, towns) if len(towns) else first
    # A line that is a name and nothing else is a place, or a street without a house: both are found by it.
    bare = pl.col("street").is_null() & pl.col("number").is_null()
    name = pl.when(bare & pl.col("house_name").is_null()).then(pl.col("city")).otherwise(pl.col("house_name"))
    western, chinese = read.with_columns(name.alias("name")), gazetteer_parts(lines)
    is_read = chinese.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    return western.select(pl.when(is_read).then(chinese[part]).otherwise(part).alias(part) for part in PARTS)
