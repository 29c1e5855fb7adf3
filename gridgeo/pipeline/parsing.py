"""Addresses of a file taken apart, file to file: one row an address, in the order given."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from gridgeo.locate.parsed import Script, parse_queries
from gridgeo.pipeline.chinese_units import chinese_units
from gridgeo.pipeline.geocode import CONTROL, CONTROL_CHARACTERS, ODD_ID, read_queries
from gridgeo.sources.files import ReadOptions, open_table


@dataclass(frozen=True)
class ParseRequest:
    """What to take apart, and how.

    path, how: the file and how it is read. script: see `locate.parsed`. aliases: a bank's own names of places. year:
    the year whose names of units are read, None for all.
    """

    path: Path
    how: ReadOptions = field(default_factory=ReadOptions)
    script: Script = "auto"
    aliases: Path | None = None
    year: int | None = None


def parse_file(request: ParseRequest) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Take the addresses of a file apart.

    Returns the components, contract `locate.parsed.PARSED`, one row an address in the order of the file, and the record
    of what was found. Raises InvalidInputError when a file as a whole cannot be read or has no column of addresses, or
    the table of aliases has a row without a name or a unit.
    """
    queries, notes = read_queries(open_table(request.path, request.how))
    units = chinese_units(request.aliases, request.year, request.how)
    parsed = parse_queries(queries.drop("datum"), request.script, units)
    odd_id = (pl.col("id").is_null() | pl.col("id").is_duplicated()).alias("odd")
    remarks = pl.concat([queries.select(odd_id), queries.select(control=_has_control())], how="horizontal")
    remark = pl.when("odd").then(pl.lit(ODD_ID)).when("control").then(pl.lit(CONTROL))
    answers = parsed.hstack(remarks).with_columns(pl.coalesce("reason", remark).alias("reason")).select(parsed.columns)
    return answers, {
        "in": answers.height,
        "with_reason": answers["reason"].count(),
        "found": {name: answers[name].count() for name in answers.columns if name not in ("id", "reason")},
        "by_reason": dict(sorted(answers["reason"].drop_nulls().value_counts().iter_rows())),
        "script": request.script,
        "aliases": None if request.aliases is None else request.aliases.name,
        "year": request.year,
        "addresses": {"file": request.path.name, **notes},
    }


def _has_control() -> pl.Expr:
    return pl.col("address").str.contains(CONTROL_CHARACTERS).fill_null(value=False)
