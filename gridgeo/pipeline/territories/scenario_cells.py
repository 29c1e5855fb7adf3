"""The cells of a scenario with all that a planner needs to change it by hand: owners, demand, neighbours, grids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sqlalchemy as sa

from gridgeo.cells import cell_strings, neighbour_graph
from gridgeo.domain import Actor, CellArray, FloatArray, IntArray, LabelArray
from gridgeo.errors import NotFoundError
from gridgeo.pipeline.steps import Inputs, require_money
from gridgeo.pipeline.territories.drafts import spec_of
from gridgeo.pipeline.territories.ground import labels_of_version, part_ground
from gridgeo.pipeline.territories.seats import managers
from gridgeo.pipeline.territories.spec import Aim, Part, Seat, Spec
from gridgeo.pipeline.territories.units import grids_of
from gridgeo.storage import read_frame, version_record
from gridgeo.storage.cell_counts import count_cells
from gridgeo.storage.scenarios import scenario_record
from gridgeo.territory import Problem
from gridgeo.territory.graph import pieces_of


@dataclass(frozen=True, eq=False)
class PartCells:
    """One part on its cells. labels: seat of each cell, -1 for none; links: pairs that are not as the hexagons touch.

    cut: pairs of positions that touch and between which nothing leads across. bridges: pairs joined without touching.
    """

    part: Part
    cells: CellArray
    labels: LabelArray
    problem: Problem
    cut: IntArray
    bridges: IntArray

    @property
    def loads(self) -> FloatArray:
        """Sum of every measure by seat, shape (seats, m)."""
        held, count = self.labels >= 0, len(self.part.seats)
        columns = [np.bincount(self.labels[held], column[held], count) for column in self.problem.weights.T]
        return np.column_stack(columns)

    @property
    def targets(self) -> FloatArray:
        """What every seat is to hold of every measure, shape (seats, m)."""
        targets: FloatArray = self.problem.targets * self.problem.weights.sum(0)
        return targets


def scenario_cells(
    connection: sa.Connection,
    actor: Actor,
    name: str,
    branch_id: str | None = None,
    admit: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Return a scenario on its cells: who has each, what it weighs, its area grid, and each territory's figures.

    Loads are unrounded sums of the weights given. cut and bridges are pairs of positions: cells that touch with no way
    across, and cells that count as touching. placed: positions of the cells that stay where a hand has put them.
    group_index: which branches' joint plan a cell is of; only territories of the same group can have it.
    branch_id: only the joint plan that this branch is of. admit: is told how many cells it will be before any is worked
    out, and may raise. Raises NotFoundError for a branch that is not planned.
    """
    require_money(actor)
    record = scenario_record(connection, name, actor)
    version = version_record(connection, record.version_id)
    spec, inputs = _spec_with(spec_of(connection, record), name, branch_id), Inputs(**version.params["inputs"])
    if admit is not None:
        where = {"branch_id": list(spec.branches), "measure": list(spec.aim.weighed)}
        admit(count_cells(connection, "cell_score", inputs.score, where))
    parts = [_on_cells(connection, inputs, spec.aim, part, record.version_id) for part in spec.parts]
    cells = np.concatenate([part.cells for part in parts])
    seats_before = np.cumsum([0, *(len(part.part.seats) for part in parts)])
    sizes = [len(part.cells) for part in parts]
    cells_before = np.cumsum([0, *sizes])
    owner = [np.where(part.labels < 0, -1, part.labels + at) for part, at in zip(parts, seats_before, strict=False)]
    weights = np.concatenate([part.problem.weights for part in parts])
    grids, grid_index = grids_of(connection, cells, tuple(spec.branches))
    return {
        "scenario": record.name,
        "revision": record.revision,
        "version": record.version_id,
        "units": spec.aim.units,
        "inputs": version.params["inputs"],
        "measures": list(spec.aim.weighed),
        "tolerance_percent": {
            measure: round(100 * share, 6) for measure, share in zip(spec.aim.measures, spec.aim.tolerance, strict=True)
        },
        "cells": cell_strings(cells),
        "territory_index": np.concatenate(owner).astype(np.int64),
        "group_index": np.repeat(np.arange(len(parts)), sizes),
        "weights": {measure: np.ascontiguousarray(weights[:, at]) for at, measure in enumerate(spec.aim.weighed)},
        "grids": grids,
        "grid_index": grid_index,
        "placed": np.flatnonzero(np.isin(cells, _placed(spec))),
        "cut": np.concatenate([part.cut + at for part, at in zip(parts, cells_before, strict=False)]),
        "bridges": np.concatenate([part.bridges + at for part, at in zip(parts, cells_before, strict=False)]),
        "territories": _territories(
            connection, _names_known(connection, actor, inputs), record.version_id, spec, parts
        ),
    }


def _spec_with(spec: Spec, name: str, branch_id: str | None) -> Spec:
    if branch_id is None:
        return spec
    parts = tuple(part for part in spec.parts if branch_id in part.branches)
    if not parts:
        raise NotFoundError("scenario {name} does not plan branch {branch}", name=name, branch=branch_id)
    return replace(spec, parts=parts)


def _on_cells(connection: sa.Connection, inputs: Inputs, aim: Aim, part: Part, version: int) -> PartCells:
    """Return a part on single cells, whatever its units are, and without what binds the solver only."""
    free = replace(part, homes=(), locks={}, previous=None)
    ground = part_ground(connection, inputs, replace(aim, units="cells"), free)
    labels = labels_of_version(connection, version, ground.cells, part)
    problem = ground.problem
    near = neighbour_graph(ground.cells)
    touching, open_ways = _pairs(near.indptr, near.indices), _pairs(problem.indptr, problem.indices)
    n = len(ground.cells)
    cut = touching[~np.isin(touching @ [n, 1], open_ways @ [n, 1])]
    return PartCells(part, ground.cells, labels, problem, cut, problem.bridges)


def _pairs(indptr: IntArray, indices: LabelArray) -> IntArray:
    """Return each edge once, the lower end first, shape (edges, 2)."""
    source = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    pairs: IntArray = np.column_stack([source, indices])[source < indices].astype(np.int64)
    return pairs


def _placed(spec: Spec) -> CellArray:
    names = [int(cell, 16) for part in spec.parts for cell in part.locks]
    return np.array(names, dtype=np.uint64)


def _names_known(connection: sa.Connection, actor: Actor, inputs: Inputs) -> dict[str, str]:
    """Return the managers' names, by id, of the branches that the actor sees; a deputy may come from another one."""
    rows = managers(connection, inputs).select("id", "name", "org_unit_id").iter_rows()
    return {rm_id: name for rm_id, name, branch_id in rows if actor.sees(branch_id)}


def _territories(
    connection: sa.Connection, names: dict[str, str], version: int, spec: Spec, parts: list[PartCells]
) -> list[dict[str, Any]]:
    table = read_frame(connection, "territory", version_id=version)
    colours = {(row["branch_id"], row["id"]): row["colour"] for row in table.iter_rows(named=True)}
    return [
        _seat_head(seat, names, colours.get((seat.branch_id, seat.id), 0)) | {"group": group} | figures
        for group, part in enumerate(parts)
        for seat, figures in zip(part.part.seats, _figures(part, spec.aim.weighed), strict=True)
    ]


def _seat_head(seat: Seat, names: dict[str, str], colour: int) -> dict[str, Any]:
    return {
        "id": seat.id,
        "name": seat.name,
        "branch_id": seat.branch_id,
        "rm_id": seat.rm_id,
        "rm_name": None if seat.rm_id is None else names.get(seat.rm_id),
        "colour": colour,
        "hours_per_week": seat.hours_per_week,
    }


def _figures(part: PartCells, measures: tuple[str, ...]) -> list[dict[str, Any]]:
    loads, targets = part.loads, part.targets
    held = part.labels >= 0
    cells = np.bincount(part.labels[held], minlength=len(part.part.seats))
    piece = pieces_of(part.problem.indptr, part.problem.indices, part.labels)
    owners = part.labels[np.unique(piece, return_index=True)[1]]
    pieces = np.bincount(owners[owners >= 0], minlength=len(cells))
    with np.errstate(divide="ignore", invalid="ignore"):
        imbalance = np.where(targets > 0, 100.0 * (loads / targets - 1.0), 0.0)
    return [
        {
            "cells": int(cells[j]),
            "pieces": int(pieces[j]),
            "loads": dict(zip(measures, loads[j].tolist(), strict=True)),
            "targets": dict(zip(measures, targets[j].tolist(), strict=True)),
            "imbalance_percent": dict(zip(measures, imbalance[j].tolist(), strict=True)),
        }
        for j in range(len(cells))
    ]
