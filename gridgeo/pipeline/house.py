"""Tables in WGS 84, as the map and the demo give them, into the store's house datum."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import shape_to_house, to_house
from gridgeo.storage import house_datum

MAP_DATUM = "wgs84"
"""Datum of OpenStreetMap and of everything the demo invents over it."""


def in_house(connection: sa.Connection, tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables with their columns lng, lat and geometry in the store's house datum."""
    house = house_datum(connection)
    return {name: _points(_shapes(frame, house), house) for name, frame in tables.items()}


def _points(frame: pl.DataFrame, house: str) -> pl.DataFrame:
    if not {"lng", "lat"} <= set(frame.columns):
        return frame
    known = (frame["lng"].is_not_null() & frame["lat"].is_not_null()).to_numpy()
    lng, lat = (np.array(frame[name].to_numpy(), dtype=np.float64) for name in ("lng", "lat"))
    lng[known], lat[known] = to_house(lng[known], lat[known], MAP_DATUM, house)
    return frame.with_columns(pl.Series("lng", lng).fill_nan(None), pl.Series("lat", lat).fill_nan(None))


def _shapes(frame: pl.DataFrame, house: str) -> pl.DataFrame:
    if "geometry" not in frame.columns or house != "gcj02":
        return frame
    moved = shape_to_house(shapely.from_wkb(frame["geometry"].to_numpy()), MAP_DATUM, house)
    return frame.with_columns(pl.Series("geometry", shapely.to_wkb(moved).tolist(), dtype=pl.Binary))
