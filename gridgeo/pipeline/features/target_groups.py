"""Target groups: who is meant now, each party once, with what it is in; who may not be contacted stands apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import NotAllowedError
from gridgeo.features import (
    CohortLeaf,
    IndustryLeaf,
    TargetRule,
    column_of,
    industry_from_json,
    of_rule,
    target_mask,
)
from gridgeo.features.target_rules import target_words
from gridgeo.i18n import LANGUAGES
from gridgeo.pipeline.features.cohorts import customers_on, paged, with_member
from gridgeo.pipeline.features.parties import area_members, merchants_in_scope
from gridgeo.pipeline.features.rules import (
    Asked,
    Subject,
    asked_about,
    cohort_rule,
    industry_table,
    target_rule,
)
from gridgeo.pipeline.steps import OVERSEERS, Inputs
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage.features import feature_records
from gridgeo.storage.grids import grid_frame

PARTY = ("party_kind", "party_id", "branch_id")
REASONS = ("do_not_contact", "consent_withdrawn")


@dataclass(frozen=True, eq=False)
class TargetResult:
    """A target group worked out.

    table: one row a party in scope: PARTY, grid_id, a column for each grid that the rule names, member (null: a place,
    attribute or code that decides it is not known), excluded (why it may not be contacted, null where it may).
    """

    asked: Asked
    rule: TargetRule
    table: pl.DataFrame
    names: dict[str, str]
    expired: int
    membership: int | None
    inputs: Inputs

    def counts(self) -> dict[str, Any]:
        """Return the counts as plain JSON values: members are those who may be contacted."""
        meant = self.table.filter(pl.col("member"))
        free = meant.filter(pl.col("excluded").is_null())
        by_kind = dict(free["party_kind"].value_counts().iter_rows())
        why = dict(meant["excluded"].drop_nulls().value_counts().iter_rows())
        return self.asked.as_dict() | {
            "words": {language: target_words(self.rule, self.names, language) for language in LANGUAGES},
            "members": free.height,
            "by_kind": {kind: int(by_kind.get(kind, 0)) for kind in ("customer", "merchant")},
            "excluded": {reason: int(why.get(reason, 0)) for reason in REASONS},
            "undecided": int(self.table["member"].null_count()),
            "expired_prospects": self.expired,
            "membership_version": self.membership,
            "versions": self.inputs.as_dict(),
        }


def target_result(
    connection: sa.Connection, actor: Actor, subject: Subject, today: date, *, as_of: date | None = None
) -> TargetResult:
    """Work out a target group now over the parties in the actor's scope; nothing is stored.

    subject: id of a target group, or a rule. as_of: the day of its cohorts; else the rule's own, else each cohort's
    own, else today.
    Raises NotFoundError naming a grid that is not there, NotAllowedError, InvalidInputError.
    """
    asked = asked_about(connection, actor, "target_group", subject)
    rule = target_rule(connection, actor, asked.body)
    inputs = newest_inputs(connection)
    fixed = as_of or rule.as_of
    customers, expired = customers_on(connection, actor, inputs, today)
    merchants = merchants_in_scope(connection, actor, inputs)
    parties = pl.concat(
        [
            _customer_columns(connection, actor, customers, rule, fixed, today),
            _merchant_columns(connection, actor, merchants, rule),
        ],
        how="diagonal",
    )
    if asked.branch_id is not None:
        parties = parties.filter(pl.col("branch_id") == asked.branch_id)
    areas = area_members(connection, inputs)
    in_grids = areas.table.select("party_kind", "party_id", "grid_id")
    table = parties.join(in_grids, on=["party_kind", "party_id"], how="left", maintain_order="left")
    decided = table.with_columns(member=target_mask(rule))
    return TargetResult(asked, rule, decided, _names(connection, actor), expired, areas.version, inputs)


def target_count(
    connection: sa.Connection, actor: Actor, subject: Subject, today: date, *, as_of: date | None = None
) -> dict[str, Any]:
    """Return how many a target group means now, and how many it leaves out and why."""
    return target_result(connection, actor, subject, today, as_of=as_of).counts()


def target_page(
    connection: sa.Connection,
    actor: Actor,
    subject: Subject,
    today: date,
    *,
    as_of: date | None = None,
    page: tuple[int, int] = (0, 100),
) -> dict[str, Any]:
    """Return the counts and one page of the parties that may be contacted, each once, with the grids that it is in."""
    result = target_result(connection, actor, subject, today, as_of=as_of)
    return _listed(result, pl.col("excluded").is_null(), page)


def excluded_page(
    connection: sa.Connection,
    actor: Actor,
    subject: Subject,
    today: date,
    *,
    as_of: date | None = None,
    page: tuple[int, int] = (0, 100),
) -> dict[str, Any]:
    """Return the counts and one page of the parties that may not be contacted, with the reason of each.

    Raises NotAllowedError for others than head office, planners and auditors.
    """
    if actor.role not in OVERSEERS:
        raise NotAllowedError("who may not be contacted is listed for head office, planners and auditors only")
    result = target_result(connection, actor, subject, today, as_of=as_of)
    return _listed(result, pl.col("excluded").is_not_null(), page)


def _listed(result: TargetResult, which: pl.Expr, page: tuple[int, int]) -> dict[str, Any]:
    rows = result.table.filter(pl.col("member") & which).sort("party_kind", "party_id")
    body = paged(rows, page)
    return result.counts() | body | {"items": [_item(row, result) for row in body["items"]]}


def _item(row: dict[str, Any], result: TargetResult) -> dict[str, Any]:
    """Return a party with the area, industry and cohort grids that it is in; another branch's area has no name here."""
    grids = [(name.partition(":")[0], name.partition(":")[2]) for name, value in row.items() if ":" in name and value]
    area = [("area", row["grid_id"])] if row["grid_id"] in result.names else []
    return {name: row[name] for name in (*PARTY, "excluded")} | {
        "in": [{"kind": kind, "id": item, "name": result.names.get(item)} for kind, item in area + grids]
    }


def _customer_columns(
    connection: sa.Connection,
    actor: Actor,
    customers: pl.DataFrame,
    rule: TargetRule,
    fixed: date | None,
    today: date,
) -> pl.DataFrame:
    """Return customers with whether each cohort of the rule holds them and why they may not be contacted."""
    table = customers.with_columns(
        excluded=pl.when(pl.col("do_not_contact"))
        .then(pl.lit(REASONS[0]))
        .when(~pl.col("consent"))
        .then(pl.lit(REASONS[1])),
        **{column_of(IndustryLeaf(item)): pl.lit(value=False) for item in rule.feature_ids(IndustryLeaf)},
    )
    for feature_id in rule.feature_ids(CohortLeaf):
        asked = asked_about(connection, actor, "cohort", feature_id)
        cohort = cohort_rule(connection, asked.body)
        held = with_member(customers, asked, cohort, fixed or cohort.as_of or today)["member"]
        table = table.with_columns(held.alias(column_of(CohortLeaf(feature_id))))
    return table.select(*PARTY, "excluded", *(name for name in table.columns if ":" in name))


def _merchant_columns(
    connection: sa.Connection, actor: Actor, merchants: pl.DataFrame, rule: TargetRule
) -> pl.DataFrame:
    """Return merchants with whether each industry of the rule holds them."""
    codes = industry_table(connection)
    table = merchants.select(
        party_kind=pl.lit("merchant"),
        party_id="id",
        branch_id="branch_id",
        excluded=pl.lit(None, pl.String),
        **{column_of(CohortLeaf(item)): pl.lit(value=False) for item in rule.feature_ids(CohortLeaf)},
    )
    for feature_id in rule.feature_ids(IndustryLeaf):
        asked = asked_about(connection, actor, "industry", feature_id)
        held = of_rule(merchants, codes, industry_from_json(asked.body, codes))["member"]
        inside = pl.lit(value=True) if asked.branch_id is None else pl.col("branch_id").eq_missing(asked.branch_id)
        table = table.with_columns((held & inside).alias(column_of(IndustryLeaf(feature_id))))
    return table


def _names(connection: sa.Connection, actor: Actor) -> dict[str, str]:
    areas = dict(grid_frame(connection, actor.branch_ids).select("id", "name").iter_rows())
    return areas | {record.id: record.name for record in feature_records(connection, actor=actor)}
