"""Catchments out of names, what is not understood, and the line that a catchment is stated by."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pytest
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_polygons, cells_from_polygon, centres, metres_between
from gridgeo.errors import InvalidInputError
from gridgeo.grids.blocks import Lines, area_between
from gridgeo.grids.proposals_common import Catchment
from gridgeo.pipeline.catchments.borders import parted, stated_border
from gridgeo.pipeline.catchments.edit import draw_branches
from gridgeo.pipeline.catchments.named import streets_near
from gridgeo.pipeline.catchments.specs import CatchmentSpec
from gridgeo.pipeline.catchments.terrain import Terrain
from gridgeo.pipeline.catchments.view import catchment_list
from gridgeo.pipeline.place_names import place_label
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import read_frame, reading

from .conftest import Finished
from .test_catchments import AROUND_VADUZ, HQ, NOW, SPECS, claimed

SHARED = (9.52, 47.12, 9.54)
"""West, south and east of the ground that two made-up branches both state."""


@pytest.fixture(scope="module")
def begun(demo_on: Callable[[str], Finished]) -> Iterator[sa.Connection]:
    """The finished demo; what is written is taken back."""
    with demo_on("sqlite").engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture(scope="module")
def terrain(demo_on: Callable[[str], Finished]) -> Iterator[Terrain]:
    """The demo ground and bank at resolution 9."""
    with reading(demo_on("sqlite").engine) as connection:
        yield Terrain(connection, newest_inputs(connection), 9)


def test_places_hold_the_cells_of_their_boundaries_and_those_that_their_streets_run_through(terrain: Terrain) -> None:
    both, unit = claimed(terrain, SPECS["places"]), claimed(terrain, CatchmentSpec("places", places=("Triesen",)))
    street = claimed(terrain, CatchmentSpec("places", places=("Äulestrasse",)))
    assert unit == claimed(terrain, CatchmentSpec("administrative", units=("Triesen",)))
    assert both == unit | street
    lines = shapely.from_wkb(terrain.streets.filter(pl.col("name") == "Äulestrasse")["geometry"].to_numpy())
    hexagons = cell_polygons(terrain.cells)
    assert street == set(np.flatnonzero(shapely.length(shapely.intersection(hexagons, shapely.union_all(lines))) > 0))


def test_of_several_streets_of_a_name_the_nearest_to_the_branch_is_meant(terrain: Terrain) -> None:
    spec = CatchmentSpec("places", places=("Landstrasse",))
    first, other = claimed(terrain, spec, "B1"), claimed(terrain, spec, "B4")
    assert first
    assert other
    assert not first & other
    pieces = terrain.streets.filter(pl.col("name") == "Landstrasse")
    assert sum(streets_near(pieces, ["Landstrasse"], terrain.point(at)).height for at in (0, 3)) < pieces.height


def test_ground_between_two_roads_is_what_the_same_roads_give_an_area_grid(terrain: Terrain) -> None:
    found = stated_border(SPECS["between"], 0, terrain)
    rows = streets_near(terrain.streets, SPECS["between"].roads, terrain.point(0))
    lines = Lines(rows["name"].to_list(), list(shapely.from_wkb(rows["geometry"].to_numpy())))
    area = area_between(Catchment(terrain.outline, terrain.cells), lines, SPECS["between"].roads)
    assert found is not None
    assert shapely.equals_exact(found, area)
    inside = set(np.flatnonzero(np.isin(terrain.cells, cells_from_polygon(area, 9))))
    assert claimed(terrain, SPECS["between"]) == inside


def test_a_border_is_the_line_that_was_stated_and_none_where_a_time_was(terrain: Terrain) -> None:
    borders = {name: stated_border(spec, 0, terrain) for name, spec in SPECS.items()}
    assert {name for name, border in borders.items() if border is None} == {
        "isochrone", "walked", "customers", "drive_time", "straight_line", "municipality",
    }  # fmt: skip
    assert shapely.equals(borders["drawn"], AROUND_VADUZ)
    circle = shapely.get_coordinates(borders["buffer"])
    lng, lat = terrain.point(0)
    assert metres_between(np.full(len(circle), lng), np.full(len(circle), lat), *circle.T) == pytest.approx(
        1_200.0, rel=4e-3
    )
    assert shapely.get_num_geometries(borders["places"]) == 2
    cut = CatchmentSpec("combined", operation="difference", of=(SPECS["drawn"], SPECS["buffer"]))
    assert shapely.area(stated_border(cut, 0, terrain)) < shapely.area(AROUND_VADUZ)
    timed = CatchmentSpec("combined", operation="union", of=(SPECS["drawn"], SPECS["isochrone"]))
    assert stated_border(timed, 0, terrain) is None


def test_kinds_of_places_are_said_in_the_readers_language() -> None:
    of = {"name": "Hof", "kind": "village", "code": "4201"}
    assert [place_label(of, language) for language in ("en", "zh")] == ["Hof (village, 4201)", "Hof（村，4201）"]
    kinds = ("community", "zone", "residential", "hamlet", "村民小组", None)
    said = [place_label({"name": "Hof", "kind": kind, "code": None}, "zh") for kind in kinds]
    assert said == ["Hof（社区）", "Hof（区域）", "Hof（小区）", "Hof（地名）", "Hof（村民小组）", "Hof"]
    assert place_label({"name": "Hof", "kind": "hamlet", "code": None}, "en") == "Hof (hamlet)"


def test_names_that_are_unclear_come_one_by_one_with_the_nearest(begun: sa.Connection) -> None:
    spec = CatchmentSpec("places", places=("Vadutz，Triesen;Aeulestrasse\nxyzzy",))
    with pytest.raises(InvalidInputError, match=r"of the ground is called Vadutz \(Vaduz\?\)") as raised:
        draw_branches(begun, HQ, {"B1": spec}, NOW)
    unclear = raised.value.values["unclear"]
    assert [(row["given"], len(row["near"]) > 0) for row in unclear] == [
        ("Vadutz", True), ("Aeulestrasse", True), ("xyzzy", False),
    ]  # fmt: skip
    (near,) = unclear[0]["near"]
    assert (near["text"], near["label"], place_label(near, "zh")) == (
        "Vaduz",
        "Vaduz (municipality)",
        "Vaduz（行政区）",
    )
    with pytest.raises(InvalidInputError, match="no street of the ground is called Rheindam "):
        draw_branches(begun, HQ, {"B1": CatchmentSpec("between", roads=("Landstrasse", "Rheindam"))}, NOW)


def test_shared_ground_is_parted_by_cells_and_the_rest_stays_as_it_was_stated() -> None:
    west, east, middle = (shapely.box(*bounds, 47.16) for bounds in ((9.50, 47.12, 9.54), (9.52, 47.12, 9.56), SHARED))
    nobodys = shapely.box(9.52, 47.12, 9.54, 47.13)
    cells = cells_from_polygon(shapely.union(west, east), 9)
    owner = np.where(centres(cells)[0] < 9.53, 0, 1)
    owner[np.isin(cells, cells_from_polygon(nobodys, 9))] = -1
    one, other, empty = parted(np.array([west, east, shapely.Polygon()], dtype=object), owner, cells)
    assert shapely.area(shapely.intersection(one, other)) < 1e-12
    assert shapely.area(shapely.symmetric_difference(shapely.union(one, other), shapely.union(west, east))) < 1e-12
    assert shapely.covers(one, shapely.difference(west, middle)), "what it holds alone stays as it was stated"
    assert shapely.covers(other, shapely.difference(east, middle))
    assert shapely.covers(one, shapely.box(9.521, 47.121, 9.539, 47.125)), "cells of neither are the first one's"
    points = shapely.points(*centres(cells[shapely.contains_xy(middle, *centres(cells))]))
    mine = owner[shapely.contains_xy(middle, *centres(cells))] != 1
    assert (shapely.contains(one, points) == mine).all()
    assert shapely.is_empty(empty)


def test_a_catchment_is_called_what_a_person_says(begun: sa.Connection) -> None:
    draw_branches(begun, HQ, {"B1": SPECS["places"]}, NOW)
    listed = {row["branch_id"]: row for row in catchment_list(begun, HQ, language="zh")["catchments"]}
    assert listed["B1"]["label"] == "Triesen and one street(村、社区、街道：Triesen、äulestrasse)"
    assert listed["B1"]["params"]["title"] == "Triesen and one street"


def test_a_stored_border_is_the_stated_one_without_what_others_got(begun: sa.Connection) -> None:
    drawn = {"B1": SPECS["drawn"], "B2": CatchmentSpec("drawn", polygon=SPECS["drawn"].polygon)}
    version = draw_branches(begun, HQ, drawn, NOW).version_id
    rows = read_frame(begun, "catchment", version_id=version).sort("branch_id")
    assert rows["border"].tail(2).to_list() == [None, None], "the others are stated by a time"
    held = read_frame(begun, "catchment_cell", version_id=version)
    for branch, border in zip(("B1", "B2"), shapely.from_wkb(rows["border"].head(2).to_numpy()), strict=True):
        inside = held.filter(pl.col("cell").is_in(cells_from_polygon(border, 9)))  # a line may leave the ground
        assert inside["branch_id"].unique().to_list() == [branch]
        assert inside.height == held.filter(pl.col("branch_id") == branch).height
        assert shapely.area(shapely.difference(border, AROUND_VADUZ)) < 1e-12
    one, other = shapely.from_wkb(rows["border"].head(2).to_numpy())
    assert shapely.area(shapely.intersection(one, other)) < 1e-12, "what both stated is parted"
    whole = shapely.area(shapely.union(one, other))
    assert whole == pytest.approx(shapely.area(AROUND_VADUZ), rel=0.1)
    street = draw_branches(begun, HQ, {"B1": SPECS["places"]}, NOW).version_id
    row = read_frame(begun, "catchment", version_id=street, where={"branch_id": "B1"}).row(0, named=True)
    assert 1 in {shapely.get_dimensions(part) for part in shapely.get_parts(shapely.from_wkb(row["border"]))}
