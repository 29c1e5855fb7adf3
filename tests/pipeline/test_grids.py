"""Editing area grids: who may, which revision, what a key repeats, what a list of names makes, on both stores."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
import sqlalchemy as sa

from gridgeo.bench.partition import BRANCH, box_cells, write_branch, write_catchment
from gridgeo.cells import cell_strings, cells_from_polygon, merged_polygons, to_house
from gridgeo.domain import Actor, local_actor
from gridgeo.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.grids import check_partition
from gridgeo.pipeline.grids.args import ARGS, OperationKind
from gridgeo.pipeline.grids.sets import (
    EditResult,
    FirstGrid,
    Operation,
    begin_set,
    edit,
    grid_state,
    grid_table,
    log,
    replayed,
    sets,
)
from gridgeo.pipeline.map_layers import working_grids
from gridgeo.storage import finish_version, fix_house_datum, new_version, set_live, write_frame

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CELLS = box_cells(150)
LNG, LAT = 9.53, 47.14
BOX = {"type": "Polygon", "coordinates": [[[9.52, 47.13], [9.54, 47.13], [9.54, 47.15], [9.52, 47.15], [9.52, 47.13]]]}
POINT = {"type": "Point", "coordinates": [9, 47]}
OFF_THE_GLOBE = {"type": "Polygon", "coordinates": [[[47, 190], [47, 191], [48, 190], [47, 190]]]}
MANAGER = Actor("m", "branch_manager", frozenset({BRANCH}))
RM = Actor("r", "rm", frozenset({BRANCH}))
STRANGER = Actor("s", "branch_manager", frozenset({"other"}))


def boundaries() -> pl.DataFrame:
    """Two villages of one ground, side by side, and a town far away; two share an old name."""
    shapes = [
        shapely.box(9.50, 47.12, 9.53, 47.16),
        shapely.box(9.53, 47.12, 9.56, 47.16),
        shapely.box(10.0, 47.0, 10.1, 47.1),
    ]
    return pl.DataFrame(
        {
            "id": ["v1", "v2", "t1"],
            "name": ["红星村", "Ober-dorf", "Far Town"],
            "kind": ["village", "community", "municipality"],
            "code": ["420106001", None, None],
            "aliases": ["幸福村;Old", "Old", None],
            "geometry": list(shapely.to_wkb(shapes)),
        }
    )


def streets() -> pl.DataFrame:
    lines = {
        "North Road": [(9.51, 47.145), (9.55, 47.145)],
        "South Road": [(9.51, 47.135), (9.55, 47.135)],
        "Short Lane": [(9.5300, 47.1451), (9.5302, 47.1451)],
    }
    shapes = [shapely.LineString(line) for line in lines.values()]
    return pl.DataFrame(
        {
            "id": [str(at) for at in range(len(lines))],
            "name": list(lines),
            "highway": "secondary",
            "geometry": list(shapely.to_wkb(shapes)),
        }
    )


@pytest.fixture
def made(connection: sa.Connection) -> sa.Connection:
    """A store with a ground, a bank and the area grids of one branch, just begun."""
    ground = new_version(connection, local_actor(), "ground", params={"name": "test"}, now=NOW)
    write_frame(connection, "boundary", boundaries(), version_id=ground)
    write_frame(connection, "street", streets(), version_id=ground)
    finish_version(connection, ground, {})
    set_live(connection, local_actor(), "ground", ground, NOW)
    write_branch(connection, CELLS)
    begin_set(connection, local_actor(), BRANCH, NOW)
    return connection


def do(connection: sa.Connection, kind: str, *, actor: Actor = MANAGER, **args: Any) -> EditResult:
    """One operation after which the partition holds."""
    result = edit(connection, actor, BRANCH, Operation(kind, args), NOW)
    assert check_partition(grid_state(connection, actor, BRANCH), np.sort(CELLS)) == []
    return result


def names(connection: sa.Connection) -> list[str]:
    return [grid.name for grid in grid_state(connection, RM, BRANCH).grids]


def test_every_kind_of_operation_has_its_arguments() -> None:
    assert set(ARGS) == set(OperationKind.__args__)  # type: ignore[attr-defined]


def test_a_set_begins_with_the_newest_catchment(made: sa.Connection) -> None:
    assert sets(made, RM)[0]["revision"] == 1
    assert replayed(made, RM, BRANCH)["violations"] == []
    with pytest.raises(ConflictError, match="already"):
        begin_set(made, local_actor(), BRANCH, NOW)


def test_a_set_may_be_finer_than_its_catchment(connection: sa.Connection) -> None:
    write_branch(connection, CELLS)
    begin_set(connection, local_actor(), BRANCH, NOW, FirstGrid(resolution=10, language="zh"))
    state = grid_state(connection, local_actor(), BRANCH)
    assert 6.5 * len(CELLS) < len(state.cells) < 7.5 * len(CELLS)
    assert [grid.name for grid in state.grids] == ["整个辐射范围"]
    assert replayed(connection, local_actor(), BRANCH)["violations"] == []


def test_a_branch_manager_edits_an_rm_reads_a_stranger_sees_nothing(made: sa.Connection) -> None:
    first = grid_state(made, RM, BRANCH).ids[0]
    do(made, "rename", grid=first, name="mine")
    with pytest.raises(NotAllowedError):
        do(made, "rename", actor=RM, grid=first, name="yours")
    for role in (STRANGER, Actor("p", "planner", frozenset({"other"}))):
        with pytest.raises(NotFoundError):
            do(made, "rename", actor=role, grid=first, name="theirs")
        with pytest.raises(NotFoundError):
            grid_state(made, role, BRANCH)
        assert sets(made, role) == []
    with pytest.raises(NotAllowedError):
        grid_state(made, Actor("c", "consumer"), BRANCH)


def test_a_stale_revision_is_refused_and_says_what_changed(made: sa.Connection) -> None:
    first = grid_state(made, RM, BRANCH).ids[0]
    do(made, "rename", grid=first, name="a")
    with pytest.raises(ConflictError, match=f"revision 2, not 1: since then m changed {first}"):
        edit(made, MANAGER, BRANCH, Operation("rename", {"grid": first, "name": "b"}, expected_revision=1), NOW)
    with pytest.raises(ConflictError, match="not 9"):
        edit(made, MANAGER, BRANCH, Operation("undo", {}, expected_revision=9), NOW)
    assert names(made) == ["a"]
    edit(made, MANAGER, BRANCH, Operation("rename", {"grid": first, "name": "b"}, expected_revision=2), NOW)


def test_the_same_key_does_it_once(made: sa.Connection) -> None:
    asked = Operation("create_polygon", {"name": "Box", "polygon": BOX, "datum": "wgs84"}, key="k1")
    first = edit(made, MANAGER, BRANCH, asked, NOW)
    again = edit(made, MANAGER, BRANCH, asked, NOW)
    assert (again.repeated, again.seq, again.made) == (True, first.seq, first.made)
    with pytest.raises(ConflictError, match="another operation"):
        edit(made, MANAGER, BRANCH, Operation("undo", {}, key="k1"), NOW)


def test_a_stroke_out_of_date_changes_nothing(made: sa.Connection) -> None:
    do(made, "create_polygon", name="Box", polygon=BOX, datum="wgs84")
    state = grid_state(made, RM, BRANCH)
    one, two = state.ids
    taken = cell_strings(state.cells_of(two)[:2])
    moves = [{"from": two, "to": one, "cells": taken[:1]}, {"from": one, "to": two, "cells": taken[1:]}]
    with pytest.raises(ConflictError, match=taken[1]):
        do(made, "paint", moves=moves)
    assert grid_state(made, RM, BRANCH).digest() == state.digest()
    assert len(log(made, RM, BRANCH)) == 2
    do(made, "paint", moves=[{"from": "Box", "to": "whole catchment", "cells": taken}])


def test_undo_and_redo_go_to_any_depth(made: sa.Connection) -> None:
    digests = [grid_state(made, RM, BRANCH).digest()]
    first = grid_state(made, RM, BRANCH).ids[0]
    do(made, "create_polygon", name="Box", polygon=BOX, datum="wgs84")
    digests.append(grid_state(made, RM, BRANCH).digest())
    line = {"type": "LineString", "coordinates": [[9.52, 47.141], [9.54, 47.139]]}
    do(made, "split_line", grid="Box", line=line, datum="wgs84", names=["N", "S"])
    digests.append(grid_state(made, RM, BRANCH).digest())
    do(made, "status", grids=["N", "S"], status="review")
    digests.append(grid_state(made, RM, BRANCH).digest())
    for expected in reversed(digests[:-1]):
        do(made, "undo")
        assert grid_state(made, RM, BRANCH).digest() == expected
    with pytest.raises(InvalidInputError, match="nothing to undo"):
        do(made, "undo")
    for expected in digests[1:]:
        do(made, "redo")
        assert grid_state(made, RM, BRANCH).digest() == expected
    do(made, "undo")
    do(made, "rename", grid=first, name="rest")
    with pytest.raises(InvalidInputError, match="nothing to redo"):
        do(made, "redo")
    assert replayed(made, RM, BRANCH)["same"]
    entries = log(made, RM, BRANCH)
    assert entries[0]["operation"] == "rename"
    assert entries[1]["undoes"] == 4
    assert entries[0]["patch"]["grids"][0]["before"] == {"name": "whole catchment"}


def test_villages_and_streets_become_grids(made: sa.Connection) -> None:
    result = do(made, "create_places", places=["420106001", "ober-DORF", "Ｎorth  road"])
    rules = [(row["matched"], row["rule"]) for row in result.report["places"]]
    assert rules == [
        ("红星村 (village, 420106001)", "code"),
        ("Ober-dorf (community)", "name"),
        ("North Road", "street"),
    ]
    state = grid_state(made, RM, BRANCH)
    assert shapely.is_valid(shapely.from_wkb(state.find("Ober-dorf").geometry))
    assert state.find("North Road").geometry is None
    assert len(state.cells_of(state.find("North Road").id)) >= 8


@pytest.mark.parametrize(
    "pasted", ["红星村、ober-dorf，North Road", "红星村;\tOber-dorf\nNORTH ROAD,", "红星村 Ober-dorf;North Road"]
)
def test_a_list_pasted_in_one_text_is_taken_apart(made: sa.Connection, pasted: str) -> None:
    result = do(made, "create_places", places=[pasted])
    assert {"红星村", "Ober-dorf", "North Road"} <= set(result.made.values())
    assert [row["given"].casefold() for row in result.report["places"]] == ["红星村", "ober-dorf", "north road"]


def test_a_pasted_list_names_what_it_does_not_know_without_tearing_it_apart(made: sa.Connection) -> None:
    with pytest.raises(InvalidInputError, match=r"called Far Town, North Gate"):
        do(made, "create_places", places=["红星村、Far Town、North Gate"])


def test_kind_status_and_stage_are_understood_in_chinese_and_kept_as_words(made: sa.Connection) -> None:
    do(made, "create_places", places=["红星村"], grid_kind="园区")
    do(made, "kind", grids=["whole catchment"], grid_kind="市场")
    do(made, "status", grids=["红星村"], status="待审")
    do(made, "stage", grids=["红星村"], stage="开发", dates={"survey_done_on": "2026-01-05"})
    grid = grid_state(made, RM, BRANCH).find("红星村")
    assert (grid.kind, grid.status, grid.stage) == ("industrial_park", "review", "develop")
    assert grid_state(made, RM, BRANCH).find("whole catchment").kind == "market"
    assert log(made, RM, BRANCH)[0]["args"]["stage"] == "develop"
    with pytest.raises(InvalidInputError, match=r"kind must be one of .* got 六边形"):
        do(made, "kind", grids=["红星村"], grid_kind="六边形")


def test_names_of_one_grid_are_joined(made: sa.Connection) -> None:
    result = do(made, "create_places", places=["幸福村", "Short Lane"], as_one="both", grid_kind="village")
    state = grid_state(made, RM, BRANCH)
    assert list(result.made.values()) == ["both"]
    assert state.find("both").geometry is not None
    assert result.report["places"][0]["rule"] == "old_name"


def test_a_grid_of_a_street_is_shown_by_the_street_and_a_joined_one_by_ground_and_street(made: sa.Connection) -> None:
    do(made, "create_places", places=["North Road"])
    state = grid_state(made, RM, BRANCH)
    assert grid_table(state).filter(pl.col("has_border"))["name"].to_list() == ["North Road"]
    drawn, plain = working_grids(made, RM, stated=True), working_grids(made, RM)
    outlines = dict(zip([grid.name for grid in state.grids], drawn.shapes, strict=True))
    assert shapely.get_dimensions(outlines["North Road"]) == 1
    assert shapely.get_dimensions(outlines["whole catchment"]) == 2
    assert plain.ground is None
    assert drawn.ground is not None
    assert shapely.equals(drawn.ground, plain.shapes).all(), "what belongs to it is told beside the street"
    do(made, "create_places", places=["红星村", "South Road"], as_one="both")
    ground, road = shapely.get_parts(shapely.from_wkb(grid_state(made, RM, BRANCH).find("both").border))
    assert shapely.bounds(ground)[2] == 9.53, "the village ends where its boundary does, not with the street's cells"
    assert shapely.bounds(road)[2] > 9.53
    assert replayed(made, RM, BRANCH)["same"]


def test_unknown_and_doubtful_names_are_listed_and_nothing_is_done(made: sa.Connection) -> None:
    with pytest.raises(InvalidInputError, match=r"called Oberdorf \(Ober-dorf.*\?\), xyzzy, Far Town"):
        do(made, "create_places", places=["红星村", "Oberdorf", "xyzzy", "Far Town"])
    with pytest.raises(InvalidInputError, match=r"several places.*Old: 红星村 .*, Ober-dorf"):
        do(made, "create_places", places=["Old"])
    with pytest.raises(InvalidInputError, match="was given"):
        do(made, "create_places", places=["  "])
    with pytest.raises(InvalidInputError, match="Short Lane has no cell"):
        do(made, "create_places", places=["North Road", "Short Lane"])
    assert names(made) == ["whole catchment"]


def test_a_grid_lies_between_two_roads(made: sa.Connection) -> None:
    do(made, "create_between", name="Middle", road="north road", other_road="South Road")
    state = grid_state(made, RM, BRANCH)
    south, north = shapely.bounds(shapely.from_wkb(state.find("Middle").geometry))[[1, 3]]
    assert (round(south, 3), round(north, 3)) == (47.135, 47.145)
    with pytest.raises(InvalidInputError, match=r"called North Rod \(North Road"):
        do(made, "create_between", name="x", road="North Rod", other_road="South Road")


def test_a_proposal_becomes_the_grids(made: sa.Connection) -> None:
    result = do(made, "create_proposal", method="boundaries")
    assert sorted(result.made.values()) == ["Ober-dorf", "红星村"]
    assert list(result.removed.values()) == ["whole catchment"]


def test_parts_are_connected_and_about_equal(made: sa.Connection) -> None:
    result = do(made, "split_parts", grid="whole catchment", parts=3)
    assert result.report["largest_deviation"] <= 0.05
    with pytest.raises(InvalidInputError, match="cannot have 200"):
        do(made, "split_parts", grid="whole catchment", parts=200)


def test_an_owner_is_of_the_branchs_staff(made: sa.Connection) -> None:
    do(made, "owner", grids=["whole catchment"], owner_id="S2")
    with pytest.raises(InvalidInputError, match="S1, S2, S3"):
        do(made, "owner", grids=["whole catchment"], owner_id="X9")
    do(made, "owner", grids=["whole catchment"], owner_id=None)
    with pytest.raises(InvalidInputError, match="changes nothing"):
        do(made, "owner", grids=["whole catchment"], owner_id=None)
    assert grid_table(grid_state(made, RM, BRANCH))["owner_id"].to_list() == [None]


def test_a_redrawn_catchment_is_one_operation(made: sa.Connection) -> None:
    do(made, "create_polygon", name="Box", polygon=BOX, datum="wgs84")
    before = grid_state(made, RM, BRANCH)
    cells = np.union1d(CELLS[30:], box_cells(260))
    version = write_catchment(made, cells)
    result = edit(made, MANAGER, BRANCH, Operation("rebase"), NOW)
    state = grid_state(made, RM, BRANCH)
    assert (state.catchment_id, result.report["catchment"]) == (version, version)
    assert check_partition(state, cells) == []
    assert sum(result.report["gained"].values()) == len(np.setdiff1d(cells, CELLS))
    edit(made, MANAGER, BRANCH, Operation("undo"), NOW)
    assert grid_state(made, RM, BRANCH).digest() == before.digest()


def test_a_catchment_that_is_the_same_leaves_the_boundaries_as_they_are(made: sa.Connection) -> None:
    do(made, "create_places", places=["红星村", "Ober-dorf"])
    do(
        made,
        "split_line",
        grid="红星村",
        line={"type": "LineString", "coordinates": [[9.51, 47.131], [9.53, 47.143]]},
        datum="wgs84",
    )
    with pytest.raises(InvalidInputError, match="operation rebase changes nothing"):
        do(made, "rebase")


def test_shapes_are_read_in_their_datum(connection: sa.Connection) -> None:
    """The same numbers in WGS 84 and in GCJ-02 are 500 m apart in a mainland store."""
    fix_house_datum(connection, "gcj02")
    lng, lat = to_house([104.066], [30.573], "wgs84", "gcj02")
    box = shapely.box(lng[0] - 0.03, lat[0] - 0.03, lng[0] + 0.03, lat[0] + 0.03)
    write_branch(connection, cells_from_polygon(box, 9))
    begin_set(connection, local_actor(), BRANCH, NOW)
    drawn = shapely.geometry.mapping(shapely.box(104.06, 30.57, 104.07, 30.58))
    found = {}
    for datum in ("wgs84", "gcj02", "bd09"):
        asked = Operation("create_polygon", {"name": datum, "polygon": drawn, "datum": datum})
        edit(connection, local_actor(), BRANCH, asked, NOW)
        state = grid_state(connection, local_actor(), BRANCH)
        found[datum] = shapely.bounds(shapely.from_wkb(state.find(datum).geometry)).tolist()
        edit(connection, local_actor(), BRANCH, Operation("undo"), NOW)
    assert found["gcj02"] == pytest.approx([104.06, 30.57, 104.07, 30.58], abs=1e-8)
    assert found["wgs84"][0] - found["gcj02"][0] == pytest.approx(0.0025, abs=0.0003)
    assert found["gcj02"][0] - found["bd09"][0] == pytest.approx(0.0065, abs=0.0008)


@pytest.mark.parametrize(
    ("kind", "args", "words"),
    [
        ("explode", {}, "operation must be one of"),
        ("rename", {"grid": "whole catchment"}, "field name"),
        ("rename", {"grid": "whole catchment", "name": "x", "nane": "y"}, "field nane"),
        ("create_polygon", {"name": "x", "polygon": BOX}, "field datum"),
        ("create_polygon", {"name": "x", "polygon": BOX, "datum": "mars"}, "datum must be one of"),
        ("create_polygon", {"name": "x", "polygon": {"type": "Polygon"}, "datum": "wgs84"}, "not a GeoJSON geometry"),
        ("create_polygon", {"name": "x", "polygon": POINT, "datum": "wgs84"}, "must be a Polygon"),
        ("create_polygon", {"name": "x", "polygon": OFF_THE_GLOBE, "datum": "wgs84"}, "not on the globe"),
        ("create_cells", {"name": "x", "cells": ["nonsense"]}, "not an H3 cell"),
        ("split_parts", {"grid": "whole catchment", "parts": 1}, "field parts"),
        ("merge", {"grids": ["whole catchment"]}, "field grids"),
        ("stage", {"grids": ["whole catchment"], "dates": {"survey_done_on": "yesterday"}}, "field dates"),
    ],
)
def test_arguments_that_do_not_fit_are_named(made: sa.Connection, kind: str, args: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        edit(made, MANAGER, BRANCH, Operation(kind, args), NOW)
    assert len(log(made, RM, BRANCH)) == 1


def test_outlines_of_the_catchment_hold_the_boundaries(made: sa.Connection) -> None:
    do(made, "create_places", places=["红星村"])
    area = merged_polygons(CELLS, np.zeros(len(CELLS), np.int64), 1)[0]
    shape = shapely.from_wkb(grid_state(made, RM, BRANCH).find("红星村").geometry)
    assert shapely.area(shapely.difference(shape, area)) < 1e-10
