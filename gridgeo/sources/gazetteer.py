"""Gazetteer rows for streets and towns of a ground, for addresses that say no more."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from gridgeo.domain import FloatArray
from gridgeo.domain.tables import GAZETTEER, checked
from gridgeo.sources.named_streets import NamedStreets, named_streets
from gridgeo.sources.osm_objects import shapes_of
from gridgeo.sources.plane import Plane, plane_around
from gridgeo.sources.settlement import Settled

SOURCE = "openstreetmap"


def street_and_town_rows(ground: Settled, city: str | None = None) -> pl.DataFrame:
    """Return GAZETTEER rows of kind street (one a name and town) and town (one a boundary).

    city: name of the town where the ground has no municipalities. A street's point is the middle of its longest part,
    a town's a point inside it; precision_m is the distance from there to the farthest end of the thing.
    """
    plane = plane_around(shapes_of(ground.boundaries["geometry"]))
    towns = town_names(ground, city)
    rows = pl.concat([_street_rows(named_streets(ground, plane), plane, towns), _town_rows(ground, plane, towns)])
    return checked(rows, GAZETTEER, "gazetteer")


def town_names(ground: Settled, city: str | None = None) -> list[str]:
    """Return the town name of every boundary: its own, or the city of a bare extract."""
    frame = ground.boundaries.select(
        pl.when(pl.col("kind") == "extract").then(pl.coalesce(pl.lit(city, pl.String), "name")).otherwise("name")
    )
    return frame.to_series().to_list()


def _street_rows(streets: NamedStreets, plane: Plane, towns: list[str]) -> pl.DataFrame:
    parts = pl.DataFrame({"street": streets.street, "length_m": shapely.length(streets.lines)}).with_row_index("part")
    longest = parts.sort("street", "length_m", "part", descending=[False, True, False]).unique(
        "street", keep="first", maintain_order=True
    )
    chosen = streets.lines[longest["part"].to_numpy()]
    middle = shapely.get_coordinates(shapely.line_interpolate_point(chosen, 0.5, normalized=True))
    corners, line = shapely.get_coordinates(streets.lines, return_index=True)
    reach = _farthest(middle, corners, streets.street[line])
    town = np.array(towns, dtype=object)[streets.zones]
    identity = [f"street-{number}" for number in range(len(streets.names))]
    return _rows(identity, plane, middle, reach, kind="street").with_columns(
        pl.Series("street", streets.names, pl.String), pl.Series("locality", town.tolist(), pl.String)
    )


def _town_rows(ground: Settled, plane: Plane, towns: list[str]) -> pl.DataFrame:
    shapes = plane.flattened(shapes_of(ground.boundaries["geometry"]))
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes))
    corners, shape = shapely.get_coordinates(shapes, return_index=True)
    reach = _farthest(middle, corners, shape)
    identity = [f"town-{number}" for number in range(len(towns))]
    return _rows(identity, plane, middle, reach, kind="town").with_columns(pl.Series("locality", towns, pl.String))


def _farthest(middle: FloatArray, corners: FloatArray, owner: np.ndarray) -> FloatArray:
    gap_m = np.hypot(*(corners - middle[owner]).T)
    reach = np.zeros(len(middle))
    np.maximum.at(reach, owner, gap_m)
    return np.maximum(np.round(reach, 1), 1.0)


def _rows(identity: list[str], plane: Plane, middle: FloatArray, reach: FloatArray, *, kind: str) -> pl.DataFrame:
    lng, lat = plane.to_degrees(middle)
    given = {
        "id": pl.Series(identity, dtype=pl.String),
        "lng": pl.Series(lng),
        "lat": pl.Series(lat),
        "precision_m": pl.Series(reach),
    }
    fixed = {"kind": pl.lit(kind), "source": pl.lit(SOURCE)}
    columns = [fixed.get(name, given.get(name, pl.lit(None, dtype))).alias(name) for name, dtype in GAZETTEER.items()]
    return pl.DataFrame({"id": given["id"]}).select(columns)
