"""Who holds the territories that a scenario is to make."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.territories.spec import Seat
from gridgeo.storage import read_frame

USUAL_HOURS = 40.0


def branch_seats(connection: sa.Connection, inputs: Inputs, branch_id: str, k: int | None = None) -> list[Seat]:
    """Return a territory for each relationship manager of a branch, by id; k of them where k is given.

    With k above their number the rest are vacant: they have the managers' mean hours and nobody's name.
    Raises NotFoundError for an unknown branch, InvalidInputError for one without managers when k does not say how many.
    """
    units = read_frame(connection, "org_unit", version_id=inputs.bank, where={"id": branch_id})
    if units.is_empty():
        raise NotFoundError("there is no branch {branch}", branch=branch_id)
    staff = managers(connection, inputs).filter(pl.col("org_unit_id") == branch_id)
    if k is not None and k < 1:
        raise InvalidInputError("k must be at least 1, got {given}", given=k)
    if staff.is_empty() and k is None:
        raise InvalidInputError("branch {branch} has no relationship manager: say how many by --k", branch=branch_id)
    seats = [seat_of(row) for row in staff.head(k or staff.height).to_dicts()]
    return seats + vacant_seats(branch_id, seats, (k or 0) - len(seats))


def managers(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    """Return the relationship managers of the bank, ordered by id."""
    return read_frame(connection, "staff", version_id=inputs.bank).filter(pl.col("post") == "rm").sort("id")


def names_known(connection: sa.Connection, actor: Actor, inputs: Inputs) -> dict[str, str]:
    """Return id -> name of branches in an actor's scope, of their managers, and of the territories of these."""
    units = read_frame(connection, "org_unit", version_id=inputs.bank, columns=["id", "name"]).iter_rows()
    staff = managers(connection, inputs).select("id", "name", "org_unit_id").iter_rows()
    people = {rm_id: name for rm_id, name, branch_id in staff if actor.sees(branch_id)}
    territories = {f"T-{rm_id}": name for rm_id, name in people.items()}
    return {branch_id: name for branch_id, name in units if actor.sees(branch_id)} | people | territories


def seat_of(row: dict[str, object]) -> Seat:
    """Return the territory of one member of staff.

    Raises InvalidInputError for hours that are not above zero: such a manager can hold no territory.
    """
    hours = float(str(row["hours_per_week"]))
    if not hours > 0:
        raise InvalidInputError("manager {rm} has {hours} hours a week, and no territory", rm=row["id"], hours=hours)
    return Seat(f"T-{row['id']}", str(row["id"]), str(row["name"]), str(row["org_unit_id"]), hours)


def vacant_seats(branch_id: str, others: list[Seat], count: int) -> list[Seat]:
    """Return territories that nobody holds yet, with the mean hours of the others."""
    hours = sum(seat.hours_per_week for seat in others) / len(others) if others else USUAL_HOURS
    numbers = range(1, count + 1)
    return [Seat(f"T-{branch_id}-V{at}", None, f"{branch_id} V{at}", branch_id, hours) for at in numbers]
