"""Hamlets: the houses of a village, scattered over it in groups that are numbered, each house in its group."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridgeo.demo.county.layout import Layout
from gridgeo.demo.county.words import HAMLET_WORDS
from gridgeo.domain import FloatArray, IntArray

HAMLET_HOUSEHOLDS = 38
MOST_HAMLETS = 12
HOUSE_APART_M = 13.0
"""Houses of a hamlet lie on a spiral: the k-th at this times the root of k from its middle."""
BORDER_M = 30.0
NEAREST, FARTHEST = 0.25, 0.92
"""A hamlet's middle on the way from the village's middle to its border, as far as its size allows."""
TRIES = 4
"""Places drawn for a hamlet; the one farthest from the river is taken."""
RIVERSIDE_M = 150.0
GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))
NAMED_SHARE = 0.3
DOOR_M = (13.0, 21.0)


def hamlet_houses(layout: Layout, towns: IntArray, rng: np.random.Generator) -> pl.DataFrame:
    """Return one house a household of the rural villages of some towns, with the columns of BUILDINGS_MADE."""
    rural = layout.villages.filter((pl.col("kind") == "village") & pl.col("town").is_in(towns))
    hamlets = _hamlets(layout, rural, rng)
    size = hamlets["size"].to_numpy()
    hamlet = np.repeat(np.arange(len(size)), size)
    k = np.arange(len(hamlet)) - np.repeat(np.cumsum(size) - size, size)
    radius = hamlets["apart_m"].to_numpy()[hamlet] * np.sqrt(k + 0.5)
    angle = k * GOLDEN_ANGLE
    middle = hamlets.select("x", "y").to_numpy()[hamlet]
    spots = np.round(middle + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), 2)
    turn = rng.uniform(0.0, 2.0 * np.pi, len(hamlet))
    reach = rng.integers(int(DOOR_M[0] * 100), int(DOOR_M[1] * 100) + 1, len(hamlet)) / 100.0
    door = np.round(spots + reach[:, None] * np.column_stack([np.cos(turn), np.sin(turn)]), 2)
    text = pl.lit(None, pl.String)
    return hamlets[hamlet].select(
        "town",
        "village",
        pl.lit("hamlet").alias("form"),
        text.alias("road"),
        text.alias("lane"),
        pl.Series("number", k + 1),
        text.alias("suffix"),
        "group",
        "hamlet",
        text.alias("compound"),
        pl.lit(None, pl.Int64).alias("block"),
        pl.lit(1).alias("units"),
        pl.lit(2).alias("floors"),
        pl.lit(1).alias("dwellings"),
        pl.lit(None, pl.Boolean).alias("left"),
        pl.Series("x", spots[:, 0]),
        pl.Series("y", spots[:, 1]),
        pl.Series("door_x", door[:, 0]),
        pl.Series("door_y", door[:, 1]),
    )


def _hamlets(layout: Layout, rural: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return town, village, group, hamlet (name, where it has one), size, apart_m, x, y."""
    count = (pl.col("households") / HAMLET_HOUSEHOLDS).round().cast(pl.Int64).clip(2, MOST_HAMLETS)
    rows = (
        rural.with_columns(count=count)
        .with_columns(pl.int_ranges(1, pl.col("count") + 1).alias("group"))
        .explode("group")
        .with_columns(size=pl.col("households") // pl.col("count"))
        .with_columns(size=pl.col("size") + (pl.col("group") <= pl.col("households") % pl.col("count")).cast(pl.Int64))
    )
    size, inradius = rows["size"].to_numpy(), rows["inradius_m"].to_numpy()
    apart = np.minimum(HOUSE_APART_M, (inradius - BORDER_M) / np.sqrt(size))
    radius = apart * np.sqrt(size)
    spots = _places(layout, rows, radius, rng)
    word = np.array(HAMLET_WORDS)[(rows["group"].to_numpy() + rows["village"].to_numpy() * 5) % len(HAMLET_WORDS)]
    named = rng.random(rows.height) < NAMED_SHARE
    return rows.select("town", "village", "group", "size").with_columns(
        pl.Series("hamlet", word.tolist()).set(pl.Series(~named), None),
        pl.Series("apart_m", np.round(apart, 3)),
        pl.Series("x", spots[:, 0]),
        pl.Series("y", spots[:, 1]),
    )


def _places(layout: Layout, rows: pl.DataFrame, radius: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return the middle of each hamlet: in a sector of its own, so far inside that all its houses are in the village.

    A point at the share f of the way to the border keeps (1 - f) times the village's inradius to every border.
    """
    seeds = rows.select("x", "y").to_numpy()
    most = np.clip(1.0 - (radius + BORDER_M) / rows["inradius_m"].to_numpy(), 0.0, FARTHEST)
    turn = (rows["group"].to_numpy() - 1 + rng.uniform(-0.3, 0.3, (TRIES, rows.height))) / rows["count"].to_numpy()
    angle = 2.0 * np.pi * (turn + (rows["village"].to_numpy() * 0.618) % 1.0)
    share = np.sqrt(rng.uniform(NEAREST**2, 1.0, (TRIES, rows.height))) * most
    way = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    border_m = np.stack([_border_m(layout, rows["village"].to_numpy(), one) for one in way])
    spots = seeds + (share * border_m)[..., None] * way
    dry_m = np.minimum(np.abs(layout.river.offset_m(spots)), RIVERSIDE_M + radius)
    best = np.argmax(np.round(dry_m, 2), axis=0)
    return np.asarray(np.round(spots[best, np.arange(rows.height)], 2))


def _border_m(layout: Layout, village: IntArray, way: FloatArray) -> FloatArray:
    """Return how far the border is from the middle of each village in a direction, in metres."""
    seeds, n = layout.seeds, layout.villages.height
    start, other = layout.neighbours
    count = start[village + 1] - start[village]
    owner = np.repeat(np.arange(len(village)), count)
    at = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(start[village], count)
    apart = seeds[other[at]] - seeds[:n][village[owner]]
    towards = (apart * way[owner]).sum(axis=1)
    reach = np.where(towards > 1e-9, (apart**2).sum(axis=1) / 2.0 / np.maximum(towards, 1e-9), np.inf)
    return np.asarray(np.minimum.reduceat(reach, np.cumsum(count) - count))
