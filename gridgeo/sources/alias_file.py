"""A bank's own names of places: alias, province, city, district, town, year."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import ReadOptions, open_table

HEADERS = {
    "alias": ("alias", "name", "别名", "俗称", "旧名"),
    "province": ("province", "省", "省份"),
    "city": ("city", "市", "城市", "地市"),
    "district": ("district", "区县", "区", "县", "县区"),
    "town": ("town", "乡镇", "镇", "街道", "乡镇街道"),
    "year": ("year", "年份", "年"),
}


def aliases_from_file(path: Path, how: ReadOptions) -> pl.DataFrame:
    """Read a table of aliases: its columns as text, null where empty or absent, and year as a number.

    Raises InvalidInputError when the file cannot be read, has no column of aliases, or a year is none.
    """
    raw = open_table(path, how)
    lowered = {column.strip().lower(): column for column in raw.columns}
    found = {
        field: next((lowered[name] for name in names if name in lowered), None) for field, names in HEADERS.items()
    }
    if found["alias"] is None:
        raise InvalidInputError(
            "file {name} has no column {column}; it has {known}",
            name=path.name,
            column="alias",
            known=", ".join(raw.columns),
        )
    columns = [
        (pl.lit(None, pl.String) if column is None else pl.col(column)).alias(name) for name, column in found.items()
    ]
    pieces = [batch.select("row", *columns) for batch in raw.batches()]
    if not pieces:
        raise InvalidInputError("file {name} has no rows", name=path.name)
    return _with_years(pl.concat(pieces), path)


def _with_years(table: pl.DataFrame, path: Path) -> pl.DataFrame:
    year = pl.col("year").cast(pl.Int32, strict=False)
    wrong = table.filter(pl.col("year").is_not_null() & year.is_null())
    if wrong.height:
        raise InvalidInputError(
            "file {name}, row {row}: year must be a number, got {given}",
            name=path.name,
            row=wrong["row"][0],
            given=wrong["year"][0],
        )
    return table.with_columns(year.alias("year"))
