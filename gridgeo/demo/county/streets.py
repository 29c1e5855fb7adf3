"""Streets of the seat and of the towns: a grid each, with a plot on either side every few metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from gridgeo.demo.county.layout import Layout
from gridgeo.demo.county.river import BANK_M
from gridgeo.demo.county.words import street_names
from gridgeo.domain import FloatArray, IntArray
from gridgeo.sources.osm_objects import Shapes

PLOT_M = 15.0
HOUSE_M = 24.0
"""From the middle of the street to the middle of a house."""
CORNER_M = {0: 20.0, 1: 48.0}
"""Nearer to a crossing than this there is no plot; streets along v leave the corner house to those along u."""
BLOCK_M = {"office": 190.0, "town": 150.0}
SEAT_TURN, TOWN_TURN = 0.12, 0.4
"""Angle of the seat's grid, and the largest of a town's, in radians."""
BORDER_M = 4.0
GAP_PLOTS = 8
"""A street with a longer gap than this ends there."""
MIN_PLOTS = 8
SEAT_LATTICE = -1
AROUND_M = 380.0
"""How far beyond the middles of its communities an office's streets are looked for."""
COMMON_NAMES, OFFICE_STREETS = 30, 40
"""Names shared by all towns, and those of a street office's own."""


@dataclass(frozen=True)
class Grids:
    """The street grid of each town: one row a town.

    frame: town, x0, y0 (origin), turn (radians), block_m, reach (of a town: lines on either side of the middle),
    lattice (grids that share their crossings bear the same number).
    """

    frame: pl.DataFrame

    def place(self, town: IntArray, along: FloatArray) -> FloatArray:
        """Return points given along the axes of their town's grid, as points of the plane; shape (n, 2)."""
        x0, y0, turn = (self.frame[name].to_numpy()[town] for name in ("x0", "y0", "turn"))
        u, v = along[:, 0], along[:, 1]
        turned = (x0 + u * np.cos(turn) - v * np.sin(turn), y0 + u * np.sin(turn) + v * np.cos(turn))
        return np.round(np.column_stack(turned), 2)


def grids_of(layout: Layout) -> Grids:
    """Return the street grids: the seat has one for all its offices, every other town its own around its middle."""
    rng = np.random.Generator(np.random.PCG64([layout.spec.seed, 2]))
    towns, villages = layout.towns, layout.villages
    office = (towns["kind"] == "street_office").to_numpy()
    central = villages.filter(pl.col("kind") == "centre").select("town", size="households")
    size = towns.select("town").join(central, on="town", how="left", maintain_order="left")["size"].fill_null(0)
    reach = np.clip(np.ceil(np.sqrt(size.to_numpy() / 50.0) / 2.0), 1, 4)
    turn = np.where(office, SEAT_TURN, np.round(rng.uniform(-TOWN_TURN, TOWN_TURN, towns.height), 4))
    middle = towns.select("x", "y").to_numpy()
    return Grids(
        pl.DataFrame(
            {
                "town": towns["town"],
                "x0": np.where(office, 0.0, middle[:, 0]),
                "y0": np.where(office, 0.0, middle[:, 1]),
                "turn": turn,
                "block_m": np.where(office, BLOCK_M["office"], BLOCK_M["town"]),
                "reach": reach.astype(np.int64),
                "lattice": np.where(office, SEAT_LATTICE, towns["town"].to_numpy()),
            }
        )
    )


def plots_of(layout: Layout, grids: Grids, towns: IntArray) -> pl.DataFrame:
    """Return the plots along the streets of some towns, ordered by town, street and number.

    Columns: town, village, axis (0 along u, 1 along v), line, step (plots from the origin), left, x, y (house), street
    (index within the town), number. Odd numbers stand left of the street's direction, even ones right.
    """
    lines = _lines(layout, grids, towns)
    count = (lines["stop"] - lines["start"]).to_numpy()
    line = np.repeat(np.arange(lines.height), count)
    step = lines["start"].to_numpy()[line] + np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    plots = pl.concat(
        lines[line].select("town", "axis", "line", pl.Series("step", step), pl.lit(left).alias("left"))
        for left in (True, False)
    )
    kept = _longest_run(_standing(layout, grids, plots))
    ordered = kept.sort("town", "axis", "line", "step", "left", descending=[False, False, False, False, True])
    first = pl.col("step").min().over("town", "axis", "line")
    number = 2 * (pl.col("step") - first) + pl.when("left").then(1).otherwise(2)
    street = pl.struct("axis", "line").rank("dense").over("town").cast(pl.Int64) - 1
    return ordered.with_columns(street.alias("street"), number.alias("number"))


def named_streets_of(layout: Layout, plots: pl.DataFrame) -> pl.DataFrame:
    """Return the streets of plots: town, street, axis, line, name, first, last (steps of its ends).

    A town draws its names from the county's short list, so that several towns have a street of one name; the seat's
    offices have names of their own.
    """
    streets = plots.group_by("town", "street", "axis", "line").agg(
        pl.col("step").min().alias("first"), pl.col("step").max().alias("last")
    ).sort("town", "street")  # fmt: skip
    rng = np.random.Generator(np.random.PCG64([layout.spec.seed, 3]))
    common = street_names(COMMON_NAMES, rng)
    shift = pl.Series("shift", rng.integers(0, COMMON_NAMES, layout.towns.height))
    office = layout.towns.select("town", office=pl.col("kind") == "street_office").with_columns(shift)
    joined = streets.join(office, on="town", how="left", maintain_order="left")
    own = street_names(COMMON_NAMES + OFFICE_STREETS * layout.spec.offices, rng)[COMMON_NAMES:]
    at = pl.col("town") * OFFICE_STREETS + pl.col("street") % OFFICE_STREETS
    stems = joined.select(
        pl.when("office").then(at).otherwise((pl.col("street") + pl.col("shift")) % COMMON_NAMES).alias("at"), "office"
    )
    names = np.where(
        stems["office"].to_numpy(),
        np.array(own)[np.where(stems["office"].to_numpy(), stems["at"].to_numpy(), 0)],
        np.array(common)[np.where(stems["office"].to_numpy(), 0, stems["at"].to_numpy())],
    )
    word = (
        pl.when(pl.col("line") == 0)
        .then(pl.lit("大道"))
        .when(pl.col("axis") == 0)
        .then(pl.lit("路"))
        .otherwise(pl.lit("街"))
    )
    return streets.with_columns((pl.Series("name", names.tolist()) + word).alias("name"))


def _lines(layout: Layout, grids: Grids, towns: IntArray) -> pl.DataFrame:
    """Return town, axis, line, start, stop: which plots along each axis of a town's grid to look at."""
    seats = layout.villages.filter((pl.col("kind") == "community") & pl.col("town").is_in(towns))
    spots = seats.select("x", "y").to_numpy()
    u = spots[:, 0] * np.cos(SEAT_TURN) + spots[:, 1] * np.sin(SEAT_TURN)
    v = spots[:, 1] * np.cos(SEAT_TURN) - spots[:, 0] * np.sin(SEAT_TURN)
    extents = seats.select("town", pl.Series("u", u), pl.Series("v", v)).group_by("town").agg(
        low_u=pl.col("u").min() - AROUND_M, high_u=pl.col("u").max() + AROUND_M,
        low_v=pl.col("v").min() - AROUND_M, high_v=pl.col("v").max() + AROUND_M,
    )  # fmt: skip
    reach_m = pl.col("reach") * pl.col("block_m")
    rows = (
        grids.frame.filter(pl.col("town").is_in(towns))
        .join(extents, on="town", how="left")
        .with_columns(pl.col(f"low_{axis}").fill_null(-reach_m) for axis in "uv")
        .with_columns(pl.col(f"high_{axis}").fill_null(reach_m) for axis in "uv")
    )
    both = pl.concat(
        rows.select(
            "town",
            pl.lit(number).cast(pl.Int64).alias("axis"),
            pl.int_ranges(
                (pl.col(f"low_{across}") / pl.col("block_m")).round().cast(pl.Int64),
                (pl.col(f"high_{across}") / pl.col("block_m")).round().cast(pl.Int64) + 1,
            ).alias("line"),
            (pl.col(f"low_{along}") / PLOT_M).round().cast(pl.Int64).alias("start"),
            (pl.col(f"high_{along}") / PLOT_M).round().cast(pl.Int64).alias("stop"),
        )
        for number, (along, across) in enumerate((("u", "v"), ("v", "u")))
    )
    return both.explode("line").sort("town", "axis", "line")


def _standing(layout: Layout, grids: Grids, plots: pl.DataFrame) -> pl.DataFrame:
    """Give plots their place and village; drop those at crossings, by the river, at a border or outside the streets."""
    town, axis, left = (plots[name].to_numpy() for name in ("town", "axis", "left"))
    block_m = grids.frame["block_m"].to_numpy()[town]
    along = (plots["step"].to_numpy() + 0.5) * PLOT_M
    across = plots["line"].to_numpy() * block_m
    side = np.where(left == (axis == 0), HOUSE_M, -HOUSE_M)
    u, v = np.where(axis == 0, along, across + side), np.where(axis == 0, across + side, along)
    spots = grids.place(town, np.column_stack([u, v]))
    corner_m = np.abs(along - np.round(along / block_m) * block_m)
    village, border_m = layout.owner(spots)
    dry = np.abs(layout.river.offset_m(spots)) > BANK_M
    fits = dry & (border_m > BORDER_M) & (corner_m > np.where(axis == 0, CORNER_M[0], CORNER_M[1]))
    own = urban_town(layout)[np.maximum(village, 0)] == town
    placed = plots.with_columns(pl.Series("village", village), pl.Series("x", spots[:, 0]), pl.Series("y", spots[:, 1]))
    return placed.filter(pl.Series(fits & own & (village >= 0)))


def urban_town(layout: Layout) -> IntArray:
    """Return the town of each village that has streets, -1 for the others."""
    kind = layout.villages["kind"].to_numpy()
    return np.where(kind == "village", -1, layout.villages["town"].to_numpy())


def _longest_run(plots: pl.DataFrame) -> pl.DataFrame:
    """Keep of every line the longest stretch without a wide gap, and drop those that are too short for a street."""
    key = ["town", "axis", "line"]
    ordered = plots.sort(*key, "step", "left")
    broken = (pl.col("step") - pl.col("step").shift(1).over(key)).fill_null(0) > GAP_PLOTS
    runs = ordered.with_columns(broken.cum_sum().over(key).alias("run"))
    size = runs.group_by(*key, "run").len().sort(*key, "len", "run", descending=[False, False, False, True, False])
    best = size.unique(key, keep="first", maintain_order=True).filter(pl.col("len") >= MIN_PLOTS)
    return runs.join(best.select(*key, "run"), on=[*key, "run"], how="semi").drop("run")


def street_lines(grids: Grids, streets: pl.DataFrame) -> Shapes:
    """Return the middle lines of streets, in metres."""
    town, axis = streets["town"].to_numpy(), streets["axis"].to_numpy()
    across = streets["line"].to_numpy() * grids.frame["block_m"].to_numpy()[town]
    ends = []
    for along in (streets["first"].to_numpy() * PLOT_M, (streets["last"].to_numpy() + 1) * PLOT_M):
        spot = np.where((axis == 0)[:, None], np.column_stack([along, across]), np.column_stack([across, along]))
        ends.append(grids.place(town, spot))
    return np.asarray(shapely.linestrings(np.stack(ends, axis=1)), dtype=np.object_)
