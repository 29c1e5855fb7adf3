"""Random operations on the state: the partition holds after each, each is taken back exactly, the log replays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gridgeo.cells import cells_from_polygon
from gridgeo.errors import GridgeoError
from gridgeo.grids import (
    GridSetState,
    NewGrid,
    Patch,
    apply,
    begin,
    check_partition,
    create,
    difference,
    merge,
    paint,
    patch_from_json,
    rebase,
    split_by_line,
    split_parts,
)

AREA = shapely.box(9.51, 47.11, 9.545, 47.135)
CELLS = cells_from_polygon(AREA, 9)
unit = st.floats(0.0, 1.0, width=32)
spot = st.tuples(unit, unit)


def on_ground(at: tuple[float, float]) -> tuple[float, float]:
    """A point of the unit square on the catchment."""
    west, south, east, north = AREA.bounds
    return west + at[0] * (east - west), south + at[1] * (north - south)


class AreaGrids(RuleBasedStateMachine):
    """Any sequence of operations on one set."""

    paint: Callable[..., Patch] = staticmethod(paint)

    def __init__(self) -> None:
        super().__init__()
        self.state = GridSetState("B1", 9)
        self.cells = CELLS
        self.count = 0
        self.history: list[tuple[GridSetState, Patch]] = []

    @initialize()
    def start(self) -> None:
        self.do(lambda: begin(self.state, CELLS, 1))

    def do(self, operation: Callable[[], Patch]) -> None:
        """Do an operation, or see it refused with nothing changed; what is done goes back and forth exactly."""
        try:
            patch = operation()
        except GridgeoError:
            return
        read = patch_from_json(patch.as_json())
        after = apply(self.state, read)
        assert apply(after, read.inverse()).digest() == self.state.digest()
        self.history.append((self.state, patch))
        self.state = after

    def one(self, at: float) -> str:
        return self.state.ids[int(at * (len(self.state.ids) - 1))]

    def name(self) -> str:
        self.count += 1
        return f"grid {self.count}"

    @rule(corners=st.lists(spot, min_size=3, max_size=6))
    def draw(self, corners: list[tuple[float, float]]) -> None:
        shape = shapely.convex_hull(shapely.MultiPoint([on_ground(at) for at in corners]))
        self.do(lambda: create(self.state, [NewGrid(self.name(), boundary=shape)], AREA))

    @rule(first=unit, size=st.integers(1, 30))
    def list_cells(self, first: float, size: int) -> None:
        start = int(first * len(self.state.cells))
        cells = self.state.cells[start : start + size]
        self.do(lambda: create(self.state, [NewGrid(self.name(), cells=cells)], AREA))

    @rule(picks=st.lists(unit, min_size=1, max_size=25), goal=unit, late=st.booleans())
    def brush(self, picks: list[float], goal: float, late: bool) -> None:
        place = np.unique([int(at * (len(self.state.cells) - 1)) for at in picks])
        source = [self.state.ids[at] for at in self.state.grid_of[place]]
        source = [self.one(goal)] * len(source) if late else source
        wanted = [self.one(goal)] * len(source)
        self.do(lambda: self.paint(self.state, self.state.cells[place], source, wanted, AREA))

    @rule(grid=unit, corners=st.lists(spot, min_size=2, max_size=4))
    def cut(self, grid: float, corners: list[tuple[float, float]]) -> None:
        line = shapely.LineString([on_ground(at) for at in corners])
        self.do(lambda: split_by_line(self.state, self.one(grid), line, within=AREA))

    @rule(grid=unit, parts=st.integers(2, 4), seed=st.integers(0, 99))
    def divide(self, grid: float, parts: int, seed: int) -> None:
        cells = self.state.cells_of(self.one(grid))
        part = np.random.default_rng(seed).integers(0, parts, len(cells))
        self.do(lambda: split_parts(self.state, self.one(grid), part))

    @rule(picks=st.lists(unit, min_size=2, max_size=4))
    def join(self, picks: list[float]) -> None:
        self.do(lambda: merge(self.state, [self.one(at) for at in picks], within=AREA))

    @rule(east=st.integers(-3, 3), north=st.integers(-3, 3))
    def redraw(self, east: int, north: int) -> None:
        area = shapely.transform(AREA, lambda corners: corners + np.array([0.002 * east, 0.002 * north]))
        cells = cells_from_polygon(area, 9)

        def move() -> Patch:
            return rebase(self.state, cells, self.state.catchment_id + 1, area).patch

        before = len(self.history)
        self.do(move)
        self.cells = cells if len(self.history) > before else self.cells

    @invariant()
    def partition_holds(self) -> None:
        if self.history:
            assert check_partition(self.state, self.cells) == []

    def teardown(self) -> None:
        """All the way back, and forth again."""
        state = self.state
        for before, patch in reversed(self.history):
            state = apply(state, patch.inverse())
            assert state.digest() == before.digest()
        for _, patch in self.history:
            state = apply(state, patch)
        assert state.digest() == self.state.digest()


TestAreaGrids = AreaGrids.TestCase
TestAreaGrids.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def without_a_loser(state: GridSetState, *stroke: Any) -> Patch:
    """A paint that gives hexagons to the new boundary and forgets to take them out of the old one."""
    good = apply(state, paint(state, *stroke))
    kept = {grid.id: grid for grid in state.grids}
    grids = tuple(kept[grid.id] if grid.id in kept and grid.id not in stroke[2] else grid for grid in good.grids)
    return difference(state, GridSetState("B1", 9, good.catchment_id, good.revision, good.cells, good.grid_of, grids))


def test_a_broken_operation_is_caught() -> None:
    """The guard of the invariant: with a paint that keeps the loser's boundary the machine must fail."""
    west, east = shapely.box(9.51, 47.11, 9.528, 47.135), shapely.box(9.528, 47.11, 9.545, 47.135)
    machine = AreaGrids()
    machine.start()
    machine.do(lambda: create(machine.state, [NewGrid("w", boundary=west), NewGrid("e", boundary=east)], AREA))
    machine.partition_holds()
    cells = machine.state.cells_of("B1-2-1")[:3]
    stroke = (cells, ["B1-2-1"] * 3, ["B1-2-2"] * 3, AREA)
    machine.do(lambda: without_a_loser(machine.state, *stroke))
    with pytest.raises(AssertionError, match="two boundaries overlap"):
        machine.partition_holds()
