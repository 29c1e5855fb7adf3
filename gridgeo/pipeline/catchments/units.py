"""Administrative units by name, code or kind."""

from __future__ import annotations

import polars as pl
import shapely

from gridgeo.errors import InvalidInputError


def units_of(
    boundaries: pl.DataFrame, units: tuple[str, ...], kind: str | None, point: tuple[float, float]
) -> list[shapely.Geometry]:
    """Return the shapes of the units asked for.

    boundaries: of the ground. units: ids, codes, names or old names; kind narrows them. Without units it is the units
    of the kind that hold the point (lng, lat).
    Raises InvalidInputError naming the unit that is unknown or stands for several boundaries, the kinds there are, or
    the point that no unit holds.
    """
    known = boundaries.filter(pl.col("kind") == kind) if kind else boundaries
    if known.is_empty():
        kinds = ", ".join(boundaries["kind"].unique().sort())
        raise InvalidInputError("the ground has no boundary of kind {kind}; it has {kinds}", kind=kind, kinds=kinds)
    if not units:
        return _holding(known, point, str(kind))
    rows = [_one(known, unit) for unit in units]
    return list(shapely.from_wkb(pl.concat(rows)["geometry"].to_numpy()))


def _holding(known: pl.DataFrame, point: tuple[float, float], kind: str) -> list[shapely.Geometry]:
    shapes = shapely.from_wkb(known["geometry"].to_numpy())
    found = shapes[shapely.intersects_xy(shapes, *point)]
    if len(found) == 0:
        raise InvalidInputError("the branch stands in no boundary of kind {kind}: name the units", kind=kind)
    return list(found)


def _one(known: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Return the one boundary a text stands for: by id, then code, then name, then old name."""
    old_names = pl.col("aliases").str.split(";").list.contains(unit)
    for test in (pl.col("id") == unit, pl.col("code") == unit, pl.col("name") == unit, old_names):
        found = known.filter(test)
        if found.height > 1:
            raise InvalidInputError(
                "unit {unit} stands for {count} boundaries ({ids}): give a code or a kind",
                unit=unit,
                count=found.height,
                ids=", ".join(found["id"].head(5)),
            )
        if found.height == 1:
            return found
    raise InvalidInputError(
        "there is no unit {unit}; units are named by id, code or name, such as {some}",
        unit=unit,
        some=", ".join(known["name"].sort().head(5)),
    )
