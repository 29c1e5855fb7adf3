"""The road network of an extract as a directed graph with travel times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from gridgeo.cells import metres_between
from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.tables import ROAD_EDGES, ROAD_NODES, checked
from gridgeo.errors import InvalidInputError
from gridgeo.sources.ground import TravelMode
from gridgeo.sources.osm_objects import tag_columns, way_runs
from gridgeo.sources.osm_tables import OsmTables, osm_tables

DRIVE_KMH = {
    "motorway": 110.0, "motorway_link": 60.0, "trunk": 80.0, "trunk_link": 50.0, "primary": 60.0, "primary_link": 40.0,
    "secondary": 50.0, "secondary_link": 40.0, "tertiary": 45.0, "tertiary_link": 35.0, "unclassified": 40.0,
    "residential": 30.0, "living_street": 10.0, "service": 15.0, "road": 30.0,
}  # fmt: skip
"""Average speeds by class, junctions included: an assumption. A lower posted limit is kept."""
WALK_KMH = 4.8
MAX_KMH = 200.0
NOT_WALKED = ("motorway", "motorway_link", "trunk", "trunk_link", "construction", "proposed", "elevator", "platform")
CLOSED = ("no", "private", "agricultural", "forestry")
ROAD_KEYS = ("highway", "oneway", "junction", "access", "motor_vehicle", "foot", "maxspeed", "area")
MODES: tuple[TravelMode, ...] = ("drive", "walk")


@dataclass(frozen=True)
class RoadGraph:
    """A strongly connected road network.

    lng, lat: shape (n_nodes,). indptr (n_nodes + 1,), indices (n_edges,), seconds (n_edges,): outgoing edges of each
    node in compressed rows, no pair twice. report: counts of what the file held and what was left out.
    """

    mode: str
    lng: FloatArray
    lat: FloatArray
    indptr: IntArray
    indices: IntArray
    seconds: FloatArray
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def n_nodes(self) -> int:
        """Return the number of nodes."""
        return len(self.lng)


def road_graph_from_osm(path: Path, mode: TravelMode, speeds_kmh: Mapping[str, float] | None = None) -> RoadGraph:
    """Read the roads of an .osm.pbf file for driving or walking.

    speeds_kmh: speeds of some classes instead of those of DRIVE_KMH; the class walk is the pace on foot.
    One-way streets hold for driving only. Where a way leaves the extract it is cut at the missing node. Of parallel
    edges the fastest stays; of the graph the largest strongly connected component stays.
    Raises InvalidInputError when the file cannot be read or holds no road of the mode, or a speed does not fit.
    """
    return road_graph_from_osm_tables(osm_tables(path), mode, speeds_kmh)


def road_graph_from_osm_tables(
    tables: OsmTables, mode: TravelMode, speeds_kmh: Mapping[str, float] | None = None
) -> RoadGraph:
    """Build the graph out of an extract that was read before (see `road_graph_from_osm`)."""
    speeds = _speeds(speeds_kmh or {})
    if mode not in MODES:
        raise InvalidInputError("travel mode must be one of {known}, got {given}", known=", ".join(MODES), given=mode)
    ways = _ways(tables, mode, speeds)
    runs = way_runs(tables, ways)
    if runs.is_empty():
        raise InvalidInputError("the file holds no road for mode {mode}", mode=mode)
    graph = _graph(runs, _edges(runs, ways), mode)
    missing = tables.way_nodes.join(ways.select(way="object"), on="way", how="semi").join(
        tables.nodes, on="node", how="anti"
    )
    cut: dict[str, Any] = {"ways": ways.height, "ways_cut_at_the_edge": missing.get_column("way").n_unique()}
    cut |= {"speeds_kmh": speeds} if speeds_kmh else {}
    return RoadGraph(mode, graph.lng, graph.lat, graph.indptr, graph.indices, graph.seconds, report=graph.report | cut)


def _speeds(chosen: Mapping[str, float]) -> dict[str, float]:
    """Return the speed of every class, and of walking; refuse classes and speeds that do not exist."""
    usual = DRIVE_KMH | {"walk": WALK_KMH}
    for name, kmh in chosen.items():
        if name not in usual or not 0 < kmh <= MAX_KMH:
            raise InvalidInputError(
                "speed {name}={given} does not fit: classes are {known}, speeds above 0 to {most} km/h",
                name=name,
                given=kmh,
                known=", ".join(usual),
                most=MAX_KMH,
            )
    return usual | dict(chosen)


def _ways(tables: OsmTables, mode: TravelMode, speeds: dict[str, float]) -> pl.DataFrame:
    """Return the ways one may travel: object, kmh, forward, backward."""
    tagged = tag_columns(tables, ROAD_KEYS).filter(
        pl.col("highway").is_not_null() & (pl.col("kind") == "w") & (pl.col("area").fill_null("no") != "yes")
    )
    if mode == "walk":
        open_ways = tagged.filter(
            ~pl.col("highway").is_in(NOT_WALKED) & ~pl.coalesce("foot", "access", pl.lit("yes")).is_in(CLOSED)
        )
        both = [pl.lit(speeds["walk"]).alias("kmh"), pl.lit(True).alias("forward"), pl.lit(True).alias("backward")]
        return open_ways.select("object", *both)
    return _driven(tagged, {name: kmh for name, kmh in speeds.items() if name != "walk"})


def _driven(tagged: pl.DataFrame, speeds: dict[str, float]) -> pl.DataFrame:
    speed = pl.col("highway").replace_strict(speeds, default=None, return_dtype=pl.Float64)
    limit = pl.col("maxspeed").str.extract(r"^(\d{1,3})$").cast(pl.Float64)
    direction = pl.col("oneway").fill_null("no")
    forced = direction.is_in(["yes", "1", "true"]) | (
        pl.col("junction").is_in(["roundabout", "circular"]).fill_null(False) & pl.col("oneway").is_null()
    )
    ways = tagged.filter(~pl.coalesce("motor_vehicle", "access", pl.lit("yes")).is_in(CLOSED)).select(
        "object",
        pl.min_horizontal(speed, limit.fill_null(999.0)).alias("kmh"),
        speed.alias("known"),
        (direction != "-1").alias("forward"),
        ~forced.alias("backward"),
    )
    return ways.drop_nulls("known").drop("known")


def _edges(runs: pl.DataFrame, ways: pl.DataFrame) -> pl.DataFrame:
    """Return directed edges between neighbouring nodes of a run: from, to (node ids), seconds."""
    steps = runs.with_columns(
        pl.col("node").shift(-1).over("run").alias("to"),
        pl.col("lng").shift(-1).over("run").alias("to_lng"),
        pl.col("lat").shift(-1).over("run").alias("to_lat"),
    ).drop_nulls("to")
    metres = metres_between(*(steps.get_column(name).to_numpy() for name in ("lng", "lat", "to_lng", "to_lat")))
    timed = steps.join(ways, left_on="way", right_on="object", how="left", maintain_order="left").with_columns(
        (pl.Series("metres", metres) / (pl.col("kmh") / 3.6)).alias("seconds")
    )
    there = timed.filter(pl.col("forward")).select(pl.col("node").alias("from"), "to", "seconds")
    back = timed.filter(pl.col("backward")).select(pl.col("to").alias("from"), pl.col("node").alias("to"), "seconds")
    return pl.concat([there, back]).filter(pl.col("from") != pl.col("to"))


def _graph(runs: pl.DataFrame, edges: pl.DataFrame, mode: str) -> RoadGraph:
    """Give nodes numbers by identifier; keep the fastest of parallel edges and the largest strong component."""
    nodes = runs.unique("node").sort("node").select("node", "lng", "lat")
    numbers = nodes.select("node").with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
    numbered = edges.join(numbers.rename({"node": "from", "at": "source"}), on="from").join(
        numbers.rename({"node": "to", "at": "target"}), on="to"
    )
    node_table = nodes.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("id"), "lng", "lat")
    whole = road_graph_from_tables(node_table, _fastest(numbered), mode)
    return largest_component(whole)


def _fastest(edges: pl.DataFrame) -> pl.DataFrame:
    return edges.group_by("source", "target").agg(pl.col("seconds").min()).sort("source", "target")


def road_graph_from_tables(nodes: pl.DataFrame, edges: pl.DataFrame, mode: str) -> RoadGraph:
    """Build the graph out of its stored tables (ROAD_NODES, ROAD_EDGES).

    Parallel edges are reduced to the fastest: a sparse matrix would add them up.
    Raises InvalidInputError when an edge names a node that does not exist or takes no time.
    """
    nodes = checked(nodes, ROAD_NODES, "road_node").sort("id")
    edges = _fastest(checked(edges, ROAD_EDGES, "road_edge"))
    source, target = edges.get_column("source").to_numpy(), edges.get_column("target").to_numpy()
    seconds = edges.get_column("seconds").to_numpy()
    ends = np.concatenate([source, target])
    if ends.size and (ends.min() < 0 or ends.max() >= nodes.height):
        raise InvalidInputError(
            "road edges name nodes 0 to {last}, got {given}", last=nodes.height - 1, given=ends.max()
        )
    if not np.all(np.isfinite(seconds) & (seconds >= 0)):
        raise InvalidInputError("road edges must take a finite time of 0 seconds or more")
    indptr = np.searchsorted(source, np.arange(nodes.height + 1)).astype(np.int64)
    lng, lat = nodes.get_column("lng").to_numpy(), nodes.get_column("lat").to_numpy()
    return RoadGraph(mode, lng, lat, indptr, target.astype(np.int64), seconds)


def road_tables(graph: RoadGraph) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the graph as ROAD_NODES and ROAD_EDGES."""
    ids = np.arange(graph.n_nodes, dtype=np.int64)
    nodes = pl.DataFrame({"id": ids, "lng": graph.lng, "lat": graph.lat})
    source = np.repeat(ids, np.diff(graph.indptr))
    edges = pl.DataFrame({"source": source, "target": graph.indices, "seconds": graph.seconds})
    return checked(nodes, ROAD_NODES, "road_node"), checked(edges, ROAD_EDGES, "road_edge")


def largest_component(graph: RoadGraph) -> RoadGraph:
    """Return the largest strongly connected part of a graph; the report counts what there was."""
    nodes, edges = road_tables(graph)
    shape = (graph.n_nodes, graph.n_nodes)
    pairs = (edges.get_column("source").to_numpy(), edges.get_column("target").to_numpy())
    matrix = sp.csr_array((np.ones(edges.height), pairs), shape=shape)
    count, label = connected_components(matrix, directed=True, connection="strong")
    kept = np.flatnonzero(label == np.bincount(label).argmax())
    place = np.full(graph.n_nodes, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    moved = edges.with_columns(pl.Series("source", place[pairs[0]]), pl.Series("target", place[pairs[1]])).filter(
        (pl.col("source") >= 0) & (pl.col("target") >= 0)
    )
    numbered = nodes[kept].with_columns(pl.Series("id", np.arange(len(kept))))
    part = road_graph_from_tables(numbered, moved, graph.mode)
    report = {"nodes_in_file": graph.n_nodes, "components": int(count), "nodes": len(kept), "edges": moved.height}
    return RoadGraph(part.mode, part.lng, part.lat, part.indptr, part.indices, part.seconds, report)
