"""Which customers of the cells belong to each cohort grid of the store."""

from __future__ import annotations

from datetime import date

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import local_actor
from gridgeo.pipeline.facts.records import Cohort
from gridgeo.pipeline.features.cohorts import with_member
from gridgeo.pipeline.features.rules import asked_about, cohort_rule
from gridgeo.storage.features import feature_records

MOST_COHORTS = 12
"""A column each would be too many beyond; the first by name are taken."""


def cohort_facts(connection: sa.Connection, known: pl.DataFrame, rows: pl.DataFrame, day: date) -> tuple[Cohort, ...]:
    """Return the cohorts with the membership of each row of the customers' facts; who is undecided does not belong.

    known: the customers as the rules read them. rows: with id. day: counts for a rule without a day of its own.
    """
    found = []
    for grid in feature_records(connection, "cohort")[:MOST_COHORTS]:
        asked = asked_about(connection, local_actor(), "cohort", grid.id)
        rule = cohort_rule(connection, asked.body)
        member = with_member(known, asked, rule, rule.as_of or day).filter("member").select("id")
        found.append(Cohort(grid.id, grid.name, rows["id"].is_in(member["id"].implode())))
    return tuple(found)
