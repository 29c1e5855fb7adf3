"""What a family of measures starts from, and what it gives: columns over the cells, and what could not be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gridgeo.domain import FloatArray
from gridgeo.domain.measures import Measure
from gridgeo.pipeline.cell_inputs import CellInputs
from gridgeo.scoring import Note, Validation
from gridgeo.scoring.basis import Fits, Rate


@dataclass(frozen=True)
class Column:
    """One measure over all cells; low, high and evidence are None where the measure has none."""

    value: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None
    evidence: np.ndarray | None = None


@dataclass(frozen=True)
class Basis:
    """The inputs of the cells and what was fitted on them, aligned by cell.

    validation: None with a single branch, where there is no other area to learn from, or where none was asked for.
    """

    given: CellInputs
    fits: Fits
    validation: Validation | None


@dataclass(frozen=True)
class Found:
    """What a family gives.

    columns: measure -> column. report: plain JSON values for the report of the score version. absent: measure -> what
    the bank's data lacks for it; such a measure is not in the version at all. measures: what the columns mean whose
    measures are not of this release: those of the bank's products, cohorts and stages. rates: tier -> how its
    penetration was shrunk, kept with the version.
    """

    columns: Mapping[str, Column]
    report: Mapping[str, Any] = field(default_factory=dict)
    absent: Mapping[str, Note] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    rates: Mapping[str, Rate] = field(default_factory=dict)
