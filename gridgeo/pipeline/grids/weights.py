"""What grids are balanced by, for each cell: households, people, customers, merchants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cells_from_points, common_resolution
from gridgeo.domain import CellArray, FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.grids.proposals_common import Remark
from gridgeo.pipeline.denominators.on_cells import choices_of, denominators_on_cells, people_on_cells
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.pipeline.membership import parties_of
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import whole_bank

MEASURES = ("households", "people", "customers", "merchants", "cells")
PARTIES = {"customers": "customer", "merchants": "merchant"}


@dataclass(frozen=True, eq=False)
class Weights:
    """How much of a measure lies in each cell, shape (n_cells,), and what a planner must know of it."""

    values: FloatArray
    remarks: tuple[Remark, ...] = ()


def weights_on(connection: sa.Connection, inputs: Inputs, cells: CellArray, measure: str) -> FloatArray:
    """Return how much of a measure lies in each cell, shape (n_cells,); see `remarked_weights`."""
    return remarked_weights(connection, inputs, cells, measure).values


def remarked_weights(
    connection: sa.Connection,
    inputs: Inputs,
    cells: CellArray,
    measure: str,
    people_per_household: float | None = None,
) -> Weights:
    """Return how much of a measure lies in each cell, and what is missing from it.

    measure: one of MEASURES. Households are those of the denominators, spread over buildings and streets; else, where
    people_per_household is given, people divided by it; else the located households of the register.
    Raises InvalidInputError for an unknown measure, or one of which the store knows nothing.
    """
    if measure not in MEASURES:
        raise InvalidInputError(
            "grids are balanced by one of {known}, got {given}", known=", ".join(MEASURES), given=measure
        )
    if measure == "cells":
        return Weights(np.ones(len(cells)))
    if measure == "people":
        return Weights(_people(connection, inputs, cells))
    if measure in PARTIES:
        return _counted(connection, inputs, cells, PARTIES[measure])
    return _households(connection, inputs, cells, people_per_household)


def _households(
    connection: sa.Connection, inputs: Inputs, cells: CellArray, people_per_household: float | None
) -> Weights:
    spread = _spread_households(connection, inputs, cells)
    if spread is not None:
        return Weights(spread)
    if people_per_household is not None:
        if not people_per_household > 0:
            raise InvalidInputError("people per household must be above 0, got {given}", given=people_per_household)
        return Weights(_people(connection, inputs, cells) / people_per_household)
    registered = _counted(connection, inputs, cells, "household")
    if registered.values.sum() > 0:
        return registered
    raise InvalidInputError(
        "households are not known: import households, or denominators with households; people can be balanced instead"
    )


def _spread_households(connection: sa.Connection, inputs: Inputs, cells: CellArray) -> FloatArray | None:
    """Return the households of the denominators spread over cells; None unless the whole ground has some."""
    settled = settlement_of(connection, inputs.ground)
    choice = choices_of(connection, inputs.ground, settled).get("households")
    if choice is None or not choice.usable:
        return None
    ground = ground_cells(connection, inputs.ground, common_resolution(cells))[0]
    found = denominators_on_cells(connection, inputs.ground, ground, settled)
    return _picked(ground, found.values["households"], cells)


def _people(connection: sa.Connection, inputs: Inputs, cells: CellArray) -> FloatArray:
    ground = ground_cells(connection, inputs.ground, common_resolution(cells))[0]
    people = people_on_cells(connection, inputs.ground, ground, settlement_of(connection, inputs.ground))[1]
    return _picked(ground, people, cells)


def _counted(connection: sa.Connection, inputs: Inputs, cells: CellArray, kind: str) -> Weights:
    """Count the located parties of a kind by the cell that holds them."""
    with whole_bank(connection):
        known = parties_of(connection, inputs).filter(pl.col("party_kind") == kind)
    placed = known.drop_nulls(["lng", "lat"])
    held = cells_from_points(placed["lng"].to_numpy(), placed["lat"].to_numpy(), common_resolution(cells))
    found, count = np.unique(held, return_counts=True)
    remark = Remark(
        "{missing} of {known} parties have no position and count in no grid",
        {"missing": known.height - placed.height, "known": known.height},
    )
    missing = (remark,) if placed.height < known.height else ()
    return Weights(_picked(found, count.astype(np.float64), cells), missing)


def _picked(known: CellArray, values: FloatArray, cells: CellArray) -> FloatArray:
    """Return the values of some cells out of those of ascending ones; 0 where nothing is known of a cell."""
    if len(known) == 0:
        return np.zeros(len(cells))
    at = np.minimum(np.searchsorted(known, cells), len(known) - 1)
    picked: FloatArray = np.where(known[at] == cells, values[at], 0.0)
    return picked
