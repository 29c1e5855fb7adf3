"""What became of a file: every row accepted or rejected, and how the file was understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl


@dataclass
class Account:
    """Counts of one file, growing while it is read: rows_in = accepted + sum of rejected.

    accepted: rows of the file that were taken. rows_out: rows of the table, fewer where several make one. repaired:
    outlines that crossed themselves. flattened: outlines that had heights. rounded: amounts with digits below a fen.
    filled: field -> rows in which it was empty and its default was taken.
    doubts: taken rows that look wrong, by what is odd about them.
    """

    rows_in: int = 0
    accepted: int = 0
    rows_out: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    repaired: int = 0
    flattened: int = 0
    rounded: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    doubts: dict[str, int] = field(default_factory=dict)

    def doubt(self, what: str, count: int) -> None:
        """Count taken rows that look wrong; they are reported and left as they are."""
        if count:
            self.doubts[what] = self.doubts.get(what, 0) + count

    def take(self, rows_in: int, blamed: pl.DataFrame, rows_out: int) -> None:
        """Count a batch; blamed: its rejected rows, with their reason."""
        self.rows_in += rows_in
        self.accepted += rows_in - blamed.height
        self.rows_out += rows_out
        for reason, count in blamed["reason"].value_counts().iter_rows():
            self.rejected[reason] = self.rejected.get(reason, 0) + count

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        more = {
            "repaired": self.repaired,
            "heights_dropped": self.flattened,
            "rounded_to_fen": self.rounded,
            "defaults_taken": self.filled,
            "doubts": self.doubts,
        }
        return {
            "rows_in": self.rows_in,
            "accepted": self.accepted,
            "rejected": dict(sorted(self.rejected.items())),
            "rows_out": self.rows_out,
        } | {name: count for name, count in more.items() if count}


@dataclass(frozen=True)
class Batch:
    """One piece of a file, taken apart.

    accepted: columns of the kind's contract. originals: ORIGINALS of the positions that moved. rejected: row, field,
    value, reason, and the file's own columns as text.
    """

    accepted: pl.DataFrame
    originals: pl.DataFrame
    rejected: pl.DataFrame
