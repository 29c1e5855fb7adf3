"""A look at whether the positions of a file lie where the store knows the same things to be; nothing is corrected."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.pipeline.intake.compose import live_or_none
from gridgeo.sources.intake import ImportKind, suspicious_offset
from gridgeo.storage import house_datum, read_frame

SAMPLE = 5_000
"""Rows of a file that are compared."""
FEWEST = 10
"""Fewer known places than this say nothing: some of them have moved."""
SAME_THING = {"merchants": ("name",), "addresses": ("street", "number", "city")}
"""Kinds that the map knows too, by these columns where they stand once."""


def datum_doubt(
    connection: sa.Connection, kind: ImportKind, sample: pl.DataFrame, before: int | None
) -> dict[str, Any] | None:
    """Report when known places say that the positions of a file are in another datum than declared.

    sample: rows of the file in the house datum, as they are written. Known are rows of the same id in the version
    before, and what the ground has under the same name. Returns None when nothing is known or all is well, else
    places, offset_m, fits_better, then_m.
    """
    if not kind.positions or house_datum(connection) == "gcj02":
        return None
    placed = sample.head(SAMPLE).drop_nulls(["lng", "lat"])
    pairs = pl.concat([_of_the_same_id(connection, kind, placed, before), _of_the_same_name(connection, kind, placed)])
    if pairs.height < FEWEST:
        return None
    lng, lat, known_lng, known_lat = (pairs[name].to_numpy() for name in pairs.columns)
    found = suspicious_offset((lng, lat), (known_lng, known_lat))
    return None if found is None else {"places": pairs.height} | found


def _of_the_same_id(
    connection: sa.Connection, kind: ImportKind, placed: pl.DataFrame, before: int | None
) -> pl.DataFrame:
    columns = ["id", "lng", "lat"]
    if before is None:
        return _pairs(placed.head(0), placed.head(0), ["id"])
    known = read_frame(connection, kind.table, version_id=before, where={"id": placed["id"]}, columns=columns)
    return _pairs(placed, known, ["id"])


def _of_the_same_name(connection: sa.Connection, kind: ImportKind, placed: pl.DataFrame) -> pl.DataFrame:
    key = list(SAME_THING.get(kind.name, ()))
    ground = live_or_none(connection, "ground") if key else None
    if ground is None:
        return _pairs(placed.head(0), placed.head(0), ["id"])
    known = read_frame(connection, kind.table, version_id=ground.id, columns=[*key, "lng", "lat"])
    return _pairs(placed, known, key)


def _pairs(placed: pl.DataFrame, known: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Return lng, lat, known_lng, known_lat of what stands once on either side."""
    ours, theirs = (
        side.select(*key, "lng", "lat").drop_nulls().filter(pl.struct(*key).is_unique()) for side in (placed, known)
    )
    joined = ours.join(theirs.rename({"lng": "known_lng", "lat": "known_lat"}), on=key, how="inner")
    return joined.select("lng", "lat", "known_lng", "known_lat")
