"""A file of address points as gazetteer rows: every row accepted, or rejected with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from gridgeo.cells import check_datum
from gridgeo.domain.tables import GAZETTEER, checked
from gridgeo.errors import InvalidInputError
from gridgeo.locate import with_lines_read
from gridgeo.sources.files import ReadOptions, open_table
from gridgeo.sources.intake import Field, ImportOptions, Known, import_kind, understand
from gridgeo.sources.intake.positions import SWAPPED

SHOWN = 10
"""Rejected rows shown with their values."""
FAR_DEGREES, NEAR_DEGREES = 5.0, 1.0
"""A swapped position stands out only where the rest of the file lies together."""
_ADDRESSES = import_kind("addresses")
_SAYS = ("street", "name", "locality", "city", "postcode", "address")
GAZETTEER_FILE = replace(
    _ADDRESSES,
    name="gazetteer",
    contract=GAZETTEER | {"address": pl.String, "datum": pl.String},
    fields=(
        # A column `type` of such files says node or way, not what the row is.
        *(replace(item, names="") if item.name == "kind" else item for item in _ADDRESSES.fields),
        Field("address", "text", "general", "addr full_address 地址 详细地址"),
        Field("datum", "text", "general", "坐标系"),
    ),
    rules=(
        (pl.all_horizontal(pl.col(name).is_null() for name in _SAYS), "address", "no address: every part is empty"),
    ),
)
"""As the import of addresses, with an address in one line, rows of any kind, and a datum that a row may state."""


@dataclass(frozen=True)
class GazetteerFile:
    """table: GAZETTEER, in the order of the file. datum: as declared or as the rows state it, None where nobody does.

    account: rows_in = accepted + sum of rejected by reason. notes: how the file was read. examples: first rejected
    rows.
    """

    table: pl.DataFrame
    datum: str | None
    account: dict[str, Any]
    notes: dict[str, Any]
    examples: list[dict[str, Any]] = field(default_factory=list)


def gazetteer_from_file(path: Path, how: ReadOptions, datum: str | None = None) -> GazetteerFile:
    """Read a file of address points; positions stay as they are written.

    datum: as the person declares it; a column `datum` must not say otherwise. Of two rows with one id the first is
    taken. Raises InvalidInputError when the file cannot be read, has no position columns, holds no usable row, or mixes
    datums.
    """
    # Numbers of a land register look like account numbers and are none; declared as the house's, positions stay.
    options = ImportOptions("addresses", datum="wgs84", duplicates="first", on_purpose=GAZETTEER_FILE.field_names)
    file = understand(open_table(path, how), options, Known("wgs84"), GAZETTEER_FILE)
    parts: list[pl.DataFrame] = []
    examples: list[dict[str, Any]] = []
    for batch in file.batches():
        parts.append(batch.accepted)
        examples += batch.rejected.head(SHOWN - len(examples)).to_dicts() if len(examples) < SHOWN else []
    account = file.account.as_dict()
    if not parts or not account["accepted"]:
        raise InvalidInputError(
            "{path} holds no usable address: {reasons}",
            path=path.name,
            reasons="; ".join(account["rejected"]) or "no rows",
        )
    rows = _without_swapped(pl.concat(parts), account, examples)
    own = _datum_of(path, rows["datum"].drop_nulls().str.to_lowercase().unique().sort().to_list(), datum)
    return GazetteerFile(checked(with_lines_read(rows), GAZETTEER, "gazetteer"), own, account, file.notes(), examples)


def _without_swapped(rows: pl.DataFrame, account: dict[str, Any], examples: list[dict[str, Any]]) -> pl.DataFrame:
    """Take out rows that lie far from all others and among them once their longitude and latitude change places."""
    lng, lat = pl.col("lng"), pl.col("lat")
    away, turned = [
        pl.max_horizontal((x - lng.median()).abs(), (y - lat.median()).abs()) for x, y in ((lng, lat), (lat, lng))
    ]
    swapped = rows.select((away > FAR_DEGREES) & (turned < NEAR_DEGREES)).to_series()
    found = rows.filter(swapped)
    if found.is_empty():
        return rows
    account["rejected"] |= {SWAPPED: account["rejected"].get(SWAPPED, 0) + found.height}
    account["accepted"] -= found.height
    account["rows_out"] -= found.height
    shown = found.select("id", "lng", "lat", field=pl.lit("lng"), reason=pl.lit(SWAPPED))
    examples += shown.head(max(SHOWN - len(examples), 0)).to_dicts()
    return rows.filter(~swapped)


def _datum_of(path: Path, stated: list[str], declared: str | None) -> str | None:
    """Return the one datum of a file."""
    found = sorted({*map(check_datum, stated), *([check_datum(declared)] if declared else [])})
    if len(found) > 1:
        raise InvalidInputError(
            "{path} mixes datums: {found}; bring its rows into one datum, or split the file",
            path=path.name,
            found=", ".join(found),
        )
    return found[0] if found else None
