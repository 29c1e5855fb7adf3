"""Where parties are put by point and address: nothing silently, and nobody lost or counted twice."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.domain import Actor
from gridgeo.pipeline.locate import locate
from gridgeo.pipeline.steps import RunParams
from gridgeo.storage import read_frame

from .review_bank import CUSTOMERS, review_bank


def test_points_that_cannot_be_one_are_not_placed_silently(
    connection: sa.Connection, actor: Actor, now: datetime
) -> None:
    done = locate(connection, actor, review_bank(connection, actor, now), RunParams(), now)
    rows = read_frame(connection, "location", version_id=done.version_id, where={"party_kind": "customer"})
    found = {row["party_id"]: row for row in rows.to_dicts()}
    # Where the address is known it says where, else the party has no cell.
    assert (found["c7"]["tier"], found["c13"]["tier"]) == ("exact", "exact")
    assert (found["c8"]["tier"], found["c8"]["outcome"]) == ("town", "unplaced")
    assert done.report["customer"]["audit"] == {
        "longitude and latitude look swapped": 1,
        "position is 0, 0": 1,
        "outside the boundary": 1,
        "far from its own address": 1,
        "rounded to a coarse grid": 1,
    }
    # A point rounded to a coarse grid is spread as far as rounding may have moved it.
    assert found["c10"]["accuracy_m"] == pytest.approx(672, abs=2)
    cells = read_frame(connection, "location_cell", version_id=done.version_id, where={"party_id": "c10"})
    assert cells.height > 5


ADDRESSES = [row["address"] for row in CUSTOMERS] + ["Seeweg 5a, Vaduz", "Seeweg 11, Vaduz", "Seeweg", "?", "x" * 500]
POINTS = st.none() | st.tuples(st.floats(9.40, 9.60), st.floats(47.05, 47.20)) | st.sampled_from([(0.0, 0.0)])


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=st.lists(st.tuples(st.sampled_from(ADDRESSES), POINTS), min_size=1, max_size=40))
def test_customers_in_are_the_sum_over_cells_and_those_without_one_exactly(
    connection: sa.Connection, actor: Actor, now: datetime, rows: list[tuple[str | None, tuple[float, float] | None]]
) -> None:
    customers = [
        {"id": f"p{number}", "address": address, "lng": point and point[0], "lat": point and point[1]}
        for number, (address, point) in enumerate(rows)
    ]
    with connection.begin_nested() as savepoint:
        done = locate(connection, actor, review_bank(connection, actor, now, customers), RunParams(), now)
        counts = done.report["customer"]
        cells = read_frame(connection, "location_cell", version_id=done.version_id)
        savepoint.rollback()
    shares = cells.filter(pl.col("party_kind") == "customer")
    by_cell = shares.group_by("cell").agg(pl.col("share").sum())["share"]
    # Whole multiples of 2**-20 add up exactly in any order, so nothing here is approximate.
    assert by_cell.sum() + counts["unplaced"] + counts["rejected"] == counts["in"] == len(rows)
    assert counts["in_cells"] == shares["share"].sum() == counts["placed"] == shares["hard"].sum()
    assert (shares.group_by("party_id").agg(pl.col("share").sum())["share"] == 1.0).all()
    assert not set(shares["party_id"]) & {
        f"p{number}" for number, (address, point) in enumerate(rows) if address in ("Seeweg", "?", None) and not point
    }
