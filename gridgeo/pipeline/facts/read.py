"""Read everything that the measures of some cells need besides counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl
import sqlalchemy as sa

from gridgeo.features.life_cycle import EXAMPLE_STAGES, Stage
from gridgeo.pipeline.cell_inputs import CellInputs
from gridgeo.pipeline.facts.cohorts import cohort_facts
from gridgeo.pipeline.facts.customers import contacts_of, customer_facts, known_customers, newest_day
from gridgeo.pipeline.facts.doubts import doubts_of
from gridgeo.pipeline.facts.households import household_facts
from gridgeo.pipeline.facts.places import place_facts, roads_of
from gridgeo.pipeline.facts.records import Facts
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import read_frame


@dataclass(frozen=True)
class Asked:
    """What a planner chooses: the day that counts (None: the newest of the bank's figures), the stages of life."""

    today: date
    as_of: date | None = None
    stages: tuple[Stage, ...] | None = None


def with_facts(connection: sa.Connection, inputs: Inputs, parts: list[CellInputs], asked: Asked) -> list[CellInputs]:
    """Return the inputs of each set of cells with what the bank knows of the parties in them."""
    known = (known_customers(connection, inputs), contacts_of(connection, inputs))
    day = asked.as_of or newest_day(*known, asked.today)
    bank = Facts(
        as_of=day,
        stages=asked.stages or EXAMPLE_STAGES,
        stages_example=asked.stages is None,
        products=read_frame(connection, "product", version_id=inputs.bank),
        prices=read_frame(connection, "price", version_id=inputs.bank),
    )
    roads = roads_of(connection, inputs)
    whole = []
    for given in parts:
        customers, source = customer_facts(given.customer_rows, known, day, bank.stages)
        households, lost = household_facts(connection, inputs, given.cells, known, day)
        reachable, rivals = place_facts(connection, inputs, given, roads)
        facts = replace(
            bank,
            customers=customers,
            services_from=source,
            merchant_customer=_merchant_customer(given, known[0]),
            households=households,
            households_without_cell=lost,
            reachable=reachable,
            rivals=rivals,
            cohorts=cohort_facts(connection, known[0], customers, day or asked.today),
            doubts=doubts_of(connection, inputs, given, day or asked.today),
        )
        whole.append(replace(given, facts=facts))
    return whole


def _merchant_customer(given: CellInputs, customers: pl.DataFrame) -> pl.Series | None:
    """Return which merchants are customers of the bank; None where no merchant names a customer."""
    named = given.merchant_rows["customer_id"]
    if not named.count():
        return None
    return named.is_in(customers["id"].implode()).fill_null(value=False)
