"""Zones find their boundaries and parties find themselves; what is not sure waits for a person, whose word holds."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.domain import Actor
from gridgeo.domain.tables import BOUNDARIES, BOUNDARY_NOTES, ZONE_MATCHES, empty
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.intake.review import decide_party, decide_zone, review_list
from gridgeo.pipeline.intake.zones import match_zones, with_old_names
from gridgeo.storage import live, read_frame

from .conftest import Take, Write

VILLAGES = [("v1", "新民村", "510100001001"), ("v2", "Oldtown", "510100001002"), ("v3", "Eastfield", None)]
PEOPLE = (
    "名称,代码,常住人口,户数\n新民村村民委员会,,100,30\nwhatever,510100001002,200,\nEastfeild,,300,90\nNowhere,,5,\n"
)


def villages_file(write: Write, villages: list[tuple[str, str, str | None]], **more: str) -> Path:
    """Write squares side by side as boundaries."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": number, "name": name, "code": code, "kind": "village"} | more,
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[9.5 + at, 47], [9.6 + at, 47], [9.6 + at, 47.1], [9.5 + at, 47.1], [9.5 + at, 47]]],
            },
        }
        for at, (number, name, code) in enumerate(villages)
    ]
    return write("villages.geojson", json.dumps({"type": "FeatureCollection", "features": features}))


def people(connection: sa.Connection) -> dict[str, float]:
    """Zone -> people, as the score step reads them."""
    rows = read_frame(connection, "denominator", version_id=live(connection, "ground").id)
    return dict(rows.select("zone", "people").iter_rows())


def test_zones_are_taken_by_code_and_name_and_others_wait(
    connection: sa.Connection, actor: Actor, take: Take, write: Write
) -> None:
    take("boundaries", villages_file(write, VILLAGES))
    report = take("denominators", write("p.csv", PEOPLE))
    assert report.matches == {"review": 2, "taken": 2}
    assert people(connection) == {"新民村": 100, "Oldtown": 200, "Eastfeild": 300, "Nowhere": 5}
    waiting = {row["given"]: (row["name"], row["rule"]) for row in review_list(connection, actor, "zones")}
    assert waiting == {"Eastfeild": ("Eastfield", "fuzzy"), "Nowhere": (None, "none")}


def test_a_decision_about_a_zone_counts_at_once_and_for_the_next_file(
    connection: sa.Connection, actor: Actor, take: Take, write: Write, now: datetime
) -> None:
    take("boundaries", villages_file(write, VILLAGES))
    take("denominators", write("p.csv", PEOPLE))
    decide_zone(connection, actor, "Eastfeild", "v3", now)
    decide_zone(connection, actor, "Nowhere", None, now)
    assert people(connection)["Eastfield"] == 300
    assert review_list(connection, actor, "zones") == []
    take("denominators", write("q.csv", PEOPLE.replace("300", "333")))
    assert people(connection)["Eastfield"] == 333
    assert review_list(connection, actor, "zones") == []


def test_a_zone_that_is_taken_or_unknown_is_not_decided(
    connection: sa.Connection, actor: Actor, take: Take, write: Write, now: datetime
) -> None:
    take("boundaries", villages_file(write, VILLAGES))
    take("denominators", write("p.csv", PEOPLE))
    with pytest.raises(InvalidInputError, match="has the figures of 新民村村民委员会 already"):
        decide_zone(connection, actor, "Nowhere", "v1", now)
    with pytest.raises(NotFoundError, match="no zone Oldtown waits"):
        decide_zone(connection, actor, "Oldtown", "v3", now)
    with pytest.raises(NotFoundError, match="there is no boundary v9"):
        decide_zone(connection, actor, "Nowhere", "v9", now)


def test_boundaries_keep_old_names_and_bring_their_denominators_along(
    connection: sa.Connection, take: Take, write: Write
) -> None:
    take("boundaries", villages_file(write, VILLAGES))
    take("denominators", write("p.csv", PEOPLE))
    renamed = [("v1", "Hope", "510100001001"), *VILLAGES[1:]]
    ground = take("boundaries", villages_file(write, renamed)).composed["ground"]
    boundaries = read_frame(connection, "boundary", version_id=ground)
    assert boundaries.filter(pl.col("id") == "v1")["aliases"].to_list() == ["新民村"]
    assert people(connection)["Hope"] == 100
    assert ground == live(connection, "ground").id


def test_denominators_without_any_boundary_wait_and_find_theirs_later(
    connection: sa.Connection, actor: Actor, take: Take, write: Write
) -> None:
    assert take("denominators", write("p.csv", PEOPLE)).matches == {"review": 4}
    take("boundaries", villages_file(write, VILLAGES))
    assert people(connection)["新民村"] == 100
    assert len(review_list(connection, actor, "zones")) == 2


NAMES = st.lists(st.text(alphabet="abcxyz村镇 -", min_size=1, max_size=6), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(boundary_names=NAMES, zone_names=NAMES)
def test_no_boundary_is_taken_twice_and_every_zone_has_an_answer(
    boundary_names: list[str], zone_names: list[str]
) -> None:
    boundaries = pl.concat(
        [
            empty(BOUNDARIES | BOUNDARY_NOTES),
            pl.DataFrame({"id": [f"b{at}" for at in range(len(boundary_names))], "name": boundary_names}),
        ],
        how="diagonal",
    )
    given_rows = pl.DataFrame(
        {"zone": zone_names, "code": [None] * len(zone_names)}, schema_overrides={"code": pl.String}
    )
    matches = match_zones(given_rows, boundaries, empty(ZONE_MATCHES))
    taken = matches.filter(pl.col("decision") == "taken")
    assert matches["given"].to_list() == zone_names
    assert taken["zone"].is_unique().all()
    assert taken["zone"].null_count() == 0
    assert set(matches["decision"]) <= {"taken", "review"}
    assert matches.filter(pl.col("rule") == "fuzzy").filter(pl.col("decision") == "taken").is_empty()


def test_old_names_pile_up_once_each() -> None:
    def table(name: str, aliases: str | None) -> pl.DataFrame:
        row = {"id": ["1"], "name": [name], "aliases": [aliases]}
        return pl.DataFrame(row, schema={"id": pl.String, "name": pl.String, "aliases": pl.String})

    assert with_old_names(table("C", "X"), table("B", "A;X"))["aliases"][0] == "X;A;B"
    assert with_old_names(table("B", None), table("B", None))["aliases"][0] is None


CUSTOMERS = "id,branch_id,name,phone\nC1,A,Ann,1001\nC2,A,Bob,1002\nC3,B,Cho,1003\n"
MORE = "id,branch_id,name,phone,locality\nX1,B,ann,10-01,Vaduz\nX2,B,Bob,9999,Schaan\nX3,B,Dan,1004,Balzers\n"
ON = {"gone": "keep", "merge_on": ("phone", "name")}


def customers(connection: sa.Connection) -> dict[str, tuple[str, str | None]]:
    """Customer -> branch and locality."""
    rows = read_frame(connection, "customer", version_id=live(connection, "bank").id)
    return {row[0]: row[1:] for row in rows.select("id", "branch_id", "locality").iter_rows()}


@pytest.mark.usefixtures("bank")
def test_the_same_party_is_merged_when_all_fields_agree_and_listed_when_some_do(
    connection: sa.Connection, actor: Actor, take: Take, write: Write
) -> None:
    take("customers", write("a.csv", CUSTOMERS))
    report = take("customers", write("b.csv", MORE), **ON)
    assert report.matches == {"merged": 1, "review": 1}
    assert set(customers(connection)) == {"C1", "C2", "C3", "X2", "X3"}
    assert customers(connection)["C1"] == ("B", "Vaduz")
    (waiting,) = review_list(connection, actor, "parties")
    assert (waiting["id"], waiting["into_id"], waiting["score"]) == ("X2", "C2", 0.5)


@pytest.mark.usefixtures("bank")
def test_without_merge_on_nothing_is_merged(connection: sa.Connection, take: Take, write: Write) -> None:
    take("customers", write("a.csv", CUSTOMERS))
    take("customers", write("b.csv", MORE), gone="keep")
    assert set(customers(connection)) == {"C1", "C2", "C3", "X1", "X2", "X3"}


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("same", [True, False])
def test_a_decision_about_a_party_counts_at_once_and_for_the_next_file(
    connection: sa.Connection, actor: Actor, take: Take, write: Write, now: datetime, same: bool
) -> None:
    take("customers", write("a.csv", CUSTOMERS))
    take("customers", write("b.csv", MORE), **ON)
    decide_party(connection, actor, "X2", "C2", now, same=same)
    assert ("X2" in customers(connection)) is not same
    assert customers(connection)["C2"] == (("A", "Schaan") if same else ("A", None))
    assert review_list(connection, actor, "parties") == []
    take("customers", write("c.csv", MORE.replace("Vaduz", "Triesen")), **ON)
    assert ("X2" in customers(connection)) is not same
    assert review_list(connection, actor, "parties") == []
    with pytest.raises(NotFoundError, match="no pair X2 and C2 waits"):
        decide_party(connection, actor, "X2", "C2", now, same=same)


@pytest.mark.usefixtures("bank")
def test_a_common_name_and_several_twins_are_no_proof(
    connection: sa.Connection, actor: Actor, take: Take, write: Write
) -> None:
    common = "".join(f"W{at},A,王伟,80{at}\n" for at in range(9))
    take("customers", write("a.csv", CUSTOMERS + common + "T1,A,Twin,7\nT2,A,Twin,7\n"), duplicates="first")
    report = take("customers", write("b.csv", "id,branch_id,name,phone\nN1,A,王伟,555\nN2,A,Twin,7\n"), **ON)
    assert report.matches == {"review": 2}
    assert {row["into_id"] for row in review_list(connection, actor, "parties")} == {"T1", "T2"}


def test_merging_needs_parties_fields_and_gone_keep(take: Take, write: Write) -> None:
    path = write("a.csv", CUSTOMERS)
    with pytest.raises(InvalidInputError, match="--gone keep"):
        take("customers", path, merge_on=("phone",))
    with pytest.raises(InvalidInputError, match="no field colour"):
        take("customers", path, merge_on=("colour",), gone="keep")
    with pytest.raises(InvalidInputError, match="staff are no parties"):
        take("staff", path, merge_on=("name",), gone="keep")


def test_only_two_lists_exist(connection: sa.Connection, actor: Actor) -> None:
    with pytest.raises(InvalidInputError, match="zones, parties, got cells"):
        review_list(connection, actor, "cells")
