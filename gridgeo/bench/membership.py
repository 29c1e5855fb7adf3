"""Parties near the borders of areas 250 m wide: how many land in another grid than their boundary says."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime

import geopandas as gpd
import h3
import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.bench.report import Case
from gridgeo.cells import (
    cells_from_points,
    cells_from_polygon,
    centres,
    holding_polygon,
    merged_polygons,
)
from gridgeo.domain import FloatArray, IntArray, local_actor
from gridgeo.domain.tables import CUSTOMERS, ORG_UNITS
from gridgeo.pipeline.grids.sets import FirstGrid, Operation, begin_set, edit
from gridgeo.pipeline.membership import assign_members, members_of
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import finish_version, new_version, open_engine, set_live, upgrade, write_frame

Shapes = npt.NDArray[np.object_]

FLOOR_SHARE = 0.001
"""At most 0.1 % of parties with a true position in another grid than their boundary says."""
WEST, SOUTH = 116.0, 30.0
AREA_M = 250.0
METRE_LAT = 1.0 / 111_195.0
METRE_LNG = METRE_LAT / np.cos(np.radians(SOUTH))
GRID_RESOLUTION, PEER_RESOLUTION = 10, 9
NEAR_M = 60.0
BRANCH = "B1"
WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def cases(quick: bool) -> list[Case]:
    """Return membership-250m, and the time of the join of points to polygons beside geopandas.

    quick: fewer parties, the same checks.
    """
    return [_membership_250m(4_000 if quick else 100_000), _polygon_join(20_000 if quick else 1_000_000)]


def _membership_250m(parties: int) -> Case:
    """Run a store from boundaries to members, and hold every member against the boundary that covers its point."""
    areas = _areas(20)
    lng, lat = _near_borders(areas, parties)
    truth = _covering(areas, lng, lat)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/bench.db", create=True)
        upgrade(engine)
        with engine.begin() as connection:
            found = _members(connection, areas, lng, lat)
        engine.dispose()
    cells = cells_from_points(lng, lat, PEER_RESOLUTION)
    by_centre = _covering(areas, *centres(cells))
    return Case(
        "membership-250m",
        "share in another grid",
        float((found != truth).mean()),
        "lower",
        floor=FLOOR_SHARE,
        peer=f"cell centre alone, resolution {PEER_RESOLUTION}",
        peer_version=f"h3 {h3.__version__}",
        theirs=float((by_centre != truth).mean()),
    )


def _areas(across: int) -> Shapes:
    """Return irregular areas about 250 m wide that fill a square, ordered by their position."""
    rng = np.random.default_rng(7)
    column, row = (part.ravel() for part in np.meshgrid(np.arange(across), np.arange(across)))
    shift = rng.uniform(-0.25, 0.25, (2, across * across))
    spots = np.column_stack([_lng((column + 0.5 + shift[0]) * AREA_M), _lat((row + 0.5 + shift[1]) * AREA_M)])
    side = across * AREA_M
    frame = shapely.box(WEST, SOUTH, float(_lng(np.array(side))), float(_lat(np.array(side))))
    parts = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=frame))
    return np.asarray(shapely.intersection(parts, frame), dtype=np.object_)


def _lng(east_m: FloatArray) -> FloatArray:
    lng: FloatArray = WEST + east_m * METRE_LNG
    return lng


def _lat(north_m: FloatArray) -> FloatArray:
    lat: FloatArray = SOUTH + north_m * METRE_LAT
    return lat


def _near_borders(areas: Shapes, count: int) -> tuple[FloatArray, FloatArray]:
    """Return points of which half lie within 60 m of a border, and half anywhere."""
    rng = np.random.default_rng(11)
    # a metre inside the outer border: on it, ground of nobody begins, which goes to whoever is nearest
    west, south, east, north = shapely.total_bounds(areas) + METRE_LNG * np.array([1, 1, -1, -1])
    lng, lat = rng.uniform(west, east, count), rng.uniform(south, north, count)
    near = np.arange(count) < count // 2
    rims = shapely.boundary(areas)[rng.integers(0, len(areas), near.sum())]
    spots = shapely.get_coordinates(shapely.line_interpolate_point(rims, rng.random(near.sum()), normalized=True))
    off = rng.uniform(-NEAR_M, NEAR_M, (near.sum(), 2)) * np.array([METRE_LNG, METRE_LAT])
    lng[near], lat[near] = np.clip(spots + off, [west, south], [east, north]).T
    return lng, lat


def _covering(areas: Shapes, lng: FloatArray, lat: FloatArray) -> IntArray:
    """Return the area that covers each point by shapely's own search, the first of several, -1 for none."""
    point, area = shapely.STRtree(areas).query(shapely.points(lng, lat), predicate="intersects")
    found = np.full(len(lng), len(areas), dtype=np.int64)
    np.minimum.at(found, point, area)
    return np.where(found == len(areas), -1, found)


def _members(connection: sa.Connection, areas: Shapes, lng: FloatArray, lat: FloatArray) -> IntArray:
    """Return for each party the area whose grid it was assigned to, through the store; -1 for none."""
    actor = local_actor()
    _write_ground(connection, areas)
    _write_bank(connection, lng, lat)
    catchment = _write_catchment(connection, areas)
    begin_set(connection, actor, BRANCH, WHEN, FirstGrid(catchment, GRID_RESOLUTION))
    made = edit(connection, actor, BRANCH, Operation("create_proposal", {"method": "boundaries"}), WHEN).made
    assign_members(connection, actor, newest_inputs(connection), WHEN)
    area_of = {grid: int(name.removeprefix("area ")) for grid, name in made.items()}
    members = members_of(connection, actor).with_columns(at=pl.col("party_id").cast(pl.Int64)).sort("at")
    return members["grid_id"].replace_strict(area_of, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()


def _write_ground(connection: sa.Connection, areas: Shapes) -> None:
    table = pl.DataFrame(
        {
            "id": [f"a{at:04}" for at in range(len(areas))],
            "name": [f"area {at}" for at in range(len(areas))],
            "kind": "community",
            "geometry": shapely.to_wkb(areas, byte_order=1),
        }
    )
    _write(connection, "ground", {"boundary": table}, {"name": "bench", "mode": "walk"})


def _write_bank(connection: sa.Connection, lng: FloatArray, lat: FloatArray) -> None:
    known = pl.DataFrame({"id": np.arange(len(lng)).astype(str), "lng": lng, "lat": lat})
    known = known.with_columns(branch_id=pl.lit(BRANCH), synthetic=pl.lit(True))
    absent = {name: kind for name, kind in CUSTOMERS.items() if name not in known.columns}
    customers = known.with_columns(pl.lit(None, kind).alias(name) for name, kind in absent.items())
    branch = pl.DataFrame(
        [{"id": BRANCH, "name": "Branch", "kind": "outlet", "lng": WEST, "lat": SOUTH, "synthetic": True}],
        schema=ORG_UNITS,
    )
    _write(connection, "bank", {"org_unit": branch, "customer": customers}, {"synthetic": True})


def _write_catchment(connection: sa.Connection, areas: Shapes) -> int:
    # a rim around the areas, so that every party lies in the catchment
    cells = cells_from_polygon(shapely.union_all(areas).buffer(2 * AREA_M * METRE_LNG), GRID_RESOLUTION)
    outline = merged_polygons(cells, np.zeros(len(cells), dtype=np.int64), 1)
    rows = pl.DataFrame(
        {"branch_id": BRANCH, "cell": cells, "travel_s": None}, schema_overrides={"travel_s": pl.Float64}
    )
    shape = pl.DataFrame(
        {"branch_id": [BRANCH], "method": ["drawn"], "label": ["drawn"], "geometry": shapely.to_wkb(outline)}
    )
    return _write(
        connection, "catchment", {"catchment_cell": rows, "catchment": shape}, {"resolution": GRID_RESOLUTION}
    )


def _write(connection: sa.Connection, kind: str, tables: dict[str, pl.DataFrame], params: dict[str, object]) -> int:
    version = new_version(connection, local_actor(), kind, params=params, now=WHEN)
    for name, table in tables.items():
        write_frame(connection, name, table, version_id=version)
    finish_version(connection, version, report={})
    if kind != "catchment":
        set_live(connection, local_actor(), kind, version, WHEN)
    return version


def _polygon_join(points: int) -> Case:
    """Time the exact join of points to 5,000 polygons beside geopandas.sjoin; both give the same pairs."""
    areas = np.asarray(shapely.segmentize(_areas(71), 12.0 * METRE_LNG), dtype=np.object_)
    rng = np.random.default_rng(3)
    west, south, east, north = shapely.total_bounds(areas)
    lng, lat = rng.uniform(west, east, points), rng.uniform(south, north, points)
    ours, theirs = [], []
    for _ in range(3):
        began = time.process_time()
        found = holding_polygon(lng, lat, areas)
        ours.append(time.process_time() - began)
        began = time.process_time()
        expected = _sjoin(areas, lng, lat)
        theirs.append(time.process_time() - began)
        if not np.array_equal(found, expected):
            raise RuntimeError("the join of points to polygons differs from geopandas")
    return Case(
        "polygon-join-1m",
        "CPU s",
        round(float(np.median(ours)), 4),
        "lower",
        peer="geopandas.sjoin",
        peer_version=str(gpd.__version__),
        theirs=round(float(np.median(theirs)), 4),
    )


def _sjoin(areas: Shapes, lng: FloatArray, lat: FloatArray) -> IntArray:
    left = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lng, lat))
    joined = gpd.sjoin(left, gpd.GeoDataFrame(geometry=areas), how="left", predicate="intersects")
    first = joined["index_right"].groupby(level=0).min().fillna(-1.0)
    return np.asarray(first.to_numpy(), dtype=np.int64)
