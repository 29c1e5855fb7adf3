"""Schools, markets, clinics, offices and the industrial park: what people name instead of a number."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridgeo.demo.county.layout import Layout
from gridgeo.demo.county.spec import DISTRICT
from gridgeo.domain import IntArray

TOWN_PLACES = (
    ("{}人民政府", "townhall"),
    ("{}农贸市场", "market"),
    ("{}中心小学", "school"),
    ("{}中学", "school"),
    ("{}卫生院", "clinic"),
    ("{}客运站", "station"),
)
"""In every town, each at a plot near its middle."""
VILLAGE_PLACE, COMMUNITY_PLACE = "{}村民委员会", "{}居民委员会"
PARK_NAME = f"{DISTRICT.removesuffix('县')}工业园区"
PLACES_MADE = {
    "name": pl.String,
    "kind": pl.String,
    "town": pl.Int64,
    "village": pl.Int64,
    "road": pl.String,
    "number": pl.Int64,
    "suffix": pl.String,
    "x": pl.Float64,
    "y": pl.Float64,
}
"""kind: townhall, market, school, clinic, station, committee or park. road, number: null away from streets."""


def places_in(layout: Layout, towns: IntArray, spare: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return PLACES_MADE of some towns, and the spare plots that no place has taken."""
    at_plots, taken = _town_places(layout, towns, spare)
    committees = _committees(layout, towns)
    park = _park(layout, towns)
    left = spare.join(taken, on=["town", "road", "number", "suffix"], how="anti", nulls_equal=True)
    return pl.concat([at_plots, committees, park]).sort("town", "village", "kind", "name"), left


def park_village(layout: Layout) -> int:
    """Return the village that the industrial park lies in: the rural one nearest to the middle of the county."""
    rural = layout.villages.filter(pl.col("kind") == "village")
    away = np.hypot(rural["x"].to_numpy(), rural["y"].to_numpy())
    return int(rural["village"][int(np.argmin(np.round(away, 2)))])


def _town_places(layout: Layout, towns: IntArray, spare: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    middles = layout.towns.filter(pl.col("town").is_in(towns)).select("town", stem="name", x0="x", y0="y")
    plots = spare.join(middles, on="town", maintain_order="left")
    away = (pl.col("x") - pl.col("x0")) ** 2 + (pl.col("y") - pl.col("y0")) ** 2
    # A shop or house lies between one place and the next.
    ranked = plots.with_columns(away=away.round(1)).sort("town", "away", "road", "number").with_columns(
        rank=pl.int_range(pl.len()).over("town")
    )  # fmt: skip
    table = pl.DataFrame(
        {
            "rank": np.arange(len(TOWN_PLACES)) * 3,
            "pattern": [name for name, _ in TOWN_PLACES],
            "kind": [kind for _, kind in TOWN_PLACES],
        }
    )
    chosen = ranked.join(table, on="rank", maintain_order="left")
    office = pl.when(pl.col("stem").str.ends_with("街道") & (pl.col("kind") == "townhall"))
    name = office.then(pl.col("stem") + "办事处").otherwise(
        pl.col("pattern").str.replace("{}", pl.col("stem"), literal=True)
    )
    named = chosen.with_columns(name.alias("name"))
    return named.select(list(PLACES_MADE)), chosen.select("town", "road", "number", "suffix")


def _committees(layout: Layout, towns: IntArray) -> pl.DataFrame:
    villages = layout.villages.filter(pl.col("town").is_in(towns))
    pattern = pl.when(pl.col("kind") == "village").then(pl.lit(VILLAGE_PLACE)).otherwise(pl.lit(COMMUNITY_PLACE))
    stem = pl.when(pl.col("kind") == "village").then(pl.col("name").str.strip_suffix("村")).otherwise("name")
    return villages.select(
        pattern.str.replace("{}", stem, literal=True).alias("name"),
        pl.lit("committee").alias("kind"),
        "town",
        "village",
        *_no_street(),
        "x",
        "y",
    )


def _park(layout: Layout, towns: IntArray) -> pl.DataFrame:
    home = layout.villages.filter((pl.col("village") == park_village(layout)) & pl.col("town").is_in(towns))
    return home.select(
        pl.lit(PARK_NAME).alias("name"),
        pl.lit("park").alias("kind"),
        "town",
        "village",
        *_no_street(),
        (pl.col("x") - 60.0).alias("x"),
        (pl.col("y") + 60.0).alias("y"),
    )


def _no_street() -> list[pl.Expr]:
    return [
        pl.lit(None, pl.String).alias("road"),
        pl.lit(None, pl.Int64).alias("number"),
        pl.lit(None, pl.String).alias("suffix"),
    ]
