"""The hand-over list (移交清单): every customer whose manager by area changes, and what the next one must know."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings
from gridgeo.domain import Actor
from gridgeo.i18n import Language, translate
from gridgeo.maps.handover_file import write_list
from gridgeo.pipeline.steps import Inputs, require_money
from gridgeo.pipeline.territories.cadence import Cadence, cadence_of
from gridgeo.pipeline.territories.compare import LIVE, compared_branches, plan_named
from gridgeo.pipeline.territories.parties import customers_on, with_areas
from gridgeo.storage import read_frame

COLUMNS = (
    "from_rm", "to_rm", "customer_id", "branch_id", "tier", "balance_fen", "account_rm", "from_territory",
    "to_territory", "last_contact_on", "last_channel", "last_outcome", "next_due_on", "handed_over_by", "taken_over_by",
)  # fmt: skip
SIGNED = ("handed_over_by", "taken_over_by")


def handover(
    connection: sa.Connection, actor: Actor, name: str, today: date, out: tuple[Path, Language] | None = None
) -> dict[str, Any]:
    """List the customers whose area goes to another manager when a scenario is published.

    A row a customer: both managers, tier, balance, account manager, the last contact with its channel and outcome (what
    was promised or left open, in the words of whoever wrote it), when the next one is due by the cadence table, and a
    column for either signature. Someone without any contact is due today. out: file (.xlsx or .csv) and language.
    Raises NotAllowedError for an actor limited to branches: where customers live is closed to it.
    """
    table, cadence = _handed_over(connection, actor, (LIVE, name), today)
    body = _body(name, table, cadence)
    if out is None:
        return body | {"rows": _rows(table.drop("cell"))}
    path, language = out
    headings = {column: translate(column, language) for column in COLUMNS}
    write_list(table.drop("cell"), headings, (f"{translate('hand-over list', language)} · {name}", language), path)
    return body | {"path": str(path)}


def handed_over(connection: sa.Connection, actor: Actor, names: tuple[str, str], today: date) -> dict[str, Any]:
    """List the customers whose manager by area differs between two plans, each a scenario or ``live``, on the map.

    As `handover`, with the cell of every customer beside the columns of the list.
    Raises NotAllowedError for an actor limited to branches: where customers live is closed to it.
    """
    table, cadence = _handed_over(connection, actor, names, today)
    named = table.with_columns(cell=pl.Series(cell_strings(table["cell"].to_numpy()), dtype=pl.String))
    return _body(names[1], table, cadence) | {"rows": _rows(named)}


def _handed_over(
    connection: sa.Connection, actor: Actor, names: tuple[str, str], today: date
) -> tuple[pl.DataFrame, Cadence]:
    """Return COLUMNS and cell, a row a customer, and the cadence that they are due by."""
    require_money(actor)
    plans = (plan_named(connection, actor, names[0]), plan_named(connection, actor, names[1]))
    branches = compared_branches(connection, actor, plans)
    people = customers_on(connection, actor, plans[1].inputs)
    before = with_areas(connection, people, plans[0], branches).select(
        "id", from_territory="territory", from_rm="area_rm"
    )
    after = with_areas(connection, people, plans[1], branches)
    cadence = cadence_of(connection)
    rows = after.join(before, on="id", how="left").filter(pl.col("area_rm").ne_missing(pl.col("from_rm")))
    rows = _with_contacts(connection, plans[1].inputs, rows)
    rows = _with_due(rows, cadence, today)
    table = rows.select(
        "from_rm", "id", "branch_id", "tier", "balance_fen", "from_territory", "last_contact_on", "last_channel",
        "last_outcome", "next_due_on", "cell", to_rm="area_rm", customer_id="id", account_rm="account_rm_id",
        to_territory="territory", handed_over_by=pl.lit(None, pl.String), taken_over_by=pl.lit(None, pl.String),
    ).select(*COLUMNS, "cell").sort("from_rm", "to_rm", "customer_id", nulls_last=True)  # fmt: skip
    return table, cadence


def _body(name: str, table: pl.DataFrame, cadence: Cadence) -> dict[str, Any]:
    return {
        "scenario": name,
        "customers": table.height,
        "balance_fen": int(table["balance_fen"].sum() or 0),
        "cadence_example": cadence.policy.example,
        "by_pair": _pairs(table),
        "columns": list(COLUMNS),
    }


def _rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    return table.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d")).to_dicts()


def _pairs(table: pl.DataFrame) -> list[dict[str, Any]]:
    pairs = table.group_by("from_rm", "to_rm").agg(customers=pl.len(), balance_fen=pl.col("balance_fen").sum())
    return pairs.sort("from_rm", "to_rm", nulls_last=True).to_dicts()


def _with_contacts(connection: sa.Connection, inputs: Inputs, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the newest contact on record; the customer list's own date counts where it is later."""
    contacts = read_frame(connection, "contact", version_id=inputs.bank, where={"party_kind": "customer"})
    newest = contacts.sort("contacted_on", "id").group_by("party_id", maintain_order=True).last()
    found = rows.join(
        newest.select("contacted_on", id="party_id", last_channel="channel", last_outcome="outcome"),
        on="id",
        how="left",
    )
    return found.with_columns(last_contact_on=pl.max_horizontal("last_contact_on", "contacted_on"))


def _with_due(rows: pl.DataFrame, cadence: Cadence, today: date) -> pl.DataFrame:
    """Add the day of the next contact: the last one and the period of the tier's cadence, never before today."""
    days = {tier: int(gap) for tier, gap in cadence.period_days().items()}
    wait = pl.col("tier").replace_strict(days, default=None, return_dtype=pl.Int64)
    due = pl.col("last_contact_on") + pl.duration(days=wait)
    return rows.with_columns(next_due_on=pl.max_horizontal(due, pl.lit(today)))
