"""The cadence table: how often customers of a tier are contacted, what that takes, and whether the hours are there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor, CellArray, FloatArray
from gridgeo.domain.sums import sum_of
from gridgeo.domain.words import TIERS
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.steps import Inputs, require_money, require_planner
from gridgeo.pipeline.territories.spec import Spec
from gridgeo.scoring import EXAMPLE_POLICY, CadencePolicy, CadenceRow, workload_hours
from gridgeo.scoring.workload import PERIODS_A_YEAR
from gridgeo.storage import read_frame, whole_bank
from gridgeo.storage.agreements import newest_policy, policy_record, put_policy, require_policy

COLUMNS = ("tier", "channel", "period", "n", "minimum_gap_days", "minutes")
"""Columns of the table, in a file as in the answer."""
TRAVEL = {"visits_a_trip": 5.0, "between_visits_s": 300.0, "unknown_travel_s": 1800.0}
HOURS = {"weeks_a_year": 44.0, "contact_share": 0.5}
EXAMPLE_NOTE = "example, decided by nobody: set your own by gridgeo territory cadence set"


@dataclass(frozen=True)
class Cadence:
    """A cadence table with what turns it into hours.

    weeks_a_year, contact_share: weeks that a manager works, and the share of the hours that is for customers. id: of
    the stored state, None for the example.
    """

    policy: CadencePolicy
    weeks_a_year: float = HOURS["weeks_a_year"]
    contact_share: float = HOURS["contact_share"]
    id: int | None = None

    def hours_a_year(self, hours_per_week: float) -> float:
        """Return the hours a year that a manager has for customers."""
        return hours_per_week * self.weeks_a_year * self.contact_share

    def period_days(self) -> dict[str, float]:
        """Return tier -> days between two contacts, by the most frequent of its channels."""
        days: dict[str, float] = {}
        for row in self.policy.rows:
            if row.times > 0:
                gap = max(365.0 / PERIODS_A_YEAR[row.period] / row.times, float(row.minimum_gap_days))
                days[row.tier] = min(days.get(row.tier, np.inf), gap)
        return days

    def as_json(self) -> dict[str, Any]:
        """Return the table as plain values."""
        policy = self.policy
        rows = [
            {
                "tier": row.tier,
                "channel": row.channel,
                "period": row.period,
                "n": row.times,
                "minimum_gap_days": row.minimum_gap_days,
                "minutes": row.minutes,
            }
            for row in policy.rows
        ]
        return {
            "policy": self.id,
            "example": policy.example,
            "note": EXAMPLE_NOTE if policy.example else None,
            "rows": rows,
            "visits_a_trip": policy.visits_a_trip,
            "between_visits_s": policy.between_visits_s,
            "unknown_travel_s": policy.unknown_travel_s,
            "weeks_a_year": self.weeks_a_year,
            "contact_share": self.contact_share,
        }


def cadence_of(connection: sa.Connection, policy_id: int | None = None) -> Cadence:
    """Return a stored state of the table; for None what counts now, the labelled example where none is stored."""
    record = newest_policy(connection, "cadence") if policy_id is None else policy_record(connection, policy_id)
    if record is None:
        return Cadence(EXAMPLE_POLICY)
    return replace(cadence_from_json(record.body), id=record.id)


def show_cadence(connection: sa.Connection, actor: Actor) -> dict[str, Any]:
    """Return the table that counts now."""
    require_money(actor)
    return cadence_of(connection).as_json()


def set_cadence(
    connection: sa.Connection, actor: Actor, body: Mapping[str, Any], now: datetime, expected: int | None = None
) -> dict[str, Any]:
    """Store a cadence table; plans made from now on rest on it, those before keep theirs.

    expected: number of the table that it is to replace, 0 for the example, None for whichever counts. Raises
    ConflictError when another one counts.
    """
    require_planner(actor)
    if expected is not None:
        require_policy(connection, "cadence", expected)
    wanted = cadence_from_json(body).as_json()
    stored = {name: value for name, value in wanted.items() if name not in ("policy", "note")}
    put_policy(connection, actor, "cadence", stored, now)
    return show_cadence(connection, actor)


def cadence_from_json(body: Mapping[str, Any]) -> Cadence:
    """Read a table: ``rows`` (or ``row``) of COLUMNS, and what is to be other than usual of travel and hours.

    Raises InvalidInputError naming the row and field that does not fit.
    """
    rows = body.get("rows", body.get("row"))
    if not isinstance(rows, list) or not rows:
        raise InvalidInputError("a cadence table needs rows of {columns}", columns=", ".join(COLUMNS))
    known = {"rows", "row", "example", "policy", "note", *TRAVEL, *HOURS}
    unknown = sorted(set(body) - known)
    if unknown:
        raise InvalidInputError(
            "cadence table: {name} is not known; known are {known}", name=unknown[0], known=", ".join(sorted(known))
        )
    figures = {name: _number(body, name, usual) for name, usual in (TRAVEL | HOURS).items()}
    if not 0 < figures["contact_share"] <= 1 or not 0 < figures["weeks_a_year"] <= 53:
        raise InvalidInputError("contact_share must be above 0 and at most 1, weeks_a_year at most 53")
    policy = CadencePolicy(
        rows=tuple(_row(number, row) for number, row in enumerate(rows, 1)),
        example=bool(body.get("example", False)),
        **{name: figures[name] for name in TRAVEL},
    )
    stray = [row.tier for row in policy.rows if row.tier not in TIERS]
    if stray:
        raise InvalidInputError(
            "cadence table: tier must be one of {known}, got {given}", known=", ".join(TIERS), given=stray[0]
        )
    # The same checks as where it is used: every tier has a row, periods and channels are known.
    workload_hours(np.zeros((1, len(TIERS))), np.zeros(1), policy)
    return Cadence(policy, figures["weeks_a_year"], figures["contact_share"])


def _row(number: int, row: Any) -> CadenceRow:  # noqa: ANN401 - out of a file
    missing = [name for name in COLUMNS if not isinstance(row, dict) or row.get(name) in (None, "")]
    missing = [name for name in missing if name != "minimum_gap_days"]
    if missing:
        raise InvalidInputError("cadence table, row {row}: {field} is missing", row=number, field=missing[0])
    return CadenceRow(
        tier=str(row["tier"]),
        channel=row["channel"],
        period=row["period"],
        times=_number(row, "n", 0.0),
        minutes=_number(row, "minutes", 0.0),
        minimum_gap_days=int(_number(row, "minimum_gap_days", 0.0)),
    )


def _number(row: Mapping[str, Any], name: str, usual: float) -> float:
    value = row.get(name)
    if value is None or value == "":
        return usual
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            "cadence table: {field} must be a number, got {given}", field=name, given=value
        ) from error
    if not (np.isfinite(number) and number >= 0):
        raise InvalidInputError("cadence table: {field} must be a number, got {given}", field=name, given=value)
    return number


def cadence_from_text(text: str, kind: str) -> dict[str, Any]:
    """Read a table out of a file's text. kind: toml (``[[row]]`` tables and names) or csv (COLUMNS alone)."""
    if kind == "toml":
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InvalidInputError("the file is not TOML: {detail}", detail=str(error)) from error
    try:
        rows = pl.read_csv(text.encode(), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        detail = str(error).partition("\n")[0]
        raise InvalidInputError("the file is not CSV: {detail}", detail=detail) from error
    return {"rows": rows.rename({name: name.strip() for name in rows.columns}).to_dicts()}


def cell_workload(connection: sa.Connection, inputs: Inputs, cadence: Cadence, cells: CellArray) -> FloatArray:
    """Return the hours a year that each cell's customers take by a cadence, shape (n_cells,); cells ascending."""
    with whole_bank(connection):
        tiers = read_frame(connection, "customer", version_id=inputs.bank, columns=["id", "tier"])
        shares = read_frame(
            connection,
            "location_cell",
            version_id=inputs.location,
            where={"party_kind": "customer"},
            columns=["party_id", "cell", "share"],
        )
    held = shares.join(tiers, left_on="party_id", right_on="id", how="inner").filter(pl.col("tier").is_in(TIERS))
    counts = held.group_by("cell", "tier").agg(sum_of("share")).pivot("tier", index="cell", values="share")
    base = pl.DataFrame({"cell": cells}).join(counts, on="cell", how="left", maintain_order="left")
    for tier in TIERS:
        column = pl.col(tier).fill_null(0.0) if tier in base.columns else pl.lit(0.0).alias(tier)
        base = base.with_columns(column)
    travel = read_frame(connection, "catchment_cell", version_id=inputs.catchment, columns=["cell", "travel_s"])
    way = base.select("cell").join(travel, on="cell", how="left", maintain_order="left")["travel_s"]
    return workload_hours(base.select(TIERS).to_numpy(), way.fill_null(float("nan")).to_numpy(), cadence.policy)


def load_of(connection: sa.Connection, spec: Spec, bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Say of every manager whether the load fits the hours, and by how much it does not.

    bodies: branch -> report of its figures. A manager with several territories, such as a deputy, has the sum of the
    loads and the hours of one person.
    """
    cadence = cadence_of(connection, spec.aim.cadence) if spec.aim.cadence else Cadence(EXAMPLE_POLICY)
    needed: dict[str, float] = {}
    hours: dict[str, float] = {}
    for part in spec.parts:
        certificate = bodies[part.seats[0].branch_id]["certificate"]
        at = certificate["measures"].index("workload")
        for seat, loads in zip(part.seats, certificate["loads"], strict=True):
            needed[seat.label] = needed.get(seat.label, 0.0) + loads[at]
            own = seat.rm_id is None or seat.id == f"T-{seat.rm_id}"
            # A deputy has no more hours than before, whatever the absent manager's are.
            if own or seat.label not in hours:
                hours[seat.label] = cadence.hours_a_year(seat.hours_per_week)
    people = [
        {
            "rm": rm,
            "needed_hours": round(load, 1),
            "available_hours": round(hours[rm], 1),
            "over_hours": round(max(load - hours[rm], 0.0), 1),
            "used_percent": round(100.0 * load / hours[rm], 1),
            "fits": load <= hours[rm],
        }
        for rm, load in needed.items()
    ]
    return {
        "fits": all(row["fits"] for row in people),
        "cadence": cadence.id,
        "example": cadence.policy.example,
        "managers": people,
    }
