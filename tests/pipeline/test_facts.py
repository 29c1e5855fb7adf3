"""What is read of customers and households for the measures: services, days, stages, places, and whom a contact met."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.cells import cells_from_points
from gridgeo.domain import local_actor
from gridgeo.features.cohort_masks import COLUMNS
from gridgeo.features.life_cycle import EXAMPLE_STAGES
from gridgeo.pipeline.facts.customers import KNOWN, customer_facts, newest_day
from gridgeo.pipeline.facts.households import household_facts
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import CONTRACTS, new_version, open_engine, upgrade, write_frame

DAY = date(2026, 6, 30)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
CUSTOMER = CONTRACTS["customer"]
CUSTOMERS = pl.DataFrame(
    [
        {"id": "a", "products": 2, "contacts_12m": 9, "household_id": "h1", "last_contact_on": date(2024, 1, 1)}
        | {"opened_on": date(2025, 1, 1), "second_product_on": date(2025, 3, 2)},
        {"id": "b", "products": 1, "contacts_12m": 4, "household_id": "h2", "last_contact_on": date(2026, 5, 1)},
    ],
    schema={name: CUSTOMER[name] for name in KNOWN},
)
CONTACTS = pl.DataFrame(
    {
        "party_kind": ["customer", "customer", "customer", "customer", "household"],
        "party_id": ["a", "a", "a", "b", "h4"],
        "contacted_on": [DAY, date(2026, 1, 5), date(2025, 6, 30), date(2026, 2, 2), date(2026, 3, 3)],
        "effective": [True, True, True, False, True],
    }
)
SHARES = pl.DataFrame({"id": ["a", "b", "b"], "at": [0, 1, 2], "share": [1.0, 0.5, 0.5]})


def test_effective_contacts_of_the_last_twelve_months_are_counted_and_days_and_stages_worked_out() -> None:
    facts, source = customer_facts(SHARES, (CUSTOMERS, CONTACTS), DAY, EXAMPLE_STAGES)
    assert source == "contacts"
    assert facts["services_12m"].to_list() == [2.0, 0.0, 0.0], "a year before the day is out; b's did not reach anybody"
    assert facts["days_to_second"].to_list() == [60.0, None, None]
    assert facts["stage"].to_list() == ["growing", "growing", "growing"]


def test_without_a_table_of_contacts_the_number_of_the_file_counts() -> None:
    facts, source = customer_facts(SHARES, (CUSTOMERS, CONTACTS.clear()), DAY, EXAMPLE_STAGES)
    assert (source, facts["services_12m"].to_list()) == ("contacts_12m", [9.0, 4.0, 4.0])


def test_the_day_is_the_newest_of_the_figures_and_never_after_today() -> None:
    assert newest_day(CUSTOMERS, CONTACTS, date(2027, 1, 1)) == DAY
    assert newest_day(CUSTOMERS, CONTACTS, date(2026, 6, 1)) == date(2026, 5, 1)
    assert newest_day(CUSTOMERS.clear(), CONTACTS.clear(), DAY) is None
    assert set(COLUMNS) <= set(KNOWN)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    engine = open_engine(f"sqlite:///{tmp_path}/facts.db", create=True)
    upgrade(engine)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


def test_households_stand_at_their_own_point_or_their_buildings_and_are_met_through_members(
    connection: sa.Connection,
) -> None:
    ids = {kind: new_version(connection, local_actor(), kind, params={}, now=NOW) for kind in ("ground", "bank")}
    house = {"id": "w1", "lng": 9.5201, "lat": 47.14, "residential": True}
    homes = [
        {"id": "h1", "lng": 9.52, "lat": 47.14},
        {"id": "h2", "building_id": "w1", "status": "working_away"},
        {"id": "h3", "lng": 9.52, "lat": 47.14, "status": "moved"},
        {"id": "h4", "lng": 9.52, "lat": 47.14, "status": "resident"},
        {"id": "h5", "lng": 9.52, "lat": 47.14},
        {"id": "h6"},
    ]
    for name, rows, kind in (("building", [house], "ground"), ("household", homes, "bank")):
        write_frame(connection, name, pl.DataFrame(rows, schema=CONTRACTS[name]), version_id=ids[kind])
    cells = cells_from_points([9.52], [47.14], 9)
    facts, lost = household_facts(connection, Inputs(**ids), cells, (CUSTOMERS, CONTACTS), DAY)
    assert facts is not None
    # h1 by a contact of a, h2 by the last contact of b at its building, h4 by itself; h5 by nobody.
    assert sorted(facts["contacted"].to_list()) == [False, True, True, True]
    assert lost == 1, "h6 has no place; h3 has moved away"
