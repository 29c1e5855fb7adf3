"""One branch scored again: its figures from the stored model, everything else as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal, assert_series_equal

from gridgeo.domain import Actor, local_actor
from gridgeo.domain.words import TIERS
from gridgeo.errors import ConflictError, NotAllowedError, NotFoundError
from gridgeo.pipeline.publish import publish
from gridgeo.pipeline.rescore import rescore_branch
from gridgeo.pipeline.run import run_one
from gridgeo.pipeline.steps import run_params
from gridgeo.pipeline.territories.cadence import set_cadence
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.scoring.rescore import RESCORED
from gridgeo.storage import read_frame, score_measures
from gridgeo.storage.score_basis import read_basis, read_score_models

from .conftest import Finished

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HQ = local_actor()


@pytest.fixture
def connection(finished: Finished) -> Iterator[sa.Connection]:
    """The demo's store; whatever is done to it is rolled back."""
    with finished.engine.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


def scores(connection: sa.Connection, version_id: int, **where: Any) -> pl.DataFrame:
    return read_frame(connection, "cell_score", version_id=version_id, where=where or None)


def read_written(connection: sa.Connection, version_id: int) -> pl.DataFrame:
    query = sa.text("SELECT branch_id, measure, cell FROM cell_score WHERE version_id = :v")
    rows = [tuple(row) for row in connection.execute(query, {"v": version_id})]
    return pl.DataFrame(rows, schema={"branch_id": pl.String, "measure": pl.String, "cell": pl.UInt64}, orient="row")


def test_a_branch_scored_again_without_changes_keeps_every_figure(connection: sa.Connection) -> None:
    before = newest_inputs(connection).score
    done = rescore_branch(connection, HQ, "B1", NOW)
    old, new = scores(connection, before), scores(connection, done.version_id)
    assert_frame_equal(old, new, rel_tol=1e-9, abs_tol=1e-9)
    written = sa.text("SELECT count(*), count(DISTINCT branch_id) FROM cell_score WHERE version_id = :v")
    # Nothing changed: every row is still the one of the version before.
    assert connection.execute(written, {"v": done.version_id}).one() == (0, 0)
    held = set(score_measures(connection, done.version_id))
    assert held == set(score_measures(connection, before))
    report = done.report["rescored"]
    assert set(report["measures"]) | set(report["kept"]) | {"people"} == held


def test_what_changed_in_the_branch_shows_there_and_nowhere_else(connection: sa.Connection) -> None:
    inputs = newest_inputs(connection)
    own = scores(connection, inputs.score, branch_id="B1", measure="customers").sort("value")
    cell = own["cell"][-1]
    gone = sa.text("DELETE FROM location_cell WHERE version_id = :v AND party_kind = 'customer' AND cell = :c")
    connection.execute(gone, {"v": inputs.location, "c": cell})
    done = rescore_branch(connection, HQ, "B1", NOW)
    new = scores(connection, done.version_id)
    here = dict(new.filter(pl.col("cell") == cell).select("measure", "value").iter_rows())
    assert here["customers"] == here["customers_hard"] == here["workload"] == 0
    assert here["penetration"] < own["value"][-1]
    old = scores(connection, inputs.score)
    written = read_written(connection, done.version_id)
    assert set(written["branch_id"]) == {"B1"}
    assert set(written.filter(pl.col("measure") == "customers")["cell"]) == {cell}
    assert not set(written["measure"]) & {"merchants", "potential"}
    elsewhere = pl.col("branch_id") != "B1"
    assert new.filter(elsewhere).equals(old.filter(elsewhere))
    other = pl.col("measure").is_in(RESCORED).not_()
    assert new.filter(other).equals(old.filter(other))
    total = new.filter((pl.col("branch_id") == "B1") & (pl.col("measure") == "customers"))["value"].sum()
    assert total == pytest.approx(own["value"].sum() - own["value"][-1])


def test_branches_are_scored_again_one_after_the_other(connection: sa.Connection) -> None:
    first = rescore_branch(connection, HQ, "B1", NOW).version_id
    inputs = newest_inputs(connection)
    connection.execute(sa.text("DELETE FROM location_cell WHERE party_kind = 'merchant'"))
    second = rescore_branch(connection, HQ, "B2", NOW).version_id
    third = rescore_branch(connection, HQ, "B1", NOW).version_id
    assert (inputs.score, newest_inputs(connection).score) == (first, third)
    shops = {version: scores(connection, version, measure="merchants") for version in (first, second, third)}
    sums = {version: table.group_by("branch_id").agg(pl.col("value").sum()) for version, table in shops.items()}
    empty = {version: set(table.filter(pl.col("value") == 0)["branch_id"]) for version, table in sums.items()}
    assert empty[first] == set()
    assert empty[second] == {"B2"}
    assert empty[third] == {"B1", "B2"}
    assert len(read_basis(connection, third)) == len(shops[first]["branch_id"].unique())
    assert read_score_models(connection, third, "B3") == read_score_models(connection, first, "B3")
    assert read_score_models(connection, third, "B1").keys() == read_score_models(connection, first, "B1").keys()


def test_the_same_branch_scored_twice_gives_the_same_bytes(connection: sa.Connection) -> None:
    query = sa.text("SELECT body FROM score_model WHERE version_id = :v")
    basis = sa.text("SELECT body FROM score_basis WHERE version_id = :v")
    bodies = []
    for _ in range(2):
        version = rescore_branch(connection, HQ, "B1", NOW).version_id
        bodies.append([bytes(connection.scalar(each, {"v": version})) for each in (query, basis)])  # type: ignore[arg-type]
    assert bodies[0] == bodies[1]


def test_scores_of_one_branch_are_published_after_a_plan_of_them(connection: sa.Connection) -> None:
    rescore_branch(connection, HQ, "B1", NOW)
    with pytest.raises(ConflictError, match="plan version"):
        publish(connection, HQ, newest_inputs(connection), run_params(), NOW)


def test_what_does_not_fit_is_refused(connection: sa.Connection) -> None:
    with pytest.raises(NotFoundError, match="there is no branch B9"):
        rescore_branch(connection, HQ, "B9", NOW)
    with pytest.raises(NotAllowedError):
        rescore_branch(connection, Actor("m", "branch_manager", frozenset({"B1"})), "B1", NOW)
    connection.execute(sa.text("DELETE FROM score_model"))
    with pytest.raises(ConflictError, match="keeps no model"):
        rescore_branch(connection, HQ, "B1", NOW)


def test_scores_count_workload_by_the_banks_own_cadence_and_keep_it(connection: sa.Connection) -> None:
    rows = [{"tier": tier, "channel": "phone", "period": "year", "n": 3, "minutes": 20} for tier in TIERS]
    set_cadence(connection, HQ, {"rows": rows}, NOW)
    done = run_one(connection, HQ, "score", {}, NOW)
    wide = scores(connection, done.version_id).pivot("measure", index="cell", values="value")
    assert_series_equal(wide["workload"], wide["customers"].fill_null(0.0).rename("workload"), rel_tol=1e-9)
    assert done.report["workload"]["policy"] == "own"
    set_cadence(connection, HQ, {"rows": [row | {"minutes": 40} for row in rows]}, NOW)
    again = scores(connection, rescore_branch(connection, HQ, "B1", NOW).version_id, measure="workload")
    # A branch scored by the stored model counts by the table that the model was made with.
    assert_frame_equal(again, scores(connection, done.version_id, measure="workload"), rel_tol=1e-9)
