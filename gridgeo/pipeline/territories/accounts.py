"""Account and area (管户, 属地): conflicts, customers of other branches, who gains and loses by a plan."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.sums import sum_of
from gridgeo.pipeline.steps import require_money
from gridgeo.pipeline.territories.account_policy import AccountPolicy, account_policy
from gridgeo.pipeline.territories.compare import LIVE, Plan, compared_branches, plan_named
from gridgeo.pipeline.territories.drafts import live_inputs
from gridgeo.pipeline.territories.parties import customers_on, with_areas
from gridgeo.storage import read_frame

MONTH_DAYS = 365.25 / 12
LISTED = (
    "customer_id", "tier", "balance_fen", "account_branch", "account_rm", "area_branch", "area_rm", "may_contact",
    "account_follows",
)  # fmt: skip
SUMS = (
    *("customers_before", "customers_after", "customers_gained", "customers_lost"),
    *("balance_before_fen", "balance_after_fen", "balance_gained_fen", "balance_lost_fen"),
    *("pay_basis_before_fen", "pay_basis_after_fen", "pay_basis_change_fen"),
)


def conflicts(
    connection: sa.Connection, actor: Actor, plan: str, today: date, page: tuple[int, int] = (0, 50)
) -> dict[str, Any]:
    """List the customers whose account is with another manager than that of the area they live in.

    Each with who may contact by the policy, and whether the account follows the area. page: offset, limit.
    """
    differing = pl.col("account_rm").ne_missing(pl.col("area_rm"))
    return _listed(connection, actor, plan, today, (differing, page))


def enclaves(
    connection: sa.Connection, actor: Actor, plan: str, today: date, page: tuple[int, int] = (0, 50)
) -> dict[str, Any]:
    """List the customers of other branches who live in an area (飞地客户)."""
    foreign = pl.col("account_branch") != pl.col("area_branch")
    return _listed(connection, actor, plan, today, (foreign, page))


def _listed(
    connection: sa.Connection, actor: Actor, name: str, today: date, asked: tuple[pl.Expr, tuple[int, int]]
) -> dict[str, Any]:
    require_money(actor)
    condition, (offset, limit) = asked
    plan = plan_named(connection, actor, name)
    policy = account_policy(connection)
    people = customers_on(connection, actor, plan.inputs)
    rows = with_areas(connection, people, plan, _branches(connection, plan, actor))
    told = rows.select(
        "tier",
        "balance_fen",
        "area_branch",
        "area_rm",
        customer_id="id",
        account_branch="branch_id",
        account_rm="account_rm_id",
        may_contact=pl.lit(", ".join(policy.contact)),
        account_follows=_follows(policy, today),
    ).select(LISTED)
    found = told.filter(condition).sort("area_branch", "area_rm", "customer_id")
    by_area = found.group_by("area_branch", "area_rm").agg(customers=pl.len(), balance_fen=pl.col("balance_fen").sum())
    return {
        "plan": name,
        "policy_example": policy.example,
        "customers": told.height,
        "count": found.height,
        "by_area": by_area.sort("area_branch", "area_rm").to_dicts(),
        "offset": offset,
        "items": found.slice(offset, limit).to_dicts(),
    }


def _branches(connection: sa.Connection, plan: Plan, actor: Actor | None) -> list[str]:
    rows = read_frame(connection, "territory", version_id=plan.version, columns=["branch_id"], actor=actor)
    return rows["branch_id"].unique().sort().to_list()


def _follows(policy: AccountPolicy, day: date) -> pl.Expr:
    """Tell whether the account goes to the area's manager under the policy, on a day."""
    if policy.follows == "on_consent":
        return pl.col("consent").fill_null(False)
    if policy.follows == "on_dormancy":
        idle = (pl.lit(day) - pl.col("last_contact_on")).dt.total_days()
        return (idle > policy.dormant_months * MONTH_DAYS).fill_null(True)
    return pl.lit(False)


def gains(connection: sa.Connection, actor: Actor, name: str, effective_on: date, month: int = 0) -> dict[str, Any]:
    """Say what every manager and branch gains and loses when a scenario is published: customers, balances, pay basis.

    A manager's customers are those of the area. The pay basis is the balances, shared between account's and area's
    manager: by the policy's last shares where nothing changes, and where the area changes hands by those of so many
    months after the day of effect, the account going along where the policy says so. Sums only, of branches that the
    scenario plans: no customer is named.
    """
    require_money(actor)
    plans = (plan_named(connection, actor, LIVE), plan_named(connection, actor, name))
    branches = compared_branches(connection, actor, plans)
    policy = account_policy(connection)
    # Sums over everybody who lives here, whoever asks: the rows themselves stay inside.
    people = customers_on(connection, None, live_inputs(connection)).with_columns(pl.col("balance_fen").fill_null(0))
    before, after = (with_areas(connection, people, plan, branches) for plan in plans)
    both = before.select(
        "id",
        "balance_fen",
        "account_rm_id",
        one="area_rm",
        one_branch="area_branch",
        goes=_follows(policy, effective_on),
    ).join(after.select("id", other="area_rm", other_branch="area_branch"), on="id")
    by_rm = _sums(both, ("one", "other")).join(_paid_change(both, policy, month), on="who", how="full", coalesce=True)
    by_branch = _sums(both, ("one_branch", "other_branch"))
    return {
        "scenario": name,
        "effective_on": effective_on.isoformat(),
        "month": month,
        "policy_example": policy.example,
        "managers": _told(by_rm, "rm", SUMS),
        "branches": _told(by_branch, "branch", SUMS[:8]),
        "customers": both.height,
    }


def _paid_change(both: pl.DataFrame, policy: AccountPolicy, month: int) -> pl.DataFrame:
    """Return who -> pay basis before and after, in fen."""
    settled, at_month = policy.paid[-1], policy.paid_at(month)
    moves = pl.col("one").ne_missing(pl.col("other"))
    account = pl.when(moves & pl.col("goes")).then(pl.coalesce("other", "account_rm_id")).otherwise("account_rm_id")
    shared = both.with_columns(
        account_after=account,
        account_share=pl.when(moves).then(at_month.account_share).otherwise(settled.account_share),
        area_share=pl.when(moves).then(at_month.area_share).otherwise(settled.area_share),
    )
    sides = (
        ("account_rm_id", pl.lit(settled.account_share), "before"),
        ("one", pl.lit(settled.area_share), "before"),
        ("account_after", pl.col("account_share"), "after"),
        ("other", pl.col("area_share"), "after"),
    )
    parts = [
        shared.select(who=column, basis=pl.col("balance_fen") * share, side=pl.lit(side))
        for column, share, side in sides
    ]
    sums = (
        pl.concat(parts)
        .drop_nulls("who")
        .group_by("who")
        .agg(
            pay_basis_before_fen=sum_of(pl.col("basis").filter(pl.col("side") == "before")).round().cast(pl.Int64),
            pay_basis_after_fen=sum_of(pl.col("basis").filter(pl.col("side") == "after")).round().cast(pl.Int64),
        )
    )
    return sums.with_columns(pay_basis_change_fen=pl.col("pay_basis_after_fen") - pl.col("pay_basis_before_fen"))


def _sums(both: pl.DataFrame, columns: tuple[str, str]) -> pl.DataFrame:
    """Return who -> customers and balances before, after, gained and lost."""
    one, other = columns
    stays = pl.col(one).eq_missing(pl.col(other))
    sides = [
        both.drop_nulls(side)
        .group_by(who=side)
        .agg(
            pl.len().cast(pl.Int64).alias(f"customers_{word}"),
            pl.col("balance_fen").sum().alias(f"balance_{word}_fen"),
            (~stays).sum().cast(pl.Int64).alias(f"customers_{moved}"),
            pl.col("balance_fen").filter(~stays).sum().alias(f"balance_{moved}_fen"),
        )
        for side, word, moved in ((one, "before", "lost"), (other, "after", "gained"))
    ]
    return sides[0].join(sides[1], on="who", how="full", coalesce=True)


def _told(table: pl.DataFrame, key: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    filled = table.with_columns(pl.col(pl.Int64).fill_null(0)).sort("who")
    return filled.select(pl.col("who").alias(key), *columns).to_dicts()
