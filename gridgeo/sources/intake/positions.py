"""Positions and shapes as delivered, judged, and brought into the store's house datum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyproj

from gridgeo.cells import metres_between, to_house
from gridgeo.cells.datum import DATUMS, from_wgs84
from gridgeo.cells.datum import to_wgs84 as from_datum
from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.sources.intake.options import ImportOptions

HALF = "half a position: both longitude and latitude are needed"
NOWHERE = "no position"
ZERO = "position 0, 0: unknown positions must be left empty"
SWAPPED = "position looks swapped: longitude comes first, then latitude"
OFF_GLOBE = "position off the globe"
GEOGRAPHIC = {"EPSG:4326", "EPSG:4490", "EPSG:4258", "OGC:CRS84"}


@dataclass(frozen=True)
class Place:
    """Where coordinates are in: one of DATUMS, or a coordinate reference system; house: the store's datum."""

    datum: str | None
    crs: pyproj.CRS | None
    house: str

    @property
    def moves(self) -> bool:
        """Whether positions change on their way into the store."""
        same = {"wgs84": ("wgs84",), "cgcs2000": ("wgs84", "cgcs2000"), "gcj02": ("gcj02",)}[self.house]
        if self.crs is None:
            return self.datum not in same
        return self.house == "gcj02" or not _like_wgs84(self.crs)

    @property
    def geographic(self) -> bool:
        """Whether coordinates are degrees."""
        return self.crs is None or bool(self.crs.is_geographic)

    def words(self) -> str:
        """Say what the coordinates are in."""
        return self.datum or str(self.crs.to_string() if self.crs else "")

    def to_house(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return lng, lat in the house datum; positions that have none become NaN."""
        if self.crs is None:
            return to_house(x, y, str(self.datum), self.house)
        target = "EPSG:4490" if self.house == "cgcs2000" else "EPSG:4326"
        lng, lat = pyproj.Transformer.from_crs(self.crs, target, always_xy=True).transform(x, y)
        lng, lat = np.asarray(lng, np.float64), np.asarray(lat, np.float64)
        good = np.isfinite(lng) & np.isfinite(lat)
        lng, lat = np.where(good, lng, np.nan), np.where(good, lat, np.nan)
        if self.house == "gcj02":
            lng[good], lat[good] = to_house(lng[good], lat[good], "wgs84", self.house)
        return lng, lat


def place_of(options: ImportOptions, file_crs: str | None, house: str, path: object) -> Place:
    """Return what the coordinates of a file are in: as the person declares, else as the file itself says.

    A GCJ-02 or BD-09 file often says EPSG:4326, as those have no code: the person's datum then counts. Raises
    InvalidInputError when nothing is declared, the system is unknown, or what is declared is not what the file says.
    """
    own = _crs(file_crs) if file_crs else None
    if options.crs:
        given = _crs(options.crs)
        if own is not None and not own.equals(given, ignore_axis_order=True):
            raise _contradicted(path, own, given.name)
        return Place(None, given, house)
    if options.datum:
        if own is not None and not _like_wgs84(own):
            raise _contradicted(path, own, options.datum)
        return Place(options.datum, None, house)
    if own is not None:
        return Place(None, own, house)
    raise InvalidInputError(
        "{path} holds coordinates: declare their datum as one of {known}, or a system such as EPSG:27700 with --crs",
        path=path,
        known=", ".join(DATUMS),
    )


def _contradicted(path: object, own: pyproj.CRS, given: str) -> InvalidInputError:
    return InvalidInputError(
        "{path} says its coordinates are in {own}, declared is {given}: leave --datum and --crs out, or mend the file",
        path=path,
        own=own.name,
        given=given,
    )


def _like_wgs84(crs: pyproj.CRS) -> bool:
    """Tell whether a system is degrees of WGS 84 or of a datum less than a metre off it."""
    return bool(crs.is_geographic) and ":".join(crs.to_authority() or ()) in GEOGRAPHIC


def _crs(text: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        raise InvalidInputError(
            "coordinate reference system {given} is unknown: write it as EPSG:CODE", given=text[:80]
        ) from error


def position_reasons(x: pl.Expr, y: pl.Expr, *, geographic: bool, required: bool) -> list[tuple[pl.Expr, str]]:
    """Return conditions of bad positions over numbers as delivered, each with its reason."""
    rules = [
        (x.is_null() != y.is_null(), HALF),
        ((x == 0) & (y == 0), ZERO),
    ]
    if geographic:
        off = (x.abs() > 180) | (y.abs() > 90)
        rules += [(off & (x.abs() <= 90) & (y.abs() <= 180), SWAPPED), (off, OFF_GLOBE)]
    return [*rules, (x.is_null() & y.is_null(), NOWHERE)] if required else rules


def moved_points(frame: pl.DataFrame, place: Place) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows with lng, lat in the house datum, and ORIGINALS of those that moved.

    frame: has id, lng, lat; rows of null positions stay as they are. A position that the transformation cannot take
    becomes null here and is for the caller to refuse.
    """
    x, y = frame["lng"].to_numpy(), frame["lat"].to_numpy()
    known = np.isfinite(x) & np.isfinite(y)
    lng, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    lng[known], lat[known] = place.to_house(x[known], y[known])
    moved = frame.with_columns(pl.Series("lng", lng).fill_nan(None), pl.Series("lat", lat).fill_nan(None))
    return moved, frame.filter(pl.Series(known)).select("id", x="lng", y="lat")


def suspicious_offset(
    points: tuple[FloatArray, FloatArray], known: tuple[FloatArray, FloatArray]
) -> dict[str, Any] | None:
    """Report whether points lie off known places of theirs as another datum would put them; nothing is corrected.

    points, known: lng, lat in WGS 84 as far as declared, shape (n,), the same places in the same order.
    Returns None when the declared datum fits best, else the median offset in metres and the datum that fits better.
    """
    offsets = {"wgs84": float(np.median(metres_between(*points, *known)))}
    for datum in ("gcj02", "bd09"):
        as_if = from_datum(*points, datum)
        offsets[datum] = float(np.median(metres_between(*as_if, *known)))
        twice = from_wgs84(*points, datum)
        offsets[f"{datum} taken off twice"] = float(np.median(metres_between(*twice, *known)))
    best = min(offsets, key=lambda name: offsets[name])
    if best == "wgs84" or offsets["wgs84"] < 2 * offsets[best]:
        return None
    return {"offset_m": round(offsets["wgs84"], 1), "fits_better": best, "then_m": round(offsets[best], 1)}
