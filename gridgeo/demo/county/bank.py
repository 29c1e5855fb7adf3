"""The county's bank: a head office, a branch in every town, the staff."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridgeo.demo.county.customers import branch_id
from gridgeo.demo.county.layout import Layout
from gridgeo.demo.county.people import FICTIONAL
from gridgeo.demo.county.spec import BANK_NAME
from gridgeo.demo.staff import HEAD_OFFICE, posts, staff_table
from gridgeo.domain.tables import ORG_UNITS, STAFF, checked

BESIDE_M = (35.0, 30.0)
"""From the middle of a town to its branch."""


def org_units_of(layout: Layout) -> pl.DataFrame:
    """Return ORG_UNITS: the head office without a position, and a branch in the middle of every town."""
    spots = layout.towns.select("x", "y").to_numpy() + np.array(BESIDE_M)
    lng, lat = layout.plane.to_degrees(spots)
    branches = layout.towns.select(
        branch_id(pl.col("town")).alias("id"),
        pl.lit(HEAD_OFFICE).alias("parent_id"),
        (pl.col("name").str.replace("(街道|镇|乡)$", "") + "支行" + FICTIONAL).alias("name"),
        pl.lit("branch").alias("kind"),
        pl.Series("lng", lng),
        pl.Series("lat", lat),
        pl.lit(True).alias("synthetic"),
    )
    head = pl.DataFrame(
        [(HEAD_OFFICE, None, BANK_NAME, "head_office", None, None, True)], schema=ORG_UNITS, orient="row"
    )
    return checked(pl.concat([head, branches]), ORG_UNITS, "org units")


def staff_of(layout: Layout) -> pl.DataFrame:
    """Return STAFF: managers by the households of each town, and a lead a branch; every name says that it is none."""
    managers = posts(layout.towns["households"].to_numpy().astype(np.float64), layout.spec.managers)
    ids = layout.towns.select(branch_id(pl.col("town"))).to_series().to_list()
    people = staff_table(ids, managers)
    word = pl.when(pl.col("post") == "rm").then(pl.lit("客户经理")).otherwise(pl.lit("负责人"))
    named = (word + pl.col("id").str.extract(r"(\d+)$", 1) + FICTIONAL).alias("name")
    return checked(people.with_columns(named), STAFF, "staff")
