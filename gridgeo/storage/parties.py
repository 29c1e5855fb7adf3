"""Customers page by page, without reading the whole list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.storage.conditions import matching, scoped
from gridgeo.storage.models import Customer
from gridgeo.storage.versions import part_of


def customer_page(
    connection: sa.Connection,
    actor: Actor,
    version_id: int,
    where: Mapping[str, Any],
    page: tuple[str | None, int],
    columns: Mapping[str, Any],
) -> tuple[pl.DataFrame, int]:
    """Return one page of customers in the actor's scope, ordered by id, and how many there are on all pages.

    where: column -> value. page: the id that it begins behind, and the most rows. columns: name -> polars type.
    """
    table: Any = Customer.__table__
    dialect = connection.dialect.name
    named = matching(sa.select(table), table, {"version_id": version_id, **where}, dialect)
    seen = scoped(named, table, actor, dialect)
    total = connection.scalar(sa.select(sa.func.count()).select_from(seen.subquery()))
    after, most = page
    rest = seen if after is None else seen.where(table.c.id > after)
    query = rest.with_only_columns(*(table.c[name] for name in columns)).order_by(table.c.id).limit(most)
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=dict(columns), orient="row"), int(total or 0)


def customers_named(connection: sa.Connection, actor: Actor, version_id: int, text: str, most: int) -> pl.DataFrame:
    """Return id, branch_id and name of customers in the actor's scope whose id begins with a text, or whose name it is.

    Ordered by id, at most so many.
    """
    table: Any = Customer.__table__
    dialect = connection.dialect.name
    columns, held = (table.c.id, table.c.branch_id, table.c.name), part_of(connection, version_id, "customer")
    of_version = matching(sa.select(*columns), table, {"version_id": held}, dialect)
    seen = scoped(of_version, table, actor, dialect)
    meant = sa.or_(table.c.id.startswith(text, autoescape=True), table.c.name == text)
    rows = [tuple(row) for row in connection.execute(seen.where(meant).order_by(table.c.id).limit(most))]
    return pl.DataFrame(rows, schema=dict.fromkeys(("id", "branch_id", "name"), pl.String), orient="row")
