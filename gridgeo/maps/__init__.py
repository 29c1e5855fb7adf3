"""What leaves gridgeo: vector tiles, columnar JSON, class breaks, exports.

Names load when they are first used: a tile server must not wait for the libraries that draw pictures. Light
modules load at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from gridgeo.maps.notes import ATTRIBUTION, MARKETING_ONLY, ExportNotes
from gridgeo.maps.safe_text import safe_text
from gridgeo.maps.tilejson import FIELDS_OF_LAYER, Zooms, tilejson

if TYPE_CHECKING:
    from gridgeo.maps.breaks import class_breaks, class_numbers
    from gridgeo.maps.cell_tiles import TileIndex, cells_tile, resolution_at_zoom, tile_index
    from gridgeo.maps.coloured import Choropleth, choropleth, class_colours
    from gridgeo.maps.columnar import CellColumns, MeasureColumn, columnar_body, columnar_json
    from gridgeo.maps.csv_files import export_csv, formula_safe
    from gridgeo.maps.feature_tiles import FeatureIndex, feature_index, features_tile
    from gridgeo.maps.geo_files import export_geopackage, export_geoparquet
    from gridgeo.maps.html_file import export_html, html_map
    from gridgeo.maps.mvt import MEDIA_TYPE
    from gridgeo.maps.picture import export_png
    from gridgeo.maps.tables import ExportTables

_HOMES = {
    "breaks": ("class_breaks", "class_numbers"),
    "cell_tiles": ("TileIndex", "cells_tile", "resolution_at_zoom", "tile_index"),
    "coloured": ("Choropleth", "choropleth", "class_colours"),
    "columnar": ("CellColumns", "MeasureColumn", "columnar_body", "columnar_json"),
    "csv_files": ("export_csv", "formula_safe"),
    "feature_tiles": ("FeatureIndex", "feature_index", "features_tile"),
    "geo_files": ("export_geopackage", "export_geoparquet"),
    "html_file": ("export_html", "html_map"),
    "mvt": ("MEDIA_TYPE",),
    "picture": ("export_png",),
    "tables": ("ExportTables",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ATTRIBUTION",
    "FIELDS_OF_LAYER",
    "MARKETING_ONLY",
    "MEDIA_TYPE",
    "CellColumns",
    "Choropleth",
    "ExportNotes",
    "ExportTables",
    "FeatureIndex",
    "MeasureColumn",
    "TileIndex",
    "Zooms",
    "cells_tile",
    "choropleth",
    "class_breaks",
    "class_colours",
    "class_numbers",
    "columnar_body",
    "columnar_json",
    "export_csv",
    "export_geopackage",
    "export_geoparquet",
    "export_html",
    "export_png",
    "feature_index",
    "features_tile",
    "formula_safe",
    "html_map",
    "resolution_at_zoom",
    "safe_text",
    "tile_index",
    "tilejson",
]


def __getattr__(name: str) -> object:
    """Load the module that holds the name."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
