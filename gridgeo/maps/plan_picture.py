"""The difference of two plans as a picture: what changes hands is coloured by who gets it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import polars as pl
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from gridgeo.cells import cell_polygons, merged_polygons
from gridgeo.maps.coloured import RM_COLOURS
from gridgeo.maps.files import written
from gridgeo.maps.notes import ExportNotes
from gridgeo.maps.picture import cjk_font

STAYING = "#ececec"
_DOTS_PER_INCH = 150
_MOST_LEGEND = 24


def export_changes_png(
    cells: pl.DataFrame, names: tuple[str, str], facts: tuple[str, int, bool, bool], path: Path
) -> Path:
    """Draw the cells that two plans give to different territories, and the outlines of both.

    cells: cell, from, to, colour, moved. names: of the two plans. facts: ground, data version, synthetic, fictional.
    Returns the path. Raises InvalidInputError when the folder does not exist.
    """
    font = cjk_font()
    notes = ExportNotes(version=facts[1], ground=facts[0], synthetic=facts[2], fictional=facts[3])
    with mpl.rc_context({"font.family": [font, "DejaVu Sans"] if font else ["DejaVu Sans"]}):
        figure = Figure(figsize=(9.0, 8.0), dpi=_DOTS_PER_INCH, layout="constrained")
        _draw(figure.add_subplot(), cells, names)
        chinese = (notes.notice, notes.synthetic_note, notes.source)
        english = " · ".join([*notes.labels("en"), notes.source])
        figure.supxlabel("\n".join(filter(None, chinese)) if font else english, fontsize=8)
        with written(path) as fresh:
            figure.savefig(fresh, format="png", metadata={"Title": " -> ".join(names), "Software": "gridgeo"})
    return path


def _draw(axes: Axes, cells: pl.DataFrame, names: tuple[str, str]) -> None:
    hexagons = cell_polygons(cells["cell"].to_numpy())
    palette = np.array(RM_COLOURS)
    gets = palette[cells["colour"].fill_null(len(palette) - 1).to_numpy() % len(palette)]
    fills = np.where(cells["moved"].to_numpy(), gets, STAYING)
    axes.add_collection(PolyCollection(_corners(hexagons), facecolors=fills, edgecolors="face", linewidths=0.2))
    for column, style in (("from", (0.8, "dashed", "#555555")), ("to", (1.2, "solid", "black"))):
        width, dashes, colour = style
        lines = _corners(shapely.get_rings(shapely.get_parts(_outlines(cells, column))))
        axes.add_collection(LineCollection(lines, colors=colour, linewidths=width, linestyles=dashes))
    axes.set_axis_off()
    axes.autoscale_view()
    _, south, _, north = shapely.total_bounds(hexagons).tolist()
    axes.set_aspect(1.0 / np.cos(np.radians((south + north) / 2.0)))
    moved = int(cells["moved"].sum())
    axes.set_title(f"{names[0]} → {names[1]}: {moved} / {cells.height}")
    axes.legend(handles=_legend(cells), loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)


def _corners(shapes: Any) -> list[Any]:  # noqa: ANN401 - array of shapely
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    return np.split(points, np.flatnonzero(np.diff(owner)) + 1) if len(points) else []


def _outlines(cells: pl.DataFrame, column: str) -> Any:  # noqa: ANN401 - array of shapely
    known = cells.filter(pl.col(column) != "")
    names, number = np.unique(known[column].to_numpy(), return_inverse=True)
    return merged_polygons(known["cell"].to_numpy(), number.astype(np.int64), len(names))


def _legend(cells: pl.DataFrame) -> list[Patch]:
    moved = cells.filter("moved").group_by("from", "to", "colour").agg(count=pl.len()).sort("count", descending=True)
    return [
        Patch(
            color=RM_COLOURS[(row["colour"] or 0) % len(RM_COLOURS)],
            label=f"{row['from'] or '-'} → {row['to'] or '-'}: {row['count']}",
        )
        for row in moved.head(_MOST_LEGEND).iter_rows(named=True)
    ]
