"""Catchments by every method on the demo ground: stored, settled, drawn again to the same cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.cells import admit_polygon, cells_from_polygon, cells_from_strings, metres_between
from gridgeo.domain import Actor, local_actor
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.catchments.areas import areas_of
from gridgeo.pipeline.catchments.edit import (
    draw_again,
    draw_all,
    draw_branches,
    drawn_spec,
    redraw,
    settle_catchments,
    stated_spec,
)
from gridgeo.pipeline.catchments.specs import METHODS, CatchmentPlan, CatchmentSpec, SettleRules
from gridgeo.pipeline.catchments.terrain import Terrain
from gridgeo.pipeline.catchments.view import (
    catchment_card,
    catchment_list,
    catchment_overlaps,
    write_catchments_geojson,
    write_overlaps_geojson,
)
from gridgeo.pipeline.run import run, run_one
from gridgeo.pipeline.steps import Inputs, RunParams
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import live, read_frame, reading, version_record

from .conftest import Finished

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HQ = local_actor()
AROUND_VADUZ = shapely.Point(9.5223543, 47.138154).buffer(0.015)
SPECS = {
    "buffer": CatchmentSpec("buffer", radius_m=1_200.0),
    "isochrone": CatchmentSpec("isochrone", minutes=5.0),
    "walked": CatchmentSpec("isochrone", minutes=25.0, mode="walk"),
    "units": CatchmentSpec("administrative", units=("Balzers", "Triesen")),
    "places": CatchmentSpec("places", places=("Triesen、äulestrasse",), title="Triesen and one street"),
    "between": CatchmentSpec("between", roads=("Landstrasse", "Rheindamm")),
    "own unit": CatchmentSpec("administrative", kind="municipality"),
    "customers": CatchmentSpec("customers", share=0.8, contiguous=True, fill_holes=True),
    "drawn": CatchmentSpec("drawn", polygon=json.loads(shapely.to_geojson(AROUND_VADUZ))),
    "drive_time": CatchmentSpec("drive_time"),
    "straight_line": CatchmentSpec("straight_line"),
    "municipality": CatchmentSpec("municipality"),
}
BRANCHFULS = list(zip(*[iter(SPECS)] * 4, strict=True))
"""All methods, one for each of the four branches at a time."""
MIXED = {"B1": SPECS["drawn"], "B2": SPECS["isochrone"], "B3": SPECS["customers"], "B4": SPECS["units"]}


@pytest.fixture
def begun(finished: Finished) -> Iterator[sa.Connection]:
    """The finished demo inside a transaction that is rolled back."""
    with finished.engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture(scope="module")
def terrain(demo_on: Callable[[str], Finished]) -> Iterator[Terrain]:
    """The demo ground and bank at resolution 9."""
    with reading(demo_on("sqlite").engine) as connection:
        inputs = Inputs(ground=live(connection, "ground").id, bank=live(connection, "bank").id)
        yield Terrain(connection, inputs, 9)


def cells_of(connection: sa.Connection, version: int) -> pl.DataFrame:
    return read_frame(connection, "catchment_cell", version_id=version).sort("cell")


def claimed(terrain: Terrain, spec: CatchmentSpec, branch: str = "B1") -> set[int]:
    """Positions of the cells that a spec gives a branch, before anything is settled."""
    plan = CatchmentPlan(dict.fromkeys(terrain.ids, CatchmentSpec("drive_time")) | {branch: spec})
    claims = areas_of(plan, terrain).claims
    return set(claims.filter(pl.col("branch") == terrain.position(branch))["at"])


@pytest.mark.parametrize("names", BRANCHFULS, ids=", ".join)
def test_every_method_is_stored_with_its_parameters_and_draws_the_same_cells_again(
    names: tuple[str, ...], begun: sa.Connection
) -> None:
    chosen = {f"B{at}": SPECS[name] for at, name in enumerate(names, start=1)}
    version = draw_branches(begun, HQ, chosen, NOW).version_id
    for branch, spec in chosen.items():
        row = read_frame(begun, "catchment", version_id=version, where={"branch_id": branch}).row(0, named=True)
        assert row["method"] == spec.method
        stored = json.loads(row["params"])
        assert {key: stored[key] for key in spec.as_dict()} == json.loads(json.dumps(spec.as_dict()))
    before = cells_of(begun, version)
    again = redraw(begun, HQ, NOW)
    assert (again.changed, again.version_id, again.branches) == (False, version, {})
    # Drawn anew for certain: a version written from the stored plan holds the same rows.
    assert cells_of(begun, draw_again(begun, HQ, NOW).version_id).equals(before)


def test_drawing_again_says_what_changed_when_the_ground_did(begun: sa.Connection) -> None:
    version = draw_branches(begun, HQ, {"B1": SPECS["buffer"]}, NOW).version_id
    table = sa.table("catchment_cell", sa.column("version_id"), sa.column("branch_id"))
    begun.execute(sa.delete(table).where(table.c.version_id == version, table.c.branch_id == "B3"))
    again = redraw(begun, HQ, NOW)
    assert again.changed
    assert again.version_id > version
    assert again.branches == {
        "B3": {"gained": cells_of(begun, again.version_id)["branch_id"].eq("B3").sum(), "lost": 0}
    }


def test_a_new_bank_version_makes_a_new_version_of_the_same_cells(begun: sa.Connection) -> None:
    first = draw_branches(begun, HQ, {"B1": SPECS["buffer"]}, NOW).version_id
    table = sa.table("version", sa.column("id"), sa.column("params", sa.JSON))
    params = version_record(begun, first).params
    older = params | {"inputs": params["inputs"] | {"bank": params["inputs"]["bank"] + 1_000}}
    begun.execute(sa.update(table).where(table.c.id == first).values(params=older))
    again = redraw(begun, HQ, NOW)
    assert (again.changed, again.branches) == (True, {})
    assert cells_of(begun, again.version_id).equals(cells_of(begun, first))


@given(data=st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_settled_catchments_never_share_a_cell_and_take_only_what_was_claimed(
    terrain: Terrain, data: st.DataObject
) -> None:
    specs = {branch: data.draw(st.sampled_from(list(SPECS.values()))) for branch in terrain.ids}
    overlaps = data.draw(st.sampled_from(["travel_time", "straight_line", "customers", "first_drawn", "priority"]))
    order = tuple(data.draw(st.permutations(terrain.ids)))
    holes = data.draw(st.sampled_from(["leave", "nearest"]))
    rules = SettleRules(overlaps, holes, order if overlaps == "priority" else ())
    areas = areas_of(CatchmentPlan(specs, rules, order), terrain)
    pairs = set(areas.claims.iter_rows())
    at_all = {at for _, at in pairs}
    for at, owner in enumerate(areas.owner.tolist()):
        if at in at_all:
            assert (owner, at) in pairs
        else:
            assert (owner >= 0) == bool(areas.by_rule[at]) == (holes == "nearest")
    if overlaps in ("priority", "first_drawn"):
        place = {terrain.position(branch): rank for rank, branch in enumerate(order)}
        best = {
            at: min((place[branch], branch) for branch, other in pairs if other == at)[1] for at in list(at_all)[:40]
        }
        assert {at: int(areas.owner[at]) for at in best} == best


@pytest.mark.parametrize("names", [("isochrone", "buffer"), ("drive_time", "own unit"), ("customers", "drawn")])
def test_combinations_obey_set_algebra(terrain: Terrain, names: tuple[str, str]) -> None:
    first, second = (SPECS[name] for name in names)
    a, b = claimed(terrain, first), claimed(terrain, second)
    expected = {"union": a | b, "difference": a - b, "intersection": a & b}
    for operation, cells in expected.items():
        assert claimed(terrain, CatchmentSpec("combined", operation=operation, of=(first, second))) == cells
    both = CatchmentSpec("combined", operation="intersection", of=(first, second))
    only = CatchmentSpec("combined", operation="difference", of=(first, second))
    assert claimed(terrain, CatchmentSpec("combined", operation="union", of=(both, only))) == a


def test_a_drawn_polygon_holds_the_cells_whose_centre_it_holds(terrain: Terrain) -> None:
    expected = cells_from_polygon(admit_polygon(AROUND_VADUZ, resolution=9), 9)
    inside = set(expected.tolist()) & set(terrain.cells.tolist())
    assert set(terrain.cells[sorted(claimed(terrain, SPECS["drawn"]))].tolist()) == inside


def test_with_one_branch_drawn_the_nearest_of_the_others_take_its_rest(begun: sa.Connection) -> None:
    before = cells_of(begun, newest_inputs(begun).catchment)
    report = draw_branches(begun, HQ, {"B1": SPECS["buffer"]}, NOW).report
    assert report["cells"] == before.height
    assert report["cells_by_branch"]["B1"] < 60
    assert report["settled"]["holes"] == []
    assert report["without_cells"] == []


def test_overlaps_and_holes_add_up_in_cells_people_and_customers(begun: sa.Connection, terrain: Terrain) -> None:
    result = draw_branches(begun, HQ, MIXED, NOW)
    settled = result.report["settled"]
    areas = areas_of(CatchmentPlan(MIXED, SettleRules(), tuple(MIXED)), terrain)
    at = {branch: set(part["at"]) for (branch,), part in areas.claims.group_by("branch")}
    assert terrain.people is not None
    for pair in settled["overlaps"]:
        cells = sorted(at[terrain.position(pair["first"])] & at[terrain.position(pair["second"])])
        assert pair["cells"] == len(cells)
        assert pair["people"] == pytest.approx(terrain.people[cells].sum(), abs=0.1)
        assert pair["customers"] == terrain.customers[cells].sum()
    open_cells = sorted(set(range(len(terrain.cells))) - set().union(*at.values()))
    assert sum(hole["cells"] for hole in settled["holes"]) == len(open_cells) > 0
    assert sum(hole["people"] for hole in settled["holes"]) == pytest.approx(terrain.people[open_cells].sum(), abs=1)
    assert result.report["cells"] == len(terrain.cells) - len(open_cells)
    names = {row["branch_id"]: row["name"] for row in catchment_list(begun, HQ)["catchments"]}
    called = [{f"{side}_name": names[pair[side]] for side in ("first", "second")} for pair in settled["overlaps"]]
    named = [pair | each for pair, each in zip(settled["overlaps"], called, strict=True)]
    assert catchment_overlaps(begun, HQ) == {"version": result.version_id} | settled | {"overlaps": named}


def test_an_overlap_goes_by_the_chosen_rule_and_the_rule_stays(begun: sa.Connection) -> None:
    draw_branches(begun, HQ, {"B2": CatchmentSpec("buffer", radius_m=6_000.0)}, NOW)
    draw_branches(begun, HQ, {"B1": CatchmentSpec("buffer", radius_m=6_000.0)}, NOW)

    def first_two(**rules: object) -> tuple[int, int]:
        pairs = settle_catchments(begun, HQ, rules, NOW).report["settled"]["overlaps"]
        pair = next(row for row in pairs if (row["first"], row["second"]) == ("B1", "B2"))
        return pair["to_first"], pair["to_second"]

    assert first_two(overlaps="first_drawn")[0] == 0
    assert first_two(priority=["B1", "B2"])[1] == 0
    by_time, by_line = first_two(overlaps="travel_time"), first_two(overlaps="straight_line")
    assert all(by_time)
    assert by_time != by_line
    first_two(overlaps="customers", holes="nearest")
    kept = draw_branches(begun, HQ, {"B4": SPECS["buffer"]}, NOW).report["settled"]["rules"]
    assert kept == {"overlaps": "customers", "holes": "nearest", "priority": []}


def test_holes_are_left_or_go_to_the_nearest_branch(begun: sa.Connection) -> None:
    left = draw_all(begun, HQ, CatchmentSpec("buffer", radius_m=1_500.0), NOW).report
    given_away = settle_catchments(begun, HQ, {"holes": "nearest"}, NOW).report
    assert left["cells"] < 300
    assert given_away["cells"] == 1_570
    holes = given_away["settled"]["holes"]
    assert sum(hole["cells"] for hole in holes) == 1_570 - left["cells"]
    assert {hole["cells_left"] for hole in holes} == {0}


def test_the_whole_job_runs_on_a_ground_partly_covered(make_demo_copy: sa.Engine) -> None:
    engine = make_demo_copy
    with engine.begin() as connection:
        draw_all(connection, HQ, CatchmentSpec("buffer", radius_m=2_500.0), NOW)
    report = run(engine, HQ, RunParams(method="as_drawn", starts=1), lambda: NOW)
    customers, people = report.reports["location"]["customer"], report.reports["score"]["people"]
    assert customers["in"] == customers["placed"] + customers["unplaced"] + customers["rejected"]
    assert customers["by_reason"]["outside the catchments"] > 1_000
    assert people["in"] == pytest.approx(people["spread"] + people["outside_catchments"])
    assert people["outside_catchments"] > 10_000
    with engine.connect() as connection:
        covered = set(cells_of(connection, report.inputs.catchment)["cell"])
        for table, version in (("location_cell", report.inputs.location), ("cell_score", report.inputs.score)):
            assert set(read_frame(connection, table, version_id=version)["cell"]) <= covered
        located = read_frame(connection, "location", version_id=report.inputs.location)
        outside = located.filter(pl.col("reason") == "outside the catchments")
        assert set(outside["outcome"]) == {"rejected"}
        shares = read_frame(connection, "location_cell", version_id=report.inputs.location)
        sums = shares.group_by("party_kind", "party_id").agg(pl.col("share").sum())
        assert sums["share"].unique().to_list() == [1.0]


@pytest.fixture(params=["sqlite", "postgis"])
def make_demo_copy(request: pytest.FixtureRequest, copy_of_demo: Callable[[str], sa.Engine]) -> Iterator[sa.Engine]:
    """A store with the demo's ground and bank and catchments, for a test that commits."""
    engine = copy_of_demo(request.param)
    yield engine
    engine.dispose()


def test_a_straight_line_is_called_a_straight_line_in_both_languages(begun: sa.Connection) -> None:
    draw_branches(begun, HQ, {"B1": SPECS["buffer"], "B2": SPECS["straight_line"]}, NOW)
    english = {row["branch_id"]: row["label"] for row in catchment_list(begun, HQ)["catchments"]}
    chinese = {row["branch_id"]: row["label"] for row in catchment_list(begun, HQ, None, "zh")["catchments"]}
    assert english["B1"] == "within 1200 m in a straight line"
    assert all("straight line" in english[branch] and "直线" in chinese[branch] for branch in ("B1", "B2"))
    stored = read_frame(begun, "catchment", version_id=newest_inputs(begun).catchment)
    assert dict(stored.select("branch_id", "label").rows()) == english


def test_a_polygon_in_another_datum_is_moved_once_to_the_house_datum(begun: sa.Connection) -> None:
    beijing = shapely.Point(116.39, 39.9).buffer(0.01)
    spec = drawn_spec(begun, beijing, "gcj02", {"file": "a.geojson"})
    assert spec.source == {"datum": "gcj02", "file": "a.geojson"}
    moved = shapely.from_geojson(json.dumps(spec.polygon))
    ends = (moved.centroid.x, moved.centroid.y, beijing.centroid.x, beijing.centroid.y)
    assert 400 < metres_between(*ends)[0] < 700
    same = drawn_spec(begun, beijing, "wgs84")
    assert shapely.equals(shapely.from_geojson(json.dumps(same.polygon)), beijing)
    with pytest.raises(InvalidInputError, match="swapped"):
        drawn_spec(begun, shapely.Point(39.9, 116.39).buffer(0.01), "wgs84")


def test_one_branch_s_card_and_the_files_say_the_same(begun: sa.Connection, tmp_path: Path) -> None:
    version = draw_branches(begun, HQ, MIXED, NOW).version_id
    card = catchment_card(begun, HQ, "B1")
    rows = cells_of(begun, version).filter(pl.col("branch_id") == "B1")
    assert cells_from_strings(card["cell_ids"]).tolist() == rows["cell"].to_list()
    assert card["params"] == stated_spec(begun, "B1").as_dict()
    assert write_catchments_geojson(begun, HQ, tmp_path / "all.geojson") == 4
    assert write_catchments_geojson(begun, HQ, tmp_path / "one.geojson", None, "B1") == 1
    body = json.loads((tmp_path / "one.geojson").read_bytes())["features"][0]
    assert body["properties"]["cells"] == card["cells"] == rows.height
    settled = catchment_overlaps(begun, HQ)
    count = write_overlaps_geojson(begun, HQ, tmp_path / "overlaps.geojson")
    features = json.loads((tmp_path / "overlaps.geojson").read_bytes())["features"]
    assert count == len(features) == len(settled["overlaps"]) + len(settled["holes"])
    sizes = sorted(feature["properties"]["cells"] for feature in features)
    assert sizes == sorted(row["cells"] for row in (*settled["overlaps"], *settled["holes"]))


def test_others_see_their_own_branches_and_change_nothing(begun: sa.Connection) -> None:
    draw_branches(begun, HQ, MIXED, NOW)
    manager = Actor("m", "branch_manager", frozenset({"B2"}))
    assert [row["branch_id"] for row in catchment_list(begun, manager)["catchments"]] == ["B2"]
    with pytest.raises(NotAllowedError, match="outside your scope"):
        catchment_card(begun, manager, "B1")
    shared = catchment_card(begun, manager, "B2")["overlaps"]
    assert catchment_overlaps(begun, manager)["overlaps"] == shared
    known = {row["branch_id"]: row["name"] for row in catchment_list(begun, HQ)["catchments"]}
    assert {pair["first_name"] for pair in shared} | {pair["second_name"] for pair in shared} > {known["B2"]}
    writes: list[Callable[[], object]] = [
        lambda: draw_branches(begun, Actor("r", "rm", frozenset({"B2"})), {"B2": SPECS["buffer"]}, NOW),
        lambda: draw_branches(begun, manager, {"B2": SPECS["buffer"]}, NOW, {"holes": "nearest"}),
        lambda: draw_all(begun, manager, SPECS["buffer"], NOW),
        lambda: settle_catchments(begun, manager, {"holes": "nearest"}, NOW),
        lambda: redraw(begun, manager, NOW),
    ]
    for write in writes:
        with pytest.raises(NotAllowedError, match="may not change data"):
            write()
    with pytest.raises(NotFoundError, match="no branch B1"):
        draw_branches(begun, manager, {"B1": SPECS["buffer"]}, NOW)
    assert draw_branches(begun, manager, {"B2": SPECS["buffer"]}, NOW), "the own one is a branch manager's to draw"


def test_what_cannot_be_drawn_is_refused_by_name(begun: sa.Connection) -> None:
    far = CatchmentSpec("drawn", polygon=json.loads(shapely.to_geojson(shapely.Point(0, 0).buffer(0.05))))
    small = CatchmentSpec("buffer", radius_m=1.0)
    for spec in (far, small):
        with pytest.raises(InvalidInputError, match=r"branch B1: its catchment by method .* holds no cell"):
            draw_branches(begun, HQ, {"B1": spec}, NOW)
    with pytest.raises(NotFoundError, match="there is no branch B9"):
        draw_branches(begun, HQ, {"B9": SPECS["buffer"]}, NOW)
    with pytest.raises(InvalidInputError, match="there is no unit Berlin"):
        draw_branches(begun, HQ, {"B1": CatchmentSpec("administrative", units=("Berlin",))}, NOW)
    with pytest.raises(NotFoundError, match="not one of catchments"):
        redraw(begun, HQ, NOW, newest_inputs(begun).ground)


def test_the_ground_s_methods_are_steps_of_the_run(begun: sa.Connection) -> None:
    for method in ("straight_line", "municipality", "drive_time"):
        report = run_one(begun, HQ, "catchment", {"method": method}, NOW).report
        assert report["cells"] == sum(report["cells_by_branch"].values()) == 1_570
    before = cells_of(begun, newest_inputs(begun).catchment)
    run_one(begun, HQ, "catchment", {"method": "as_drawn"}, NOW)
    assert cells_of(begun, newest_inputs(begun).catchment).equals(before)


def test_the_times_of_a_catchment_are_those_from_its_own_branch(begun: sa.Connection, terrain: Terrain) -> None:
    version = run_one(begun, HQ, "catchment", {"method": "municipality"}, NOW).version_id
    rows = cells_of(begun, version)
    for branch in terrain.ids:
        at = np.isin(terrain.cells, rows.filter(pl.col("branch_id") == branch)["cell"].to_numpy())
        expected = terrain.seconds_from(terrain.position(branch))[at]
        np.testing.assert_allclose(rows.filter(pl.col("branch_id") == branch)["travel_s"].to_numpy(), expected)


def test_every_method_is_tried_here() -> None:
    assert {spec.method for spec in SPECS.values()} | {"combined"} == set(METHODS)
