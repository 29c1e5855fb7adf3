"""Industry grids: merchants by cell, how concentrated they are, and which ones to see first."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.features import IndustryRule, industry_from_json, industry_words, of_rule
from gridgeo.features.industry_rules import STATES
from gridgeo.i18n import LANGUAGES
from gridgeo.pipeline.features.cohorts import paged
from gridgeo.pipeline.features.parties import area_members, merchants_in_scope
from gridgeo.pipeline.features.rules import Asked, Subject, asked_about, industry_table, require_reader
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.scoring.concentration import LEAST_EXPECTED, location_quotient
from gridgeo.storage import read_frame
from gridgeo.storage.grids import grid_frame

AREAS = ("grid", "branch", "cell")
ORDER = ("own customers of the bank first", "then merchants with a name, by name")
"""What the list of merchants is ordered by: nothing is known of their turnover."""


def industry_codes(
    connection: sa.Connection, actor: Actor, *, scheme: str | None = None, edition: str | None = None
) -> pl.DataFrame:
    """Return the INDUSTRY_CODES that are known, of one scheme and edition where they are given."""
    require_reader(actor)
    table = industry_table(connection)
    for column, given in (("scheme", scheme), ("edition", edition)):
        if given is not None and given not in table[column]:
            raise InvalidInputError(
                "{field} must be one of {known}, got {given}",
                field=column,
                known=", ".join(table[column].unique().sort()),
                given=given,
            )
        table = table if given is None else table.filter(pl.col(column) == given)
    return table


def industry_merchants(
    connection: sa.Connection, actor: Actor, subject: Subject, *, branch_id: str | None = None
) -> tuple[Asked, IndustryRule, pl.DataFrame]:
    """Return what is asked about, its rule, and every merchant in scope with code, state and member (null: undecided).

    branch_id: this catchment only; a grid of a branch means that one.
    """
    asked = asked_about(connection, actor, "industry", subject)
    branch = _branch(connection, actor, branch_id or asked.branch_id)
    table = industry_table(connection)
    rule = industry_from_json(asked.body, table)
    merchants = merchants_in_scope(connection, actor, newest_inputs(connection), branch)
    found = of_rule(merchants, table, rule).rename({"code": "known_code"})
    return asked, rule, merchants.join(found, on="id", how="left", maintain_order="left")


def industry_cells(
    connection: sa.Connection, actor: Actor, subject: Subject, *, branch_id: str | None = None
) -> pl.DataFrame:
    """Return the cells with merchants of an industry, ordered: branch_id, cell, merchants (count)."""
    rows = industry_merchants(connection, actor, subject, branch_id=branch_id)[2]
    counts = rows.filter(pl.col("member")).group_by("branch_id", "cell").agg(merchants=pl.len().cast(pl.Int64))
    return counts.sort("branch_id", "cell", nulls_last=True)


def industry_summary(
    connection: sa.Connection, actor: Actor, subject: Subject, *, branch_id: str | None = None, by: str = "grid"
) -> dict[str, Any]:
    """Return an industry's counts and its concentration by area.

    by: grid (area grids), branch or cell. The quotient is the area's share of the industry over the share of all
    merchants in scope, shrunk, with its 90 % band; null where fewer than LEAST_EXPECTED merchants are expected. Areas
    come with the highest quotient first. Merchants without a code are counted by reason and belong nowhere.
    """
    if by not in AREAS:
        raise InvalidInputError(
            "{field} must be one of {known}, got {given}", field="by", known=", ".join(AREAS), given=by
        )
    asked, rule, rows = industry_merchants(connection, actor, subject, branch_id=branch_id)
    codes = industry_table(connection)
    states = dict(rows["state"].value_counts().iter_rows())
    inputs = newest_inputs(connection)
    return asked.as_dict() | {
        "words": {language: industry_words(rule, codes, language) for language in LANGUAGES},
        "merchants": rows.height,
        "members": int(rows["member"].sum()),
        "undecided": int(rows["member"].null_count()),
        "by_state": {state: int(states.get(state, 0)) for state in STATES},
        "cells": rows.filter(pl.col("member"))["cell"].n_unique(),
        "by": by,
        "least_expected": LEAST_EXPECTED,
        "areas": _concentration(_areas(connection, actor, inputs, rows, by)),
        "versions": {"ground": inputs.ground, "bank": inputs.bank, "catchment": inputs.catchment},
    }


def top_merchants(
    connection: sa.Connection,
    actor: Actor,
    subject: Subject,
    *,
    branch_id: str | None = None,
    page: tuple[int, int] = (0, 100),
) -> dict[str, Any]:
    """Return merchants of an industry, the bank's own first, then by name; ordered_by says so in words."""
    asked, _, rows = industry_merchants(connection, actor, subject, branch_id=branch_id)
    kept = rows.filter(pl.col("member")).sort("own", "name", "id", descending=[True, False, False], nulls_last=True)
    shown = kept.select("id", "name", "own", "known_code", "state", "branch_id").with_columns(
        cell=pl.Series(cell_strings(kept["cell"].to_numpy()), dtype=pl.String)
    )
    return asked.as_dict() | {"ordered_by": list(ORDER)} | paged(shown, page)


def _branch(connection: sa.Connection, actor: Actor, branch_id: str | None) -> str | None:
    if branch_id is None:
        return None
    bank = newest_inputs(connection).bank
    if read_frame(connection, "org_unit", version_id=bank, where={"id": branch_id}, actor=actor).is_empty():
        raise NotFoundError("there is no branch {branch}", branch=branch_id)
    return branch_id


def _areas(connection: sa.Connection, actor: Actor, inputs: Inputs, rows: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return one row a decided merchant: area, name, member."""
    decided = rows.filter(pl.col("member").is_not_null())
    if by == "branch":
        return decided.select(area="branch_id", name="branch_id", member="member")
    if by == "cell":
        cells = pl.Series("area", cell_strings(decided["cell"].to_numpy()), dtype=pl.String)
        return decided.select("member").with_columns(area=cells, name=cells)
    members = area_members(connection, inputs).table.filter(pl.col("party_kind") == "merchant")
    named = grid_frame(connection, actor.branch_ids).select(grid_id="id", grid_name="name")
    in_grids = members.select("party_id", "grid_id").join(named, on="grid_id")
    found = decided.join(in_grids, left_on="id", right_on="party_id", how="left", maintain_order="left")
    return found.select(area="grid_id", name="grid_name", member="member")


def _concentration(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the areas with their counts and location quotient; merchants in no area count for the whole alone."""
    counts = rows.group_by("area").agg(name=pl.col("name").first(), merchants=pl.len(), members=pl.col("member").sum())
    if counts.is_empty():
        return []
    table = counts.select("members", others=pl.col("merchants") - pl.col("members")).to_numpy().astype(np.float64)
    found = location_quotient(table)
    columns = {"expected": found.expected, "quotient": found.value, "low": found.low, "high": found.high}
    shown = counts.with_columns(pl.Series(name, values[:, 0]).fill_nan(None) for name, values in columns.items())
    ordered = shown.filter(pl.col("area").is_not_null()).sort(
        "quotient", "members", "area", descending=[True, True, False], nulls_last=True
    )
    return ordered.to_dicts()
