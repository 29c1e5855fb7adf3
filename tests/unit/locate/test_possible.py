"""What an address may mean is listed for a person to choose from."""

from __future__ import annotations

import polars as pl
import pytest

from gridgeo.domain.tables import GAZETTEER
from gridgeo.locate import CANDIDATES, Gazetteer, candidate_answers, gazetteer_from_table, locate_addresses
from gridgeo.pipeline.review.items import other_places

TOWNS = ("Aton", "Bton", "Cton")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    """Main Road with houses 1, 5 and 9 in each of three towns."""
    rows = [
        dict.fromkeys(GAZETTEER) | {
            "id": f"{town}{number}", "lng": 9.5 + at, "lat": 47.0 + number / 1000, "street": "Main Road",
            "number": str(number), "city": town, "kind": "address", "source": "synthetic", "precision_m": 5.0,
        }
        for at, town in enumerate(TOWNS)
        for number in (1, 5, 9)
    ]  # fmt: skip
    return gazetteer_from_table(pl.DataFrame(rows, schema=GAZETTEER))


def asked(*addresses: str | None) -> pl.DataFrame:
    names = [f"q{at}" for at in range(len(addresses))]
    schema = {"id": pl.String, "address": pl.String, "locality": pl.String}
    return pl.DataFrame({"id": names, "address": addresses, "locality": [None] * len(names)}, schema=schema)


def test_a_street_of_several_towns_has_a_candidate_in_each(gazetteer: Gazetteer) -> None:
    query = asked("5 Main Road")
    assert locate_addresses(query, gazetteer)["tier"].to_list() == ["none"]
    found = candidate_answers(query, gazetteer)
    assert found["gazetteer_id"].to_list() == ["Aton5", "Bton5", "Cton5"]
    assert found["rank"].to_list() == [1, 2, 3]
    assert found["score"].sum() <= 1.0


def test_the_answer_is_among_the_candidates(gazetteer: Gazetteer) -> None:
    query = asked("5 Main Road, Bton", "7 Main Road, Cton", "Mian Road 9, Aton")
    best = locate_addresses(query, gazetteer)
    found = candidate_answers(query, gazetteer)
    for row in best.iter_rows(named=True):
        mine = found.filter((pl.col("id") == row["id"]) & (pl.col("tier") == row["tier"]))
        assert (row["lng"], row["lat"]) in set(mine.select("lng", "lat").iter_rows())


def test_scores_fall_and_no_more_than_the_limit_are_given(gazetteer: Gazetteer) -> None:
    found = candidate_answers(asked("5 Main Road", "7 Main Road, Bton"), gazetteer, limit=2)
    assert found.group_by("id").len()["len"].max() == 2
    for _, rows in found.group_by("id"):
        assert rows["score"].is_sorted(descending=True)


def test_what_cannot_be_read_has_no_candidates(gazetteer: Gazetteer) -> None:
    found = candidate_answers(asked("", None, "x" * 10_000), gazetteer)
    assert found.height == 0
    assert dict(found.schema) == CANDIDATES


def test_an_item_of_the_review_offers_the_house_in_every_town_but_no_middle_of_a_street(gazetteer: Gazetteer) -> None:
    rows = pl.DataFrame(
        {"id": ["c2", "c1", "c3"], "key": ["k", "k", "other"], "house": ["5 Main Road"] * 2 + ["Main Road"]}
    )
    offered = other_places(rows, gazetteer)
    assert offered["id"].unique().to_list() == ["c1"]
    assert offered["gazetteer_id"].to_list() == ["Aton5", "Bton5", "Cton5"]
