"""Buildings of some towns: houses along streets and lanes, compounds of blocks of flats, hamlets of villages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from gridgeo.demo.county.hamlets import hamlet_houses
from gridgeo.demo.county.layout import Layout
from gridgeo.demo.county.streets import HOUSE_M, PLOT_M, Grids, named_streets_of, plots_of
from gridgeo.demo.county.words import COMPOUND_WORDS, LANE_WORDS, street_names
from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.tables import Contract, checked

SINGLE_SHARE = 0.55
"""Share of the households of a community that live in houses of their own, where there are as many plots."""
COMPOUND_HOUSEHOLDS, BLOCK_HOUSEHOLDS = 150, 42
MAX_BLOCKS = 9
LANE_SHARE = 0.5
"""Share of the street blocks without a compound that a pair of lanes runs into."""
LANE_FIRST_M, LANE_STEP_M, LANE_SIDE_M, LANE_APART_M = 42.0, 12.0, 9.0, 22.0
SUFFIXES = ("甲", "附1", "之1", "-1")
SUFFIX_SHARE = 0.04
"""Share of street houses built later, numbered after their neighbour."""
DOOR_M = (13.0, 21.0)
"""Distance between a house and its entrance, which is what a gazetteer has."""
COMPOUND_SPREAD_M = 46.0

BUILDINGS_MADE: Contract = {
    "town": pl.Int64,
    "village": pl.Int64,
    "form": pl.String,
    "road": pl.String,
    "lane": pl.String,
    "number": pl.Int64,
    "suffix": pl.String,
    "group": pl.Int64,
    "hamlet": pl.String,
    "compound": pl.String,
    "block": pl.Int64,
    "units": pl.Int64,
    "floors": pl.Int64,
    "dwellings": pl.Int64,
    "left": pl.Boolean,
    "x": pl.Float64,
    "y": pl.Float64,
    "door_x": pl.Float64,
    "door_y": pl.Float64,
}
"""form: street, lane, compound, hamlet. number, suffix: of the house or of the compound's gate. group: 组 of a village.
block: 栋 of a compound. dwellings: households in it. left: side of the street or lane that the number stands on."""


@dataclass(frozen=True)
class Built:
    """Buildings of some towns, the streets they stand at, and plots where nobody lives (for shops)."""

    buildings: pl.DataFrame
    streets: pl.DataFrame
    spare: pl.DataFrame


def built_in(layout: Layout, grids: Grids, towns: IntArray, rng: np.random.Generator) -> Built:
    """Build for every household of some towns: each village has exactly its households."""
    plots = plots_of(layout, grids, towns)
    streets = named_streets_of(layout, plots)
    named = plots.join(streets.select("town", "street", road="name"), on=["town", "street"], maintain_order="left")
    need = layout.villages.filter((pl.col("kind") != "village") & pl.col("town").is_in(towns)).select(
        "village", "town", "x", "y", need="households"
    )
    blocks = _street_blocks(layout, grids, streets, named, need, rng)
    compounds, lanes = blocks.filter("is_compound"), blocks.filter("is_lane")
    lane_houses = _lane_houses(layout, grids, lanes, rng)
    taken = pl.concat([compounds.select("town", "road", "number"), lane_houses.select("town", "road", number="mouth")])
    free = named.filter(pl.col("axis").is_in([0, 1])).join(taken.unique(), on=["town", "road", "number"], how="anti")
    singles = pl.concat([_street_houses(grids, free, rng), lane_houses.drop("mouth")])
    ranked = singles.with_columns(pl.Series("turn", rng.permutation(singles.height))).join(
        need.select("village", "need"), on="village", maintain_order="left"
    )
    lived = (pl.col("turn").rank("ordinal").over("village") <= (pl.col("need") * SINGLE_SHARE).round()).alias("lived")
    ranked = ranked.with_columns(lived).drop("turn", "need")
    homes = ranked.filter("lived").drop("lived")
    left = need.join(homes.group_by("village").len("housed"), on="village", how="left").with_columns(
        rest=pl.col("need") - pl.col("housed").fill_null(0).cast(pl.Int64)
    )
    flats = _blocks_of_flats(grids, compounds, left.sort("village"), rng)
    hamlets = hamlet_houses(layout, towns, rng)
    made = [checked(part, BUILDINGS_MADE, "county buildings") for part in (homes, flats, hamlets)]
    spare = ranked.filter(~pl.col("lived") & (pl.col("form") == "street")).drop("lived")
    return Built(
        pl.concat(made).sort("village", "form", "road", "lane", "compound", "group", "block", "number", "suffix"),
        streets,
        checked(spare, BUILDINGS_MADE, "county buildings"),
    )


def _street_houses(grids: Grids, plots: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return a house a plot; some bear the number of the house before with a suffix."""
    town, axis, left = (plots[name].to_numpy() for name in ("town", "axis", "left"))
    reach = _reach(plots.height, rng)
    block_m = grids.frame["block_m"].to_numpy()[town]
    along, across = (plots["step"].to_numpy() + 0.5) * PLOT_M, plots["line"].to_numpy() * block_m
    side = np.where(left == (axis == 0), HOUSE_M - reach, reach - HOUSE_M)
    u, v = np.where(axis == 0, along, across + side), np.where(axis == 0, across + side, along)
    door = grids.place(town, np.column_stack([u, v]))
    later = (rng.random(plots.height) < SUFFIX_SHARE) & (plots["number"].to_numpy() > 2)
    suffix = pl.Series("suffix", np.array(SUFFIXES)[rng.integers(0, len(SUFFIXES), plots.height)].tolist())
    return _house_columns(plots, "street", door).with_columns(
        suffix.set(pl.Series(~later), None),
        (pl.col("number") - pl.Series(np.where(later, 2, 0))).alias("number"),
    )


def _house_columns(rows: pl.DataFrame, form: str, door: FloatArray) -> pl.DataFrame:
    """Return rows as houses for one household each; columns that do not apply are null."""
    fixed = {"form": pl.lit(form), "units": pl.lit(1), "floors": pl.lit(2), "dwellings": pl.lit(1)}
    given = rows.with_columns(pl.Series("door_x", door[:, 0]), pl.Series("door_y", door[:, 1]))
    return given.select(
        fixed.get(name, pl.col(name) if name in given.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in BUILDINGS_MADE.items()
    )


def _street_blocks(
    layout: Layout,
    grids: Grids,
    streets: pl.DataFrame,
    plots: pl.DataFrame,
    need: pl.DataFrame,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Return the ground between streets: a block lies left of the street along u that it has its gate at.

    Columns: town, road, first, line, u, v (middle), village, number (of the gate), is_compound, is_lane. Every village
    with streets has a compound, at its middle where no block will do.
    """
    wide = grids.frame.select("town", "block_m")
    along = streets.filter(pl.col("axis") == 0).join(wide, on="town", maintain_order="left")
    low = (pl.col("first") * PLOT_M / pl.col("block_m")).ceil().cast(pl.Int64)
    high = ((pl.col("last") + 1) * PLOT_M / pl.col("block_m")).floor().cast(pl.Int64)
    blocks = (
        along.with_columns(pl.int_ranges(low, high).alias("at"))
        .explode("at")
        .drop_nulls("at")
        .with_columns(
            u=(pl.col("at") + 0.5) * pl.col("block_m"),
            v=(pl.col("line") + 0.5) * pl.col("block_m"),
            road=pl.col("name"),
        )
        .select("town", "road", "first", "line", "u", "v", "block_m")
    )
    spots = grids.place(blocks["town"].to_numpy(), blocks.select("u", "v").to_numpy())
    village, border_m = layout.owner(spots)
    dry = np.abs(layout.river.offset_m(spots)) > blocks["block_m"].to_numpy()
    fits = (border_m > COMPOUND_SPREAD_M * 1.5) & dry
    inside = blocks.with_columns(pl.Series("village", village)).filter(pl.Series(fits))
    inside = inside.join(need.select("village", "town", "need"), on=["village", "town"], maintain_order="left")
    rows = pl.concat([inside, _at_the_middle(grids, plots, need, inside)]).with_columns(
        (2 * ((pl.col("u") / PLOT_M).floor().cast(pl.Int64) - pl.col("first")) + 1).alias("number")
    )
    turned = rows.with_columns(pl.Series("turn", rng.permutation(rows.height)))
    count = pl.len().over("village").cast(pl.Int64)
    wanted = (pl.col("need") * (1 - SINGLE_SHARE) / COMPOUND_HOUSEHOLDS).ceil().cast(pl.Int64)
    compounds = pl.min_horizontal(wanted, pl.max_horizontal(count - 1, 1))
    rank = pl.col("turn").rank("ordinal").over("village").cast(pl.Int64)
    chance = pl.Series(rng.random(rows.height) < LANE_SHARE)
    marked = turned.with_columns((rank <= compounds).alias("is_compound"))
    return marked.with_columns((~pl.col("is_compound") & chance).alias("is_lane")).drop("turn")


def _at_the_middle(grids: Grids, plots: pl.DataFrame, need: pl.DataFrame, blocks: pl.DataFrame) -> pl.DataFrame:
    """Return a block at the middle of each village that has none, with its gate at the village's first street."""
    bare = need.join(blocks.select("village").unique(), on="village", how="anti")
    first = plots.sort("village", "town", "street", "step").unique("village", keep="first", maintain_order=True)
    joined = bare.join(first.select("village", "road", first="step", line="line"), on="village", maintain_order="left")
    frame = joined.join(grids.frame.select("town", "x0", "y0", "turn", "block_m"), on="town", maintain_order="left")
    east, north = pl.col("x") - pl.col("x0"), pl.col("y") - pl.col("y0")
    u = east * pl.col("turn").cos() + north * pl.col("turn").sin()
    v = north * pl.col("turn").cos() - east * pl.col("turn").sin()
    beside = frame.with_columns(u=u, v=v).with_columns(
        first=pl.min_horizontal("first", (u / PLOT_M).floor().cast(pl.Int64))
    )
    return beside.select(blocks.columns)


def _lane_houses(layout: Layout, grids: Grids, blocks: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return the houses of two lanes a block, and the number in the street where their lane begins (mouth)."""
    depths = ((pl.col("block_m") - 2 * LANE_FIRST_M) / LANE_STEP_M).floor().cast(pl.Int64) + 1
    lanes = pl.concat(blocks.with_columns(u=pl.col("u") + apart) for apart in (-LANE_APART_M, LANE_APART_M))
    mouth = 2 * ((pl.col("u") / PLOT_M).floor().cast(pl.Int64) - pl.col("first")) + 1
    lanes = lanes.sort("town", "road", "u").with_columns(mouth=mouth, at=pl.int_range(pl.len()).over("town"))
    lanes = lanes.with_columns(_lane_name().alias("lane"))
    rows = pl.concat(
        lanes.with_columns(pl.int_ranges(0, depths).alias("depth"), pl.lit(left).alias("left")).explode("depth")
        for left in (True, False)
    )
    town, left, depth = (rows[name].to_numpy() for name in ("town", "left", "depth"))
    u = rows["u"].to_numpy() + np.where(left, -LANE_SIDE_M, LANE_SIDE_M)
    v = rows["line"].to_numpy() * rows["block_m"].to_numpy() + LANE_FIRST_M + LANE_STEP_M * depth
    spots = grids.place(town, np.column_stack([u, v]))
    door = grids.place(town, np.column_stack([u, v - _reach(rows.height, rng)]))
    village, border_m = layout.owner(spots)
    number = 2 * rows["depth"] + pl.Series(np.where(left, 1, 2))
    placed = rows.with_columns(pl.Series("x", spots[:, 0]), pl.Series("y", spots[:, 1]), number.alias("number"))
    houses = _house_columns(placed, "lane", door).with_columns(placed["mouth"])
    return houses.filter(pl.Series((village == rows["village"].to_numpy()) & (border_m > 4.0)))


def _lane_name() -> pl.Expr:
    """Name the first lanes of a town, number the others by the street number where they begin."""
    named = pl.lit(pl.Series(LANE_WORDS)).gather(pl.col("at").clip(upper_bound=len(LANE_WORDS) - 1)) + "巷"
    return pl.when(pl.col("at") < len(LANE_WORDS)).then(named).otherwise(pl.col("mouth").cast(pl.String) + "弄")


def _blocks_of_flats(
    grids: Grids, compounds: pl.DataFrame, need: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """Return the buildings of compounds: together exactly the dwellings that their village still needs.

    need: village, rest.
    """
    named = compounds.sort("village", "u", "v").with_columns(_compound_names(compounds.height, rng))
    sized = named.join(need.select("village", "rest"), on="village", maintain_order="left").with_columns(
        count=pl.len().over("village").cast(pl.Int64)
    )
    per_compound = (pl.col("rest") / (pl.col("count") * BLOCK_HOUSEHOLDS)).ceil().clip(1, MAX_BLOCKS).cast(pl.Int64)
    rows = (
        sized.with_columns(blocks=per_compound)
        .with_columns(pl.int_ranges(1, pl.col("blocks") + 1).alias("block"))
        .explode("block")
        .with_columns(at=pl.int_range(pl.len()).over("village"), total=pl.col("count") * pl.col("blocks"))
    )
    share, over = pl.col("rest") // pl.col("total"), pl.col("rest") % pl.col("total")
    rows = rows.with_columns(dwellings=share + (pl.col("at") < over).cast(pl.Int64)).filter(pl.col("dwellings") > 0)
    units = (pl.col("dwellings") / 24).ceil().clip(1, 4).cast(pl.Int64)
    rows = rows.with_columns(units=units, floors=(pl.col("dwellings") / (2 * units)).ceil().cast(pl.Int64))
    order = rows["block"].to_numpy() - 1
    spread = np.minimum(COMPOUND_SPREAD_M, (rows["block_m"].to_numpy() - 82.0) / 2.0)
    u = rows["u"].to_numpy() + (order % 3 - 1) * spread
    v = rows["v"].to_numpy() + (order // 3 - 1) * spread
    town = rows["town"].to_numpy()
    spots, door = (grids.place(town, np.column_stack([u, v - back])) for back in (0.0, _reach(rows.height, rng)))
    placed = rows.with_columns(pl.Series("x", spots[:, 0]), pl.Series("y", spots[:, 1]), pl.lit(True).alias("left"))
    houses = _house_columns(placed, "compound", door)
    return houses.with_columns(placed.select("units", "floors", "dwellings"))


def _compound_names(count: int, rng: np.random.Generator) -> pl.Series:
    stems = street_names(count, rng)
    word = rng.integers(0, len(COMPOUND_WORDS), count)
    return pl.Series("compound", [stem + COMPOUND_WORDS[at] for stem, at in zip(stems, word, strict=True)], pl.String)


def _reach(count: int, rng: np.random.Generator) -> FloatArray:
    low, high = (int(edge * 100) for edge in DOOR_M)
    return np.asarray(rng.integers(low, high + 1, count) / 100.0)
