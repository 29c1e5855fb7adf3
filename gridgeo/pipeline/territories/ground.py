"""The problem of one part of a scenario, made from the store the same way whenever it is asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cells_from_strings, common_resolution
from gridgeo.domain import CellArray, IntArray, LabelArray
from gridgeo.errors import ConflictError, InvalidInputError, NotFoundError
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.territories.spec import Aim, Part
from gridgeo.pipeline.territories.units import units_of
from gridgeo.pipeline.territories.ways import ways_between
from gridgeo.pipeline.territories.weights import cell_weights
from gridgeo.storage import read_frame
from gridgeo.storage.grids import find_grid_set
from gridgeo.territory import Problem, problem_from_cells
from gridgeo.territory.units import merged_problem


@dataclass(frozen=True, eq=False)
class PartGround:
    """A part's cells and its problem.

    cells: ascending. unit: node of each cell. problem: over the nodes, which are the cells unless grids are units.
    """

    cells: CellArray
    unit: IntArray
    problem: Problem

    def of_cells(self, labels: LabelArray) -> LabelArray:
        """Return the territory of every cell."""
        spread: LabelArray = np.asarray(labels)[self.unit]
        return spread

    def of_nodes(self, by_cell: LabelArray) -> LabelArray:
        """Return the territory of every node: that of its first cell."""
        first = np.unique(self.unit, return_index=True)[1]
        labels: LabelArray = np.asarray(by_cell)[first]
        return labels

    def named_cell(self, node: int) -> int:
        """Return a cell that stands for a node."""
        return int(self.cells[np.argmax(self.unit == node)])


def part_ground(connection: sa.Connection, inputs: Inputs, aim: Aim, part: Part) -> PartGround:
    """Make the problem of a part.

    Raises NotFoundError for a branch without cells, InvalidInputError for branches of different resolutions or places
    outside, ConflictError when area grids that were units have been edited since.
    """
    weights = cell_weights(connection, inputs, aim, part.branches)
    if weights.is_empty():
        raise NotFoundError("branch {branch} has no scored cells", branch=", ".join(part.branches))
    cells = weights["cell"].to_numpy()
    common_resolution(cells)  # a problem that spans branches needs cells of one size
    hours = np.array([seat.hours_per_week for seat in part.seats])
    shares = np.repeat((hours / hours.sum())[:, None], len(aim.weighed), axis=1)
    limit = dict(zip(aim.measures, aim.tolerance, strict=True))
    ways = ways_between(connection, inputs.ground, cells, timed=bool(part.homes))
    timed = ways is not None and ways.cost is not None
    problem = problem_from_cells(
        cells,
        weights.select(aim.weighed).to_numpy(),
        k=min(len(part.seats), len(cells)),
        tolerance=np.array([limit.get(name, np.nan) for name in aim.weighed]),
        target_shares=_shares_that_fit(shares, len(cells)),
        ways=ways,
    )
    problem = replace(problem, measures=aim.weighed, territories=tuple(labels_of_seats(part)), kept_measure=0)
    unit = np.arange(len(cells), dtype=np.int64)
    if aim.units == "grids":
        _require_revisions(connection, part)
        unit = units_of(connection, cells, part.branches)
        problem = merged_problem(problem, unit)
    return _bound(connection, PartGround(cells, unit, problem), part, timed=timed)


def labels_of_seats(part: Part) -> list[str]:
    """Return what each territory is called in figures: its manager's id, its own where a manager holds several."""
    held = Counter(seat.rm_id for seat in part.seats)
    return [seat.label if held[seat.rm_id] == 1 else seat.id for seat in part.seats]


def _shares_that_fit(shares: np.ndarray, cells: int) -> np.ndarray:
    if len(shares) > cells:
        raise InvalidInputError("k must be 1 to the {n} nodes, got {given}", n=cells, given=len(shares))
    return shares


def _require_revisions(connection: sa.Connection, part: Part) -> None:
    for branch, revision in part.grid_revisions.items():
        found = find_grid_set(connection, branch)
        if found is None or found.revision != revision:
            raise ConflictError(
                "the area grids of branch {branch} have been edited since the scenario was made: solve it again",
                branch=branch,
            )


def grid_revisions(connection: sa.Connection, branches: tuple[str, ...]) -> dict[str, int]:
    """Return branch -> revision of its area grids; InvalidInputError where none of the branches has any."""
    sets = {branch: find_grid_set(connection, branch) for branch in branches}
    known = {branch: found.revision for branch, found in sets.items() if found is not None}
    if not known:
        raise InvalidInputError(
            "branch {branch} has no area grids to take as units: run gridgeo grid new", branch=", ".join(branches)
        )
    return known


def _bound(connection: sa.Connection, ground: PartGround, part: Part, *, timed: bool) -> PartGround:
    """Add homes, locks and the plan before to the problem; to a home the way counts where its time is known."""
    problem = ground.problem
    if part.homes:
        homes = ground.unit[positions(ground.cells, list(part.homes), "home")]
        problem = replace(problem, homes=homes, objective="travel" if timed else "median")
    if part.locks:
        locks = np.full(problem.n, -1, np.int32)
        at = ground.unit[positions(ground.cells, list(part.locks), "locked cell")]
        locks[at] = [part.seat_number(name) for name in part.locks.values()]
        problem = replace(problem, locks=locks)
    if part.previous is not None:
        before = ground.of_nodes(labels_of_version(connection, part.previous, ground.cells, part))
        problem = replace(problem, previous=before, change_cost=part.change_cost)
    return replace(ground, problem=problem)


def positions(cells: CellArray, names: list[str], what: str) -> IntArray:
    """Return the position of each named cell; InvalidInputError for one that is not among the part's cells."""
    wanted = cells_from_strings(names)
    at = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1).astype(np.int64)
    stray = np.flatnonzero(cells[at] != wanted)
    if len(stray):
        raise InvalidInputError(
            "{what} {cell} is no cell of the planned branches", what=what, cell=names[int(stray[0])]
        )
    return at


def labels_of_version(connection: sa.Connection, version_id: int, cells: CellArray, part: Part) -> LabelArray:
    """Return the seat of every cell in a plan or scenario version, -1 where it was nobody's of the part."""
    number = {seat.id: at for at, seat in enumerate(part.seats)}
    rows = read_frame(connection, "territory_cell", version_id=version_id, columns=["cell", "territory_id"])
    joined = pl.DataFrame({"cell": cells}).join(rows, on="cell", how="left", maintain_order="left")
    seats = joined["territory_id"].replace_strict(number, default=-1, return_dtype=pl.Int32)
    return seats.fill_null(-1).to_numpy().astype(np.int32)
