"""Moves by hand in a scenario, and the repair of what they left out of balance, around what was placed by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import sqlalchemy as sa

from gridgeo.cells import cells_from_strings
from gridgeo.domain import Actor, LabelArray
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.steps import Inputs, require_planner
from gridgeo.pipeline.territories.answers import Answer, Watch, measured, unwatched, write_answers
from gridgeo.pipeline.territories.drafts import grounds_of, require_open, require_revision, show, spec_of
from gridgeo.pipeline.territories.ground import PartGround, labels_of_version, part_ground
from gridgeo.pipeline.territories.replans import watched_trials
from gridgeo.pipeline.territories.spec import Aim, Part, Spec
from gridgeo.storage import version_record
from gridgeo.storage.scenarios import ScenarioRecord, add_event, change_scenario, find_scenario, scenario_record
from gridgeo.territory import Moved, Moves, Watched, replan

REPAIR_KEEP = 0.95
"""A repair keeps at least this share of customers where they are, if it can."""


def move_cells(
    connection: sa.Connection, actor: Actor, name: str, moves: list[tuple[str, str]], now: datetime
) -> dict[str, Any]:
    """Give cells of an open scenario to other territories by hand; they stay there in a later repair.

    moves: (cell, territory or manager), done in their order, all or none. Returns the scenario, and under ``moves``
    what each did: loads, imbalance, pieces of both territories, compactness. A move that leaves a tolerance or breaks a
    territory is done; `feasible` and the violations say so.
    Raises NotFoundError, ConflictError for a scenario that is not open, InvalidInputError for a cell or territory that
    is not in it.
    """
    require_planner(actor)
    record, spec, inputs = _opened(connection, actor, name)
    parts, told = list(spec.parts), []
    plans = [_part_plan(connection, inputs, record, spec.aim, part) for part in parts]
    for cell, territory in moves:
        at, node = _find([ground for ground, _ in plans], cell)
        to = parts[at].seat_number(territory)
        told.append({"cell": cell} | _told(plans[at][1].move(node, to), parts[at], spec.aim))
        parts[at] = replace(parts[at], locks={**parts[at].locks, cell: parts[at].seats[to].id})
    answers = _measured_again(connection, inputs, replace(spec, parts=tuple(parts)), [hand.labels for _, hand in plans])
    log = [{key: entry[key] for key in ("cell", "from", "to")} for entry in told]
    _keep(connection, actor, (record, spec, answers, inputs), ("moved", {"moves": log}), now)
    return show(connection, actor, name) | {"moves": told}


def _told(moved: Moved, part: Part, aim: Aim) -> dict[str, Any]:
    """Return what a move did, with names in place of positions."""
    ids = {j: part.seats[j].id for j in (moved.before, moved.after)}

    def by_measure(row: list[float]) -> dict[str, float]:
        return dict(zip(aim.weighed, row, strict=True))

    return {
        "from": ids[moved.before],
        "to": ids[moved.after],
        "load_change": by_measure(moved.load_change),
        "loads": {ids[j]: by_measure(row) for j, row in moved.loads.items()},
        "imbalance_percent": {ids[j]: by_measure(row) for j, row in moved.imbalance_percent.items()},
        "pieces": {ids[j]: count for j, count in moved.pieces.items()},
        "contiguous": moved.contiguous,
        "J_km": moved.J_km,
        "J_change_km": moved.J_change_km,
    }


@dataclass(frozen=True, eq=False)
class Mending:
    """A scenario that is to be mended, with all that it is mended from, read at one moment.

    locked: territories or managers whose cells all stay. grounds: of the spec's parts. held: who has each node now.
    """

    record: ScenarioRecord
    spec: Spec
    inputs: Inputs
    locked: tuple[str, ...]
    grounds: tuple[PartGround, ...]
    held: tuple[LabelArray, ...]

    def answers(self, watch: Watch = unwatched) -> list[Answer]:
        """Mend every part; watch: told how much is done. As many customers as can stay where they are."""
        parts = self.spec.parts
        return [self._mended(at, watched_trials(partial(_of_all, watch, at, len(parts)))) for at in range(len(parts))]

    def _mended(self, at: int, stop: Watched) -> Answer:
        part, ground, held = self.spec.parts[at], self.grounds[at], self.held[at]
        locked = [j for j, seat in enumerate(part.seats) if seat.id in self.locked or seat.rm_id in self.locked]
        locks = np.where(np.isin(held, locked), held, ground.problem.locked)
        problem = replace(ground.problem, previous=held, locks=locks)
        found = replan(problem, REPAIR_KEEP, stop, seed=self.spec.aim.seed)
        # Certified against the plan before the scenario, as all of it is.
        return measured(ground, part, self.spec.aim, found.labels)


def mending(connection: sa.Connection, actor: Actor, name: str, locked: tuple[str, ...] = ()) -> Mending:
    """Read an open scenario for the solver to mend around the cells placed by hand, and around whole territories.

    Raises NotFoundError, ConflictError for a scenario that is not open, InvalidInputError for a territory that no part
    has.
    """
    require_planner(actor)
    record, spec, inputs = _opened(connection, actor, name)
    _require_known(spec, locked)
    grounds = grounds_of(connection, inputs, spec)
    held = tuple(
        ground.of_nodes(labels_of_version(connection, record.version_id, ground.cells, part))
        for ground, part in zip(grounds, spec.parts, strict=True)
    )
    return Mending(record, spec, inputs, locked, grounds, held)


def keep_mended(
    connection: sa.Connection, actor: Actor, mended: tuple[Mending, list[Answer]], now: datetime
) -> dict[str, Any]:
    """Keep a mended scenario; return its record. Raises ConflictError when it was changed since it was read."""
    require_planner(actor)
    asked, answers = mended
    require_revision(connection, actor, asked.record.name, asked.record.revision)
    event = ("repaired", {"locked": list(asked.locked)} if asked.locked else {})
    _keep(connection, actor, (asked.record, asked.spec, answers, asked.inputs), event, now)
    return show(connection, actor, asked.record.name)


def _of_all(watch: Watch, at: int, count: int, share: float) -> None:
    watch((at + share) / count)


def _require_known(spec: Spec, names: tuple[str, ...]) -> None:
    known = {name for part in spec.parts for seat in part.seats for name in (seat.id, seat.rm_id) if name}
    stray = [name for name in names if name not in known]
    if stray:
        ids = ", ".join(seat.id for part in spec.parts for seat in part.seats)
        raise InvalidInputError("there is no territory {name}: known are {known}", name=stray[0], known=ids)


def _opened(connection: sa.Connection, actor: Actor, name: str) -> tuple[ScenarioRecord, Spec, Inputs]:
    scenario_record(connection, name, actor)
    record = find_scenario(connection, name)
    assert record is not None  # noqa: S101 - read just before
    require_open(record)
    return record, spec_of(connection, record), Inputs(**version_record(connection, record.version_id).params["inputs"])


def _part_plan(
    connection: sa.Connection, inputs: Inputs, record: ScenarioRecord, aim: Aim, part: Part
) -> tuple[PartGround, Moves]:
    """Return a part's ground without its locks, which a hand may change, and its plan to be moved in."""
    ground = part_ground(connection, inputs, aim, replace(part, locks={}))
    labels = ground.of_nodes(labels_of_version(connection, record.version_id, ground.cells, part))
    return ground, Moves(ground.problem, labels)


def _find(grounds: list[PartGround], cell: str) -> tuple[int, int]:
    """Return the part that holds a cell, and the cell's node in it."""
    number = cells_from_strings([cell])[0]
    for at, ground in enumerate(grounds):
        found = np.flatnonzero(ground.cells == number)
        if len(found):
            return at, int(ground.unit[found[0]])
    raise InvalidInputError("{what} {cell} is no cell of the planned branches", what="moved cell", cell=cell)


def _measured_again(connection: sa.Connection, inputs: Inputs, spec: Spec, labels: list[LabelArray]) -> list[Answer]:
    grounds = grounds_of(connection, inputs, spec)
    return [
        measured(ground, part, spec.aim, each) for ground, part, each in zip(grounds, spec.parts, labels, strict=True)
    ]


def _keep(
    connection: sa.Connection,
    actor: Actor,
    plan: tuple[ScenarioRecord, Spec, list[Answer], Inputs],
    event: tuple[str, dict[str, Any]],
    now: datetime,
) -> None:
    record, spec, answers, inputs = plan
    version_id, _ = write_answers(connection, actor, inputs, (spec, answers), now)
    record = change_scenario(connection, record, {"status": "draft", "version_id": version_id})
    add_event(connection, actor, record, *event, now)
