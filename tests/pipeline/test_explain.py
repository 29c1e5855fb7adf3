"""Every score of the demo taken apart gives the score again; the list of next cells follows gap and scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor, local_actor
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.maps import MARKETING_ONLY
from gridgeo.pipeline.explain import NO_BASIS, explain_measure
from gridgeo.pipeline.grids.sets import begin_set
from gridgeo.pipeline.where_next import where_next
from gridgeo.storage import read_frame

from .conftest import Finished, clock

HQ = local_actor()
TODAY = date(2026, 12, 31)
MANAGER = Actor("m", "branch_manager", frozenset({"B2"}))
CONSUMER = Actor("c", "consumer")
TAKEN_APART = (
    *("people", "customers", "customers_hard", "merchants", "penetration", "potential", "gap", "workload"),
    *("customers_core", "penetration_basic", "merchants_food"),
)


@pytest.fixture(scope="module")
def demo(demo_on: Callable[[str], Finished]) -> Finished:
    return demo_on("sqlite")


def some_cells(demo: Finished) -> list[str]:
    """The densest cell, one with few people, an empty one, and the one with the largest gap of weak evidence."""
    scores = demo.table("cell_score", "score")
    people = scores.filter(pl.col("measure") == "people").sort("value")
    few = people.filter(pl.col("value") > 1)
    weak = scores.filter((pl.col("measure") == "gap") & (pl.col("evidence") == "weak")).sort("value")
    return [f"{cell:x}" for cell in (people["cell"][-1], few["cell"][0], people["cell"][0], weak["cell"][-1])]


@pytest.mark.parametrize("measure", TAKEN_APART)
def test_the_parts_of_every_score_give_the_score_again(demo: Finished, measure: str) -> None:
    with demo.engine.connect() as connection:
        for cell in some_cells(demo):
            body = explain_measure(connection, HQ, cell, measure)
            if body["value"] is None:
                assert body["recomputed"] is None
            else:
                assert body["recomputed"] == pytest.approx(body["value"], rel=1e-9, abs=1e-9)
            assert body["formula"]
            assert body["notice"] == MARKETING_ONLY
            assert all(part["name_zh"] != part["name_en"] for part in body["parts"])
            assert all(part["version"] for part in body["parts"] if part["source"] != "policy")


def test_the_shown_parts_alone_give_penetration_gap_potential_and_workload(demo: Finished) -> None:
    cell = some_cells(demo)[0]
    with demo.engine.connect() as connection:
        bodies = {measure: explain_measure(connection, HQ, cell, measure) for measure in TAKEN_APART}
    part = {name: {each["symbol"]: each["value"] for each in body["parts"]} for name, body in bodies.items()}
    p, g, q, w = (part[name] for name in ("penetration", "gap", "potential", "workload"))
    value = {name: body["value"] for name, body in bodies.items()}
    assert (p["k"] + p["S"] * p["m"]) / (p["N"] + p["S"]) == pytest.approx(value["penetration"], rel=1e-9)
    ring = (p["ring_customers"] + p["anchor"] * p["pool"]) / (p["ring_people"] + p["anchor"])
    assert ring == pytest.approx(p["m"], rel=1e-9)
    assert p["people"] * p["share"] == pytest.approx(p["N"], rel=1e-12)
    assert (p["low"], p["high"]) == pytest.approx((bodies["penetration"]["low"], bodies["penetration"]["high"]))
    assert sum(v for name, v in p.items() if name.startswith("placed_")) == pytest.approx(p["k"], rel=1e-9)
    assert max(0.0, g["q75"] * g["people"] - g["customers"]) == pytest.approx(value["gap"], rel=1e-9)
    linear = q["constant"] + q["offset"] + sum(v for name, v in q.items() if name.startswith("bz_"))
    assert min(np.exp(linear), q["cap"]) == pytest.approx(value["potential"], rel=1e-9)
    assert all(q[f"b_{n[3:]}"] * q[f"z_{n[3:]}"] == pytest.approx(q[n]) for n in q if n.startswith("bz_"))
    talk = sum(w[f"customers_{t}"] * w[f"times_{t}"] * w[f"minutes_{t}"] for t in ("high_end", "core", "basic"))
    assert talk / 60 + w["visits"] * w["moving_s"] / 3600 == pytest.approx(value["workload"], rel=1e-9)


def test_a_gap_names_the_cells_it_is_compared_with(demo: Finished) -> None:
    with demo.engine.connect() as connection:
        body = explain_measure(connection, HQ, some_cells(demo)[0], "gap")
        assert len(body["comparable_cells"]) == 5
        assert all(each["branch_id"] != body["branch_id"] for each in body["comparable_cells"])
        own = where_next(connection, MANAGER, limit=1, today=TODAY)["lists"][0]["cells"][0]["cell"]
        # The cells of others are outside a manager's scope: they count, and are not shown.
        assert explain_measure(connection, MANAGER, own, "gap")["comparable_cells"] == []


def test_a_consumer_sees_published_numbers_and_no_sums_of_a_ring(demo: Finished) -> None:
    with demo.engine.connect() as connection:
        for cell in some_cells(demo):
            for measure in ("penetration", "gap", "potential", "workload"):
                body = explain_measure(connection, CONSUMER, cell, measure)
                assert {part["symbol"] for part in body["parts"]} <= {"customers", "people"}
                shown = read_frame(
                    connection,
                    "public_score",
                    version_id=body["versions"]["publication"],
                    where={"cell": int(cell, 16), "measure": ["customers", "people"]},
                )
                known = dict(shown.select("measure", "value").iter_rows())
                assert {part["symbol"]: part["value"] for part in body["parts"]}.items() <= known.items()
                assert body["recomputed"] is None


def test_scores_without_a_basis_say_so(demo: Finished) -> None:
    cell = some_cells(demo)[0]
    with demo.engine.connect() as connection:
        connection.execute(sa.text("DELETE FROM score_basis"))
        body = explain_measure(connection, HQ, cell, "gap")
        assert [each["en"] for each in body["notes"]] == [NO_BASIS]
        assert where_next(connection, HQ, "B1", limit=3, today=TODAY)["lists"][0]["cells"][0]["typical"] is None
        connection.rollback()


def test_what_is_not_there_is_refused_by_name(demo: Finished) -> None:
    cell = some_cells(demo)[0]
    with demo.engine.connect() as connection:
        with pytest.raises(InvalidInputError, match="measure must be one of"):
            explain_measure(connection, HQ, cell, "luck")
        with pytest.raises(NotFoundError):
            explain_measure(connection, Actor("m", "rm", frozenset({"B9"})), cell, "gap")
        with pytest.raises(InvalidInputError, match="limit must be 1 to 200"):
            where_next(connection, HQ, limit=0, today=TODAY)
        with pytest.raises(NotFoundError, match="there is no branch B9"):
            where_next(connection, HQ, "B9", today=TODAY)
        with pytest.raises(NotFoundError, match="there is no grid nowhere"):
            where_next(connection, HQ, grid_id="nowhere", today=TODAY)
        with pytest.raises(NotAllowedError):
            where_next(connection, CONSUMER, grid_id="B1-1-1", today=TODAY)


def test_next_cells_are_the_largest_firm_gaps_of_each_branch_with_their_reasons(demo: Finished) -> None:
    with demo.engine.connect() as connection:
        body = where_next(connection, HQ, limit=5, today=TODAY)
    scores = demo.table("cell_score", "score").filter(pl.col("measure") == "gap")
    assert [each["branch_id"] for each in body["lists"]] == sorted(scores["branch_id"].unique())
    for each in body["lists"]:
        own = scores.filter((pl.col("branch_id") == each["branch_id"]) & pl.col("evidence").is_in(["firm", "weak"]))
        best = own.filter(pl.col("value") > 0).with_columns(weak=pl.col("evidence") != "firm")
        wanted = best.sort("weak", "value", descending=[False, True]).head(5)
        assert [row["gap"] for row in each["cells"]] == wanted["value"].to_list()
        assert [row["place"] for row in each["cells"]] == list(range(1, len(each["cells"]) + 1))
    first = body["lists"][0]["cells"][0]
    assert first["reasons"][0]["en"].startswith("cells like this have")
    assert any("last contact" in reason["en"] for reason in first["reasons"])
    assert any("上次联系" in reason["zh"] for reason in first["reasons"])


def test_days_since_contact_are_those_of_the_latest_contact_in_the_cell(demo: Finished) -> None:
    with demo.engine.connect() as connection:
        first = where_next(connection, HQ, "B1", limit=1, today=TODAY)["lists"][0]["cells"][0]
    placed = demo.table("location_cell", "location").filter(pl.col("hard") & (pl.col("cell") == int(first["cell"], 16)))
    dates = demo.table("customer", "bank").filter(pl.col("id").is_in(placed["party_id"].implode()))["last_contact_on"]
    last = dates.filter(dates <= TODAY).max()
    assert isinstance(last, date)
    assert first["days_since_contact"] == (TODAY - last).days


def test_a_consumers_list_is_made_of_published_figures(demo: Finished) -> None:
    with demo.engine.connect() as connection:
        body = where_next(connection, CONSUMER, "B1", limit=50, today=TODAY)
        shown = read_frame(connection, "public_score", version_id=body["versions"]["publication"])
    known: dict[Any, Any] = {(row["measure"], f"{row['cell']:x}"): row["value"] for row in shown.to_dicts()}
    assert body["lists"][0]["cells"]
    for row in body["lists"][0]["cells"]:
        for name in ("gap", "customers", "people", "penetration", "merchants"):
            assert row[name] == known[name, row["cell"]]
        assert row["customers"] >= 10 or row["customers"] == 0
        assert [row[name] for name in ("typical", "target", "comparable", "travel_s", "days_since_contact")] == [
            None
        ] * 5


def test_a_grids_list_holds_its_own_cells_only(demo: Finished) -> None:
    with demo.engine.connect() as connection:
        begin_set(connection, HQ, "B1", clock())
        whole = where_next(connection, HQ, "B1", limit=200, today=TODAY)["lists"][0]["cells"]
        body = where_next(connection, HQ, grid_id="B1-1-1", limit=200, today=TODAY)
        connection.rollback()
    assert body["by"] == "grid"
    # The first grid of a branch is its whole catchment.
    assert [row["cell"] for row in body["lists"][0]["cells"]] == [row["cell"] for row in whole]
    assert body["lists"][0]["grid_id"] == "B1-1-1"
