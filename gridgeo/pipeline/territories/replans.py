"""Plan again from the plan before: keep customers with their managers while people, branches and demand change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings, cells_from_points, common_resolution
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.cell_groups import touching_cells
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.territories.answers import Answer, Watch, WatchedSolver, measured, unwatched
from gridgeo.pipeline.territories.changed_seats import PlanBefore, changed_seats, plan_before
from gridgeo.pipeline.territories.drafts import live_inputs, require_scope, settled_aim
from gridgeo.pipeline.territories.ground import PartGround, grid_revisions
from gridgeo.pipeline.territories.spec import Aim, Part, Seat, Spec
from gridgeo.storage import read_frame
from gridgeo.territory import MOST_TRIALS, Progress, Rounds, Watched, most_kept_share, replan, with_room

USUAL_KEEP = 0.92
"""Asked share of what could stay at all, where the planner names none."""


@dataclass(frozen=True)
class Changes:
    """What is other than in the plan before.

    keep_share: least share of customers that stays with its manager; None for USUAL_KEEP of what could stay at all.
    leaves, joins, part_time: managers; joins: -> hours a week, None for those of the staff list; part_time: -> share of
    their hours. deputies: absent manager -> who stands in. opens, closes: branches. basis: ``live`` or a scenario.
    as_it_is: nothing is solved, the plan before is the plan, to be changed by hand.
    """

    keep_share: float | None = None
    leaves: tuple[str, ...] = ()
    joins: Mapping[str, float | None] = field(default_factory=dict)
    part_time: Mapping[str, float] = field(default_factory=dict)
    deputies: Mapping[str, str] = field(default_factory=dict)
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    basis: str = "live"
    as_it_is: bool = False

    def __post_init__(self) -> None:
        if self.keep_share is not None and not 0 <= self.keep_share <= 1:
            raise InvalidInputError("the share to keep must be 0 to 1, got {given}", given=self.keep_share)
        for rm, share in self.part_time.items():
            if not 0 < share <= 1:
                raise InvalidInputError("{rm} part-time must be above 0 and at most 1, got {given}", rm=rm, given=share)
        for rm, deputy in self.deputies.items():
            if rm == deputy:
                raise InvalidInputError("{rm} cannot be the deputy of {rm}", rm=rm)
        if self.as_it_is and (self.keep_share is not None or self.deputies or any(self._moving)):
            raise InvalidInputError("a plan taken as it is changes nothing: leave the other changes out")

    @property
    def _moving(self) -> tuple[object, ...]:
        """What makes cells change hands."""
        return self.leaves, self.joins, self.part_time, self.opens, self.closes

    @property
    def unsolved(self) -> bool:
        """Whether cells stay as they are: nothing is to change, or somebody is absent and nothing else changes."""
        return self.as_it_is or self._only_deputies

    @property
    def _only_deputies(self) -> bool:
        return bool(self.deputies) and not any(self._moving) and self.keep_share is None

    def as_dict(self) -> dict[str, Any]:
        """Return what is asked, without what is not, as plain JSON values."""
        values = {
            "keep_share": self.keep_share,
            "leaves": list(self.leaves),
            "joins": dict(self.joins),
            "part_time": dict(self.part_time),
            "deputies": dict(self.deputies),
            "branch_opens": list(self.opens),
            "branch_closes": list(self.closes),
            "as_it_is": self.as_it_is or None,
        }
        return {"basis": self.basis} | {name: value for name, value in values.items() if value not in (None, [], {})}


def spec_of_replan(
    connection: sa.Connection, actor: Actor, changes: Changes, aim: Aim, branches: tuple[str, ...] = ()
) -> Spec:
    """Make the question of a re-plan.

    branches: to plan; by default those that the changes concern, or every branch where none does. Branches that open or
    close make one problem with those that give or get their cells; every other branch is a problem of its own.
    Raises NotFoundError for people and branches that are not there, InvalidInputError for what does not fit.
    """
    inputs = live_inputs(connection)
    before = plan_before(connection, actor, inputs, changes.basis)
    groups = _groups(connection, inputs, before, changes, branches)
    for branch in {branch for group in groups for branch in group}:
        require_scope(actor, branch)
    parts = []
    for group in groups:
        seats = changed_seats(before, changes, group)
        revisions = grid_revisions(connection, group) if aim.units == "grids" else {}
        locks = {
            cell: seat.id
            for branch in changes.opens
            for cell, seat in _branch_lock(connection, inputs, before, branch, seats)
        }
        parts.append(Part(group, tuple(seats), locks=locks, previous=before.version, grid_revisions=revisions))
    return Spec(settled_aim(connection, aim), tuple(parts), changes.as_dict())


def watched_trials(watch: Watch) -> Watched:
    """Return the stop rule of the solves that a re-plan tries, one round each; it tells how many of them are done."""
    done = 0

    def look(_: Progress) -> None:
        nonlocal done
        done += 1
        watch(min(done / MOST_TRIALS, 1.0))

    return Watched(Rounds(1), look)


def replan_solver(changes: Changes) -> WatchedSolver:
    """Return the solver of a re-plan: as it stands where nothing moves, else with the asked share kept."""

    def solver(ground: PartGround, part: Part, aim: Aim, watch: Watch = unwatched) -> Answer:
        problem = ground.problem
        assert problem.previous is not None  # noqa: S101 - spec_of_replan sees to it
        if changes.unsolved:
            return measured(ground, part, aim, problem.previous)
        keep = USUAL_KEEP * most_kept_share(problem) if changes.keep_share is None else changes.keep_share
        begin = with_room(problem, problem.previous)
        result = replan(problem, keep, watched_trials(watch), seed=aim.seed, initial=begin)
        if changes.keep_share is None and {found.measure for found in result.violations} == {"kept_share"}:
            # Nobody asked for that share: as much as can be kept is what was wanted.
            result = replace(result, feasible=True, violations=())
        return Answer(part, ground, result)

    return solver


def _groups(
    connection: sa.Connection, inputs: Inputs, before: PlanBefore, changes: Changes, branches: tuple[str, ...]
) -> list[tuple[str, ...]]:
    """Return the branches of each problem."""
    if changes.opens or changes.closes:
        hosts = set(branches) or {
            *(host for branch in changes.opens for host in [_host(connection, inputs, before, branch)]),
            *_around(before, changes.closes),
        }
        group = tuple(sorted(hosts | set(changes.opens) | set(changes.closes)))
        if not hosts - set(changes.opens) - set(changes.closes):
            raise InvalidInputError("no branch is left that could give or take the cells: name one by --branch")
        return [group]
    if branches:
        return [(branch,) for branch in dict.fromkeys(branches)]
    people = (*changes.leaves, *changes.part_time, *changes.deputies)
    concerned = {before.seat_of(rm).branch_id for rm in people} | before.joining_branches(changes)
    return [(branch,) for branch in sorted(concerned or before.branches)]


def _around(before: PlanBefore, closes: tuple[str, ...]) -> set[str]:
    """Return the branches whose cells touch those of a branch that closes."""
    for gone in closes:
        if gone not in before.branches:
            raise NotFoundError("branch {branch} has no territories that could be closed", branch=gone)
    cells, branch = before.cells["cell"].to_numpy(), before.cells["branch_id"]
    one, other = touching_cells(cells)
    pairs = pl.DataFrame({"one": branch[one], "other": branch[other]}).unique()
    both = pl.concat([pairs, pairs.select(one="other", other="one")])
    found = both.filter(pl.col("one").is_in(closes) & ~pl.col("other").is_in(closes))["other"]
    return set(found.to_list())


def _place(connection: sa.Connection, inputs: Inputs, before: PlanBefore, branch: str) -> str:
    """Return the cell that a branch stands in."""
    units = read_frame(connection, "org_unit", version_id=inputs.bank, where={"id": branch})
    if units.is_empty() or units["lng"][0] is None:
        raise NotFoundError("branch {branch} is not in the bank's list with a position", branch=branch)
    if branch in before.branches:
        raise InvalidInputError("branch {branch} has territories already: it cannot open", branch=branch)
    resolution = common_resolution(before.cells["cell"].to_numpy())
    cell = cells_from_points(units["lng"].to_numpy(), units["lat"].to_numpy(), resolution)
    return cell_strings(cell)[0]


def _host(connection: sa.Connection, inputs: Inputs, before: PlanBefore, branch: str) -> str:
    """Return the branch whose ground a new one stands on."""
    cell = int(_place(connection, inputs, before, branch), 16)
    found = before.cells.filter(pl.col("cell") == cell)["branch_id"]
    if found.is_empty():
        raise InvalidInputError(
            "branch {branch} stands on no planned cell: name its neighbours by --branch", branch=branch
        )
    return str(found[0])


def _branch_lock(
    connection: sa.Connection, inputs: Inputs, before: PlanBefore, branch: str, seats: list[Seat]
) -> list[tuple[str, Seat]]:
    """Keep the cell that a new branch stands in for its first manager."""
    first = next((seat for seat in seats if seat.branch_id == branch), None)
    if first is None:
        raise InvalidInputError("branch {branch} has no manager yet: say who joins by --joins RM=HOURS", branch=branch)
    return [(_place(connection, inputs, before, branch), first)]
