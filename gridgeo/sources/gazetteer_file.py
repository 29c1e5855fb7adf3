"""A file of address points as gazetteer rows: every row accepted, or rejected with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from gridgeo.cells import check_datum, metres_between
from gridgeo.domain.tables import GAZETTEER, checked
from gridgeo.errors import InvalidInputError
from gridgeo.locate import with_lines_read
from gridgeo.sources.files import RawTable, ReadOptions, open_table
from gridgeo.sources.intake import Field, ImportOptions, Known, import_kind, understand
from gridgeo.sources.intake.positions import SWAPPED

SHOWN = 10
"""Rejected rows shown with their values."""
GEOGRAPHIC_CRS = ("EPSG:4326", "EPSG:4490", "OGC:CRS84")
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


def gazetteer_from_file(
    path: Path, how: ReadOptions, datum: str | None = None, *, house: str | None = None, kind: str | None = None
) -> GazetteerFile:
    """Read a file of address points, or of shapes with names: outlines are towns, lines streets.

    datum: as the person declares it; a column `datum` must not say otherwise. house: the datum to bring positions into;
    without one they stay as they are written. kind: of rows that do not say theirs. Of two rows with one id the first
    is taken. Raises InvalidInputError when the file cannot be read, has no positions, nothing says its datum where it
    is needed, it mixes datums, or (unless it is a layer, which may be empty) it holds no usable row.
    """
    raw = with_reach(open_table(path, how))
    constants = {} if kind is None or "kind" in raw.columns else {"kind": kind}
    if "source" not in raw.columns:
        constants["source"] = path.name
    # Numbers of a land register look like account numbers and are none; declared as the house's, positions stay.
    options = ImportOptions(
        "addresses",
        datum=datum if house else "wgs84",
        constants=constants,
        duplicates="first",
        on_purpose=GAZETTEER_FILE.field_names,
    )
    file = understand(raw, options, Known(house or "wgs84"), GAZETTEER_FILE)
    parts: list[pl.DataFrame] = []
    examples: list[dict[str, Any]] = []
    for batch in file.batches():
        parts.append(batch.accepted)
        examples += batch.rejected.head(SHOWN - len(examples)).to_dicts() if len(examples) < SHOWN else []
    account = file.account.as_dict()
    if not account["accepted"] and how.layer is None:
        raise InvalidInputError(
            "{path} holds no usable address: {reasons}",
            path=path.name,
            reasons="; ".join(account["rejected"]) or "no rows",
        )
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=GAZETTEER_FILE.contract)
    rows = _without_swapped(rows, account, examples)
    stated = rows["datum"].drop_nulls().str.to_lowercase().unique().sort().to_list()
    own = _datum_of(path, stated, datum)
    return GazetteerFile(checked(with_lines_read(rows), GAZETTEER, "gazetteer"), own, account, file.notes(), examples)


def with_reach(raw: RawTable) -> RawTable:
    """Add to a table of shapes how far each reaches (precision_m) and what it stands for (kind)."""
    if not raw.has_geometry or (raw.crs or GEOGRAPHIC_CRS[0]) not in GEOGRAPHIC_CRS:
        return raw
    added = tuple(name for name in ("precision_m", "kind") if name not in raw.columns)
    return replace(
        raw,
        columns=(*raw.columns, *added),
        headers=(*raw.headers, *added),
        frames=lambda rows: (_measured(frame, added) for frame in raw.frames(rows)),
    )


def _measured(frame: pl.DataFrame, added: tuple[str, ...]) -> pl.DataFrame:
    shapes = shapely.from_wkb(frame["geometry"].to_numpy(), on_invalid="ignore")
    west, south, east, north = shapely.bounds(shapes).T
    reach_m = metres_between(west, south, east, north) / 2
    dimension = shapely.get_dimensions(shapes)
    text = pl.Series(np.round(reach_m, 1)).cast(pl.String)
    reach = pl.Series(np.nan_to_num(reach_m) > 0)
    kinds = np.array([None, "address", "street", "town"], dtype=object)[np.clip(dimension, -1, 2) + 1]
    values = {
        "precision_m": pl.select(pl.when(reach).then(text)).to_series().alias("precision_m"),
        "kind": pl.Series("kind", kinds.tolist(), dtype=pl.String),
    }
    return frame.with_columns(values[name] for name in added)


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
