"""One measure cut into coloured classes: the same for the HTML map, the picture and their legends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import polars as pl
from matplotlib.colors import to_hex

from gridgeo.domain.arrays import IntArray
from gridgeo.domain.measures import MEASURE_BY_ID, Measure
from gridgeo.errors import InvalidInputError
from gridgeo.maps.breaks import class_breaks, class_numbers

NO_VALUE_COLOUR = "#d9d9d9"
RM_COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#000000")
"""Okabe and Ito's palette, told apart by colour-blind people."""


@dataclass(frozen=True)
class Choropleth:
    """A measure over cells, in classes.

    numbers: class of each cell, -1 without a value, shape (n_cells,). breaks: ascending, one more than colours.
    """

    measure: Measure
    numbers: IntArray
    breaks: tuple[float, ...]
    colours: tuple[str, ...]

    def cell_colours(self) -> list[str]:
        """Return the colour of each cell."""
        # class -1 takes the last colour
        palette = np.array([*self.colours, NO_VALUE_COLOUR])
        found: list[str] = palette[self.numbers].tolist()
        return found

    def labels(self) -> list[str]:
        """Return the legend's text of each class, lowest first."""
        scale = 100.0 if self.measure.unit == "share" else 1.0
        ends = [f"{scale * end:.4g}" for end in self.breaks]
        unit = " %" if self.measure.unit == "share" else ""
        return [f"{low} – {high}{unit}" for low, high in pairwise(ends)]

    @property
    def title(self) -> str:
        """Name of the measure in both languages."""
        return f"{self.measure.name_zh} / {self.measure.name_en}"


def choropleth(
    cells: pl.DataFrame,
    measure_id: str,
    *,
    measures: Mapping[str, Measure] = MEASURE_BY_ID,
    method: str = "quantiles",
    classes: int = 7,
) -> Choropleth:
    """Cut a measure's column of a table of cells into classes, viridis from low to high.

    measures: id -> what the columns mean.

    Raises InvalidInputError when the measure is unknown or not among the columns.
    """
    measure = measures.get(measure_id)
    if measure is None or measure_id not in cells.columns:
        known = [name for name in cells.columns if name in measures]
        raise InvalidInputError("measure must be one of {known}, got {given}", known=", ".join(known), given=measure_id)
    values = cells[measure_id].cast(pl.Float64).fill_null(np.nan).to_numpy()
    breaks = class_breaks(values, method, classes)
    return Choropleth(
        measure=measure,
        numbers=class_numbers(values, breaks),
        breaks=tuple(breaks),
        colours=class_colours(max(len(breaks) - 1, 0)),
    )


def class_colours(classes: int) -> tuple[str, ...]:
    """Return that many colours of viridis, dark for the lowest class."""
    shares = np.linspace(0.0, 1.0, classes) if classes > 1 else np.full(classes, 0.5)
    return tuple(to_hex(colour) for colour in mpl.colormaps["viridis"](shares))
