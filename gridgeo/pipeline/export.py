"""Write the live publication to files that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_strings, merged_polygons
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.maps import (
    ExportTables,
    export_csv,
    export_geopackage,
    export_geoparquet,
    export_html,
    export_png,
)
from gridgeo.pipeline import browse
from gridgeo.pipeline.cell_table import wide, with_territories
from gridgeo.pipeline.freshness import notes_of

WRITERS = {"geopackage": export_geopackage, "geoparquet": export_geoparquet, "csv": export_csv}
PICTURES = {"html": export_html, "png": export_png}


def export_publication(
    connection: sa.Connection, actor: Actor, kind: str, out: Path, *, measure: str = "penetration"
) -> dict[str, Any]:
    """Write cells, catchments, territories and branches of the live publication in the actor's scope.

    kind: geopackage, geoparquet, csv, html or png; measure colours the last two. Returns path, format, version, cells.
    Raises InvalidInputError for another kind or measure or where the folder is missing, NotFoundError when nothing is
    published.
    """
    known = [*WRITERS, *PICTURES, "pmtiles"]
    if kind not in known:
        raise InvalidInputError("export format must be one of {known}, got {given}", known=", ".join(known), given=kind)
    published = browse.publication(connection)
    browse.check_measures((measure,), published)
    tables = export_tables(connection, actor, published)
    notes = notes_of(published)
    if kind in WRITERS:
        WRITERS[kind](tables, notes, out)
    else:
        PICTURES[kind](tables, notes, out, measure=measure)
    return {
        "path": str(out),
        "format": kind,
        "version": published.id,
        "cells": tables.cells.height,
        "notice": notes.notice,
    }


def export_tables(connection: sa.Connection, actor: Actor, published: browse.Publication) -> ExportTables:
    """Gather the tables of a publication: one row a cell with its territory, and the outlines."""
    plan = browse.territories(connection, actor, published)
    return ExportTables(
        cells=with_territories(wide(connection, actor, published), plan),
        catchments=browse.catchments(connection, actor, published),
        territories=_outlined(plan),
        branches=browse.branches(connection, actor, published),
        measures=published.measures,
    )


def wide_cells(connection: sa.Connection, actor: Actor) -> pl.DataFrame:
    """Return one row a published cell: cell (hex), branch_id, a column a measure, its band and evidence beside it.

    Where something is hidden from the actor, a column ``<measure>_hidden`` holds the reason.
    """
    return _named(wide(connection, actor, browse.publication(connection)))


def territory_cells(connection: sa.Connection, actor: Actor) -> pl.DataFrame:
    """Return one row a published cell: cell (hex), territory_id, rm_id, rm_name."""
    plan = browse.territories(connection, actor)
    table = plan.table.select(territory_id="id", rm_id="rm_id", rm_name="rm_name")
    return _named(plan.cells.select("cell").hstack(table[plan.cells["position"].to_numpy()]))


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    names = pl.Series("cell", cell_strings(frame["cell"].to_numpy()), pl.String)
    return frame.with_columns(names)


def _outlined(plan: browse.Territories) -> pl.DataFrame:
    """Return the territories with their outline."""
    shapes = merged_polygons(plan.cells["cell"].to_numpy(), plan.cells["position"].to_numpy(), plan.table.height)
    return plan.table.with_columns(pl.Series("geometry", list(shapely.to_wkb(shapes)), pl.Binary))
