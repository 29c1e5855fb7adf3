"""GeoPackage and GeoParquet through geopandas and pyogrio."""

from __future__ import annotations

import io
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio

from gridgeo.maps.files import written
from gridgeo.maps.notes import ExportNotes
from gridgeo.maps.tables import ExportTables, geo_tables

GEOMETRY_TYPES = {"cells": "Polygon", "territories": "MultiPolygon", "catchments": "MultiPolygon", "branches": "Point"}


def export_geopackage(tables: ExportTables, notes: ExportNotes, path: Path) -> Path:
    """Write one GeoPackage with the layers cells, territories, catchments and branches.

    The notes stand in the table ``about`` and in each layer's metadata. Returns the path.
    Raises InvalidInputError when the folder does not exist.
    """
    facts = notes.rows()
    with written(path) as fresh:
        for layer, frame in geo_tables(tables).items():
            pyogrio.write_dataframe(
                frame,
                fresh,
                layer=layer,
                driver="GPKG",
                geometry_type=GEOMETRY_TYPES[layer],
                promote_to_multi=GEOMETRY_TYPES[layer].startswith("Multi"),
                layer_metadata=facts,
            )
        about = pd.DataFrame({"name": list(facts), "value": list(facts.values())})
        pyogrio.write_dataframe(about, fresh, layer="about", driver="GPKG")
    return path


def export_geoparquet(tables: ExportTables, notes: ExportNotes, path: Path) -> Path:
    """Write GeoParquet: the cells alone when the path ends in ``.parquet``, else a folder with a file a table.

    The notes stand in each file's metadata under ``gridgeo:<name>``. Returns the path.
    Raises InvalidInputError when the folder does not exist.
    """
    frames = geo_tables(tables)
    with written(path) as fresh:
        if path.suffix == ".parquet":
            _write_parquet(frames["cells"], notes, fresh)
        else:
            fresh.mkdir()
            for name, frame in frames.items():
                _write_parquet(frame, notes, fresh / f"{name}.parquet")
    return path


def _write_parquet(frame: gpd.GeoDataFrame, notes: ExportNotes, path: Path) -> None:
    # geopandas writes the standard's own metadata but lets nobody add to it
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    table = pq.read_table(buffer)
    added = {f"gridgeo:{name}": value for name, value in notes.rows().items()}
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **added}), path, compression="zstd")
