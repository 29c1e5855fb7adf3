"""Membership over a store: rules in order, disagreements listed, scope kept; proposals out of the same ground."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import h3
import numpy as np
import polars as pl
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import cell_strings, cells_from_polygon, merged_polygons
from gridgeo.domain import Actor, CellArray
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.grids.proposals_common import Catchment, Proposal
from gridgeo.pipeline.grids.proposals import DerivedOptions, derive, derived_boundaries, propose
from gridgeo.pipeline.membership import (
    AreaGrids,
    area_grids,
    assign_members,
    disagreements,
    members_of,
    memberships_of,
    parties_of,
)
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import finish_version, new_version, set_live, write_frame
from gridgeo.storage.models import Grid, GridCell, GridSet

WEST, SOUTH, EAST, NORTH = 116.0, 30.0, 116.03, 30.03
MIDDLE = 116.0151
"""The border of the two villages, which no line of hexagons follows."""


def village(code: str) -> shapely.Geometry:
    return shapely.box(WEST, SOUTH, MIDDLE, NORTH) if code == "A" else shapely.box(MIDDLE, SOUTH, EAST, NORTH)


def area() -> shapely.Geometry:
    return shapely.box(WEST, SOUTH, EAST, NORTH)


def ground_cells_here() -> CellArray:
    return cells_from_polygon(area(), 9)


@pytest.fixture
def inputs(connection: sa.Connection, actor: Actor, now: datetime) -> Inputs:
    """A ground of two villages with 3,000 people, a road between them, and parties with codes and positions."""
    ground = new_version(connection, actor, "ground", params={"name": "two villages", "mode": "walk"}, now=now)
    write_frame(connection, "boundary", boundaries(), version_id=ground)
    write_frame(connection, "street", streets(), version_id=ground)
    write_frame(connection, "building", buildings(), version_id=ground)
    write_frame(connection, "denominator", people(), version_id=ground)
    write_frame(connection, "merchant", merchants(), version_id=ground)
    finish_version(connection, ground, report={})
    bank = new_version(connection, actor, "bank", params={}, now=now)
    write_frame(connection, "customer", customers(), version_id=bank)
    write_frame(connection, "household", households(), version_id=bank)
    finish_version(connection, bank, report={})
    set_live(connection, actor, "ground", ground, now)
    set_live(connection, actor, "bank", bank, now)
    return Inputs(ground=ground, bank=bank)


def boundaries() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": ["a", "b"],
            "name": ["Village A", "Village B"],
            "kind": ["village", "village"],
            "geometry": [shapely.to_wkb(village("A")), shapely.to_wkb(village("B"))],
            "code": ["A", "B"],
        }
    )


def streets() -> pl.DataFrame:
    border = shapely.LineString([(MIDDLE, SOUTH - 0.01), (MIDDLE, NORTH + 0.01)])
    lanes = [shapely.LineString([(WEST + 0.001, lat), (EAST - 0.001, lat)]) for lat in np.linspace(30.003, 30.027, 9)]
    return pl.DataFrame(
        {
            "id": [f"s{at}" for at in range(10)],
            "name": ["Border Road", *([None] * 9)],
            "highway": ["primary", *(["residential"] * 9)],
            "geometry": [shapely.to_wkb(line) for line in (border, *lanes)],
        },
        schema_overrides={"name": pl.String},
    )


def buildings() -> pl.DataFrame:
    row = {"id": "h1", "kind": "house", "lng": 116.02, "lat": 30.02, "area_m2": 100.0, "residential": True}
    return pl.DataFrame([row]).with_columns(geometry=pl.lit(None, pl.Binary), village_code=pl.lit("B"))


def people() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "zone": ["Village A", "Village B"],
            "people": [6_000.0, 5_000.0],
            "dated_on": [date(2026, 1, 1)] * 2,
            "source": ["test"] * 2,
            "assumed": [False] * 2,
        }
    )


def merchants() -> pl.DataFrame:
    row = {"id": "m1", "name": "Shop", "industry": "retail", "osm_tag": None, "lng": 116.001, "lat": 30.001}
    return pl.DataFrame([row]).with_columns(synthetic=pl.lit(True), osm_tag=pl.lit(None, pl.String))


def customers() -> pl.DataFrame:
    """Customers known by code and point, by one of them, by two that differ, by their home, and by nothing."""
    known: list[dict[str, Any]] = [
        {"id": "both", "village_code": "A", "lng": 116.002, "lat": 30.002},
        {"id": "code", "village_code": "A"},
        {"id": "point", "lng": 116.029, "lat": 30.01},
        {"id": "differ", "village_code": "A", "lng": 116.029, "lat": 30.02},
        {"id": "home", "household_id": "by building"},
        {"id": "nothing"},
        {"id": "abroad", "lng": 120.0, "lat": 40.0},
    ]
    columns = {
        "id": pl.String,
        "village_code": pl.String,
        "household_id": pl.String,
        "lng": pl.Float64,
        "lat": pl.Float64,
    }
    empty = ("account_rm_id", "tier", "address", "locality", "age_band")
    numbers = {"products": pl.Int32, "balance_fen": pl.Int64, "last_contact_on": pl.Date, "contacts_12m": pl.Int32}
    return pl.DataFrame(known, schema=columns).with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in empty),
        *(pl.lit(None, dtype).alias(name) for name, dtype in numbers.items()),
        branch_id=pl.lit("B1"),
        synthetic=pl.lit(True),
    )


def households() -> pl.DataFrame:
    known: list[dict[str, Any]] = [{"id": "by building", "building_id": "h1"}, {"id": "by code", "village_code": "A"}]
    text = ("id", "address", "building_id", "head", "status", "village_code", "source")
    other = {"members": pl.Int32, "lng": pl.Float64, "lat": pl.Float64, "dated_on": pl.Date}
    schema = dict.fromkeys(text, pl.String) | other
    return pl.DataFrame(known, schema=schema)


def write_grids(connection: sa.Connection, now: datetime, proposal: Proposal, catchment_id: int) -> None:
    """Write a proposal as the grids of branch B1, the rows that an operation would write."""
    entry = {
        "branch_id": "B1",
        "resolution": 9,
        "catchment_id": catchment_id,
        "revision": 1,
        "created_at": now,
        "actor_id": "t",
    }
    set_id = connection.execute(sa.insert(GridSet).values(entry).returning(GridSet.id)).scalar_one()
    fixed = {"set_id": set_id, "status": "draft", "stage": "survey"}
    for at, grid in enumerate(proposal.grids):
        shape = shapely.to_wkb(grid.polygon, byte_order=1) if grid.own_boundary else None
        row = {**fixed, "id": f"g{at}", "name": grid.name, "kind": grid.kind, "code": grid.code, "geometry": shape}
        connection.execute(sa.insert(Grid).values(row))
        cells = [{"set_id": set_id, "cell": int(cell), "grid_id": f"g{at}"} for cell in grid.cells]
        connection.execute(sa.insert(GridCell), cells)


@pytest.fixture
def catchment() -> Catchment:
    cells = ground_cells_here()
    return Catchment(merged_polygons(cells, np.zeros(len(cells), np.int64), 1)[0], cells)


@pytest.fixture
def drawn(connection: sa.Connection, actor: Actor, now: datetime, inputs: Inputs, catchment: Catchment) -> Inputs:
    """The two villages as the area grids of a branch."""
    version = new_version(connection, actor, "catchment", params={}, now=now)
    finish_version(connection, version, report={})
    write_grids(connection, now, propose(connection, inputs, catchment, "boundaries", {}), version)
    return inputs


def test_each_party_takes_the_first_rule_that_knows(
    connection: sa.Connection, actor: Actor, drawn: Inputs, now: datetime
) -> None:
    result = assign_members(connection, actor, drawn, now)
    rows = {row["party_id"]: row for row in members_of(connection, actor, result.version_id).iter_rows(named=True)}
    said = {party: (row["grid_id"], row["rule"]) for party, row in rows.items()}
    assert said == {
        "both": ("g0", "code"), "code": ("g0", "code"), "point": ("g1", "boundary"), "differ": ("g0", "code"),
        "home": ("g1", "code"), "nothing": (None, "none"), "abroad": (None, "none"), "m1": ("g0", "boundary"),
        "by building": ("g1", "code"), "by code": ("g0", "code"),
    }  # fmt: skip
    assert (rows["differ"]["by_code"], rows["differ"]["by_boundary"], rows["differ"]["by_cell"]) == ("g0", "g1", "g1")
    assert result.report["parties"]["customer"] == {"code": 4, "boundary": 1, "cell": 0, "none": 2}


def test_disagreements_are_a_list_and_only_those(
    connection: sa.Connection, actor: Actor, drawn: Inputs, now: datetime
) -> None:
    result = assign_members(connection, actor, drawn, now)
    assert disagreements(connection, actor)["party_id"].to_list() == ["differ"]
    assert result.report["disagreements"] == 1


@pytest.mark.usefixtures("drawn")
def test_a_point_near_a_border_follows_the_boundary_where_its_cell_is_wrong(connection: sa.Connection) -> None:
    grids = area_grids(connection)
    lat = np.linspace(SOUTH + 0.001, NORTH - 0.001, 200)
    for lng, grid in ((MIDDLE - 1e-5, "g0"), (MIDDLE + 1e-5, "g1")):
        parties = pl.DataFrame(
            {
                "party_kind": "customer",
                "party_id": [str(at) for at in range(200)],
                "code": None,
                "lng": lng,
                "lat": lat,
            },
            schema_overrides={"code": pl.String},
        )
        members = memberships_of(parties, grids)
        assert set(members["grid_id"]) == {grid}
        assert set(members["by_cell"]) == {"g0", "g1"}


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 15), bounded=st.integers(0, 15))
def test_membership_is_what_trying_every_grid_for_every_party_gives(seed: int, count: int, bounded: int) -> None:
    rng = np.random.default_rng(seed)
    spots = rng.uniform(0.0, 0.03, (count, 2)) + np.array([WEST, SOUTH])
    shapes = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=area()))
    shapes = np.array([shape if at < bounded else None for at, shape in enumerate(shapes)], dtype=object)
    cells = ground_cells_here()
    grid_of = rng.integers(0, count, len(cells))
    grids = AreaGrids(
        [f"g{at}" for at in range(count)],
        {f"C{at}": at for at in range(0, count, 2)},
        shapes,
        pl.DataFrame({"cell": cells, "grid": grid_of, "resolution": 9}),
    )
    lng, lat = rng.uniform(-0.01, 0.04, (2, 60)) + np.array([[WEST], [SOUTH]])
    codes = [f"C{at}" if at < 6 else None for at in rng.integers(0, 12, 60)]
    parties = pl.DataFrame(
        {"party_kind": "customer", "party_id": [str(at) for at in range(60)], "code": codes, "lng": lng, "lat": lat},
        schema_overrides={"code": pl.String},
    )
    found = memberships_of(parties, grids).rows(named=True)
    held = dict(zip(cells.tolist(), grid_of.tolist(), strict=True))
    for at, row in enumerate(found):
        point, code = shapely.Point(lng[at], lat[at]), grids.codes.get(codes[at] or "")
        covering = [grid for grid, shape in enumerate(shapes) if shape is not None and shape.covers(point)]
        cell = held.get(h3.str_to_int(h3.latlng_to_cell(lat[at], lng[at], 9)))
        votes = [code, covering[0] if covering else None, cell]
        names = [None if vote is None else f"g{vote}" for vote in votes]
        assert [row["by_code"], row["by_boundary"], row["by_cell"]] == names
        said = [(name, rule) for name, rule in zip(names, ("code", "boundary", "cell"), strict=True) if name]
        assert (row["grid_id"], row["rule"]) == (said or [(None, "none")])[0]


def test_a_branch_manager_sees_the_own_branch_and_others_nothing(
    connection: sa.Connection, actor: Actor, drawn: Inputs, now: datetime
) -> None:
    assign_members(connection, actor, drawn, now)
    own = Actor("m", "branch_manager", frozenset({"B1"}))
    other = Actor("o", "branch_manager", frozenset({"B2"}))
    assert members_of(connection, own).height == 8
    assert members_of(connection, own, grid_id="g1").height == 3
    assert members_of(connection, other).is_empty()
    with pytest.raises(NotAllowedError):
        members_of(connection, Actor("c", "consumer"))
    with pytest.raises(NotAllowedError):
        assign_members(connection, own, drawn, now)


def test_without_grids_or_members_the_answer_says_what_to_run(
    connection: sa.Connection, actor: Actor, inputs: Inputs, now: datetime
) -> None:
    with pytest.raises(InvalidInputError, match="run gridgeo grid new"):
        assign_members(connection, actor, inputs, now)
    with pytest.raises(NotFoundError, match="run gridgeo grid members"):
        disagreements(connection, actor)


def test_a_code_of_two_grids_names_neither(connection: sa.Connection, drawn: Inputs) -> None:
    assert area_grids(connection).codes == {"A": 0, "B": 1}
    connection.execute(sa.update(Grid).where(Grid.id == "g1").values(code="A; C"))
    assert area_grids(connection).codes == {"C": 1}
    assert parties_of(connection, drawn).height == 10


def test_blocks_are_cut_by_the_main_road(connection: sa.Connection, inputs: Inputs, catchment: Catchment) -> None:
    west, east = sorted(
        propose(connection, inputs, catchment, "blocks", {}).grids, key=lambda grid: grid.polygon.bounds
    )
    assert {west.name, east.name} == {"Border Road", "Border Road (2)"}
    assert west.polygon.bounds[2] == pytest.approx(MIDDLE, abs=1e-6)
    with pytest.raises(InvalidInputError, match="no roads of class motorway"):
        propose(connection, inputs, catchment, "blocks", {"roads": ["motorway"]})


def test_balanced_grids_hold_the_people_of_the_ground_in_range(
    connection: sa.Connection, inputs: Inputs, catchment: Catchment
) -> None:
    proposal = propose(
        connection, inputs, catchment, "balanced", {"low": 500, "high": 1000, "people_per_household": 2.5}
    )
    weights = [grid.weight or 0.0 for grid in proposal.grids]
    assert sum(weights) == pytest.approx(11_000 / 2.5, rel=1e-9)
    assert all(500 <= weight <= 1000 for weight in weights)
    assert {grid.name[:9] for grid in proposal.grids} == {"Village A", "Village B"}
    again = propose(connection, inputs, catchment, "balanced", {"low": 500, "high": 1000, "people_per_household": 2.5})
    assert [cell_strings(grid.cells) for grid in again.grids] == [cell_strings(grid.cells) for grid in proposal.grids]


def test_households_are_counted_from_the_register_and_never_guessed(
    connection: sa.Connection, inputs: Inputs, catchment: Catchment
) -> None:
    counted = propose(connection, inputs, catchment, "balanced", {"low": 0.5, "high": 2.0})
    assert sum(grid.weight or 0.0 for grid in counted.grids) == 1.0
    assert counted.remarks[0].message == "1 of 2 parties have no position and count in no grid"
    with pytest.raises(InvalidInputError, match="import households, or denominators with households"):
        propose(connection, Inputs(inputs.ground, inputs.ground), catchment, "balanced", {})


def test_village_areas_derive_from_located_parties_with_codes(
    connection: sa.Connection, actor: Actor, now: datetime, inputs: Inputs, catchment: Catchment
) -> None:
    lng, lat = np.random.default_rng(0).uniform(0.0, 0.03, (2, 500)) + np.array([[WEST], [SOUTH]])
    many = pl.concat([customers()[:1]] * 500).with_columns(
        id=pl.Series([f"c{at}" for at in range(500)]),
        lng=lng,
        lat=lat,
        village_code=pl.Series(np.where(lng < MIDDLE, "A", "B")),
    )
    bank = new_version(connection, actor, "bank", params={}, now=now)
    write_frame(connection, "customer", many, version_id=bank)
    finish_version(connection, bank, report={})
    known = Inputs(inputs.ground, bank)
    proposal = propose(connection, known, catchment, "derived", {})
    assert [(grid.name, grid.code) for grid in proposal.grids] == [("Village A", "A"), ("Village B", "B")]
    assert proposal.label == "derived"
    west = shapely.intersection(catchment.polygon, shapely.box(115.0, 29.0, MIDDLE, 31.0))
    assert shapely.symmetric_difference(proposal.grids[0].polygon, west).area < 1e-4 * west.area
    table = derived_boundaries(derive(connection, known, catchment, DerivedOptions()), {"A": "Village A"}, "customers")
    assert table.select("name", "label", "confirmed_by").rows() == [
        ("Village A", "derived", None),
        ("B", "derived", None),
    ]
    version = new_version(connection, actor, "ground", params={}, now=now)
    assert write_frame(connection, "boundary", table, version_id=version) == 2


def test_unknown_methods_and_options_are_named(connection: sa.Connection, inputs: Inputs, catchment: Catchment) -> None:
    with pytest.raises(InvalidInputError, match="proposed by one of boundaries, blocks, balanced, derived"):
        propose(connection, inputs, catchment, "magic", {})
    with pytest.raises(InvalidInputError, match="option size is unknown"):
        propose(connection, inputs, catchment, "balanced", {"size": 3})
    with pytest.raises(InvalidInputError, match="no boundaries of kind municipality; it has village"):
        propose(connection, inputs, catchment, "boundaries", {"kinds": ["municipality"]})
