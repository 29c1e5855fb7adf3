"""Branches within reach of the cells, and rivals' branches near them."""

from __future__ import annotations

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import FloatArray
from gridgeo.domain.sums import sum_of
from gridgeo.pipeline.bank import branches_of
from gridgeo.pipeline.cell_inputs import PRIOR_RING, CellInputs
from gridgeo.pipeline.facts.records import Reachable, Rivals
from gridgeo.pipeline.locate import all_merchants
from gridgeo.pipeline.steps import Inputs
from gridgeo.scoring.rivals import count_near, rivals_among
from gridgeo.sources import RoadGraph, cell_anchors, road_graph_from_tables
from gridgeo.sources.site_times import seconds_to_nearest, times_to_sites
from gridgeo.storage import read_frame, version_record

REACH_S = 900.0
"""A branch further than a quarter of an hour away serves nobody in the measure of accessibility."""
FULL_POST_HOURS = 40.0
RIVAL_TAGS = ("amenity=bank", "rival", "竞争网点", "同业网点")
"""Tags of a merchant of the industry finance that is a bank's branch; insurers and brokers are none."""


def roads_of(connection: sa.Connection, inputs: Inputs) -> RoadGraph | None:
    """Return the road network of the ground; None where none was imported."""
    edges = read_frame(connection, "road_edge", version_id=inputs.ground)
    if edges.is_empty():
        return None
    nodes = read_frame(connection, "road_node", version_id=inputs.ground)
    return road_graph_from_tables(nodes, edges, str(version_record(connection, inputs.ground).params["mode"]))


def place_facts(
    connection: sa.Connection, inputs: Inputs, given: CellInputs, roads: RoadGraph | None
) -> tuple[Reachable | None, Rivals | None]:
    """Return the branches within reach of the cells, and the rivals; each None where it cannot be said."""
    buildings = read_frame(connection, "building", version_id=inputs.ground)
    anchors = cell_anchors(given.cells, buildings)
    branches = branches_of(read_frame(connection, "org_unit", version_id=inputs.bank)).drop_nulls(["lng", "lat"])
    own = (branches["lng"].to_numpy(), branches["lat"].to_numpy())
    return (
        _reachable(connection, inputs, branches, roads, anchors) if roads is not None else None,
        _rivals(connection, inputs, given, own, (roads, anchors)),
    )


def _reachable(
    connection: sa.Connection,
    inputs: Inputs,
    branches: pl.DataFrame,
    roads: RoadGraph,
    anchors: tuple[FloatArray, FloatArray],
) -> Reachable:
    staff = read_frame(connection, "staff", version_id=inputs.bank).filter(pl.col("post") == "rm")
    posts = staff.group_by("org_unit_id").agg(posts=sum_of("hours_per_week") / FULL_POST_HOURS)
    supply = branches.join(posts, left_on="id", right_on="org_unit_id", how="left", maintain_order="left")["posts"]
    sites = (branches["lng"].to_numpy(), branches["lat"].to_numpy())
    return Reachable(supply.fill_null(0.0).to_numpy(), times_to_sites(roads, sites, anchors, REACH_S), REACH_S)


def _rivals(
    connection: sa.Connection,
    inputs: Inputs,
    given: CellInputs,
    own: tuple[FloatArray, FloatArray],
    way: tuple[RoadGraph | None, tuple[FloatArray, FloatArray]],
) -> Rivals | None:
    """Return rivals near the cells; None where neither the map nor the bank's list has a bank's branch."""
    banks = all_merchants(connection, inputs).filter(
        (pl.col("industry") == "finance") & pl.col("osm_tag").is_in(RIVAL_TAGS)
    )
    banks = banks.drop_nulls(["lng", "lat"])
    if banks.is_empty():
        return None
    rivals = banks.filter(pl.Series(rivals_among((banks["lng"].to_numpy(), banks["lat"].to_numpy()), own)))
    sites = (rivals["lng"].to_numpy(), rivals["lat"].to_numpy())
    near = count_near(*sites, given.cells, given.pairs, PRIOR_RING)
    roads, anchors = way
    if roads is None or rivals.is_empty():
        return Rivals(near, None, rivals.height)
    travel_s = seconds_to_nearest(roads, sites, anchors)
    return Rivals(near, np.where(np.isfinite(travel_s), travel_s, np.nan), rivals.height)
