"""The fictional county through the whole job on both stores, beside its hidden truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.cells import from_wgs84, metres_between
from gridgeo.demo.county import County, CountySpec, county_of
from gridgeo.domain import local_actor
from gridgeo.pipeline.demo import demo_params, run_demo
from gridgeo.pipeline.published import publication
from gridgeo.storage import fix_house_datum, open_engine
from gridgeo.storage.models import Base

from .conftest import Finished, clock

HOUSEHOLDS, SEED = 4_000, 2


@pytest.fixture(scope="session")
def county() -> County:
    return county_of(CountySpec(HOUSEHOLDS, SEED))


@pytest.fixture(scope="session")
def county_on(make_store: Callable[[str], str]) -> Iterator[Callable[[str], Finished]]:
    """Run the demo on a kind of store, once, and return it finished.

    On PostGIS rows lie in another order before every step, and polars groups tables in parts, on SQLite as a whole.
    """
    done: dict[str, Finished] = {}

    def on(kind: str) -> Finished:
        if kind not in done:
            engine = open_engine(make_store(kind))
            way = "POLARS_FORCE_PARTITION" if kind == "postgis" else "POLARS_NO_PARTITION"
            with pytest.MonkeyPatch.context() as set_up:
                set_up.setenv(way, "1")
                report = run_demo(
                    engine,
                    local_actor(),
                    "county",
                    seed=SEED,
                    clock=clock,
                    households=HOUSEHOLDS,
                    progress=lambda _: disorder(engine) if kind == "postgis" else None,
                )
            done[kind] = Finished(engine, report)
        return done[kind]

    yield on
    for finished in done.values():
        finished.engine.dispose()


def disorder(engine: sa.Engine) -> None:
    """Let half of the rows of every version lie behind the others, in no order; PostgreSQL only."""
    with engine.begin() as connection:
        for name, table in Base.metadata.tables.items():
            if "version_id" in table.columns:
                some = f"SELECT ctid FROM {name} WHERE mod(hashtext(ctid::text), 2) = 0 ORDER BY md5(ctid::text)"  # noqa: S608
                moved = f"UPDATE {name} SET version_id = version_id WHERE ctid = ANY(ARRAY({some}))"  # noqa: S608
                connection.exec_driver_sql(moved)


@pytest.fixture(params=["sqlite", "postgis"])
def run_county(request: pytest.FixtureRequest, county_on: Callable[[str], Finished]) -> Finished:
    """The county on SQLite and on PostGIS."""
    return county_on(request.param)


def test_the_county_says_that_it_is_fictional_wherever_it_is_read(run_county: Finished) -> None:
    assert run_county.report["fictional_ground"] is True
    assert run_county.report["synthetic_bank"] is True
    with run_county.engine.connect() as connection:
        published = publication(connection)
    assert (published.ground, published.fictional) == ("county", True)


def test_the_real_demo_ground_is_not_called_fictional(demo_on: Callable[[str], Finished]) -> None:
    finished = demo_on("sqlite")
    assert finished.report["fictional_ground"] is False
    with finished.engine.connect() as connection:
        assert publication(connection).fictional is False


def test_both_stores_give_the_same_county(county_on: Callable[[str], Finished]) -> None:
    keys = ("cells", "customers", "merchants", "people", "scores", "territories")
    sqlite, postgis = county_on("sqlite").report, county_on("postgis").report
    assert {key: sqlite[key] for key in keys} == {key: postgis[key] for key in keys}


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("location_cell", "location"),
        ("catchment_cell", "catchment"),
        ("cell_score", "score"),
        ("territory_cell", "plan"),
    ],
)
def test_both_stores_give_the_same_figures_to_the_last_digit(
    county_on: Callable[[str], Finished], table: str, kind: str
) -> None:
    rows = county_on("sqlite").table(table, kind)
    assert rows.height > 400
    assert rows.equals(county_on("postgis").table(table, kind))


def test_the_rows_of_the_county_on_postgis_do_lie_in_disorder(county_on: Callable[[str], Finished]) -> None:
    with county_on("postgis").engine.connect() as connection:
        ids = list(connection.scalars(sa.text("SELECT id FROM building ORDER BY ctid")))
    assert len(ids) > 1_000
    assert ids != sorted(ids)


def test_every_party_of_the_county_is_accounted_for(run_county: Finished, county: County) -> None:
    customers, merchants = run_county.report["customers"], run_county.report["merchants"]
    for counts in (customers, merchants):
        assert counts["in"] == counts["placed"] + counts["unplaced"] + counts["rejected"]
    assert customers["in"] == county.bank.customers.height
    assert merchants["placed"] == county.ground.merchants.height
    given = county.bank.customers["lng"].count()
    assert customers["by_tier"]["given"] == given
    assert customers["placed"] > given


def test_people_of_the_villages_are_kept(run_county: Finished, county: County) -> None:
    assert run_county.report["people"]["in"] == county.people["people"].sum()
    assert run_county.report["people"]["spread"] == pytest.approx(county.people["people"].sum(), rel=1e-9)


def test_a_branch_in_every_town_has_territories_in_one_piece(run_county: Finished, county: County) -> None:
    territories = run_county.report["territories"]
    assert run_county.report["branches"] == county.layout.towns.height >= 4
    assert len(territories["branches"]) == county.layout.towns.height
    assert territories["pieces_max"] == 1
    assert territories["feasible"]


def test_placed_customers_are_near_their_homes(run_county: Finished, county: County) -> None:
    rows = run_county.table("location", "location").filter(
        (pl.col("party_kind") == "customer") & (pl.col("outcome") == "placed")
    )
    both = rows.join(
        county.truth.customers.select("id", true_lng="lng", true_lat="lat"), left_on="party_id", right_on="id"
    )
    away = metres_between(*(both[name].to_numpy() for name in ("lng", "lat", "true_lng", "true_lat")))
    assert np.median(away) < 40
    assert np.quantile(away[(both["tier"] == "given").to_numpy()], 0.99) < 35


def test_households_boundaries_and_their_codes_are_in_the_store(run_county: Finished) -> None:
    homes = run_county.table("household", "bank")
    assert homes.height == HOUSEHOLDS
    villages = run_county.table("boundary", "ground")
    assert homes["village_code"].is_in(villages["code"].implode()).all()
    counted = run_county.table("denominator", "ground")
    assert counted["code"].sort().equals(villages["code"].sort())


def test_the_truth_is_not_in_the_store(run_county: Finished, county: County) -> None:
    stored = run_county.table("customer", "bank").join(county.truth.customers, on="id")
    same = stored.filter((pl.col("lng") == pl.col("lng_right")) & (pl.col("lat") == pl.col("lat_right")))
    assert same.is_empty()


def test_a_store_in_gcj02_holds_the_county_shifted(make_store: Callable[[str], str], county: County) -> None:
    engine = open_engine(make_store("sqlite"))
    with engine.begin() as connection:
        fix_house_datum(connection, "gcj02")
    report = run_demo(engine, local_actor(), "county", seed=SEED, clock=clock, households=HOUSEHOLDS)
    finished = Finished(engine, report)
    assert report["datum"] == "gcj02"
    units = finished.table("org_unit", "bank").filter(pl.col("kind") == "branch").sort("id")
    made = county.bank.org_units.filter(pl.col("kind") == "branch").sort("id")
    lng, lat = from_wgs84(made["lng"].to_numpy(), made["lat"].to_numpy(), "gcj02")
    assert np.abs(units["lng"].to_numpy() - lng).max() < 1e-9
    assert np.abs(units["lat"].to_numpy() - lat).max() < 1e-9
    known = finished.table("gazetteer", "bank").join(county.bank.gazetteer, on="id")
    shifted_m = metres_between(*(known[name].to_numpy() for name in ("lng", "lat", "lng_right", "lat_right")))
    assert shifted_m.min() > 300
    engine.dispose()


@pytest.mark.parametrize(
    ("ground", "households", "reason"),
    [
        ("liechtenstein", 5_000, "for ground county only"),
        ("county", 100, "households must be 2000 to 10000000, got 100"),
        ("atlantis", None, "ground must be one of liechtenstein, helsinki, county"),
    ],
)
def test_households_that_do_not_fit_are_refused_before_a_store_is_made(
    ground: str, households: int | None, reason: str
) -> None:
    from gridgeo.errors import InvalidInputError

    with pytest.raises(InvalidInputError, match=reason):
        demo_params(local_actor(), ground, resolution=None, method="drive_time", seed=1, households=households)
