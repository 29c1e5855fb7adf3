"""Draw the branches' catchments: every cell of the ground goes to exactly one branch."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import admit_polygon, cells_from_polygons, merged_polygons
from gridgeo.domain import Actor, CellArray, FloatArray, IntArray
from gridgeo.pipeline.bank import branches_of
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, require_planner
from gridgeo.sources import cell_anchors, nearest_branch, road_graph_from_tables
from gridgeo.storage import finish_version, new_version, read_frame, version_record, write_frame

LABELS = {
    ("drive_time", "drive"): "nearest branch by drive time",
    ("drive_time", "walk"): "nearest branch by walking time",
    ("municipality", "drive"): "municipalities of the nearest branch by drive time",
    ("municipality", "walk"): "municipalities of the nearest branch by walking time",
}


def draw(connection: sa.Connection, actor: Actor, inputs: Inputs, params: RunParams, now: datetime) -> StepResult:
    """Write one catchment version: a polygon a branch and one row a cell.

    Raises InvalidInputError when a boundary does not pass the polygon gate.
    """
    require_planner(actor)
    cells, zone = ground_cells(connection, inputs.ground, params.resolution)
    branches = branches_of(read_frame(connection, "org_unit", version_id=inputs.bank))
    mode = str(version_record(connection, inputs.ground).params["mode"])
    branch_index, travel_s = _by_travel_time(connection, inputs.ground, branches, cells, mode)
    if params.method == "municipality":
        branch_index = _by_municipality(zone, branch_index, travel_s)
    version_id = new_version(
        connection,
        actor,
        "catchment",
        params=params.as_dict() | {"inputs": inputs.as_dict(), "mode": mode},
        now=now,
    )
    branch_ids = branches["id"].to_numpy()
    table = pl.DataFrame({"branch_id": branch_ids[branch_index], "cell": cells, "travel_s": travel_s})
    table = table.with_columns(pl.col("travel_s").fill_nan(None))
    write_frame(connection, "catchment_cell", table.sort("cell"), version_id=version_id)
    outlines = _outlines(branch_ids, branch_index, cells, params.method, LABELS[params.method, mode])
    write_frame(connection, "catchment", outlines, version_id=version_id)
    sizes = np.bincount(branch_index, minlength=len(branch_ids))
    report = {
        "cells": len(cells),
        "cells_by_branch": dict(zip(branch_ids.tolist(), sizes.tolist(), strict=True)),
        "unreached": int(np.isnan(travel_s).sum()),
    }
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def ground_cells(connection: sa.Connection, ground_id: int, resolution: int) -> tuple[CellArray, IntArray]:
    """Return the cells of the ground, sorted, and the position of the boundary that holds each one's centre."""
    boundaries = read_frame(connection, "boundary", version_id=ground_id)
    shapes = shapely.from_wkb(boundaries["geometry"].to_numpy())
    # A country's boundaries are a dozen; each passes the gate by itself so that an error can name it.
    admitted = np.array([admit_polygon(shape, resolution=resolution) for shape in shapes], dtype=object)
    return cells_from_polygons(admitted, resolution)


def _by_travel_time(
    connection: sa.Connection, ground_id: int, branches: pl.DataFrame, cells: CellArray, mode: str
) -> tuple[IntArray, FloatArray]:
    nodes = read_frame(connection, "road_node", version_id=ground_id)
    edges = read_frame(connection, "road_edge", version_id=ground_id)
    anchors = cell_anchors(cells, read_frame(connection, "building", version_id=ground_id))
    graph = road_graph_from_tables(nodes, edges, mode)
    return nearest_branch(graph, branches["lng"].to_numpy(), branches["lat"].to_numpy(), cells, anchors)


def _by_municipality(zone: IntArray, branch_index: IntArray, travel_s: FloatArray) -> IntArray:
    """Give each municipality whole to the branch that most of its cells reach first."""
    votes = pl.DataFrame({"zone": zone, "branch": branch_index, "travel_s": travel_s}).with_columns(
        pl.col("travel_s").fill_nan(None)
    )
    # Ties go to the shorter median way.
    winner = (
        votes.group_by("zone", "branch")
        .agg(pl.len().alias("cells"), pl.col("travel_s").median())
        .sort("zone", "cells", "travel_s", "branch", descending=[False, True, False, False])
        .group_by("zone", maintain_order=True)
        .first()
    )
    return votes.join(winner.select("zone", won="branch"), on="zone", how="left", maintain_order="left")[
        "won"
    ].to_numpy()


def _outlines(
    branch_ids: np.ndarray, branch_index: IntArray, cells: CellArray, method: str, label: str
) -> pl.DataFrame:
    shapes = merged_polygons(cells, branch_index, len(branch_ids))
    return pl.DataFrame(
        {
            "branch_id": branch_ids,
            "method": method,
            "label": label,
            "geometry": shapely.to_wkb(shapes),
        }
    )
