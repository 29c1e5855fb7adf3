"""What is known of the customers in the cells, and the day that it is of."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import sqlalchemy as sa

from gridgeo.domain.tables import checked
from gridgeo.features.cohort_masks import COLUMNS
from gridgeo.features.life_cycle import Stage, stage_of
from gridgeo.pipeline.facts.records import CUSTOMER_FACTS
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import read_frame

YEAR_DAYS = 365
NOT_REACHED = (
    "no answer",
    "no_answer",
    "unreachable",
    "wrong number",
    "failed",
    "invalid",
    "未接",
    "未接通",
    "无人接听",
    "无人应答",
    "未联系上",
    "联系不上",
    "空号",
    "停机",
    "关机",
    "错号",
    "拒接",
    "无效",
    "失败",
)
"""Outcomes of a contact that served nobody, in lower case; every other one, and an empty one, counts as effective."""
CONTACT_COLUMNS = ["id", "party_kind", "party_id", "contacted_on", "outcome"]
KNOWN = list(dict.fromkeys(["id", "branch_id", *COLUMNS, "household_id", "second_product_on"]))


def contacts_of(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    """Return the bank's contacts: party_kind, party_id, contacted_on, effective."""
    rows = read_frame(connection, "contact", version_id=inputs.bank, columns=CONTACT_COLUMNS)
    outcome = pl.col("outcome").str.strip_chars().str.to_lowercase()
    effective = ~outcome.is_in(NOT_REACHED).fill_null(value=False)
    return rows.select("party_kind", "party_id", "contacted_on", effective.alias("effective"))


def known_customers(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    """Return the customers of the bank, prospects left out: KNOWN."""
    rows = read_frame(connection, "customer", version_id=inputs.bank, columns=KNOWN)
    return rows.filter(pl.col("party").fill_null("customer") == "customer")


def newest_day(customers: pl.DataFrame, contacts: pl.DataFrame, today: date) -> date | None:
    """Return the newest day that the bank's figures are of, never after today; None where nothing is dated."""
    dated = [customers[name] for name in ("last_contact_on", "opened_on", "second_product_on")]
    days = pl.concat([column.alias("day") for column in (*dated, contacts["contacted_on"])]).drop_nulls()
    found = days.filter(days <= today).max()
    return found if isinstance(found, date) else None


def customer_facts(
    shares: pl.DataFrame, known: tuple[pl.DataFrame, pl.DataFrame], day: date | None, stages: tuple[Stage, ...]
) -> tuple[pl.DataFrame, str | None]:
    """Return CUSTOMER_FACTS, and the table that services were counted in, None without any.

    shares: id, at, share, a row a customer and cell. known: customers and contacts. Contacts count where the bank has a
    table of them, else the number that came with the customer, of which nobody knows whether it was effective.
    """
    customers, contacts = known
    served, source = _services(customers, contacts, day)
    wait = (pl.col("second_product_on") - pl.col("opened_on")).dt.total_days().cast(pl.Float64)
    stage = pl.lit(None, pl.String) if day is None else stage_of(stages, day)
    served = served.with_columns(days_to_second=wait, stage=stage)
    rows = shares.select("id", "at", "share").join(served, on="id", how="inner", maintain_order="left")
    return checked(rows.select(list(CUSTOMER_FACTS)), CUSTOMER_FACTS, "customer facts"), source


def _services(customers: pl.DataFrame, contacts: pl.DataFrame, day: date | None) -> tuple[pl.DataFrame, str | None]:
    """Add services_12m to the customers."""
    mine = contacts.filter(pl.col("party_kind") == "customer")
    if day is None or mine.is_empty():
        source = "contacts_12m" if customers["contacts_12m"].count() else None
        return customers.with_columns(services_12m=pl.col("contacts_12m").cast(pl.Float64)), source
    year = mine.filter(pl.col("effective") & within_a_year("contacted_on", day))
    count = year.group_by("party_id").agg(services_12m=pl.len().cast(pl.Float64))
    joined = customers.join(count, left_on="id", right_on="party_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("services_12m").fill_null(0.0)), "contacts"


def within_a_year(column: str, day: date) -> pl.Expr:
    """Return whether a date lies in the 12 months up to a day; null where it is unknown."""
    return (pl.col(column) > day - timedelta(days=YEAR_DAYS)) & (pl.col(column) <= day)
