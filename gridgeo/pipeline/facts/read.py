"""Read everything that the measures of some cells need besides counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from gridgeo.pipeline.cell_inputs import CellInputs
from gridgeo.pipeline.facts.cohorts import cohort_facts
from gridgeo.pipeline.facts.customers import contacts_of, customer_facts, known_customers, newest_day
from gridgeo.pipeline.facts.households import household_facts
from gridgeo.pipeline.facts.places import place_facts, roads_of
from gridgeo.pipeline.facts.records import PRODUCT_FACTS, Facts
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import read_frame


def with_facts(
    connection: sa.Connection, inputs: Inputs, parts: list[CellInputs], today: date, as_of: date | None = None
) -> list[CellInputs]:
    """Return the inputs of each set of cells with what the bank knows of the parties in them.

    as_of: the day that counts; by default the newest one that the bank's figures are of, not after today.
    """
    known = (known_customers(connection, inputs), contacts_of(connection, inputs))
    day = as_of or newest_day(*known, today)
    roads = roads_of(connection, inputs)
    products = read_frame(connection, "product", version_id=inputs.bank, columns=list(PRODUCT_FACTS))
    whole = []
    for given in parts:
        customers, source = customer_facts(given.customer_rows, known, day)
        households, lost = household_facts(connection, inputs, given.cells, known, day)
        reachable, rivals = place_facts(connection, inputs, given, roads)
        facts = Facts(
            as_of=day,
            customers=customers,
            services_from=source,
            products=products,
            households=households,
            households_without_cell=lost,
            reachable=reachable,
            rivals=rivals,
            cohorts=cohort_facts(connection, inputs, customers, day or today),
        )
        whole.append(replace(given, facts=facts))
    return whole
