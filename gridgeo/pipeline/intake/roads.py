"""The roads of an OpenStreetMap extract: the graph that travel times come from, and the streets people live along."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.pipeline.house import in_house
from gridgeo.pipeline.intake.compose import compose, live_or_none
from gridgeo.pipeline.intake.request import ImportReport, ImportRequest
from gridgeo.pipeline.steps import require_planner
from gridgeo.sources import osm_tables, road_graph_from_osm_tables, road_tables
from gridgeo.sources.osm_layers import streets_from_osm, waterways_from_osm
from gridgeo.storage import finish_version, new_version, read_frame, write_frame
from gridgeo.storage.imports import FileRecord, record_file


def import_roads(
    connection: sa.Connection,
    actor: Actor,
    request: ImportRequest,
    mode: str,
    now: datetime,
    speeds_kmh: Mapping[str, float] | None = None,
) -> ImportReport:
    """Take the roads of an extract as a part of the ground: street, road_node, road_edge.

    mode: drive or walk. speeds_kmh: speeds of some classes instead of the usual ones (see `road_graph_from_osm`); they
    stand in the version's parameters, and catchments by travel time name that version. Streets end at the ground's
    boundaries where there are any, else at the edge of the extract.
    Raises InvalidInputError when the file is no extract or holds no road of the mode, or a speed does not fit.
    """
    require_planner(actor)
    tables = osm_tables(request.path)
    graph = road_graph_from_osm_tables(tables, "walk" if mode == "walk" else "drive", speeds_kmh)
    nodes, edges = road_tables(graph)
    area = _area(connection, nodes)
    streets, account = streets_from_osm(tables, area)
    waters, water_account = waterways_from_osm(tables, area)
    params = {"file": request.name, "mode": graph.mode, "speeds_kmh": dict(speeds_kmh or {})}
    version_id = new_version(connection, actor, "roads", params=params, now=now)
    frames = {"street": pl.concat([streets, waters]), "road_node": nodes, "road_edge": edges}
    rows = {
        name: write_frame(connection, name, frame, version_id=version_id)
        for name, frame in in_house(connection, frames).items()
    }
    report = ImportReport(
        kind="roads",
        file=request.name,
        version_id=version_id,
        composed={},
        account=account.as_dict(),
        changes={},
        notes={"rows": rows, "graph": graph.report, "waterways": water_account.as_dict()},
    )
    finish_version(connection, version_id, report=report.as_dict())
    record_file(connection, _record(request, report), None)
    composed = compose(connection, actor, "roads", version_id, now)
    return ImportReport(**(vars(report) | {"composed": {"ground": composed} if composed else {}}))


def _area(connection: sa.Connection, nodes: pl.DataFrame) -> shapely.Geometry:
    """Return where streets count: the ground's boundaries, else the box of the roads; WGS 84 as in the extract."""
    ground = live_or_none(connection, "ground")
    shapes = (
        read_frame(connection, "boundary", version_id=ground.id, columns=["geometry"]) if ground else pl.DataFrame()
    )
    if shapes.height:
        whole: shapely.Geometry = shapely.union_all(shapely.from_wkb(shapes["geometry"].to_numpy()))
        return whole
    lng, lat = nodes["lng"].to_numpy(), nodes["lat"].to_numpy()
    box: shapely.Geometry = shapely.box(lng.min(), lat.min(), lng.max(), lat.max())
    return box


def _record(request: ImportRequest, report: ImportReport) -> FileRecord:
    account = report.account
    return FileRecord(
        version_id=report.version_id,
        table_kind=report.kind,
        file_name=request.name,
        sha256=request.digest(),
        size_bytes=request.path.stat().st_size,
        options=request.declared(),
        rows_in=account["rows_in"],
        accepted=account["accepted"],
        rejected=sum(account["rejected"].values()),
    )
