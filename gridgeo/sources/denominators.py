"""People per zone, with date and source, out of a CSV file."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from gridgeo.domain.tables import DENOMINATORS, checked
from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import open_table

COLUMNS = ("ground", "unit", "people", "date", "source")


def denominators_from_csv(path: Path, ground: str) -> pl.DataFrame:
    """Read the people of each zone of one ground.

    path: CSV with the columns ground, unit, people, date (YYYY-MM-DD, may be empty), source (``same`` repeats the
    source above). Returns DENOMINATORS sorted by zone; assumed marks figures without a source of their own, which say
    so in the source column or carry no date.
    Raises InvalidInputError naming the row when a figure is not a number of 0 or more, a date is no date, a unit is
    empty or stands twice, and when the file has no row for the ground.
    """
    rows = _texts(path).filter(pl.col("ground") == ground)
    if rows.is_empty():
        raise InvalidInputError("{path} holds no people for ground {ground}", path=path, ground=ground)
    read = rows.with_columns(
        pl.col("people").cast(pl.Float64, strict=False).alias("count"),
        pl.col("date").str.to_date("%Y-%m-%d", strict=False).alias("dated_on"),
        pl.when(pl.col("source") != "same").then(pl.col("source")).forward_fill().fill_null("not given").alias("cited"),
    )
    _refuse_bad(read, path)
    frame = read.select(
        pl.col("unit").alias("zone"),
        pl.col("count").alias("people"),
        "dated_on",
        pl.col("cited").alias("source"),
        (pl.col("cited").str.starts_with("assumed") | pl.col("dated_on").is_null()).alias("assumed"),
    )
    return checked(frame.sort("zone"), DENOMINATORS, "denominator")


def _texts(path: Path) -> pl.DataFrame:
    """Return the file's columns as text, with the row of each record."""
    raw = open_table(path)
    missing = [name for name in COLUMNS if name not in raw.columns]
    unknown = [name for name in raw.columns if name not in COLUMNS]
    if missing or unknown:
        raise InvalidInputError(
            "{path}: missing columns {missing}, unknown columns {unknown}",
            path=path,
            missing=", ".join(missing) or "-",
            unknown=", ".join(unknown) or "-",
        )
    empty = pl.DataFrame(schema={"row": pl.UInt32, **dict.fromkeys(COLUMNS, pl.String)})
    return pl.concat([empty, *(batch.select(empty.columns) for batch in raw.batches())])


def _refuse_bad(rows: pl.DataFrame, path: Path) -> None:
    problem = (
        pl.when(pl.col("unit").is_null())
        .then(pl.lit("unit is empty"))
        .when(~pl.col("unit").is_first_distinct())
        .then(pl.lit("unit stands twice"))
        .when(pl.col("count").is_null() | ~pl.col("count").is_finite() | (pl.col("count") < 0))
        .then(pl.lit("people must be a number of 0 or more"))
        .when(pl.col("dated_on").is_null() & pl.col("date").is_not_null())
        .then(pl.lit("date must be YYYY-MM-DD"))
    )
    bad = rows.with_columns(problem.alias("problem")).filter(pl.col("problem").is_not_null())
    if not bad.is_empty():
        first = bad.row(0, named=True)
        raise InvalidInputError(
            "{path} row {row} ({unit}): {problem}",
            path=path,
            row=first["row"],
            unit=first["unit"] or "-",
            problem=first["problem"],
        )
