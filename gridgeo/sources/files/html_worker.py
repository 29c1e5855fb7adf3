"""Child process that reads the tables of an HTML page: see `child_main`; it imports nothing of gridgeo.

request.json: file, encoding, sheet (or null), rows, columns, cells (limits). reply.json: sheets (name -> [rows,
columns]), names, hidden (none), and where one table is chosen: sheet, first, merges, sizes. table.arrow: column i as
text t<i>. No network, no entities but HTML's own, no huge trees.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from lxml import etree

SPAN = re.compile(r"\d{1,6}")
WIDEST_SPAN = 1_000
HEADER_MERGES = 1_000


class Grid:
    """The cells of one table with spans filled in; it grows row by row and stops at the limits."""

    def __init__(self, height: int, limits: dict[str, int]) -> None:
        self.rows: list[dict[int, str]] = [{} for _ in range(height)]
        self.merges: list[tuple[int, int, int, int]] = []
        self.sizes = {"rows": height, "columns": 0, "cells": 0}
        self.limits = limits

    def over(self) -> bool:
        """Tell whether a limit is passed."""
        return any(size > self.limits[name] for name, size in self.sizes.items())

    def take_row(self, at: int, cells: Sequence[etree._Element]) -> None:
        """Put the cells of a row where earlier rows leave room."""
        column = 0
        for cell in cells:
            while column in self.rows[at]:
                column += 1
            across, down = span(cell, "colspan"), min(span(cell, "rowspan"), len(self.rows) - at)
            self.sizes["columns"] = max(self.sizes["columns"], column + across)
            self.sizes["cells"] += across * down
            if self.over():
                return
            text = " ".join("".join(map(str, cell.itertext())).split())
            for row in self.rows[at : at + down]:
                row.update(dict.fromkeys(range(column, column + across), text))
            if across * down > 1:
                self.merges.append((at, column, at + down - 1, column + across - 1))
            column += across


def main() -> None:
    """Answer the request in this folder."""
    request = json.loads(Path("request.json").read_text(encoding="utf-8"))
    try:
        reply = answer(request)
    except (etree.XMLSyntaxError, ValueError) as error:
        reply = {"broken": f"{type(error).__name__}: {error}"}
    Path("reply.json").write_text(json.dumps(reply), encoding="utf-8")


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Find the tables, write the chosen one and describe it."""
    grids = tables(Path(request["file"]).read_text(encoding=request["encoding"]), request)
    wanted = request["sheet"]
    shown = {name: grid for name, grid in grids.items() if wanted in (None, name)}
    reply: dict[str, Any] = {
        "sheets": {name: [len(grid.rows), grid.sizes["columns"]] for name, grid in shown.items()},
        "names": list(grids),
        "hidden": [],
    }
    if len(shown) == 1:
        name, grid = next(iter(shown.items()))
        reply |= {"sheet": name, "sizes": grid.sizes, "first": 0, "merges": grid.merges[:HEADER_MERGES]}
        if not grid.over():
            write(grid)
    return reply


def tables(text: str, limits: dict[str, int]) -> dict[str, Grid]:
    """Return the tables that have at least two rows, by name."""
    parser = etree.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    root = etree.fromstring(text.encode(), parser)
    found: dict[str, Grid] = {}
    for line_break in [] if root is None else root.iter("br"):
        line_break.text = " "
    for number, table in enumerate([] if root is None else root.iter("table"), start=1):
        rows = list(own_rows(table))
        if len(rows) > 1:
            found[f"table {number}"] = filled(rows, limits)
    return found


def filled(rows: Sequence[etree._Element], limits: dict[str, int]) -> Grid:
    """Return the cells of the rows, as far as the limits allow."""
    grid = Grid(len(rows), limits)
    for at, row in enumerate(rows):
        if grid.over():
            break
        grid.take_row(at, [cell for cell in row if cell.tag in ("td", "th")])
    return grid


def own_rows(table: etree._Element) -> Iterator[etree._Element]:
    """Return the rows of the table itself, not of tables within its cells."""
    parts = [[part] if part.tag == "tr" else part for part in table if part.tag in ("tr", "thead", "tbody", "tfoot")]
    return (row for row in itertools.chain.from_iterable(parts) if row.tag == "tr")


def span(cell: etree._Element, name: str) -> int:
    """Return over how many columns or rows a cell goes; nonsense counts as one."""
    given = SPAN.fullmatch((cell.get(name) or "").strip())
    return min(max(1, int(given[0])), WIDEST_SPAN if name == "colspan" else 1_000_000) if given else 1


def write(grid: Grid) -> None:
    """Write the texts to table.arrow, empty ones as null."""
    columns = range(grid.sizes["columns"])
    arrays = {f"t{at}": pa.array([row.get(at) or None for row in grid.rows], pa.large_string()) for at in columns}
    table = pa.table(arrays)
    with pa.OSFile("table.arrow", "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


if __name__ == "__main__":
    main()
