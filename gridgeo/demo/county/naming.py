"""From what stands where to the components of its address."""

from __future__ import annotations

import polars as pl

from gridgeo.demo.county.layout import Layout
from gridgeo.demo.county.spec import CITY, DISTRICT, PROVINCE
from gridgeo.domain.tables import Contract


def with_parts(layout: Layout, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the components of each address (`address.PARTS`), village_code, old_town, old_village and town_code.

    rows: village, road, lane, number, suffix, group (Int64), hamlet, compound, block, unit, room; those that are absent
    count as null. The columns that components are made of are replaced by them.
    """
    absent: Contract = {
        "lane": pl.String,
        "hamlet": pl.String,
        "compound": pl.String,
        "unit": pl.String,
        "room": pl.String,
    }
    absent |= {"group": pl.Int64, "block": pl.Int64, "poi": pl.String, "stall": pl.String}
    given = rows.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in absent.items() if name not in rows.columns
    )
    villages = layout.villages.select(
        "village", at_town="town", village_name="name", old_village="old_name", village_code="code"
    )
    towns = layout.towns.select(at_town="town", town_name="name", old_town="old_name", town_code="code")
    joined = given.join(villages, on="village", how="left", maintain_order="left").join(
        towns, on="at_town", how="left", maintain_order="left"
    )
    group = pl.when(pl.col("hamlet").is_not_null()).then(pl.col("hamlet") + "组").otherwise(
        pl.col("group").cast(pl.String) + "组"
    )  # fmt: skip
    return joined.with_columns(
        pl.lit(PROVINCE).alias("province"),
        pl.lit(CITY).alias("city"),
        pl.lit(DISTRICT).alias("district"),
        pl.col("town_name").alias("town"),
        pl.col("village_name").alias("village"),
        pl.when(pl.col("group").is_not_null()).then(group).alias("group"),
        pl.coalesce("stall", pl.col("number").cast(pl.String)).alias("number")
        if rows.schema.get("number") != pl.String
        else pl.coalesce("stall", "number").alias("number"),
        pl.coalesce("compound", "poi").alias("poi"),
        pl.col("block").cast(pl.String).alias("building"),
    ).drop("village_name", "town_name", "hamlet", "compound", "block", "stall")
