"""Street names that are nearly the same: trigram candidates inside an area, then edit distance in one batch."""

from __future__ import annotations

import numpy as np
import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from gridgeo.domain import IntArray

RAREST_TRIGRAMS = 6
"""A misspelt name still shares most of its rare trigrams; common ones ("str", "roa") only make candidates many."""
CANDIDATES_PER_NAME = 12
CHUNK_PAIRS = 20_000


def trigram_index(streets: pl.DataFrame) -> pl.DataFrame:
    """Return area, trigram, street (list of all that hold it), frequency.

    streets: columns street, area, key.
    """
    return (
        _trigrams(streets.select("street", "area", "key"))
        .group_by("area", "trigram")
        .agg(pl.col("street").sort(), pl.len().alias("frequency"))
        .sort("area", "trigram")
    )


def similar_streets(wanted: pl.DataFrame, index: pl.DataFrame, streets: pl.DataFrame) -> pl.DataFrame:
    """Find the streets of an area whose names are near to a wanted name.

    wanted: unique rows of key, area. index: from `trigram_index`. streets: street, key.
    Returns key, area, street, edits (optimal string alignment), similarity (1 - edits / longer length), sorted.
    """
    chunks = [_similar(part, index, streets) for part in wanted.iter_slices(CHUNK_PAIRS)]
    if not chunks:
        return _similar(wanted, index, streets)
    return pl.concat(chunks).sort("key", "area", "edits", "street")


def _similar(wanted: pl.DataFrame, index: pl.DataFrame, streets: pl.DataFrame) -> pl.DataFrame:
    shared = (
        _trigrams(wanted.select("key", "area").with_row_index("want"))
        .join(index, on=["area", "trigram"])
        .sort("want", "frequency", "trigram")
        .group_by("want", maintain_order=True)
        .head(RAREST_TRIGRAMS)
        .explode("street")
    )
    pairs = (
        shared.group_by("want", "street")
        .len()
        .sort("want", "len", "street", descending=[False, True, False])
        .group_by("want", maintain_order=True)
        .head(CANDIDATES_PER_NAME)
        .join(wanted.with_row_index("want"), on="want", maintain_order="left")
        .join(
            streets.select(
                "street", street_key="key", **({"street_spelt": "spelt"} if "spelt" in streets.columns else {})
            ),
            on="street",
            maintain_order="left",
        )
    )
    longer = pl.max_horizontal(pl.col("key").str.len_chars(), pl.col("street_key").str.len_chars())
    edits = _edits(pairs["key"], pairs["street_key"])
    if "spelt" in pairs.columns and "spelt" in streets.columns:
        # Read apart, "gtan" is no "gatan"; letter by letter it nearly is.
        edits = np.minimum(edits, _edits(pairs["spelt"], pairs["street_spelt"]))
    return pairs.select("key", "area", "street", "street_key", pl.Series("edits", edits, dtype=pl.Int32)).with_columns(
        similarity=1.0 - pl.col("edits") / longer
    )


def _edits(names: pl.Series, others: pl.Series) -> IntArray:
    return np.asarray(cpdist(names.to_list(), others.to_list(), scorer=OSA.distance), dtype=np.int64)


def _trigrams(named: pl.DataFrame) -> pl.DataFrame:
    """Return one row a distinct trigram of the padded key, other columns repeated."""
    padded = named.with_columns((pl.lit("  ") + pl.col("key") + pl.lit(" ")).alias("padded"))
    return (
        padded.with_columns(pl.int_ranges(pl.col("padded").str.len_chars() - 2).alias("start"))
        .explode("start")
        .with_columns(pl.col("padded").str.slice(pl.col("start"), 3).alias("trigram"))
        .drop("padded", "start", "key")
        .unique()
    )
