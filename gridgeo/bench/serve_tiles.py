"""The cases of tiles: our encoder beside PostGIS and mapbox-vector-tile on the same cells, sizes, a crowded tile."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

import brotli
import mapbox_vector_tile
import numpy as np
import numpy.typing as npt
import psycopg
import shapely
from mapbox_vector_tile.encoder import on_invalid_geometry_make_valid

from gridgeo.bench.report import Case
from gridgeo.cells import cell_polygons, cell_strings, cells_from_points
from gridgeo.domain import CellArray, FloatArray
from gridgeo.maps.cell_tiles import TileIndex, cells_tile, level_tile, tile_index
from gridgeo.maps.columnar import CellColumns, MeasureColumn, columnar_json, rounded
from gridgeo.maps.mercator import EXTENT, projected

BUFFER = 64
GZIP_LEVEL = 6
BROTLI_QUALITY = 4
"""Of the service: a browser takes what it sends it with Brotli."""
PLACE = (9.55, 21.0)
"""At this latitude a z12 tile holds about 940 cells of resolution 9."""
NAMES = ("penetration", "people")
CROWD = 20_000
SELECT = """
    SELECT ST_AsMVT(t, 'cells', 4096, 'geom', 'id') FROM (
      SELECT id, cell, penetration, people,
             ST_AsMVTGeom(shape, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
      FROM bench_hexagon
      WHERE shape && ST_Expand(ST_TileEnvelope(%(z)s, %(x)s, %(y)s), %(beyond)s)
    ) AS t WHERE geom IS NOT NULL"""
TABLE = """
    CREATE UNLOGGED TABLE bench_hexagon (
      id bigint, cell text, penetration double precision, people double precision, shape geometry(Polygon, 3857)
    )"""
COPY = "COPY bench_hexagon (id, cell, penetration, people, shape) FROM STDIN"
EDGE_M = 20_037_508.342789244


@dataclass(frozen=True)
class Ground:
    """Cells with two measures, prepared for tiles, and the tile in their middle."""

    cells: CellArray
    columns: dict[str, FloatArray]
    index: TileIndex
    tile: tuple[int, int, int]


def cases(quick: bool, postgis_url: str) -> list[Case]:
    """Return tile-z12-postgis, tile-z12-python, tile-size, page-payload and tile-z8.

    postgis_url: SQLAlchemy URL of a database with PostGIS whose login may make tables; the one made here is dropped.
    """
    runs = 3 if quick else 15
    ground = made_up(12_000 if quick else 500_000)
    body = cells_tile(ground.index, *ground.tile, names=NAMES)
    count = len(_features(body))
    ours_s = cpu_s(lambda: cells_tile(ground.index, *ground.tile, names=NAMES), runs, 20)
    theirs_s, theirs = _postgis(postgis_url, ground, runs)
    _require_same(body, theirs[1])
    python_s = cpu_s(_general_encoder(ground), 1 if quick else 3, 1)
    packed, packed_theirs = (len(gzip.compress(each, GZIP_LEVEL, mtime=0)) for each in (body, theirs[1]))
    payload = _payload(ground, body)
    page, page_gzip = (len(brotli.compress(payload, quality=BROTLI_QUALITY)), len(gzip.compress(payload, GZIP_LEVEL)))
    crowd_ms = _crowded_ms(runs)
    rate = "tiles/CPU s"
    return [
        Case("tile-z12-postgis", f"times {rate}", theirs_s / ours_s, "higher", 10.0, "ST_AsMVT", theirs[0], 1.0),
        Case("tile-z12-python", f"times {rate}", python_s / ours_s, "higher", 500.0, "mapbox-vector-tile",
             version("mapbox-vector-tile"), 1.0),
        Case("tile-size", "bytes gzipped", packed, "lower", float(packed_theirs), "ST_AsMVT", theirs[0],
             float(packed_theirs)),
        Case("page-payload", "share of the tile's bytes gzipped", page / packed, "lower", 0.25),
        Case("page-payload-gzip", "share of the tile's bytes gzipped", page_gzip / packed, "lower"),
        Case("tile-z8", f"ms CPU, {CROWD} cells", crowd_ms, "lower", 100.0),
        Case("tile-z12-ms", f"ms CPU, {count} cells", 1000.0 * ours_s, "lower", None, "ST_AsMVT", theirs[0],
             1000.0 * theirs_s),
    ]  # fmt: skip


def made_up(count: int, seed: int = 1) -> Ground:
    """Return about so many cells of resolution 9 around PLACE with a share and a count."""
    lng, lat = PLACE
    half = 0.5 * np.sqrt(count * 0.105) / 111.0
    side = int(3.2 * np.sqrt(count))
    grid = np.meshgrid(np.linspace(lng - half, lng + half, side), np.linspace(lat - half, lat + half, side))
    cells = np.unique(cells_from_points(grid[0].ravel(), grid[1].ravel(), 9))
    rng = np.random.default_rng(seed)
    columns = {
        "penetration": rounded(rng.beta(2.0, 9.0, len(cells)), 4),
        "people": np.round(rng.gamma(2.0, 60.0, len(cells))),
    }
    x, y = (float(part) for part in projected(np.array([[lng, lat]]))[0])
    tile = (12, int(x * (1 << 12)), int(y * (1 << 12)))
    return Ground(cells, columns, tile_index(cells, columns), tile)


def cpu_s(work: Callable[[], object], runs: int, times: int) -> float:
    """Return the median CPU seconds of one call, over runs of several calls, everything warm."""
    work()
    found = []
    for _ in range(runs):
        began = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - began) / times)
    return median(found)


def _features(body: bytes) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = mapbox_vector_tile.decode(body)["cells"]["features"]
    return features


def _require_same(ours: bytes, theirs: bytes) -> None:
    """Raise RuntimeError unless both tiles hold the same cells with the same figures."""
    mine, other = (
        {str(each["properties"]["cell"]): each["properties"] for each in _features(body)} for body in (ours, theirs)
    )
    # what only grazes the edge may round to nothing on one side
    shared = mine.keys() & other.keys()
    if len(mine.keys() ^ other.keys()) > len(shared) // 100 or any(mine[name] != other[name] for name in shared):
        raise RuntimeError("the two tiles do not hold the same cells and figures")


def _general_encoder(ground: Ground) -> Callable[[], bytes]:
    """Return what encodes the same tile with mapbox-vector-tile from stored Mercator shapes behind a tree of boxes."""
    merc, names, (z, x, y) = _mercator(ground), cell_strings(ground.cells), ground.tile
    tree, side = shapely.STRtree(merc), 2.0 * EDGE_M / (1 << z)
    west, north = x * side - EDGE_M, EDGE_M - y * side
    margin = side * BUFFER / EXTENT
    frame = shapely.box(west - margin, north - side - margin, west + side + margin, north + margin)
    options = {
        "quantize_bounds": (west, north - side, west + side, north),
        "extents": EXTENT,
        "on_invalid_geometry": on_invalid_geometry_make_valid,
    }

    def encode() -> bytes:
        rows = tree.query(frame, predicate="intersects")
        shapes = shapely.intersection(merc[rows], frame)
        features = [
            {"geometry": shape, "properties": {"cell": names[row]} | _figures(ground, row), "id": row}
            for row, shape in zip(rows.tolist(), shapes, strict=True)
        ]
        tile: bytes = mapbox_vector_tile.encode([{"name": "cells", "features": features}], default_options=options)
        return tile

    return encode


def _figures(ground: Ground, row: int) -> dict[str, float]:
    return {name: float(values[row]) for name, values in ground.columns.items()}


def _mercator(ground: Ground) -> npt.NDArray[np.object_]:
    """Return the hexagons in Mercator metres."""
    shapes = shapely.transform(
        cell_polygons(ground.cells), lambda corners: (projected(corners) - 0.5) * [2.0 * EDGE_M, -2.0 * EDGE_M]
    )
    return np.asarray(shapes, dtype=np.object_)


def _postgis(url: str, ground: Ground, runs: int) -> tuple[float, tuple[str, bytes]]:
    """Return the CPU seconds of ST_AsMVT over a stored, indexed table, and (version, tile).

    PostgreSQL tells no CPU seconds of a query: what is measured is the time it says the query took, the least of many
    runs, which favours it.
    """
    z, x, y = ground.tile
    place = {"z": z, "x": x, "y": y, "beyond": 2.0 * EDGE_M / (1 << z) * BUFFER / EXTENT}
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS bench_hexagon")
        connection.execute(TABLE)
        try:
            _fill(connection, ground)
            found = connection.execute("SELECT PostGIS_Lib_Version()").fetchone()
            row = connection.execute(SELECT, place).fetchone()
            took = [_execution_s(connection, place) for _ in range(3 * runs)]
        finally:
            connection.execute("DROP TABLE bench_hexagon")
    assert found is not None  # noqa: S101 - a SELECT of one value
    assert row is not None  # noqa: S101 - an aggregate has one row
    return min(took), (f"PostGIS {found[0]}", bytes(row[0]))


def _fill(connection: psycopg.Connection[Any], ground: Ground) -> None:
    shapes = shapely.to_wkb(shapely.set_srid(_mercator(ground), 3857), hex=True, include_srid=True).tolist()
    columns = (ground.columns[name].tolist() for name in NAMES)
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in zip(range(len(shapes)), cell_strings(ground.cells), *columns, shapes, strict=True):
            copy.write_row(row)
    connection.execute("CREATE INDEX ON bench_hexagon USING gist (shape)")
    connection.execute("VACUUM ANALYZE bench_hexagon")


def _execution_s(connection: psycopg.Connection[Any], place: dict[str, Any]) -> float:
    row = connection.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {SELECT}", place).fetchone()  # type: ignore[arg-type,unused-ignore]
    assert row is not None  # noqa: S101 - a plan has one row
    return float(row[0][0]["Execution Time"]) / 1000.0


def _payload(ground: Ground, body: bytes) -> bytes:
    """Return what the page is sent for the cells of the tile: the same measures, without geometry."""
    names = {str(feature["properties"]["cell"]) for feature in _features(body)}
    rows = np.flatnonzero(np.isin(np.array(cell_strings(ground.cells)), list(names)))
    frame = CellColumns(9, 1, ground.cells[rows], ("B1",), np.zeros(len(rows), dtype=np.int64))
    return columnar_json(frame, {name: MeasureColumn(values[rows], ()) for name, values in ground.columns.items()})


def _crowded_ms(runs: int) -> float:
    """Return the CPU milliseconds of a z8 tile in which CROWD hexagons are drawn one by one."""
    ground = made_up(CROWD)
    level = ground.index.levels[9]
    z, x, y = 8, ground.tile[1] >> 4, ground.tile[2] >> 4
    return 1000.0 * cpu_s(lambda: level_tile(level, (z, x, y), NAMES), runs, 1)
