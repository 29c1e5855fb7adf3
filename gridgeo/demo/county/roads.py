"""Main roads between towns, roads between villages, and the streets, as lines and as the graph one drives on."""

from __future__ import annotations

import numpy as np
import polars as pl
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from gridgeo.demo.county.layout import Layout
from gridgeo.demo.county.spec import DISTRICT_CODE
from gridgeo.demo.county.streets import PLOT_M, Grids
from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.tables import STREETS, checked
from gridgeo.domain.words import WATERWAYS
from gridgeo.sources import RoadGraph
from gridgeo.sources.osm_objects import Shapes, wkb_of
from gridgeo.sources.roads import DRIVE_KMH, largest_component, road_graph_from_tables

BENT = 1.2
"""A road is this much longer than the straight line it is drawn as."""
SHORT_ROAD = 1.4
"""Between towns nearer than this times the typical distance there is a main road too."""
RIVER_NAME = "澜水(虚构)"


def road_lines(layout: Layout) -> pl.DataFrame:
    """Return STREETS of the main roads, named after the towns they join, and of the roads between villages."""
    main, country = main_roads(layout), country_roads(layout)
    villages = layout.seeds[: layout.villages.height]
    stem = layout.towns["name"].str.head(1).to_numpy()
    centre = layout.towns["centre"].to_numpy()
    rows = pl.DataFrame(
        {
            "id": [f"road-{DISTRICT_CODE}-{at}" for at in range(len(main) + len(country))],
            "name": [f"{stem[a]}{stem[b]}公路" for a, b in main] + [None] * len(country),
            "highway": ["primary"] * len(main) + ["tertiary"] * len(country),
        },
        schema_overrides={"name": pl.String},
    )
    ends = np.concatenate([villages[centre[main]], villages[country]])
    lines = np.asarray(shapely.linestrings(ends), dtype=np.object_)
    return checked(rows.with_columns(wkb_of(layout.to_degrees(lines))), STREETS, "streets")


def river_lines(layout: Layout) -> pl.DataFrame:
    """Return STREETS with the river."""
    line: Shapes = np.array([shapely.LineString(layout.river.corners)], dtype=np.object_)
    row = pl.DataFrame({"id": [f"river-{DISTRICT_CODE}"], "name": [RIVER_NAME], "highway": [WATERWAYS[0]]})
    return checked(row.with_columns(wkb_of(layout.to_degrees(line))), STREETS, "streets")


def main_roads(layout: Layout) -> IntArray:
    """Return the pairs of towns that a main road joins: every town is on one."""
    spots = layout.towns.select("x", "y").to_numpy()
    corners = Delaunay(spots).simplices.astype(np.int64)
    pairs = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1), axis=0)
    length_m = np.round(np.hypot(*(spots[pairs[:, 0]] - spots[pairs[:, 1]]).T), 2)
    n = len(spots)
    tree = minimum_spanning_tree(sp.csr_array((length_m, (pairs[:, 0], pairs[:, 1])), shape=(n, n))).tocoo()
    needed = np.isin(pairs[:, 0] * n + pairs[:, 1], tree.row.astype(np.int64) * n + tree.col)
    kept: IntArray = pairs[needed | (length_m < SHORT_ROAD * float(np.median(tree.data)))]
    return kept


def country_roads(layout: Layout) -> IntArray:
    """Return the pairs of villages with a road between: neighbours on one bank of the river, and needed bridges."""
    n = layout.villages.height
    north = layout.river.offset_m(layout.seeds[:n]) > 0
    pairs = layout.pairs
    dry = north[pairs[:, 0]] == north[pairs[:, 1]]
    main = layout.towns["centre"].to_numpy()[main_roads(layout)]
    known = np.vstack([pairs[dry], main])
    graph = sp.csr_array((np.ones(len(known)), (known[:, 0], known[:, 1])), shape=(n, n))
    piece = connected_components(graph, directed=False)[1]
    bridge = ~dry & (piece[pairs[:, 0]] != piece[pairs[:, 1]])
    kept: IntArray = pairs[dry | bridge]
    return kept


def road_graph_of(layout: Layout, grids: Grids, streets: pl.DataFrame) -> RoadGraph:
    """Return the graph one drives on: villages, crossings of streets, and what joins them, both ways.

    streets: of the whole county, as `streets.named_streets_of` gives them.
    """
    crossings, street_pairs = _crossings(grids, streets)
    n = layout.villages.height
    spots = np.vstack([layout.seeds[:n], crossings])
    parts = [
        (layout.towns["centre"].to_numpy()[main_roads(layout)], "primary", BENT),
        (country_roads(layout), "tertiary", BENT),
        (street_pairs + n, "residential", 1.0),
        (_ways_in(layout, crossings), "residential", BENT),
    ]
    pairs = np.vstack([part for part, _, _ in parts])
    kmh = np.repeat([DRIVE_KMH[word] / bent for _, word, bent in parts], [len(part) for part, _, _ in parts])
    metres = np.hypot(*(spots[pairs[:, 0]] - spots[pairs[:, 1]]).T)
    seconds = np.round(metres / (kmh / 3.6), 3)
    lng, lat = layout.plane.to_degrees(spots)
    nodes = pl.DataFrame({"id": np.arange(len(spots)), "lng": lng, "lat": lat})
    both = {"source": np.concatenate([pairs[:, 0], pairs[:, 1]]), "target": np.concatenate([pairs[:, 1], pairs[:, 0]])}
    edges = pl.DataFrame(both | {"seconds": np.tile(seconds, 2)})
    return largest_component(road_graph_from_tables(nodes, edges, "drive"))


def _crossings(grids: Grids, streets: pl.DataFrame) -> tuple[FloatArray, IntArray]:
    """Return crossings of streets in metres, street ends too, and the pairs that follow each other on one."""
    block = pl.col("block_m")
    rows = streets.join(grids.frame.select("town", "block_m", "lattice"), on="town", how="left", maintain_order="left")
    low = (pl.col("first") * PLOT_M / block).floor().cast(pl.Int64)
    high = ((pl.col("last") + 1) * PLOT_M / block).ceil().cast(pl.Int64)
    steps = (
        rows.with_row_index("line_at")
        .with_columns(pl.int_ranges(low, high + 1).alias("at"))
        .explode("at")
        .with_columns(
            i=pl.when(pl.col("axis") == 0).then("at").otherwise("line"),
            j=pl.when(pl.col("axis") == 0).then("line").otherwise("at"),
        )
    )
    nodes = steps.unique(["lattice", "i", "j"], keep="first", maintain_order=True).sort("lattice", "i", "j")
    keyed = nodes.select("lattice", "i", "j", node=pl.int_range(pl.len()))
    placed = steps.join(keyed, on=["lattice", "i", "j"], how="left", maintain_order="left")
    pairs = placed.select("node", after=pl.col("node").shift(-1).over("line_at")).drop_nulls()
    along = nodes.select(pl.col("i") * block, pl.col("j") * block).to_numpy()
    return grids.place(nodes["town"].to_numpy(), along), pairs.to_numpy().astype(np.int64)


def _ways_in(layout: Layout, crossings: FloatArray) -> IntArray:
    """Return the pairs of a village with streets and the crossing nearest to its middle."""
    urban = layout.villages.filter(pl.col("kind") != "village")["village"].to_numpy()
    near = cKDTree(crossings).query(layout.seeds[urban])[1]
    return np.column_stack([urban, near + layout.villages.height]).astype(np.int64)
