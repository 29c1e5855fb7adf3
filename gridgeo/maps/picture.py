"""A choropleth as a PNG picture, drawn without a screen."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from threading import Lock

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from gridgeo.cells import cell_polygons
from gridgeo.maps.coloured import NO_VALUE_COLOUR, Choropleth, choropleth
from gridgeo.maps.files import written
from gridgeo.maps.notes import MARKETING_ONLY, ExportNotes
from gridgeo.maps.tables import GEOMETRY, ExportTables

CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "SimHei",
)
_DOTS_PER_INCH = 150
_DRAWING = Lock()


@cache
def cjk_font() -> str | None:
    """Return the name of an installed font with Chinese characters, or None."""
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in CJK_FONTS if name in installed), None)


def export_png(tables: ExportTables, notes: ExportNotes, path: Path, *, measure: str = "penetration") -> Path:
    """Draw a measure of the cells with the territories' outlines as a PNG.

    The picture names measure, purpose, source, data version and whether it is synthetic; in Chinese and English where a
    Chinese font is installed, else in English. The file's metadata has both. Returns the path.
    Raises InvalidInputError when the measure is not among the cells' columns or the folder does not exist.
    """
    drawn = picture_png(tables, notes, measure)
    with written(path) as fresh:
        fresh.write_bytes(drawn)
    return path


def picture_png(
    tables: ExportTables, notes: ExportNotes, measure: str, size_px: tuple[int, int] = (1350, 1200)
) -> bytes:
    """Draw the same picture as a PNG in memory. size_px: width and height.

    Raises InvalidInputError when the measure is not among the cells' columns.
    """
    classes = choropleth(tables.cells, measure, measures=tables.measures)
    font = cjk_font()
    buffer = io.BytesIO()
    # the settings of the drawing library belong to the whole process
    with _DRAWING, mpl.rc_context({"font.family": [font, "DejaVu Sans"] if font else ["DejaVu Sans"]}):
        figure = _figure(tables, classes, notes, (size_px, font is not None))
        figure.savefig(buffer, format="png", metadata=_metadata(classes, notes))
    return buffer.getvalue()


def _figure(
    tables: ExportTables, classes: Choropleth, notes: ExportNotes, look: tuple[tuple[int, int], bool]
) -> Figure:
    (width, height), chinese = look
    inches = (width / _DOTS_PER_INCH, height / _DOTS_PER_INCH)
    figure = Figure(figsize=inches, dpi=_DOTS_PER_INCH, layout="constrained")
    axes = figure.add_subplot()
    _draw_cells(axes, tables, classes)
    _draw_outlines(axes, tables)
    axes.set_axis_off()
    axes.autoscale_view()
    _, south, _, north = shapely.total_bounds(cell_polygons(tables.cells["cell"].to_numpy())).tolist()
    axes.set_aspect(1.0 / np.cos(np.radians((south + north) / 2.0)))
    axes.set_title(classes.title if chinese else classes.measure.name_en)
    axes.legend(handles=_legend(classes, chinese=chinese), loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    figure.supxlabel("\n".join(_captions(notes, chinese=chinese)), fontsize=8)
    return figure


def _draw_cells(axes: Axes, tables: ExportTables, classes: Choropleth) -> None:
    hexagons = cell_polygons(tables.cells["cell"].to_numpy())
    corners, owner = shapely.get_coordinates(hexagons, return_index=True)
    outlines = np.split(corners, np.flatnonzero(np.diff(owner)) + 1)
    axes.add_collection(PolyCollection(outlines, facecolors=classes.cell_colours(), edgecolors="face", linewidths=0.2))


def _draw_outlines(axes: Axes, tables: ExportTables) -> None:
    shapes = shapely.from_wkb(tables.territories[GEOMETRY].to_numpy())
    rings = shapely.get_rings(shapely.get_parts(shapes))
    corners, owner = shapely.get_coordinates(rings, return_index=True)
    if len(corners):
        lines = np.split(corners, np.flatnonzero(np.diff(owner)) + 1)
        axes.add_collection(LineCollection(lines, colors="black", linewidths=0.8))


def _legend(classes: Choropleth, *, chinese: bool) -> list[Patch]:
    handles = [
        Patch(color=colour, label=label) for colour, label in zip(classes.colours, classes.labels(), strict=True)
    ]
    if (classes.numbers < 0).any():
        handles.append(Patch(color=NO_VALUE_COLOUR, label="无数值 / no value" if chinese else "no value"))
    return handles


def _captions(notes: ExportNotes, *, chinese: bool) -> list[str]:
    if not chinese:
        return [MARKETING_ONLY["en"], *notes.labels("en"), notes.source]
    return [notes.notice, *([notes.synthetic_note] if notes.synthetic_note else []), notes.source]


def _metadata(classes: Choropleth, notes: ExportNotes) -> dict[str, str]:
    return {"Title": classes.title, "Software": "gridgeo"} | {
        f"gridgeo:{name}": value for name, value in notes.rows().items() if value
    }
