"""Spread located parties over cells by the distribution of their error.

The error is taken as a round bell (two independent normals, so the distance is Rayleigh distributed) whose 0.9 circle
has the radius accuracy_m. Where accuracy_m is small against the cell the party goes whole into one cell.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.spatial import KDTree

from gridgeo.cells import cells_from_points, centres, check_resolution, local_xy_m
from gridgeo.cells.distance import EARTH_RADIUS_M
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError

EDGE_M = {7: 1406.0, 8: 531.4, 9: 200.8, 10: 75.9, 11: 28.7}
"""Mean edge of a hexagon by resolution (h3 documentation, table of cell statistics)."""
SMALL_SHARE_OF_EDGE = 0.2
SAMPLES = 256
"""Points that stand for the error distribution, each with the same probability."""
SHARE_UNITS = 2**20
"""Shares are whole multiples of 2**-20: their sum is exactly 1 in any order of addition."""
REACH_IN_EDGES = 2.0
"""A point just outside goes to the nearest cell inside, up to this far from its centre."""
CHUNK_PARTIES = 20_000


def cell_shares(
    party_id: pl.Series, lng: FloatArray, lat: FloatArray, accuracy_m: FloatArray, resolution: int, inside: CellArray
) -> pl.DataFrame:
    """Spread parties over the cells of a ground.

    party_id: unique, shape (n,). lng, lat: degrees, shape (n,). accuracy_m: radius that holds the true position with
    probability 0.9. inside: the cells of the ground, unique. Hand in placed parties only (`placeable`): a centroid is
    no position. Returns party_id, cell, share, hard, sorted by party (in the order given) and cell: the shares of a
    party are the probabilities over cells inside the ground and sum to exactly 1; hard marks the cell that holds the
    point, or the nearest inside cell when that one is not inside. A party further than two edges from every inside
    cell has no rows.
    Raises InvalidInputError when lengths differ, an accuracy is negative or not finite, or the resolution is not
    allowed.
    """
    check_resolution(resolution)
    accuracy = np.asarray(accuracy_m, dtype=np.float64)
    if not len(party_id) == len(lng) == len(lat) == len(accuracy):
        raise InvalidInputError("cell shares: party ids, positions and accuracies must be equally long")
    if not (np.isfinite(accuracy) & (accuracy >= 0)).all():
        raise InvalidInputError("cell shares: accuracy must be zero or more metres")
    rows = _rows(np.asarray(lng, np.float64), np.asarray(lat, np.float64), accuracy, resolution, np.sort(inside))
    return rows.select(
        party_id.gather(rows["party"]).alias("party_id"),
        "cell",
        "share",
        (pl.col("cell") == pl.col("hard_cell")).alias("hard"),
    )


def _rows(lng: FloatArray, lat: FloatArray, accuracy_m: FloatArray, resolution: int, inside: CellArray) -> pl.DataFrame:
    """Return party (position), cell, share, hard_cell, sorted."""
    hard = _hard_cells(lng, lat, resolution, inside)
    kept = np.flatnonzero(hard)
    wide = kept[accuracy_m[kept] > SMALL_SHARE_OF_EDGE * EDGE_M[resolution]]
    hits = [pl.DataFrame(schema={"party": pl.Int64, "cell": pl.UInt64, "hits": pl.UInt32})]
    known = pl.DataFrame({"cell": inside})
    for start in range(0, len(wide), CHUNK_PARTIES):
        part = wide[start : start + CHUNK_PARTIES]
        hits.append(_hits(part, lng[part], lat[part], accuracy_m[part], resolution).join(known, on="cell", how="semi"))
    return _shares(pl.concat(hits), pl.DataFrame({"party": kept, "hard_cell": hard[kept]}))


def _shares(hits: pl.DataFrame, hard: pl.DataFrame) -> pl.DataFrame:
    """Turn hits into whole units; what rounding leaves over goes to the hard cell, which always keeps at least one."""
    total = pl.col("hits").sum().over("party").cast(pl.Int64)
    others = (
        hits.with_columns(((SHARE_UNITS - 1) * pl.col("hits").cast(pl.Int64) // total).alias("units"))
        .join(hard, on="party")
        .filter((pl.col("cell") != pl.col("hard_cell")) & (pl.col("units") > 0))
    )
    given = others.group_by("party").agg(pl.col("units").sum().alias("given"))
    own = hard.join(given, on="party", how="left").select(
        "party",
        pl.col("hard_cell").alias("cell"),
        (SHARE_UNITS - pl.col("given").fill_null(0)).alias("units"),
        "hard_cell",
    )
    return (
        pl.concat([others.select(own.columns), own])
        .with_columns((pl.col("units") / SHARE_UNITS).alias("share"))
        .sort("party", "cell")
    )


def _hits(party: IntArray, lng: FloatArray, lat: FloatArray, accuracy_m: FloatArray, resolution: int) -> pl.DataFrame:
    """Count how many of the SAMPLES points of a party's error distribution fall in each cell."""
    step = (np.arange(SAMPLES) + 0.5) / SAMPLES
    # Equal steps of probability outwards, the golden angle around: no direction and no ring is preferred.
    radius = np.sqrt(np.log1p(-step) / np.log(0.1))
    angle = np.arange(SAMPLES) * np.pi * (3 - np.sqrt(5))
    degrees = np.degrees(accuracy_m[:, None] * radius / EARTH_RADIUS_M)
    sample_lat = np.clip(lat[:, None] + degrees * np.sin(angle), -90.0, 90.0)
    sample_lng = lng[:, None] + degrees * np.cos(angle) / np.maximum(np.cos(np.radians(lat)), 1e-6)[:, None]
    wrapped = (sample_lng + 180.0) % 360.0 - 180.0
    cells = cells_from_points(wrapped.ravel(), sample_lat.ravel(), resolution)
    return (
        pl.DataFrame({"party": np.repeat(party, SAMPLES), "cell": cells})
        .group_by("party", "cell")
        .agg(pl.len().cast(pl.UInt32).alias("hits"))
        .sort("party", "cell")
    )


def _hard_cells(lng: FloatArray, lat: FloatArray, resolution: int, inside: CellArray) -> CellArray:
    """Return the cell of each point, the nearest inside cell for points just outside, 0 for points far outside."""
    cells = cells_from_points(lng, lat, resolution).copy()
    outside = np.flatnonzero(~np.isin(cells, inside))
    if not len(outside) or not len(inside):
        return np.where(np.isin(cells, inside), cells, np.uint64(0))
    centre_lng, centre_lat = centres(inside)
    origin = float(centre_lng[0]), float(centre_lat[0])
    tree = KDTree(np.column_stack(local_xy_m(centre_lng, centre_lat, *origin)))
    points = np.column_stack(local_xy_m(lng[outside], lat[outside], *origin))
    away_m, nearest = tree.query(points, distance_upper_bound=REACH_IN_EDGES * EDGE_M[resolution])
    found, nearest = np.isfinite(away_m), np.asarray(nearest, dtype=np.int64)
    cells[outside] = 0
    cells[outside[found]] = inside[nearest[found]]
    return cells
