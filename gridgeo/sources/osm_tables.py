"""Read an OpenStreetMap extract into plain tables; the only module that talks to osmium.

osmium hands out one object at a time, so the pass below is a Python loop; everything after it works on whole columns.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import polars as pl
from osmium.geom import WKBFactory
from osmium.osm import Area, Node, Relation, Way

from gridgeo.errors import InvalidInputError

Box = tuple[float, float, float, float]
OBJECT_KEY = ["kind", "object"]


@dataclass(frozen=True)
class OsmTables:
    """What one extract holds.

    box: west, south, east, north as the file's header states it, else the extent of its nodes.
    nodes: node Int64, lng, lat Float64; every node of the file, once.
    way_nodes: way Int64, node Int64; in the order of each way, references to missing nodes kept.
    tags: kind String (n, w, r), object Int64, key String, value String.
    areas: kind String (w, r), object Int64, geometry Binary (WKB); closed rings and complete multipolygons only.
    """

    box: Box
    nodes: pl.DataFrame
    way_nodes: pl.DataFrame
    tags: pl.DataFrame
    areas: pl.DataFrame


class _Collector:
    """Columns that grow while the file is read."""

    def __init__(self) -> None:
        self.node_ids, self.node_lng, self.node_lat = array("q"), array("d"), array("d")
        self.way_ids, self.way_refs = array("q"), array("q")
        self.tag_rows: list[tuple[str, int, str, str]] = []
        self.area_rows: list[tuple[str, int, bytes]] = []
        self._wkb = WKBFactory()

    def take_node(self, node: Node) -> None:
        self.node_ids.append(node.id)
        self.node_lng.append(node.lon)
        self.node_lat.append(node.lat)

    def take_way(self, way: Way) -> None:
        refs = [node.ref for node in way.nodes]
        self.way_ids.extend([way.id] * len(refs))
        self.way_refs.extend(refs)

    def take_area(self, area: Area) -> None:
        kind = "w" if area.from_way() else "r"
        geometry = bytes.fromhex(self._wkb.create_multipolygon(area))
        self.area_rows.append((kind, area.orig_id(), geometry))

    def take_tags(self, kind: str, entity: Node | Way | Relation) -> None:
        self.tag_rows.extend((kind, entity.id, tag.k, tag.v) for tag in entity.tags)


def osm_tables(path: Path) -> OsmTables:
    """Read an .osm.pbf file.

    Raises InvalidInputError when the file is missing, is not a PBF file or holds no nodes.
    """
    if not path.is_file():
        raise InvalidInputError("no such file: {path}", path=path)
    try:
        collector, box = _collected(path)
    except (RuntimeError, ValueError) as error:
        raise InvalidInputError(
            "{path} cannot be read as an OpenStreetMap PBF file: {detail}", path=path, detail=str(error).splitlines()[0]
        ) from error
    if not collector.node_ids:
        raise InvalidInputError("{path} holds no OpenStreetMap nodes", path=path)
    return _tables(collector, box)


def _collected(path: Path) -> tuple[_Collector, Box | None]:
    """Make the one pass; areas come assembled by osmium."""
    collector = _Collector()
    processor = osmium.FileProcessor(osmium.io.File(str(path), "pbf")).with_areas()
    for entity in processor:
        if isinstance(entity, Area):
            collector.take_area(entity)
            continue
        if isinstance(entity, Node):
            collector.take_node(entity)
        elif isinstance(entity, Way):
            collector.take_way(entity)
        if isinstance(entity, Node | Way | Relation):
            collector.take_tags(entity.type_str(), entity)
    return collector, _header_box(processor.header.box())


def _header_box(box: osmium.osm.Box) -> Box | None:
    if not box.valid():
        return None
    return box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat


def _tables(collector: _Collector, box: Box | None) -> OsmTables:
    lng = np.frombuffer(collector.node_lng)
    lat = np.frombuffer(collector.node_lat)
    extent = (float(lng.min()), float(lat.min()), float(lng.max()), float(lat.max()))
    nodes = pl.DataFrame({"node": np.frombuffer(collector.node_ids, dtype=np.int64), "lng": lng, "lat": lat})
    way_nodes = pl.DataFrame(
        {"way": np.array(collector.way_ids, dtype=np.int64), "node": np.array(collector.way_refs, dtype=np.int64)}
    )
    tag_schema = {"kind": pl.String, "object": pl.Int64, "key": pl.String, "value": pl.String}
    area_schema = {"kind": pl.String, "object": pl.Int64, "geometry": pl.Binary}
    return OsmTables(
        box=box or extent,
        nodes=nodes.unique("node", keep="first", maintain_order=True),
        way_nodes=way_nodes,
        tags=pl.DataFrame(collector.tag_rows, schema=tag_schema, orient="row"),
        areas=pl.DataFrame(collector.area_rows, schema=area_schema, orient="row").sort(OBJECT_KEY),
    )
