"""Measures added by a file are scored, published and explained with the others; removed, they stay where they were."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.cells import parents, ring_pairs
from gridgeo.domain import Actor, local_actor
from gridgeo.domain.tables import CELL_VALUES
from gridgeo.errors import ConflictError, GridgeoError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.explain import explain_cell, explain_measure
from gridgeo.pipeline.export import export_publication
from gridgeo.pipeline.public import write_public
from gridgeo.pipeline.published import INPUT_KINDS, publication
from gridgeo.pipeline.run import run_one
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.stored_columns import known_columns
from gridgeo.pipeline.summary import summary
from gridgeo.pipeline.user_measures import add_measures, list_measures, remove_measure
from gridgeo.storage import (
    finish_version,
    live,
    new_version,
    open_engine,
    read_frame,
    set_live,
    sync_measures,
    user_measures,
    version_record,
    write_frame,
)
from gridgeo.storage.models import MeasureRow, Version
from tests.made_once import copy_sqlite

from .conftest import Finished

HQ = local_actor()
CONSUMER = Actor("c", "consumer")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SAMPLE = Path(__file__).parents[2] / "docs/samples/measures.toml"
OWN = ("shops_per_thousand", "people_around", "near_customers", "near_share", "visit_first", "visit_first_rank")
IMPORTED = """
[[measure]]
id = "jobs_a_head"
name_zh = "人均岗位"
name_en = "Jobs a head"
unit = "jobs"
kind = "index"
direction = "up"
formula = "`就业 jobs` / people"
"""


@dataclass(frozen=True)
class Added:
    """A copy of the demo whose publication has the measures of the sample; outside: what each step said."""

    engine: sa.Engine
    said: dict[str, Any]
    wide: pl.DataFrame


def with_imported_jobs(connection: sa.Connection) -> None:
    """Give the working ground a figure that came by cells of resolution 8."""
    home = read_frame(connection, "catchment_cell", version_id=publication(connection).versions["catchment"])
    coarse = np.unique(parents(home["cell"].to_numpy(), 8))
    rows = pl.DataFrame(
        {"name": "就业 jobs", "cell": coarse, "value": np.arange(len(coarse)) + 1.0}, schema=CELL_VALUES
    )
    part = new_version(connection, HQ, "cells", params={}, now=NOW)
    write_frame(connection, "cell_value", rows, version_id=part)
    finish_version(connection, part, report={})
    compose_ground(connection, {"cell_value": part})


def compose_ground(connection: sa.Connection, parts: dict[str, int]) -> None:
    """Have the working ground take some tables from other versions; its denominators stay its own."""
    ground = live(connection, "ground")
    params = ground.params | {"parts": {"denominator": ground.id} | parts}
    connection.execute(sa.update(Version).where(Version.id == ground.id).values(params=params))


def publish_scores(connection: sa.Connection, score: int) -> None:
    """Publish what is live with these scores instead; the plan stays, nothing here looks at it."""
    before = live(connection, "publication")
    params = before.params | {"score": score}
    version = new_version(connection, HQ, "publication", params=params, now=NOW)
    inputs = Inputs(**{kind: int(params[kind]) for kind in INPUT_KINDS})
    finish_version(connection, version, report={"public": write_public(connection, version, inputs, 10)})
    set_live(connection, HQ, "publication", version, NOW)


@pytest.fixture(scope="module")
def added(demo_on: Callable[[str], Finished], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Added]:
    folder = tmp_path_factory.mktemp("own")
    copy_sqlite(Path(str(demo_on("sqlite").engine.url.database)), folder / "copy.db")
    engine = open_engine(f"sqlite:///{folder / 'copy.db'}")
    more = folder / "more.toml"
    more.write_text(IMPORTED, encoding="utf-8")
    said: dict[str, Any] = {}
    with engine.begin() as connection:
        with_imported_jobs(connection)
        said["check"] = add_measures(connection, HQ, SAMPLE, NOW, check_only=True)
        said["after check"] = user_measures(connection)
        said["add"] = add_measures(connection, HQ, SAMPLE, NOW)
        said["more"] = add_measures(connection, HQ, more, NOW)
        said["again"] = add_measures(connection, HQ, SAMPLE, NOW)
        scored = run_one(connection, HQ, "score", {}, NOW)
        said["score"], score = scored.report, scored.version_id
        publish_scores(connection, score)
        rows = read_frame(connection, "cell_score", version_id=score)
    wide = rows.pivot("measure", index=["cell", "branch_id"], values="value").sort("cell")
    yield Added(engine, said, wide)
    engine.dispose()


def array(added: Added, name: str) -> np.ndarray:
    return added.wide[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def test_a_checked_file_changes_nothing_and_an_added_one_says_what_becomes_of_it(added: Added) -> None:
    assert added.said["check"]["checked_only"]
    assert added.said["after check"] == {}
    rows = added.said["add"]["measures"]
    assert [row["id"] for row in rows] == list(OWN)
    assert {row["outcome"] for row in rows} == {"added"}
    assert {row["outcome"] for row in added.said["again"]["measures"]} == {"unchanged"}


def test_figures_are_those_that_plain_arithmetic_gives(added: Added) -> None:
    people, merchants = array(added, "people"), array(added, "merchants")
    with np.errstate(all="ignore"):
        expected = np.where(people != 0, 1000 * merchants / people, np.nan)
    np.testing.assert_allclose(array(added, "shops_per_thousand"), expected)
    row, column = ring_pairs(added.wide["cell"].to_numpy(), 1)
    around = np.bincount(row, weights=people[column], minlength=len(people))
    np.testing.assert_allclose(array(added, "people_around"), people + around)
    near = array(added, "near_customers")
    assert set(np.flatnonzero(near > 0)) <= set(np.flatnonzero(array(added, "customers") > 0))
    assert 0 < np.nansum(near) < np.nansum(array(added, "customers"))


def test_a_figure_imported_by_cells_is_moved_to_the_cells_that_are_scored(added: Added) -> None:
    jobs = array(added, "jobs_a_head") * array(added, "people")
    home = parents(added.wide["cell"].to_numpy(), 8)
    _, owner = np.unique(home, return_inverse=True)
    known = np.isfinite(jobs)
    assert known.sum() > 100
    sums = np.bincount(owner[known], weights=jobs[known])
    assert (sums <= np.arange(len(sums)) + 1 + 1e-6).all()
    assert sums.max() == pytest.approx(len(sums), rel=0.5)


def test_places_in_a_branch_follow_the_composite(added: Added) -> None:
    for _, part in added.wide.drop_nulls("visit_first").group_by("branch_id"):
        ordered = part.sort("visit_first", descending=True)["visit_first_rank"]
        assert ordered[0] == 1
        assert ordered.is_sorted()


def test_the_report_and_the_version_keep_how_each_was_computed(added: Added) -> None:
    report = added.said["score"]["user_measures"]
    assert report["measures"]["near_share"] == {
        "method": "beta-binomial-share-1",
        "formula": "near_customers / people",
    }
    assert report["measures"]["visit_first"]["standardisation"].startswith("percentile place")
    assert report["measures"]["visit_first"]["components"][2] == {
        "measure": "travel_s",
        "weight": 2.0,
        "direction": "down",
    }
    assert report["notes"] == []
    with added.engine.connect() as connection:
        measures = publication(connection).measures
    assert [name for name, each in measures.items() if each.origin == "user"] == [*OWN, "jobs_a_head"]
    assert measures["visit_first"].formula == "3 * gap (up) + 1 * shops_per_thousand (up) + 2 * travel_s (down)"


def test_the_bank_reads_them_everywhere_and_a_consumer_nowhere(added: Added, tmp_path: Path) -> None:
    cell = f"{added.wide.drop_nulls(list(OWN))['cell'][0]:x}"
    with added.engine.connect() as connection:
        inside = explain_cell(connection, HQ, cell)["measures"]
        outside = explain_cell(connection, CONSUMER, cell)["measures"]
        assert set(OWN) <= set(summary(connection, HQ)["scores"])
        with pytest.raises(NotAllowedError):
            summary(connection, CONSUMER)
        for actor in (HQ, CONSUMER):
            export_publication(connection, actor, "csv", tmp_path / actor.role)
            export_publication(connection, actor, "html", tmp_path / f"{actor.role}.html", measure="visit_first")
    for name in OWN:
        assert inside[name]["value"] is not None
        assert (outside[name]["value"], outside[name]["low"], outside[name]["high"]) == (None, None, None)
        assert (outside[name]["evidence"], outside[name]["reason"]) == (None, "internal")
    true, shown = (
        list(csv.DictReader((tmp_path / f"{role}/cells.csv").read_text(encoding="utf-8-sig").splitlines()))
        for role in ("hq", "consumer")
    )
    assert any(row["visit_first"] for row in true)
    own = [name for name in shown[0] if name.startswith((*OWN, "jobs_a_head")) and not name.endswith("_hidden")]
    assert set(OWN) <= set(own)
    assert {row[name] for row in shown for name in own} == {""}
    page = (tmp_path / "hq.html").read_text(encoding="utf-8")
    assert "优先走访 / Visit first" in page


@pytest.mark.parametrize("measure", [*OWN, "jobs_a_head"])
def test_taken_apart_a_users_measure_gives_its_figure_again(added: Added, measure: str) -> None:
    known = added.wide.drop_nulls([*OWN, "jobs_a_head"])["cell"]
    unknown = added.wide.filter(pl.col(measure).is_null())["cell"]
    with added.engine.connect() as connection:
        for cell in [known[0], known[len(known) // 2], *unknown[:1]]:
            body = explain_measure(connection, HQ, f"{cell:x}", measure)
            if measure == "visit_first_rank" or body["value"] is None:
                assert body["recomputed"] is None
            else:
                assert body["recomputed"] == pytest.approx(body["value"], rel=1e-9)
            assert body["parts"]
            assert all(part["name_zh"] != part["name_en"] for part in body["parts"])
        outside = explain_measure(connection, CONSUMER, f"{known[0]:x}", measure)
    assert (outside["value"], outside["recomputed"], outside["reason"]) == (None, None, "internal")
    assert (outside["formula"], outside["parts"]) == ("", [])


def test_the_parts_of_a_composite_are_a_waterfall(added: Added) -> None:
    cell = added.wide.drop_nulls(["visit_first"]).sort("visit_first")["cell"][-1]
    with added.engine.connect() as connection:
        body = explain_measure(connection, HQ, f"{cell:x}", "visit_first")
    parts = {part["symbol"]: part["value"] for part in body["parts"]}
    names = ("gap", "shops_per_thousand", "travel_s")
    assert [parts[f"{name}: weight"] for name in names] == pytest.approx([3 / 6, 1 / 6, 2 / 6])
    adds = [parts[f"{name}: adds"] for name in names]
    assert sum(adds) == pytest.approx(body["value"])
    assert adds == pytest.approx([parts[f"{name}: weight"] * parts[f"{name}: place"] for name in names])
    assert all(0 < parts[f"{name}: place"] < 1 for name in names)


def test_the_public_tables_hold_nothing_of_them(added: Added) -> None:
    with added.engine.connect() as connection:
        published = publication(connection)
        for table in ("public_score", "public_sum"):
            measures = set(read_frame(connection, table, version_id=published.id)["measure"])
            assert "customers" in measures
            assert not measures & {*OWN, "jobs_a_head"}


def test_the_list_says_where_each_comes_from_and_what_formulas_may_name(added: Added) -> None:
    with added.engine.connect() as connection:
        body = list_measures(connection, HQ)
        with pytest.raises(NotAllowedError):
            list_measures(connection, CONSUMER)
    rows = {row["id"]: row for row in body["measures"]}
    assert rows["near_share"]["origin"] == "user"
    assert rows["near_share"]["published"]
    assert (rows["people"]["origin"], rows["people"]["formula"]) == ("built_in", None)
    assert {"travel_s", "就业 jobs"} <= set(body["columns"])
    assert "ring_sum" in body["functions"]


def test_the_table_for_sql_has_them_after_an_upgrade_too(added: Added) -> None:
    with added.engine.connect() as connection:
        sync_measures(connection)
        rows = {row.id: row.origin for row in connection.execute(sa.select(MeasureRow.id, MeasureRow.origin))}
        connection.rollback()
    assert rows["people"] == "built_in"
    assert {name: rows[name] for name in OWN} == dict.fromkeys(OWN, "user")


def test_removed_measures_stay_in_what_was_scored_with_them(added: Added) -> None:
    with added.engine.connect() as connection:
        with pytest.raises(ConflictError, match="visit_first is computed from shops_per_thousand"):
            remove_measure(connection, HQ, "shops_per_thousand", NOW)
        assert remove_measure(connection, HQ, "visit_first", NOW) == {"removed": ["visit_first", "visit_first_rank"]}
        assert "visit_first" not in user_measures(connection)
        assert "visit_first" in publication(connection).measures
        listed = {row["id"] for row in list_measures(connection, HQ)["measures"]}
        assert "visit_first" not in listed
        connection.rollback()


@pytest.mark.parametrize(
    ("measure", "kind", "words"),
    [
        ("people", InvalidInputError, "comes with this release"),
        ("visit_first_rank", InvalidInputError, "belongs to the composite visit_first"),
        ("nonsense", NotFoundError, "no user has added a measure nonsense; there are: shops_per_thousand"),
    ],
)
def test_only_a_users_own_measure_is_removed(added: Added, measure: str, kind: type[GridgeoError], words: str) -> None:
    with added.engine.connect() as connection, pytest.raises(kind, match=words):
        remove_measure(connection, HQ, measure, NOW)


@pytest.mark.parametrize("role", ["branch_manager", "rm", "consumer"])
def test_only_head_office_and_planners_change_them(added: Added, role: Any) -> None:
    actor = Actor("x", role, frozenset({"B1"}))
    with added.engine.connect() as connection:
        with pytest.raises(NotAllowedError):
            add_measures(connection, actor, SAMPLE, NOW)
        with pytest.raises(NotAllowedError):
            remove_measure(connection, actor, "visit_first", NOW)


def test_a_bad_file_is_refused_whole(added: Added, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(
        IMPORTED.replace("jobs_a_head", "good_one") + IMPORTED.replace("people", "peopel").replace("jobs_a", "bad_a"),
        encoding="utf-8",
    )
    with added.engine.connect() as connection:
        before = user_measures(connection)
        with pytest.raises(InvalidInputError, match="bad_a_head, formula, character 13: there is no column peopel"):
            add_measures(connection, HQ, bad, NOW)
        assert user_measures(connection) == before
        with pytest.raises(InvalidInputError, match="no such file"):
            add_measures(connection, HQ, tmp_path / "none.toml", NOW)


def test_who_added_a_measure_is_kept_while_it_stays_the_same(added: Added) -> None:
    planner = Actor("paula", "planner")
    rows = sa.text("SELECT id, added_by FROM user_measure")
    with added.engine.connect() as connection:
        add_measures(connection, planner, SAMPLE, NOW)
        assert {row.added_by for row in connection.execute(rows)} == {HQ.id}
        connection.rollback()


def test_a_column_that_is_gone_leaves_the_measure_unknown_with_a_remark(added: Added) -> None:
    with added.engine.connect() as connection:
        compose_ground(connection, {})
        assert "就业 jobs" not in known_columns(connection)
        result = run_one(connection, HQ, "score", {}, NOW)
        rows = read_frame(connection, "cell_score", version_id=result.version_id, where={"measure": "jobs_a_head"})
        notes = (version_record(connection, result.version_id).report or {})["user_measures"]["notes"]
        connection.rollback()
    assert rows["value"].null_count() == rows.height
    assert set(rows["evidence"]) == {"none"}
    assert notes[0]["en"] == "measure jobs_a_head: column 就业 jobs is not there, so the measure is unknown"
    assert notes[0]["zh"] != notes[0]["en"]
