"""Kept weights are those that would be worked out anew, and are taken for no other ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from gridgeo.domain import CellArray
from gridgeo.sources import Ground, Settlement
from gridgeo.sources.kept_weights import KEPT, _kept, zone_weights
from gridgeo.sources.osm_objects import shapes_of
from gridgeo.sources.settlement import Weights, area_unit_weights

BOTH = ("buildings", "streets")
Change = Callable[[Settlement], Settlement]


@pytest.fixture
def settled(liechtenstein: Ground) -> Settlement:
    return Settlement(liechtenstein.boundaries, liechtenstein.streets, liechtenstein.buildings)


def anew(settled: Settlement, cells: CellArray, by: tuple[str, ...]) -> Weights:
    return area_unit_weights(shapes_of(settled.boundaries["geometry"]), settled, cells, by)


def are_equal(some: Weights, others: Weights) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))


def test_weights_are_worked_out_once_and_nobody_may_write_to_them(
    settled: Settlement, liechtenstein_cells: CellArray
) -> None:
    first = zone_weights(settled, liechtenstein_cells, BOTH)
    assert are_equal(first, anew(settled, liechtenstein_cells, BOTH))
    # Read once more, the same ground lies in other frames.
    read = Settlement(*(frame.clone() for frame in (settled.boundaries, settled.streets, settled.buildings)))
    assert zone_weights(read, liechtenstein_cells.copy(), BOTH) is first
    with pytest.raises(ValueError, match="read-only"):
        first[2][0] = 0.0


CHANGES: dict[str, Change] = {
    "no streets": lambda old: replace(old, streets=old.streets.clear()),
    "other streets": lambda old: replace(old, streets=old.streets.with_columns(highway=pl.lit("primary"))),
    "fewer streets": lambda old: replace(old, streets=old.streets.gather_every(2)),
    "no homes": lambda old: replace(old, buildings=old.buildings.with_columns(residential=pl.lit(value=False))),
    "smaller homes": lambda old: replace(old, buildings=old.buildings.with_columns(pl.col("area_m2") / 2)),
    "homes elsewhere": lambda old: replace(old, buildings=old.buildings.with_columns(pl.col("lng") + 0.01)),
    "homes further north": lambda old: replace(old, buildings=old.buildings.with_columns(pl.col("lat") + 0.01)),
    "zones turned round": lambda old: replace(old, boundaries=old.boundaries.reverse()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_ground_has_weights_of_its_own(
    change: Change, settled: Settlement, liechtenstein_cells: CellArray
) -> None:
    before = zone_weights(settled, liechtenstein_cells, BOTH)
    other = change(settled)
    found = zone_weights(other, liechtenstein_cells, BOTH)
    assert not are_equal(found, before)
    assert are_equal(found, anew(other, liechtenstein_cells, BOTH))


@pytest.mark.parametrize("by", [("buildings",), ("streets",), ("area",)])
def test_other_cells_and_other_ways_of_weighing_have_weights_of_their_own(
    by: tuple[str, ...], settled: Settlement, liechtenstein_cells: CellArray
) -> None:
    zone_weights(settled, liechtenstein_cells, BOTH)
    fewer = liechtenstein_cells[:-1]
    assert are_equal(zone_weights(settled, liechtenstein_cells, by), anew(settled, liechtenstein_cells, by))
    assert are_equal(zone_weights(settled, fewer, by), anew(settled, fewer, by))


def test_only_the_grounds_asked_about_last_are_kept(settled: Settlement, liechtenstein_cells: CellArray) -> None:
    cells = liechtenstein_cells[:60]
    asked = [zone_weights(settled, cells[at:], ("area",)) for at in range(KEPT + 1)]
    assert len(_kept) == KEPT
    assert all(zone_weights(settled, cells[at:], ("area",)) is asked[at] for at in range(1, KEPT + 1))
    assert zone_weights(settled, cells, ("area",)) is not asked[0]
