"""Customers and merchants as lists, inside an actor's scope, personal columns masked by role."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings
from gridgeo.domain import Actor
from gridgeo.domain.personal import PERSONAL, sees_names, shown_to
from gridgeo.domain.tables import CUSTOMER_NOTES, CUSTOMERS
from gridgeo.errors import NotAllowedError
from gridgeo.pipeline.features.parties import merchants_in_scope
from gridgeo.pipeline.steps import require_insider
from gridgeo.pipeline.territories.drafts import live_inputs, require_scope
from gridgeo.storage.parties import customer_page

SHOWN = (
    "id", "branch_id", "account_rm_id", "party", "tier", "age_band", "name", "phone", "address", "products",
    "balance_fen", "last_contact_on", "contacts_12m", "consent", "do_not_contact", "synthetic",
)  # fmt: skip


def customers(
    connection: sa.Connection,
    actor: Actor,
    page: tuple[str | None, int],
    *,
    unmask: bool = False,
    **where: str | None,
) -> dict[str, Any]:
    """Return one page of the customers of the live publication, ordered by id: rows, total.

    page: the id that it begins behind, and the most rows. where: branch_id, account_rm_id, tier; None for all. unmask:
    names, phones and addresses whole, for those who work with the customers; what a role is shown of a class of
    columns says `gridgeo.domain.personal`.
    Raises NotAllowedError for a consumer, or to unmask for a role that may not.
    """
    require_insider(actor)
    if unmask and not sees_names(actor):
        raise NotAllowedError("role {role} may not see names and phones whole", role=actor.role)
    chosen = {name: value for name, value in where.items() if value is not None}
    if "branch_id" in chosen:
        require_scope(actor, chosen["branch_id"])
    known = CUSTOMERS | CUSTOMER_NOTES
    types = {name: known[name] for name in SHOWN}
    version = live_inputs(connection).bank
    table, total = customer_page(connection, actor, version, chosen, page, types)
    shown = shown_to(actor, table, unmask=unmask)
    rows = shown.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d")).to_dicts()
    return {"rows": rows, "total": total, "masked": [] if unmask else list(PERSONAL)}


def merchants(connection: sa.Connection, actor: Actor, branch_id: str | None = None) -> pl.DataFrame:
    """Return the merchants in scope: id, name, industry, cell (hex), branch_id, own (in the bank's list)."""
    require_insider(actor)
    if branch_id is not None:
        require_scope(actor, branch_id)
    rows = merchants_in_scope(connection, actor, live_inputs(connection), branch_id)
    names = pl.Series("cell", cell_strings(rows["cell"].to_numpy()), pl.String)
    return rows.with_columns(names).select("id", "name", "industry", "cell", "branch_id", "own")
