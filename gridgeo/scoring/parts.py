"""The record of a score taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridgeo.scoring.notes import Note

NAMED_BY_MEASURE = Note("")
"""Words of a part that is a measure itself: its names say what it is."""

Row = Mapping[str, Any]
"""One cell's row of `gridgeo.scoring.basis.basis_frame`."""


@dataclass(frozen=True)
class Part:
    """One number of a score: its symbol in the formula, its value, what it is, its unit.

    source: kind of the data version that it comes from, `policy` for a rule, `score` for what was computed.
    """

    symbol: str
    value: float | int | str | None
    words: Note
    unit: str = ""
    source: str = "score"


@dataclass(frozen=True)
class Explained:
    """A score taken apart. value: the formula worked out again, None where the score is undefined."""

    formula: str
    value: float | None
    parts: tuple[Part, ...]
    notes: tuple[Note, ...] = ()


def number(value: float) -> float | None:
    """Return the number, None for not-a-number."""
    return float(value) if np.isfinite(value) else None
