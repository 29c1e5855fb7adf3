"""The tables of an export, however the file looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import polars as pl
import shapely

from gridgeo.cells import cell_polygons, cell_strings, centres
from gridgeo.domain.measures import MEASURE_BY_ID, Measure
from gridgeo.errors import InvalidInputError

GEOMETRY = "geometry"
_CRS = "EPSG:4326"


@dataclass(frozen=True)
class ExportTables:
    """What a publication exports.

    cells: ``cell`` (uint64, unique) and any further columns, one row a cell. catchments, territories: any columns and
    ``geometry`` (WKB). branches: any columns with ``lng`` and ``lat``; rows without a position are left out. Tables may
    be empty.
    measures: id -> what a column of the cells means.
    Raises InvalidInputError when one of the named columns is missing.
    """

    cells: pl.DataFrame
    catchments: pl.DataFrame
    territories: pl.DataFrame
    branches: pl.DataFrame
    measures: Mapping[str, Measure] = field(default_factory=lambda: MEASURE_BY_ID)

    def __post_init__(self) -> None:
        needed = {"cells": ["cell"], "catchments": [GEOMETRY], "territories": [GEOMETRY], "branches": ["lng", "lat"]}
        for table, columns in needed.items():
            missing = [column for column in columns if column not in getattr(self, table).columns]
            if missing:
                raise InvalidInputError(
                    "table {table} to export: missing columns {missing}", table=table, missing=missing
                )

    def of_branch(self, branch_id: str) -> ExportTables:
        """Return what belongs to one branch."""
        return replace(
            self,
            cells=self.cells.filter(pl.col("branch_id") == branch_id),
            catchments=self.catchments.filter(pl.col("branch_id") == branch_id),
            territories=self.territories.filter(pl.col("branch_id") == branch_id),
            branches=self.branches.filter(pl.col("id") == branch_id),
        )


def plain_tables(tables: ExportTables) -> dict[str, pl.DataFrame]:
    """Return the tables without geometry: cells by name with the centre's lng and lat."""
    lng, lat = centres(tables.cells["cell"].to_numpy())
    cells = tables.cells.with_columns(_names(tables.cells), pl.Series("lng", lng), pl.Series("lat", lat))
    return {
        "cells": cells.select("cell", "lng", "lat", pl.exclude("cell", "lng", "lat")),
        "territories": tables.territories.drop(GEOMETRY),
        "catchments": tables.catchments.drop(GEOMETRY),
        "branches": tables.branches,
    }


def geo_tables(tables: ExportTables) -> dict[str, gpd.GeoDataFrame]:
    """Return the tables with geometry in WGS 84: cells as hexagons, branches as points."""
    named = tables.cells.with_columns(_names(tables.cells))
    placed = tables.branches.filter(pl.col("lng").is_not_null() & pl.col("lat").is_not_null())
    points = shapely.points(placed["lng"].to_numpy(), placed["lat"].to_numpy())
    return {
        "cells": _frame(named, cell_polygons(tables.cells["cell"].to_numpy())),
        "territories": _from_wkb(tables.territories),
        "catchments": _from_wkb(tables.catchments),
        "branches": _frame(placed, points),
    }


def _names(cells: pl.DataFrame) -> pl.Series:
    return pl.Series("cell", cell_strings(cells["cell"].to_numpy()), dtype=pl.String)


def _from_wkb(table: pl.DataFrame) -> gpd.GeoDataFrame:
    return _frame(table.drop(GEOMETRY), shapely.from_wkb(table[GEOMETRY].to_numpy()))


def _frame(table: pl.DataFrame, shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table.to_pandas(), geometry=shapes, crs=_CRS)
