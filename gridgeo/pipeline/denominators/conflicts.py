"""Where sources of the same count contradict each other: zone by zone, catchment by catchment, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import parents
from gridgeo.cells.points import resolutions
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.denominators.on_cells import choices_of
from gridgeo.pipeline.denominators.sources import Source, ground_sources
from gridgeo.pipeline.denominators.units import Units, area_shares, cell_shares, units_of, zone_shares
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.scoring import spread_units
from gridgeo.sources import Settlement
from gridgeo.sources.osm_objects import shapes_of
from gridgeo.storage import list_versions, read_frame

ZONE, CATCHMENT = "zone", "catchment"
SHOWN = 20
Parts = tuple[IntArray, IntArray, FloatArray]
"""(unit, place, share of the unit in the place)."""


@dataclass(frozen=True, eq=False)
class Places:
    """What totals are compared by. names: of the places. shapes: None for catchments, which are sets of cells."""

    by: str
    names: list[str]
    settled: Settlement
    shapes: np.ndarray | None = None
    cells: CellArray | None = None
    owner: IntArray | None = None


def conflicts(
    connection: sa.Connection, ground_id: int, by: str = ZONE, name: str | None = None
) -> list[dict[str, Any]]:
    """Return one row a place, count and pair of sources that both know the place, the largest difference first.

    by: zone (those that share out the ground), catchment (of the newest catchments), or a kind of boundary such as
    municipality. name: one count only. A row has name, place, source, dated_on and total of the source that scores use,
    the same of the other one (other, other_dated_on, other_total), difference (other less total) and relative (of the
    total, null where that is zero).
    Raises InvalidInputError for places that there are none of, or a count that no source has.
    """
    settled = settlement_of(connection, ground_id)
    places = _places(connection, ground_id, by, settled)
    choices = choices_of(connection, ground_id, settled)
    if name is not None and name not in choices:
        raise InvalidInputError(
            "no source has a denominator {given}; they have {known}", given=name, known=", ".join(choices) or "-"
        )
    wanted = {each: choice for each, choice in choices.items() if choice.others and name in (None, each)}
    sources = {each.key: each for each in ground_sources(connection, ground_id)}
    keys = {key for choice in wanted.values() for key in (choice.source.key, *choice.others)}
    units = {key: units_of(connection, sources[key], settled) for key in keys}
    parts = {key: _parts(sources[key], units[key], places) for key in keys}
    rows = [pl.DataFrame(schema=ROW)]
    for each, choice in wanted.items():
        first = _totals(units[choice.source.key], each, parts[choice.source.key], places)
        for key in choice.others:
            other = _totals(units[key], each, parts[key], places)
            rows.append(_compared(each, (choice.source, first), (sources[key], other), places))
    table = pl.concat(rows).sort(pl.col("difference").abs(), "name", "place", descending=[True, False, False])
    return [row | {"by": by} for row in table.to_dicts()]


def worst_conflicts(
    connection: sa.Connection, ground_id: int, accounts: Mapping[str, Mapping[str, Any]], most: int = 5
) -> list[dict[str, Any]]:
    """Return the `most` worst rows of `conflicts` by zone, where any account names other sources of its count."""
    if not any(account["others"] for account in accounts.values()):
        return []
    return conflicts(connection, ground_id)[:most]


ROW: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "name": pl.String,
    "place": pl.String,
    "source": pl.String,
    "dated_on": pl.String,
    "total": pl.Float64,
    "other": pl.String,
    "other_dated_on": pl.String,
    "other_total": pl.Float64,
    "difference": pl.Float64,
    "relative": pl.Float64,
}


def _places(connection: sa.Connection, ground_id: int, by: str, settled: Settlement) -> Places:
    if by == CATCHMENT:
        return _catchments(connection, ground_id, settled)
    if by == ZONE:
        boundaries = settled.boundaries
    else:
        every = settled.boundaries if settled.every is None else settled.every
        boundaries = every.filter(pl.col("kind") == by)
        if boundaries.is_empty():
            known = ", ".join([ZONE, CATCHMENT, *every["kind"].unique().sort()])
            raise InvalidInputError("there is no {given} to compare by; there are {known}", given=by, known=known)
    named = boundaries.select(pl.when(pl.col("name").is_unique()).then("name").otherwise(pl.col("id"))).to_series()
    return Places(by, named.to_list(), settled, shapes=shapes_of(boundaries["geometry"]))


def _catchments(connection: sa.Connection, ground_id: int, settled: Settlement) -> Places:
    """Return the newest catchments as sets of cells at the coarsest resolution among them."""
    done = [each for each in list_versions(connection, "catchment") if each.report is not None]
    if not done:
        raise InvalidInputError("there are no catchments to compare by: draw them first, or compare by zone")
    table = read_frame(connection, "catchment_cell", version_id=done[0].id, columns=["branch_id", "cell"])
    found = table["cell"].to_numpy()
    coarse = int(resolutions(found).min())
    owners = table.with_columns(cell=pl.Series(parents(found, coarse), dtype=pl.UInt64)).unique("cell").sort("cell")
    names = owners["branch_id"].unique().sort()
    cells = ground_cells(connection, ground_id, coarse)[0]
    branch = pl.DataFrame({"cell": cells}).join(owners, on="cell", how="left", maintain_order="left")["branch_id"]
    numbers = pl.DataFrame({"branch_id": names}).with_row_index("at")
    at = pl.DataFrame({"branch_id": branch}).join(numbers, on="branch_id", how="left", maintain_order="left")["at"]
    owner = at.cast(pl.Int64).fill_null(-1).to_numpy()
    return Places(CATCHMENT, names.to_list(), settled, cells=cells, owner=owner)


def _parts(source: Source, units: Units, places: Places) -> Parts:
    """Return which share of each unit lies in each place."""
    if places.cells is not None and places.owner is not None:
        shares = cell_shares(source, units, places.settled, places.cells)
        place = places.owner[shares.cell]
        inside = place >= 0
        return shares.unit[inside], place[inside], shares.share[inside]
    if places.by == ZONE:
        return zone_shares(units, places.settled)
    return _parts_of_shapes(units, places)


def _parts_of_shapes(units: Units, places: Places) -> Parts:
    shapes = np.asarray(places.shapes)
    if units.zone is None:
        kind = Settlement(_as_boundaries(shapes), places.settled.streets, places.settled.buildings)
        return zone_shares(units, kind)
    known = np.flatnonzero(units.zone >= 0)
    own = shapes_of(places.settled.boundaries["geometry"])[units.zone[known]]
    unit, place, share = area_shares(own, shapes)
    return known[unit], place, share


def _as_boundaries(shapes: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"geometry": pl.Series(shapely.to_wkb(shapes).tolist(), dtype=pl.Binary)})


def _totals(units: Units, name: str, parts: Parts, places: Places) -> tuple[FloatArray, BoolArray]:
    """Return the total of each place, and whether the source knows it: some unit with a figure reaches into it."""
    unit, place, share = parts
    counted = units.figures[name].is_not_null().to_numpy()[unit]
    figures = units.figures[name].fill_null(0.0).to_numpy()
    known = np.zeros(len(places.names), dtype=np.bool_)
    known[place[counted & (share > 0)]] = True
    return spread_units(figures, (unit, place, np.minimum(share, 1.0)), len(places.names)), known


def _compared(
    name: str,
    used: tuple[Source, tuple[FloatArray, BoolArray]],
    other: tuple[Source, tuple[FloatArray, BoolArray]],
    places: Places,
) -> pl.DataFrame:
    (first, (total, known)), (second, (beside, also)) = used, other
    both = known & also
    table = pl.DataFrame({"place": places.names, "total": total, "other_total": beside}).filter(pl.Series(both))
    said = {
        "name": name,
        "source": first.key,
        "dated_on": first.dated_on.isoformat() if first.dated_on else None,
        "other": second.key,
        "other_dated_on": second.dated_on.isoformat() if second.dated_on else None,
    }
    difference = pl.col("other_total") - pl.col("total")
    return table.with_columns(
        *(pl.lit(value, pl.String).alias(column) for column, value in said.items()),
        difference=difference,
        relative=pl.when(pl.col("total") > 0).then(difference / pl.col("total")),
    ).select(list(ROW))
