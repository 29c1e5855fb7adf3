"""Shops, workshops and firms with their class of GB/T 4754: along streets, on markets, in villages, in the park."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridgeo.demo.county.people import FICTIONAL
from gridgeo.demo.county.places import PARK_NAME
from gridgeo.demo.county.words import FIRST, STREET_SECOND

TRADES = (
    ("5211", "retail", "百货店", 6, 1, 0),
    ("5212", "retail", "超市", 6, 2, 0),
    ("5219", "retail", "小卖部", 2, 14, 0),
    ("5221", "retail", "粮油店", 3, 1, 0),
    ("5223", "retail", "蔬果店", 6, 1, 0),
    ("5226", "retail", "烟酒店", 6, 1, 0),
    ("5232", "retail", "服装店", 9, 0, 0),
    ("5233", "retail", "鞋店", 3, 0, 0),
    ("5251", "health", "药房", 4, 1, 0),
    ("5265", "fuel", "加油站", 1, 1, 0),
    ("5281", "retail", "五金店", 5, 1, 0),
    ("6110", "lodging", "宾馆", 2, 0, 0),
    ("6210", "food", "饭店", 9, 1, 0),
    ("6220", "food", "快餐店", 6, 0, 0),
    ("8425", "health", "诊所", 2, 1, 0),
    ("8111", "other", "汽修厂", 3, 1, 0),
    ("0111", "other", "水稻专业合作社", 0, 3, 0),
    ("0313", "other", "生猪养殖场", 0, 3, 0),
    ("1311", "other", "米业有限公司", 0, 0, 4),
    ("1819", "other", "服饰有限公司", 0, 0, 3),
    ("3311", "other", "金属结构有限公司", 0, 0, 2),
    ("5431", "other", "货运有限公司", 0, 0, 2),
)
"""Class of GB/T 4754-2017, gridgeo's industry, name, and how frequent it is along streets, in villages, in the park."""
WHERE = {"street": 0.62, "market": 0.13, "village": 0.18, "park": 0.07}
STALLS_A_ROW, STALL_M = 12, 2.5
FIRM_APART_M, FIRMS_A_ROW, PARK_MOST = 22.0, 10, 100


def merchants_in(
    count: int, made: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame], rng: np.random.Generator
) -> pl.DataFrame:
    """Return merchants of some towns, `count` of them where there is room along the streets.

    made: buildings, spare plots, places. Columns: town, village, where, road, lane, number (text), suffix, group, poi,
    stall (text on a market or in the park), code, industry, name, x, y.
    """
    buildings, spare, places = made
    park = places.filter(pl.col("kind") == "park")
    markets, rural = places.filter(pl.col("kind") == "market"), buildings.filter(pl.col("form") == "hamlet")
    wanted = {where: round(share * count) for where, share in WHERE.items()}
    wanted["park"] = min(wanted["park"], PARK_MOST) if park.height else 0
    wanted["market"] = wanted["market"] if markets.height else 0
    wanted["street"] += count - sum(wanted.values())
    fronts = pl.concat([spare, buildings.filter(pl.col("form") == "street")])
    # Empty plots first: a shop in a house is the exception.
    fronts = fronts[: max(spare.height, wanted["street"])]
    parts = [
        _drawn(fronts, wanted["street"], "street", rng),
        _drawn(rural, wanted["village"], "village", rng),
        _stalls(markets, wanted["market"], rng),
        _firms(park, wanted["park"]),
    ]
    rows = pl.concat(parts)
    trade = np.concatenate([_trades(where, part.height, rng) for where, part in zip(WHERE_ORDER, parts, strict=True)])
    table = pl.DataFrame(TRADES, schema=["code", "industry", "trade", "street", "village", "park"], orient="row")
    kinds = table[trade].select("code", "industry", "trade")
    stem = np.char.add(
        np.array(list(FIRST))[rng.integers(0, len(FIRST), rows.height)],
        np.array(list(STREET_SECOND))[rng.integers(0, len(STREET_SECOND), rows.height)],
    )
    named = pl.concat([rows, kinds], how="horizontal").with_columns(pl.Series("stem", stem.tolist()))
    return (
        named.with_columns((pl.col("stem") + pl.col("trade") + FICTIONAL).alias("name"))
        .drop("stem", "trade")
        .sort("village", "x", "y", "name")
    )


WHERE_ORDER = ("street", "village", "market", "park")
SHOP_COLUMNS = ("town", "village", "where", "road", "lane", "number", "suffix", "group", "poi", "stall", "x", "y")


def _trades(where: str, count: int, rng: np.random.Generator) -> np.ndarray:
    column = {"street": 3, "market": 3, "village": 4, "park": 5}[where]
    weight = np.array([row[column] for row in TRADES], dtype=np.float64)
    return np.searchsorted(np.cumsum(weight), rng.integers(0, int(weight.sum()), count), side="right")


def _drawn(rows: pl.DataFrame, count: int, where: str, rng: np.random.Generator) -> pl.DataFrame:
    """Take some of the houses and plots, none of them twice."""
    chosen = rows[np.sort(rng.permutation(rows.height)[:count])]
    return _columns(chosen, where, pl.lit(None, pl.String), pl.lit(None, pl.String))


def _stalls(markets: pl.DataFrame, count: int, rng: np.random.Generator) -> pl.DataFrame:
    if not count:
        return _columns(markets.clear(), "market", pl.col("name"), pl.lit(None, pl.String))
    market = np.sort(rng.integers(0, markets.height, count))
    chosen = markets[market].with_columns(at=pl.int_range(pl.len()).over("town"))
    row, place = pl.col("at") // STALLS_A_ROW % 26, pl.col("at") % STALLS_A_ROW
    letter = pl.lit(pl.Series(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))).gather(row) + "区"
    stall = letter + (place + 1 + pl.col("at") // (STALLS_A_ROW * 26) * STALLS_A_ROW).cast(pl.String) + "号"
    moved = chosen.with_columns(
        (pl.col("x") + (place - STALLS_A_ROW / 2) * STALL_M).round(2).alias("x"),
        (pl.col("y") + (row % 4 - 2) * STALL_M).round(2).alias("y"),
    )
    return _columns(moved, "market", pl.col("name"), stall)


def _firms(park: pl.DataFrame, count: int) -> pl.DataFrame:
    firms = park[np.zeros(count, dtype=np.int64)].with_columns(at=pl.int_range(count))
    moved = firms.with_columns(
        (pl.col("x") + (pl.col("at") % FIRMS_A_ROW - FIRMS_A_ROW / 2) * FIRM_APART_M).alias("x"),
        (pl.col("y") + (pl.col("at") // FIRMS_A_ROW - FIRMS_A_ROW / 2) * FIRM_APART_M).alias("y"),
    )
    return _columns(moved, "park", pl.lit(PARK_NAME), (pl.col("at") + 1).cast(pl.String) + "号")


def _columns(rows: pl.DataFrame, where: str, poi: pl.Expr, stall: pl.Expr) -> pl.DataFrame:
    absent = [name for name in ("lane", "suffix", "group") if name not in rows.columns]
    given = rows.with_columns(pl.lit(None, pl.String if name != "group" else pl.Int64).alias(name) for name in absent)
    fixed = {"where": pl.lit(where), "poi": poi, "stall": stall}
    texts = {"number": pl.col("number").cast(pl.String)}
    return given.select(fixed.get(name, texts.get(name, pl.col(name))).alias(name) for name in SHOP_COLUMNS)
