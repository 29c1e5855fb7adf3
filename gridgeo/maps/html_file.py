"""A map in one HTML file: scripts inside, no tiles, no request to anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

import folium
import numpy as np
import orjson
import polars as pl
import shapely
from branca.element import Element, Figure

from gridgeo.cells import cell_polygons, cell_strings
from gridgeo.domain.measures import Measure
from gridgeo.maps.coloured import NO_VALUE_COLOUR, Choropleth, choropleth
from gridgeo.maps.columnar import rounded
from gridgeo.maps.files import written
from gridgeo.maps.notes import ExportNotes
from gridgeo.maps.safe_text import safe_text
from gridgeo.maps.tables import GEOMETRY, ExportTables

_SCRIPTS_HERE = "<!-- scripts of the map -->"
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
"""Even a script that got in could ask nobody for anything."""
_LEGEND_STYLE = """
#legend { position: fixed; left: 10px; bottom: 60px; z-index: 1000; max-width: 24em; padding: 8px; background: #fff;
  font: 12px sans-serif; }
.leaflet-tooltip { font: 11px sans-serif; }
#legend i { display: inline-block; width: 1.2em; height: 1em; }
"""
_DEGREE_GRID = 1e-6
_NAMES = {
    "branch_id": "网点 / branch",
    "territory": "责任区 / territory",
    "territory_id": "责任区 / territory",
    "rm_id": "客户经理 / RM",
    "rm_name": "客户经理 / RM",
}
_ID_OF_NAME = {"territory": "territory_id", "rm_name": "rm_id"}


def export_html(tables: ExportTables, notes: ExportNotes, path: Path, *, measure: str = "penetration") -> Path:
    """Write a map of one measure with territories, catchments and branches that works with the network off.

    Every text from the tables passes `safe_text`. Returns the path.
    Raises InvalidInputError when the measure is not among the cells' columns or the folder does not exist.
    """
    page = html_map(tables, notes, measure=measure)
    with written(path) as fresh:
        fresh.write_text(page, encoding="utf-8")
    return path


def html_map(tables: ExportTables, notes: ExportNotes, *, measure: str = "penetration") -> str:
    """Return the page that `export_html` writes."""
    classes = choropleth(tables.cells, measure, measures=tables.measures)
    hexagons = cell_polygons(tables.cells["cell"].to_numpy())
    west, south, east, north = shapely.total_bounds(hexagons).tolist()
    chart = folium.Map(tiles=None, control_scale=True, prefer_canvas=True, attribution_control=False, zoom_snap=0.25)
    # folium links Leaflet, jQuery and Bootstrap from other hosts; Leaflet alone is needed, and goes into the page
    chart.default_js, chart.default_css = [], []
    _cell_layer(tables, hexagons, classes).add_to(chart)
    _outline_layer(tables.catchments, "网点范围 / catchments", "#3b3b3b", "4 4").add_to(chart)
    _outline_layer(tables.territories, "责任区 / territories", "#000000", None).add_to(chart)
    _branch_layer(tables.branches).add_to(chart)
    folium.LayerControl(collapsed=False).add_to(chart)
    chart.fit_bounds([[south, west], [north, east]])
    root = cast("Figure", chart.get_root())
    root.title = safe_text(f"gridgeo · {notes.ground} · {classes.title}")
    root.header.add_child(Element(_SCRIPTS_HERE), name="scripts")
    root.html.add_child(Element(_legend(classes, notes)), name="legend")
    page: str = root.render()
    return page.replace(_SCRIPTS_HERE, _scripts(), 1)


@cache
def _scripts() -> str:
    """Return policy, styles and Leaflet; its pictures and its link are left out, for the page loads nothing."""
    folder = resources.files("gridgeo.maps") / "vendor" / "leaflet"
    styles = re.sub(r"url\([^)]*\)", "none", (folder / "leaflet.css").read_text(encoding="utf-8"))
    script = (folder / "leaflet.js").read_text(encoding="utf-8")
    script = script.replace('href="https://leafletjs.com"', "").replace("//# sourceMappingURL=leaflet.js.map", "")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}" />'
    return f"{policy}\n<style>{styles}{_LEGEND_STYLE}</style>\n<script>{script}</script>"


def _cell_layer(tables: ExportTables, hexagons: Any, classes: Choropleth) -> folium.GeoJson:  # noqa: ANN401
    shown = _shown(tables.cells, tables.measures)
    colours = classes.cell_colours()
    records = shown.with_columns(_colour=pl.Series(colours)).to_dicts()
    return folium.GeoJson(
        _collection(hexagons, records),
        name=safe_text(classes.title),
        style_function=_cell_style,
        tooltip=folium.GeoJsonTooltip(
            fields=shown.columns, aliases=[_heading(name, tables.measures) for name in shown.columns]
        ),
        smooth_factor=0,
    )


def _cell_style(feature: dict[str, Any]) -> dict[str, Any]:
    return {"fillColor": feature["properties"]["_colour"], "fillOpacity": 0.75, "color": "#ffffff", "weight": 0.3}


def _shown(cells: pl.DataFrame, measures: Mapping[str, Measure]) -> pl.DataFrame:
    """Return what a cell's tooltip lists: name, who it belongs to, and the measures; texts made safe."""
    names = pl.Series("cell", cell_strings(cells["cell"].to_numpy()))
    # a name says more than an id
    hidden = {_ID_OF_NAME[name] for name in _ID_OF_NAME if name in cells.columns}
    columns = [name for name in (*_NAMES, *measures) if name in cells.columns and name not in hidden]
    texts = {name: [safe_text(value) for value in cells[name]] for name in columns if name not in measures}
    figures = {name: _figures(cells[name]) for name in columns if name in measures}
    return pl.DataFrame({"cell": names, **texts, **figures})


def _figures(column: pl.Series) -> pl.Series:
    values = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
    return pl.Series(column.name, rounded(values, digits=4)).fill_nan(None)


def _heading(name: str, measures: Mapping[str, Measure]) -> str:
    measure = measures.get(name)
    return f"{measure.name_zh} / {measure.name_en}" if measure else _NAMES.get(name, "蜂窝格 / cell")


def _collection(shapes: Any, records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: ANN401 - array of shapely
    """Return GeoJSON; corners to 0.1 m."""
    short = shapely.set_precision(shapes, _DEGREE_GRID, mode="pointwise")
    features = [
        {
            "type": "Feature",
            "id": str(number),
            "properties": record,
            "geometry": orjson.loads(shapely.to_geojson(shape)),
        }
        for number, (shape, record) in enumerate(zip(short, records, strict=True))
    ]
    return {"type": "FeatureCollection", "features": features}


def _outline_layer(table: pl.DataFrame, title: str, colour: str, dashes: str | None) -> folium.GeoJson:
    def style(_: dict[str, Any]) -> dict[str, Any]:
        return {"fill": False, "color": colour, "weight": 2, "dashArray": dashes}

    shapes = shapely.from_wkb(table[GEOMETRY].to_numpy())
    records: list[dict[str, Any]] = [{} for _ in range(len(shapes))]
    return folium.GeoJson(_collection(shapes, records), name=title, style_function=style, interactive=False)


def _branch_layer(branches: pl.DataFrame) -> folium.FeatureGroup:
    layer = folium.FeatureGroup(name="网点 / branches")
    placed = branches.filter(pl.col("lng").is_not_null() & pl.col("lat").is_not_null())
    for row in placed.to_dicts():
        label = safe_text(row.get("name") or row.get("id"))
        folium.CircleMarker(
            [row["lat"], row["lng"]], radius=7, color="#000000", fill_color="#d55e00", fill_opacity=1.0, tooltip=label
        ).add_to(layer)
    return layer


def _legend(classes: Choropleth, notes: ExportNotes) -> str:
    """Return the box with classes and notes."""
    swatches = [*zip(classes.colours, classes.labels(), strict=True)]
    if (classes.numbers < 0).any():
        swatches.append((NO_VALUE_COLOUR, "无数值 / no value"))
    lines = "".join(f'<div><i style="background:{colour}"></i> {safe_text(label)}</div>' for colour, label in swatches)
    facts = [notes.notice, *([notes.synthetic_note] if notes.synthetic_note else []), notes.source]
    texts = "".join(f"<div>{safe_text(fact)}</div>" for fact in facts)
    return f'<div id="legend"><b>{safe_text(classes.title)}</b>{lines}<hr>{texts}</div>'
