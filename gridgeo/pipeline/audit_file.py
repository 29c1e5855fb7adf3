"""Positions of a file looked over, file to file: one row a position, in the order given, with all that is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from gridgeo.cells import CLI_LIMITS, admission, metres_between
from gridgeo.domain.words import MIN_RESOLUTION
from gridgeo.errors import InvalidInputError
from gridgeo.locate import Gazetteer, RowFacts, audit_counts, audit_positions, house_keys, locate_addresses, town_keys
from gridgeo.locate.audit import CROWD
from gridgeo.pipeline.polygons import polygon_from_file
from gridgeo.sources.files import RawTable, ReadOptions, open_table
from gridgeo.sources.intake import propose_mapping
from gridgeo.sources.position_file import POSITION_FILE

OUT = ("id", "lng", "lat", "reason", "reasons", "rounding_m", "address_lng", "address_lat", "address_tier", "away_m")


@dataclass(frozen=True)
class AuditRequest:
    """What to look over: the file, how it is read, where its positions must lie, how many at one point are a crowd.

    File, boundary and gazetteer are in one datum; nothing is converted.
    """

    path: Path
    how: ReadOptions = field(default_factory=ReadOptions)
    boundary: Path | None = None
    crowd: int = CROWD

    def __post_init__(self) -> None:
        if self.crowd < 2:
            raise InvalidInputError("crowd must be 2 or more, got {given}", given=self.crowd)


def audit_file(request: AuditRequest, gazetteer: Gazetteer | None = None) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Look over the positions of a file.

    gazetteer: to find the rows' own addresses in; without one no position is far from its address. Returns one row a
    row of the file in its order, columns OUT (reason the gravest of reasons, null where nothing was found), and the
    record: in, fine, flagged, by_reason (a row with several reasons counts under each).
    Raises InvalidInputError when the file as a whole cannot be read or has no columns of positions.
    """
    rows, mapping = _rows(open_table(request.path, request.how))
    boundary = None if request.boundary is None else _boundary(request.boundary)
    own = _own(rows, gazetteer)
    point = (rows["lng"].fill_null(np.nan).to_numpy(), rows["lat"].fill_null(np.nan).to_numpy())
    addresses = None if own is None else own[0]
    found = audit_positions(rows["id"], *point, boundary, request.crowd, addresses)
    flagged = found["reason"].is_not_null().sum()
    record = {
        "in": rows.height,
        "fine": rows.height - flagged,
        "flagged": flagged,
        "by_reason": audit_counts(found),
        "file": request.path.name,
        "mapping": mapping,
        "addresses_found": 0 if own is None else int(own[1].is_not_null().sum()),
    }
    return _shaped(rows, found, own), record


def _rows(raw: RawTable) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return id, address, locality, lng, lat of a file; a position that is no number is none."""
    mapping = propose_mapping(raw.columns, POSITION_FILE, {}, {}).columns
    missing = [name for name in ("id", "lng", "lat") if name not in mapping]
    if missing:
        raise InvalidInputError(
            "file {name} has no column {column}; it has {known}",
            name=raw.path.name,
            column=missing[0],
            known=", ".join(raw.columns),
        )
    absent = pl.lit(None, pl.String)
    wanted = {
        item.name: pl.col(mapping[item.name]) if item.name in mapping else absent for item in POSITION_FILE.fields
    }
    pieces = [
        batch.select(value.cast(pl.String).alias(name) for name, value in wanted.items()) for batch in raw.batches()
    ]
    if not pieces:
        raise InvalidInputError("file {name} has no rows", name=raw.path.name)
    rows = pl.concat(pieces).rename({"hint": "locality"})
    degrees = [
        pl.col(name).str.strip_chars().str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        for name in ("lng", "lat")
    ]
    return rows.with_columns(degrees), dict(mapping)


def _boundary(path: Path) -> shapely.Geometry:
    return admission(polygon_from_file(path, "wgs84"), limits=CLI_LIMITS, resolution=MIN_RESOLUTION).polygon


def _own(rows: pl.DataFrame, gazetteer: Gazetteer | None) -> tuple[RowFacts, pl.Series, pl.Series] | None:
    """Return what the rows' addresses say, the tier of each that was found, and its distance from the position."""
    if rows["address"].null_count() == rows.height:
        return None
    towns = None if gazetteer is None else town_keys(gazetteer.table)
    houses = house_keys(rows["address"], rows["locality"], towns=towns)["house_key"]
    nowhere = np.full(rows.height, np.nan)
    if gazetteer is None:
        nothing = pl.Series([None] * rows.height, dtype=pl.String)
        return RowFacts(houses, nowhere, nowhere, nowhere), nothing, nothing.cast(pl.Float64)
    located = locate_addresses(rows.select("id", "address", "locality"), gazetteer)
    lng, lat, accuracy_m = (located[name].fill_null(np.nan).to_numpy() for name in ("lng", "lat", "accuracy_m"))
    given_lng, given_lat = (rows[name].fill_null(np.nan).to_numpy() for name in ("lng", "lat"))
    away_m = pl.Series(metres_between(given_lng, given_lat, lng, lat)).fill_nan(None)
    tier = pl.select(pl.when(located["tier"] != "none").then(located["tier"])).to_series()
    return RowFacts(houses, lng, lat, accuracy_m), tier, away_m


def _shaped(rows: pl.DataFrame, found: pl.DataFrame, own: tuple[RowFacts, pl.Series, pl.Series] | None) -> pl.DataFrame:
    answer = rows.select("id", "lng", "lat").hstack(
        [
            found["reason"],
            found["reasons"].list.join("; ").alias("reasons"),
            found["accuracy_m"].round(1).alias("rounding_m"),
        ]
    )
    if own is None:
        empty = [pl.lit(None, pl.Float64).alias(name) for name in ("address_lng", "address_lat", "away_m")]
        return answer.with_columns(*empty, pl.lit(None, pl.String).alias("address_tier")).select(OUT)
    addresses, tier, away_m = own
    return answer.with_columns(
        pl.Series("address_lng", addresses.lng).fill_nan(None),
        pl.Series("address_lat", addresses.lat).fill_nan(None),
        tier.alias("address_tier"),
        away_m.round(1).alias("away_m"),
    ).select(OUT)
