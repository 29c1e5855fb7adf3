"""A plan on paper: one HTML file with maps, bars and tables, in Chinese and English, that asks nobody for anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from gridgeo.cells import merged_polygons
from gridgeo.maps.coloured import RM_COLOURS
from gridgeo.maps.files import written
from gridgeo.maps.notes import ExportNotes

_WIDTH, _MAX_HEIGHT = 520.0, 560.0
_BAR = 260.0
_MOST = 2.0
"""A bar ends at twice the target."""
_STYLE = """
@page { size: A4; margin: 14mm; }
body { font: 11pt/1.4 "Noto Sans CJK SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif; margin: 2em; }
h1 { font-size: 18pt; } h2 { font-size: 14pt; border-bottom: 1px solid #999; } h3 { font-size: 11pt; }
table { border-collapse: collapse; margin: .5em 0 1em; } th, td { border: 1px solid #bbb; padding: 2px 7px; }
td.n { text-align: right; font-variant-numeric: tabular-nums; } .bad { color: #a00; font-weight: bold; }
.maps { display: flex; flex-wrap: wrap; gap: 1em; } figure { margin: 0; } figcaption { font-size: 9pt; }
section, figure, tr { break-inside: avoid; } .note { color: #444; font-size: 9pt; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class Bars:
    """Loads of territories as shares of their targets. tolerance: share, None where a measure is not balanced."""

    title: str
    names: Sequence[str]
    shares: Sequence[float]
    tolerance: float | None


@dataclass(frozen=True)
class Listing:
    """A table. rows: of texts and numbers; numbers stand right."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, eq=False)
class ReportSection:
    """One branch. maps: caption and a table of cell, territory, name, colour (palette number)."""

    title: str
    maps: Sequence[tuple[str, pl.DataFrame]]
    bars: Sequence[Bars]
    tables: Sequence[Listing]
    warnings: Sequence[str] = ()


def write_plan_report(
    title: str, facts: Listing, sections: Sequence[ReportSection], notes: ExportNotes, path: Path
) -> Path:
    """Write the report. Every text is escaped; the page loads nothing and runs nothing.

    Raises InvalidInputError when the folder does not exist.
    """
    body = "".join(_section(section) for section in sections)
    words = [notes.notice, notes.synthetic_note, notes.source, "内部使用 / internal use"]
    footer = "".join(f'<p class="note">{escape(text)}</p>' for text in words if text)
    page = (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{_table(facts)}{body}{footer}</body></html>"
    )
    with written(path) as fresh:
        fresh.write_text(page, encoding="utf-8")
    return path


def _section(section: ReportSection) -> str:
    warnings = "".join(f'<p class="bad">{escape(text)}</p>' for text in section.warnings)
    maps = "".join(_map(caption, cells) for caption, cells in section.maps)
    bars = "".join(_bars(bars) for bars in section.bars)
    tables = "".join(_table(table) for table in section.tables)
    return f'<h2>{escape(section.title)}</h2>{warnings}<div class="maps">{maps}</div>{bars}{tables}'


def _table(table: Listing) -> str:
    if not table.rows:
        return f"<section><h3>{escape(table.title)}</h3><p>—</p></section>"
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "".join("<tr>" + "".join(_entry(value) for value in row) + "</tr>" for row in table.rows)
    return f"<section><h3>{escape(table.title)}</h3><table><tr>{head}</tr>{rows}</table></section>"


def _entry(value: Any) -> str:  # noqa: ANN401 - a text, a number or nothing
    if value is None:
        return "<td></td>"
    if isinstance(value, bool):
        return f"<td>{'是 / yes' if value else '<span class=bad>否 / no</span>'}</td>"
    if isinstance(value, int | float):
        return f'<td class="n">{value:,.0f}</td>' if abs(value) >= 1000 else f'<td class="n">{value:,.4g}</td>'
    return f"<td>{escape(str(value))}</td>"


def _bars(bars: Bars) -> str:
    height = 20 * len(bars.names) + 6
    unit = _BAR / _MOST
    band = ""
    if bars.tolerance is not None:
        left, width = unit * (1 - bars.tolerance), 2 * unit * bars.tolerance
        band = f'<rect x="{150 + left:.1f}" y="0" width="{width:.1f}" height="{height}" fill="#d9ead3"/>'
    rows = "".join(_bar(at, *pair, unit) for at, pair in enumerate(zip(bars.names, bars.shares, strict=True)))
    line = (
        f'<line x1="{150 + unit:.1f}" x2="{150 + unit:.1f}" y1="0" y2="{height}" stroke="#111" stroke-dasharray="3 2"/>'
    )
    return (
        f"<section><h3>{escape(bars.title)}</h3>"
        f'<svg width="{_BAR + 220:.0f}" height="{height}" font-size="11">{band}{rows}{line}</svg></section>'
    )


def _bar(at: int, name: str, share: float, unit: float) -> str:
    width, y = unit * min(max(share, 0.0), _MOST), 20 * at + 4
    return (
        f'<text x="144" y="{y + 11}" text-anchor="end">{escape(name[:22])}</text>'
        f'<rect x="150" y="{y}" width="{width:.1f}" height="14" fill="#0072b2" fill-opacity=".75"/>'
        f'<text x="{150 + _BAR + 6:.0f}" y="{y + 11}">{100 * share:.1f} %</text>'
    )


def _map(caption: str, cells: pl.DataFrame) -> str:
    """Return the territories as shapes with their names; no script, no picture from elsewhere."""
    named = cells.unique("territory", keep="first", maintain_order=True).sort("territory")
    number = np.searchsorted(named["territory"].to_numpy().astype(str), cells["territory"].to_numpy().astype(str))
    shapes = merged_polygons(cells["cell"].to_numpy(), number.astype(np.int64), named.height)
    flat, height = _on_paper(shapes)
    colours = [RM_COLOURS[int(colour) % len(RM_COLOURS)] for colour in named["colour"].fill_null(0)]
    areas = "".join(
        f'<path d="{_path(shape)}" fill="{colour}" fill-opacity=".55" stroke="#222" stroke-width="1"/>'
        for shape, colour in zip(flat, colours, strict=True)
    )
    points = [shapely.point_on_surface(shape) for shape in flat]
    labels = "".join(
        f'<text x="{point.x:.0f}" y="{point.y:.0f}" text-anchor="middle" font-size="11">{escape(str(name))}</text>'
        for point, name in zip(points, named["name"], strict=True)
        if not point.is_empty
    )
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH:.0f} {height:.0f}" width="{_WIDTH:.0f}" height="{height:.0f}">'
        f"{areas}{labels}</svg><figcaption>{escape(caption)}</figcaption></figure>"
    )


def _on_paper(shapes: Any) -> tuple[Any, float]:  # noqa: ANN401 - arrays of shapely
    """Return shapes in points on paper, north up, true in proportion at their middle, and the height they take."""
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    narrow = np.cos(np.radians((south + north) / 2))
    scale = min(_WIDTH / max((east - west) * narrow, 1e-9), _MAX_HEIGHT / max(north - south, 1e-9))
    flat = shapely.transform(
        shapes, lambda at: np.column_stack([(at[:, 0] - west) * narrow * scale, (north - at[:, 1]) * scale])
    )
    return flat, max((north - south) * scale, 1.0)


def _path(shape: Any) -> str:  # noqa: ANN401 - a shapely geometry
    rings = shapely.get_rings(shapely.get_parts(shape))
    points, owner = shapely.get_coordinates(rings, return_index=True)
    texts = np.char.add(np.char.add(np.char.mod("%.1f", points[:, 0]), " "), np.char.mod("%.1f", points[:, 1]))
    parts = np.split(texts, np.flatnonzero(np.diff(owner)) + 1) if len(texts) else []
    return "".join("M" + "L".join(part.tolist()) + "Z" for part in parts)
