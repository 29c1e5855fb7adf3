"""Values that are taken as they are although they look as if they stood in the wrong column."""

from __future__ import annotations

import polars as pl

from gridgeo.sources.intake.fields import ImportKind

POSTCODE = r"(?i)^([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{6})$"
"""British and Chinese postcodes."""
POSTCODE_ELSEWHERE = "a postcode in another column"
NUMBER_WITHOUT_DIGIT = "a house number without a digit"
ADDRESS_PARTS = ("street", "number", "unit", "locality", "city", "name")


def doubts_of(kind: ImportKind, text: pl.DataFrame) -> dict[str, int]:
    """Count the rows of a kind with address parts in which one looks misplaced."""
    if not set(ADDRESS_PARTS) <= set(kind.field_names):
        return {}
    misplaced = pl.any_horizontal(pl.col(name).str.contains(POSTCODE) for name in ADDRESS_PARTS)
    bare = pl.col("number").is_not_null() & ~pl.col("number").str.contains(r"\d")
    counts = text.select(misplaced.sum().alias(POSTCODE_ELSEWHERE), bare.sum().alias(NUMBER_WITHOUT_DIGIT))
    return {what: int(count or 0) for what, count in counts.row(0, named=True).items()}
