"""Values that are taken as they are although they look as if they stood in the wrong column."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from gridgeo.sources.intake.fields import ImportKind
from gridgeo.sources.intake.finish import minors
from gridgeo.sources.intake.kinds_bank import ADDRESSES_KIND
from gridgeo.sources.intake.mapping import ColumnMapping, columns_of, propose_mapping

BRITISH, CHINESE = r"(?i)^[A-Z]{1,2}\d[A-Z\d]? *\d[A-Z]{2}$", r"^\d{6}$"
POSTCODE_ELSEWHERE = "a postcode in another column"
POSTCODE_WITHOUT_DIGIT = "a postcode without a digit"
NUMBER_WITHOUT_DIGIT = "a house number without a digit"
UNDER_AGE = "under 18: taken without an age band"
TEXT_PARTS, NUMBER_PARTS = ("street", "locality", "city", "name"), ("number", "unit")
ADDRESS_FIELDS = ("address", "locality")


def address_columns(columns: tuple[str, ...], kind: ImportKind, mapping: ColumnMapping) -> dict[str, str]:
    """Return part of an address -> column, by the headers, of the columns that no other field of the kind takes."""
    if kind.name == "addresses":
        own = mapping.columns
    else:
        others = [column for name, column in mapping.columns.items() if name not in ADDRESS_FIELDS]
        taken = (
            {part for column in others for part in columns_of(column, columns)}
            if "address" in kind.field_names
            else set(columns)
        )
        own = propose_mapping([name for name in columns if name not in taken], ADDRESSES_KIND, {}, {}).columns
    return {part: own[part] for part in (*TEXT_PARTS, *NUMBER_PARTS, "postcode") if own.get(part) in columns}


def doubts_of(taken: pl.DataFrame, parts: Mapping[str, str]) -> dict[str, int]:
    """Count the taken rows in which a part of the address looks misplaced.

    taken: columns of the file. parts: part of an address -> column.
    """
    forms = [pl.col(parts[name]).str.contains(BRITISH) for name in (*TEXT_PARTS, *NUMBER_PARTS) if name in parts]
    lacking = pl.lit(value=True)
    if "postcode" in parts:
        # Six digits are a number of a house too: they count where the file's own postcodes are such.
        chinese = pl.col(parts["postcode"]).str.contains(CHINESE).any()
        forms += [pl.col(parts[name]).str.contains(CHINESE) & chinese for name in TEXT_PARTS if name in parts]
        lacking = pl.col(parts["postcode"]).is_null()
    counts = {POSTCODE_ELSEWHERE: pl.any_horizontal(forms) & lacking} if forms else {}
    if "postcode" in parts:
        counts[POSTCODE_WITHOUT_DIGIT] = ~pl.col(parts["postcode"]).str.contains(r"\d")
    if "number" in parts:
        counts[NUMBER_WITHOUT_DIGIT] = ~pl.col(parts["number"]).str.contains(r"\d")
    if not counts:
        return {}
    summed = taken.select(bad.sum().alias(what) for what, bad in counts.items())
    return {what: int(count or 0) for what, count in summed.row(0, named=True).items()}


def doubts_of_rows(kind: ImportKind, rows: pl.DataFrame) -> dict[str, int]:
    """Count the judged rows, not yet finished, of which something is left out."""
    return {UNDER_AGE: minors(rows)} if kind.name == "customers" else {}
