"""The people of a re-plan: those of the plan before, less who leaves, with who joins, works less or stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.territories.compare import LIVE
from gridgeo.pipeline.territories.drafts import spec_of
from gridgeo.pipeline.territories.seats import USUAL_HOURS, managers, seat_of
from gridgeo.pipeline.territories.spec import Seat
from gridgeo.storage import read_frame, version_record
from gridgeo.storage.scenarios import scenario_record

if TYPE_CHECKING:
    from gridgeo.pipeline.territories.replans import Changes


@dataclass(frozen=True, eq=False)
class PlanBefore:
    """The plan that is to be kept. cells: cell, branch_id, territory_id. staff: every manager of the bank."""

    version: int
    seats: list[Seat]
    cells: pl.DataFrame
    staff: pl.DataFrame

    @property
    def branches(self) -> set[str]:
        """Branches that have territories in it."""
        return {seat.branch_id for seat in self.seats}

    def seat_of(self, name: str) -> Seat:
        """Return the territory of a manager, or of that id; NotFoundError when there is none."""
        for seat in self.seats:
            if name in (seat.rm_id, seat.id):
                return seat
        raise NotFoundError("{rm} holds no territory in the plan before", rm=name)

    def joining_branches(self, changes: Changes) -> set[str]:
        """Return the branches of the managers who join, those in the staff list."""
        return set(self.staff.filter(pl.col("id").is_in(list(changes.joins)))["org_unit_id"])


def plan_before(connection: sa.Connection, actor: Actor, inputs: Inputs, basis: str) -> PlanBefore:
    """Read the live plan, or a scenario's, with the people who hold its territories and their hours."""
    staff = managers(connection, inputs)
    record = None if basis == LIVE else scenario_record(connection, basis, actor)
    version = inputs.plan if record is None else record.version_id
    cells = read_frame(connection, "territory_cell", version_id=version, actor=actor)
    if record is not None:
        seats = [seat for part in spec_of(connection, record).parts for seat in part.seats]
        return PlanBefore(version, seats, cells, staff)
    agreed = version_record(connection, version).params.get("hours", {})
    hours = dict(staff.select("id", "hours_per_week").iter_rows())
    table = read_frame(connection, "territory", version_id=version, actor=actor)
    usual = sum(hours.values()) / len(hours) if hours else USUAL_HOURS
    seats = [
        Seat(
            row["id"],
            row["rm_id"],
            row["name"],
            row["branch_id"],
            float(agreed.get(row["id"], hours.get(row["rm_id"], usual))),
        )
        for row in table.iter_rows(named=True)
    ]
    return PlanBefore(version, seats, cells, staff)


def changed_seats(before: PlanBefore, changes: Changes, group: tuple[str, ...]) -> list[Seat]:
    """Return the territories to be made for a group of branches.

    The territory of an absent manager stays, with its id, and its deputy holds it.
    """
    gone = {before.seat_of(rm).id for rm in changes.leaves}
    seats = [
        replace(seat, hours_per_week=seat.hours_per_week * changes.part_time.get(str(seat.rm_id), 1.0))
        for seat in before.seats
        if seat.branch_id in group and seat.id not in gone and seat.branch_id not in changes.closes
    ]
    seats += _joining(before, changes, group)
    if not seats:
        raise InvalidInputError("branch {branch} has no manager left to plan for", branch=", ".join(group))
    return [_with_deputy(before, seat, changes.deputies) for seat in seats]


def _with_deputy(before: PlanBefore, seat: Seat, deputies: Mapping[str, str]) -> Seat:
    deputy = deputies.get(seat.rm_id or "")
    if deputy is None:
        return seat
    known = before.staff.filter(pl.col("id") == deputy)
    name = before.seat_of(deputy).name if known.is_empty() else str(known["name"][0])
    return replace(seat, rm_id=deputy, name=name)


def _joining(before: PlanBefore, changes: Changes, group: tuple[str, ...]) -> list[Seat]:
    """Return the territories of those who join a group: named ones, and the managers of a branch that opens."""
    opening = before.staff.filter(pl.col("org_unit_id").is_in(list(changes.opens) or [""]))
    seats = [seat_of(row) for row in opening.to_dicts() if row["org_unit_id"] in group]
    opened = {seat.rm_id for seat in seats}
    for rm, hours in changes.joins.items():
        if rm in opened:
            continue
        found = before.staff.filter(pl.col("id") == rm).to_dicts()
        if not found and hours is None:
            raise NotFoundError("{rm} is not in the staff list: say the hours a week by --joins {rm}=HOURS", rm=rm)
        if any(seat.rm_id == rm and seat.branch_id not in changes.closes for seat in before.seats):
            raise InvalidInputError("{rm} holds a territory already and cannot join", rm=rm)
        branch = _branch_of(found, changes, group)
        if branch is not None:
            name = str(found[0]["name"]) if found else rm
            week = float(found[0]["hours_per_week"]) if hours is None else hours
            seats.append(seat_of({"id": rm, "name": name, "org_unit_id": branch, "hours_per_week": week}))
    return seats


def _branch_of(found: list[dict[str, object]], changes: Changes, group: tuple[str, ...]) -> str | None:
    """Return the branch of the group that somebody joins, None for another group's.

    Who is not in the staff list, or whose branch closes, joins the branch that opens, else the first of the group.
    """
    own = str(found[0]["org_unit_id"]) if found else None
    if own in group and own not in changes.closes:
        return own
    if own is not None and own not in changes.closes:
        return None
    open_ones = [branch for branch in group if branch in changes.opens]
    staying = [branch for branch in group if branch not in changes.closes]
    return (open_ones or staying)[0]
