"""Where the names of the columns stand: title rows above them, two-row headers, and the unit of money in either."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gridgeo.sources.files.raw import ROW, unique_names

HEAD_ROWS = 30
MOST_HEADER_ROWS = 3
NUMBER = re.compile(r"[-+]?[\d,.]+%?")
UNIT_WORDS = r"(亿元|百万元|万元|千元|元)"
DECLARED = re.compile(rf"单位\s*[::]?\s*(?:人民币)?\s*{UNIT_WORDS}")
BRACKETED = re.compile(rf"[((\[【]\s*(?:单位\s*[::]?)?\s*(?:人民币)?\s*{UNIT_WORDS}\s*[))\]】]")

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0, both ends included."""


@dataclass(frozen=True)
class Head:
    """What the first rows of a table say.

    headers: one text a column. first_data: index of the first row of data. notes: header_rows, and title, unit, units
    where they are found.
    """

    headers: tuple[str, ...]
    first_data: int
    notes: dict[str, Any] = field(default_factory=dict)

    def names(self, *, reserved: Sequence[str] = (ROW,)) -> tuple[str, ...]:
        """Return unique names of the columns; those that had to be changed are noted."""
        names = unique_names(self.headers, reserved=reserved)
        changed = {name: given for name, given in zip(names, self.headers, strict=True) if name != given.strip()}
        if changed:
            self.notes["renamed"] = changed
        return names


def head_of(rows: Sequence[Sequence[str]], header_rows: int | None, merges: Sequence[Merge] = ()) -> Head:
    """Understand the first rows of a table (all of one width, merged cells filled with their text).

    Title rows say one thing, or a unit, above a row that says more. A header has several rows where the person says
    so, or where cells merged across columns or rows show it; its texts are joined as ``above/below``.
    """
    start = _title_rows(rows)
    count = header_rows or _merged_header_rows(rows, merges, start)
    top = [list(row) for row in rows[start : start + count]]
    if count > 1 and not _merges_in(merges, start):
        top[:-1] = [_filled_right(row, top[-1]) for row in top[:-1]]
    headers = tuple(_joined(parts) for parts in zip(*top, strict=True))
    titles = [" ".join(_distinct(row)) for row in rows[:start] if _distinct(row)]
    notes: dict[str, Any] = {"header_rows": count}
    if titles:
        notes["title"] = " ".join(titles)
    return Head(headers, start + count, notes | _units(titles, headers))


def _distinct(row: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(text.strip() for text in row if text.strip()))


def _title_rows(rows: Sequence[Sequence[str]]) -> int:
    """Count the rows above the header; none when every row says one thing."""
    said = [len(_distinct(row)) for row in rows]
    width = max(said, default=0)
    if width <= 1:
        return next((at for at, count in enumerate(said) if count), 0)
    for at, count in enumerate(said):
        unit = count * 2 <= width and DECLARED.search(" ".join(rows[at]))
        if count > 1 and not unit:
            return at
    return 0


def _merges_in(merges: Sequence[Merge], start: int) -> list[Merge]:
    return [merge for merge in merges if merge[0] == start]


def _merged_header_rows(rows: Sequence[Sequence[str]], merges: Sequence[Merge], start: int) -> int:
    """Count the rows of the header by its merged cells."""
    here = _merges_in(merges, start)
    down = max((last for _, _, last, _ in here), default=start) - start + 1
    across = [merge for merge in here if merge[3] > merge[1]]
    if down == 1 and across and start + 1 < len(rows):
        below = [rows[start + 1][column] for _, first, _, last in across for column in range(first, last + 1)]
        down = 2 if all(text.strip() and not NUMBER.fullmatch(text.strip()) for text in below) else 1
    return min(down, MOST_HEADER_ROWS)


def _filled_right(row: Sequence[str], below: Sequence[str]) -> list[str]:
    """Carry a group's name over the empty cells to its right that have a name below: a lost merge."""
    filled, group = [], ""
    for text, under in zip(row, below, strict=True):
        group = text.strip() or (group if under.strip() else "")
        filled.append(group)
    return filled


def _joined(parts: Sequence[str]) -> str:
    return "/".join(_distinct(parts))


def _units(titles: Sequence[str], headers: Sequence[str]) -> dict[str, Any]:
    """Return unit (declared above, or the one all columns name) and units (column -> unit)."""
    found = {header: match[1] for header in headers if (match := BRACKETED.search(header))}
    above = [match[1] for title in titles if (match := DECLARED.search(title) or BRACKETED.search(title))]
    named = sorted({*above}) or sorted({*found.values()})
    notes: dict[str, Any] = {"units": found} if found else {}
    return notes | ({"unit": named[0]} if len(named) == 1 else {})
