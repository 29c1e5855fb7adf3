"""Rows that stand again: found over the whole file from two hashes a row, so that memory stays small."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

IDENTICAL = "identical row stands again: the first one is taken"
OTHER_VALUES = "the same key stands again with other values"
NOT_KEPT = "the same key stands again with other values: another row was taken, as asked"

SEEDS = (17, 4711)
"""Two 64-bit hashes of a key: among 100 million rows two different keys are taken for one with chance 1 in 10^22."""


Hashed = {"row": pl.UInt32, "key_a": pl.UInt64, "key_b": pl.UInt64, "content": pl.UInt64}


def row_hashes(text: pl.DataFrame, key: Sequence[str], more: Sequence[str] = ()) -> pl.DataFrame:
    """Return `Hashed`: hashes of each row's key and of all its values. Rows without a key fall away.

    text: `row` and the fields as text. more: columns that tell rows of one key apart.
    """
    keys = pl.struct(*key, *more)
    values = pl.struct(pl.exclude("row"))
    hashed = text.select(
        "row",
        keys.hash(seed=SEEDS[0]).alias("key_a"),
        keys.hash(seed=SEEDS[1]).alias("key_b"),
        values.hash(seed=SEEDS[0]).alias("content"),
        pl.any_horizontal(pl.col(*key).is_not_null()).alias("keyed"),
    )
    return hashed.filter("keyed").drop("keyed")


def repeated_rows(hashes: pl.DataFrame, rule: str) -> pl.DataFrame:
    """Return row, reason of every row that is not to be taken because its key stands more than once.

    hashes: of `row_hashes`, the whole file. An identical row is taken once. Of rows with the same key and other values,
    `rule` takes none (reject), the first or the last.
    """
    key = ("key_a", "key_b")
    # One hash first: comparing both of every row at once takes ten times the memory.
    suspects = hashes.filter(pl.col("key_a").is_duplicated())
    groups = suspects.filter(pl.struct(*key).is_duplicated()).sort("row")
    marked = groups.with_columns(
        again=~pl.struct(*key, "content").is_first_distinct(),
        variants=pl.col("content").n_unique().over(key),
    )
    kept = {
        "reject": pl.lit(value=False),
        "first": pl.col("row") == pl.col("row").filter(~pl.col("again")).min().over(key),
        "last": pl.col("row").max().over(*key, "content") == pl.col("row").max().over(key),
    }[rule]
    reason = (
        pl.when("again")
        .then(pl.lit(IDENTICAL))
        .when((pl.col("variants") > 1) & ~kept)
        .then(pl.lit(OTHER_VALUES if rule == "reject" else NOT_KEPT))
    )
    return marked.select("row", reason.alias("reason")).drop_nulls("reason")
