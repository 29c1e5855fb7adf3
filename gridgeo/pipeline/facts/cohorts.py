"""Which customers of the cells belong to each cohort grid of the store."""

from __future__ import annotations

from datetime import date

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import local_actor
from gridgeo.pipeline.facts.records import Cohort
from gridgeo.pipeline.features.cohorts import customers_on, with_member
from gridgeo.pipeline.features.rules import asked_about, cohort_rule
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage.features import feature_records

MOST_COHORTS = 12
"""A column each would be too many beyond; the first by name are taken."""


def cohort_facts(connection: sa.Connection, inputs: Inputs, customers: pl.DataFrame, day: date) -> tuple[Cohort, ...]:
    """Return the cohorts with the membership of each row of the customers' facts; who is undecided does not belong.

    day: counts for a rule without a day of its own.
    """
    grids = feature_records(connection, "cohort")[:MOST_COHORTS]
    if not grids:
        return ()
    known, _ = customers_on(connection, local_actor(), inputs, day)
    found = []
    for grid in grids:
        asked = asked_about(connection, local_actor(), "cohort", grid.id)
        rule = cohort_rule(connection, asked.body)
        member = with_member(known, asked, rule, rule.as_of or day).filter("member").select("id")
        found.append(Cohort(grid.id, grid.name, customers["id"].is_in(member["id"].implode())))
    return tuple(found)
