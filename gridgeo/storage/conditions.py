"""Which rows a reader asks for, and which ones an actor may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import numpy as np
import orjson
import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotAllowedError

BRANCH_COLUMN = {"org_unit": "id", "staff": "org_unit_id"}
"""Where a table names its branch, if not in branch_id."""
PARTIES_WITHOUT_BRANCH = (
    "location",
    "location_cell",
    "location_review",
    "household",
    "contact",
    "membership",
    "original",
    "party_match",
    "price",
)
"""Tables of parties that do not say whose they are, and internal prices: closed to an actor with a scope."""

AnySelect = TypeVar("AnySelect", bound="sa.Select[Any]")


def scoped(query: AnySelect, table: sa.Table, actor: Actor | None, dialect: str) -> AnySelect:
    """Restrict a query on a table to the actor's branches: the one place where scope is enforced.

    actor: None and an actor without limits see every row. Tables of the ground belong to nobody and stay open.
    Raises NotAllowedError for tables of parties that cannot be told apart by branch.
    """
    if actor is None or actor.branch_ids is None:
        return query
    if table.name in PARTIES_WITHOUT_BRANCH:
        raise NotAllowedError("table {table} is open to actors without a branch limit only", table=table.name)
    column = table.columns.get(BRANCH_COLUMN.get(table.name, "branch_id"))
    return query if column is None else query.where(among(column, sorted(actor.branch_ids), dialect))


def matching(query: AnySelect, table: sa.Table, where: Mapping[str, object], dialect: str) -> AnySelect:
    """Add one condition a column: equal to a value, null for None, or among the values of a list, array or series.

    Raises InvalidInputError for a column that the table has not.
    """
    for name, wanted in where.items():
        column = table.columns.get(name)
        if column is None:
            raise InvalidInputError("table {table} has no column {column}", table=table.name, column=name)
        several = isinstance(wanted, Iterable) and not isinstance(wanted, str | bytes)
        query = query.where(among(column, wanted, dialect) if several else column == _plain(wanted))
    return query


def is_one_value(wanted: object) -> bool:
    """Tell whether a condition of `matching` holds a column to a single value that is not null."""
    return isinstance(wanted, str | int | np.integer)


FEW = 100
"""Up to so many values are named one by one, which gives the planner the best estimate."""


def among(column: sa.Column[Any], values: Any, dialect: str) -> sa.ColumnElement[bool]:  # noqa: ANN401 (any sequence)
    """Return a condition that a column's value is one of many; of very many as ONE parameter."""
    plain = pl.Series(values).to_list() if isinstance(values, np.ndarray) else [_plain(value) for value in values]
    if len(plain) <= FEW:
        return column.in_(plain)
    if dialect == "sqlite":
        text = sa.literal(orjson.dumps(plain).decode(), sa.Text)
        return column.in_(sa.select(sa.func.json_each(text).table_valued("value").c.value))
    # An array, which needs no conversion a row: under a policy one that may fail keeps an index from being used.
    kind = sa.Text() if column.type.python_type is str else column.type
    return column.in_(sa.select(sa.func.unnest(sa.cast(sa.literal(plain, ARRAY(kind)), ARRAY(kind)))))


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
