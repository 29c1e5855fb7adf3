"""What each cell of a ground has of every denominator, from the source that a person or the rule chose; sums kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.domain import BoolArray, CellArray, FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.denominators.sources import COUNTED, Source, ground_sources, ranked
from gridgeo.pipeline.denominators.units import Units, cell_shares, units_of, weights_used, zone_shares
from gridgeo.scoring import spread_units
from gridgeo.sources import Settlement
from gridgeo.sources.osm_objects import shapes_of, small_areas_m2
from gridgeo.storage import version_record

NAMED = 5
"""Units outside the ground that an account names."""
LEAST_SHARE = 1e-12
"""Less of a unit is rounding."""
MASS_TOLERANCE = 1e-9
"""Sums before and after may differ by this share of themselves, which is rounding (METHODS 4)."""


@dataclass(frozen=True, eq=False)
class Denominators:
    """values: name -> count of each cell, shape (n_cells,). given: name -> what lies in the ground of it in all.

    accounts: name -> its source, and the sum that went in, lies in cells and lies outside the ground.
    """

    values: dict[str, FloatArray]
    given: dict[str, float]
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Choice:
    """The source that one count is taken from.

    name: of the column of its figures. why: chosen, only, or rule. others: keys of the sources passed over.
    """

    name: str
    source: Source
    units: Units
    complete: bool
    why: str
    others: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether it stands for the whole ground: a zone without a figure is not known, one without a unit is empty."""
        return self.complete or self.units.zone is None


def denominators_on_cells(
    connection: sa.Connection, ground_id: int, cells: CellArray, settled: Settlement
) -> Denominators:
    """Return people and every other denominator that the whole ground has.

    cells: all cells of the ground at one resolution, ascending. A denominator by zones that some zone has no figure of
    is left out: it is not known, and not zero. Where people are not known of the whole ground, households stand for
    them. Raises InvalidInputError naming the zones when neither is known.
    """
    choices = choices_of(connection, ground_id, settled)
    known = {name: choice for name, choice in choices.items() if choice.usable}
    known = {"people": people_choice(choices, settled), **known}
    return spread_choices(known, settled, cells)


def people_choice(choices: Mapping[str, Choice], settled: Settlement) -> Choice:
    """Return the source of people; of households where people are not known of the whole ground.

    Raises InvalidInputError naming the zones when neither is known.
    """
    usable = [choices[name] for name in ("people", "households") if name in choices and choices[name].usable]
    if not usable:
        raise _no_people(choices, settled)
    return usable[0]


def spread_choices(known: Mapping[str, Choice], settled: Settlement, cells: CellArray) -> Denominators:
    """Spread every count from its source over the cells."""
    found = Denominators({}, {}, {})
    for key in dict.fromkeys(choice.source.key for choice in known.values()):
        mine = {name: choice for name, choice in known.items() if choice.source.key == key}
        _add(found, mine, settled, cells)
    return found


def people_on_cells(
    connection: sa.Connection, ground_id: int, cells: CellArray, settled: Settlement
) -> tuple[float, FloatArray]:
    """Return the people of the ground in all, and those of each cell, shape (n_cells,); the sum is kept.

    Raises InvalidInputError as `denominators_on_cells` does.
    """
    found = denominators_on_cells(connection, ground_id, cells, settled)
    return found.given["people"], found.values["people"]


def choices_of(connection: sa.Connection, ground_id: int, settled: Settlement) -> dict[str, Choice]:
    """Return, for every count that some source has, the source that is used: as chosen, else by the rule (`ranked`)."""
    sources = ground_sources(connection, ground_id)
    chosen: Mapping[str, str] = version_record(connection, ground_id).params.get("chosen") or {}
    units = {each.key: units_of(connection, each, settled) for each in sources}
    shapes = shapes_of(settled.boundaries["geometry"])
    zone_m2 = float(small_areas_m2(shapes, _lat(settled)).mean()) if len(shapes) else 0.0
    names = dict.fromkeys(name for name in COUNTED if any(name in each.names for each in sources))
    names |= dict.fromkeys(name for each in sources for name in each.names)
    found = {}
    for name in names:
        able = [each for each in sources if name in each.names]
        complete = {each.key: is_complete(units[each.key], name, settled, alone=len(able) == 1) for each in able}
        best = next((each for each in able if each.key == chosen.get(name)), None) or ranked(able, complete, zone_m2)[0]
        why = "chosen" if chosen.get(name) == best.key else "only" if len(able) == 1 else "rule"
        others = tuple(each.key for each in able if each.key != best.key)
        found[name] = Choice(name, best, units[best.key], complete[best.key], why, others)
    return found


def is_complete(units: Units, name: str, settled: Settlement, *, alone: bool = False) -> bool:
    """Tell whether a source knows a count of every zone of the ground.

    Zones need a figure each; of areas, points and cells some unit with a figure must lie in each. alone: not to look
    for units where there is no other source to take instead.
    """
    if units.zone is None and alone:
        return True
    counted = units.figures[name].is_not_null().to_numpy()
    unit, zone, _ = zone_shares(units, settled)
    return bool(len(np.unique(zone[counted[unit]])) == settled.boundaries.height > 0)


def unit_parts(choice: Choice, settled: Settlement, ground: CellArray, mine: BoolArray) -> pl.DataFrame:
    """Return the units that lie in some cells in part: zone (how each is called), share 0 to 1, figures, SAID.

    ground: all cells of the ground, ascending; mine: which of them are meant.
    """
    units, source = choice.units, choice.source
    shares = cell_shares(source, units, settled, ground)
    inside = mine[shares.cell]
    share = np.bincount(shares.unit[inside], weights=shares.share[inside], minlength=len(units.ids))
    own = pl.DataFrame({"dated_on": [source.dated_on], "source": [source.source], "assumed": [False]})
    said = own.select(pl.all().repeat_by(len(units.ids)).explode()) if units.said is None else units.said
    table = pl.DataFrame({"zone": units.ids, "share": share}).hstack(units.figures).hstack(said)
    found = table.filter(pl.col("share") > LEAST_SHARE)
    return found if units.zone is not None else found.with_columns(pl.col(units.figures.columns).fill_null(0.0))


def _add(found: Denominators, mine: Mapping[str, Choice], settled: Settlement, cells: CellArray) -> None:
    """Spread the counts of one source."""
    first = next(iter(mine.values()))
    source, units = first.source, first.units
    shares = cell_shares(source, units, settled, cells)
    for name, choice in mine.items():
        column = choice.name
        figures = units.figures[column].fill_null(0.0).to_numpy()
        found.values[name] = spread_units(figures, (shares.unit, shares.cell, shares.share), len(cells))
        outside = figures * shares.outside
        account = {
            "column": column,
            **{part: value for part, value in source.as_dict().items() if part != "names"},
            "spread_by": weights_used(source, settled) if source.form != "points" else "points",
            "why": choice.why,
            "others": list(choice.others),
            **account_of(figures, found.values[name], outside, units),
        }
        found.accounts[name] = account
        found.given[name] = account["in"] - account["outside"]


def account_of(figures: FloatArray, on_cells: FloatArray, outside: FloatArray, units: Units) -> dict[str, Any]:
    """Return in, out, outside, relative_error, units, and units_outside with the largest of them named.

    Raises ArithmeticError when the sum was not kept: a fault of ours, which must go no further.
    """
    given, out, lost = float(figures.sum()), float(on_cells.sum()), float(outside.sum())
    off = abs(given - out - lost) / max(abs(given), 1.0)
    if not off <= MASS_TOLERANCE:
        raise ArithmeticError(f"a sum of {given} was not kept: {out} on cells and {lost} outside")
    gone = np.flatnonzero(outside > 0)
    largest = gone[np.argsort(-outside[gone], kind="stable")][:NAMED]
    return {
        "in": given,
        "out": out,
        "outside": lost,
        "relative_error": off,
        "units": len(figures),
        "units_outside": len(gone),
        "outside_named": [{"unit": str(units.ids[int(at)]), "outside": float(outside[at])} for at in largest],
    }


def _lat(settled: Settlement) -> FloatArray:
    shapes = shapes_of(settled.boundaries["geometry"])
    return np.asarray(shapely.get_y(shapely.centroid(shapes)), dtype=np.float64)


def _no_people(choices: Mapping[str, Choice], settled: Settlement) -> InvalidInputError:
    """Return the error that names the zones of which neither people nor households are known."""
    names = settled.boundaries["name"]
    known = np.zeros(len(names), dtype=np.bool_)
    for name in ("people", "households"):
        if name in choices and choices[name].units.zone is not None:
            given = choices[name].units.figures[name].is_not_null().to_numpy()
            zone = np.asarray(choices[name].units.zone)[given]
            if name == "people" or not known.any():
                known[zone[zone >= 0]] = True
    bare = names.filter(~known).sort()
    return InvalidInputError(
        "{count} zones have no people: {names}; import their denominators, or settle them with gridgeo import review",
        count=len(bare),
        names=", ".join(bare.head(5)),
    )
