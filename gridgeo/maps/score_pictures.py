"""Scores as pictures for reports: spread by branch, forecast against truth, a score step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from gridgeo.domain import FloatArray
from gridgeo.i18n import Language, translate
from gridgeo.maps.files import written
from gridgeo.maps.notes import ExportNotes
from gridgeo.maps.picture import cjk_font

MODEL_COLOUR, TRUTH_COLOUR, UP_COLOUR, DOWN_COLOUR, TOTAL_COLOUR = "#0072b2", "#555555", "#009e73", "#d55e00", "#0072b2"
DOTS_PER_INCH = 120
MOST_BRANCHES = 40
"""More boxes than this cannot be told apart; the largest branches are drawn."""


@dataclass(frozen=True)
class Spread:
    """One measure by branch: its name in the language, and branch -> values of its cells."""

    title: str
    values: dict[str, FloatArray]


@dataclass(frozen=True)
class Step:
    """One step of a score: its name, and what it adds."""

    name: str
    value: float


def spread_png(spreads: Sequence[Spread], notes: ExportNotes, path: Path, language: Language = "en") -> Path:
    """Draw each measure's median, quartiles and 5 to 95 % of the cells by branch; return the path.

    Raises InvalidInputError when the folder does not exist.
    """
    with _drawn(notes, path, language, (9.0, 1.2 + 2.6 * max(len(spreads), 1))) as (figure, tongue):
        for axes, spread in zip(np.atleast_1d(figure.subplots(max(len(spreads), 1), 1)), spreads, strict=False):
            largest = sorted(spread.values, key=lambda branch: (-len(spread.values[branch]), branch))[:MOST_BRANCHES]
            shown = sorted(branch for branch in largest if len(spread.values[branch]))
            if shown:
                axes.boxplot(
                    [spread.values[branch] for branch in shown], tick_labels=shown, whis=(5, 95), showfliers=False
                )
            axes.set_title(spread.title)
        figure.suptitle(translate("Scores of the cells by branch", tongue))
    return path


def reliability_png(bins: Sequence[dict[str, Any]], notes: ExportNotes, path: Path, language: Language = "en") -> Path:
    """Draw what was forecast for areas left out against what was there, tenth by tenth of the cells; return the path.

    bins: cells, forecast, observed of each tenth; none where nothing was validated.
    Raises InvalidInputError when the folder does not exist.
    """
    with _drawn(notes, path, language, (6.5, 6.0)) as (figure, tongue):
        axes = figure.add_subplot()
        if bins:
            forecast, observed = (np.array([float(each[name]) for each in bins]) for name in ("forecast", "observed"))
            ends = [min(forecast.min(), observed.min()), max(forecast.max(), observed.max())]
            axes.plot(ends, ends, color=TRUTH_COLOUR, linestyle="--", label=translate("as forecast", tongue))
            axes.plot(
                forecast, observed, color=MODEL_COLOUR, marker="o", label=translate("tenths of the cells", tongue)
            )
            axes.legend(frameon=False)
        axes.set_xlabel(translate("mean forecast", tongue))
        axes.set_ylabel(translate("mean seen", tongue))
        axes.set_title(translate("Potential: forecast of areas left out against what was there", tongue))
    return path


def waterfall_png(steps: Sequence[Step], title: str, notes: ExportNotes, path: Path, language: Language = "en") -> Path:
    """Draw a score as steps from 0 to its value; return the path.

    Raises InvalidInputError when the folder does not exist.
    """
    values = np.array([step.value for step in steps], dtype=np.float64)
    ends = np.cumsum(values)
    with _drawn(notes, path, language, (8.5, 1.6 + 0.34 * (len(steps) + 1))) as (figure, tongue):
        axes = figure.add_subplot()
        at = np.arange(len(steps))
        colours = [UP_COLOUR if value >= 0 else DOWN_COLOUR for value in values]
        axes.barh(at, values, left=ends - values, color=colours)
        total = float(ends[-1]) if len(ends) else 0.0
        axes.barh([len(steps)], [total], color=TOTAL_COLOUR)
        names = [step.name for step in steps]
        axes.set_yticks(np.arange(len(steps) + 1), [*names, translate("all together", tongue)], fontsize=8)
        for place, (end, value) in enumerate(zip([*ends, total], [*values, total], strict=True)):
            axes.annotate(
                f"{value:+.3g}" if place < len(steps) else f"{value:.4g}", (end, place), fontsize=7, va="center"
            )
        axes.axvline(0, color="black", linewidth=0.8)
        axes.invert_yaxis()
        axes.set_title(title)
    return path


def drawn_in(language: Language) -> Language:
    """Return the language that pictures can be lettered in: English where no Chinese font is installed."""
    return language if cjk_font() else "en"


@contextmanager
def _drawn(
    notes: ExportNotes, path: Path, language: Language, size: tuple[float, float]
) -> Iterator[tuple[Figure, Language]]:
    """Make a figure with what must be said of the data below it, and write it at the end."""
    font, tongue = cjk_font(), drawn_in(language)
    with mpl.rc_context(
        {"font.family": [font, "DejaVu Sans"] if font else ["DejaVu Sans"], "axes.unicode_minus": False}
    ):
        figure = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
        yield figure, tongue
        said = [notes.notice, notes.synthetic_note] if font else [notes.notice.split(" / ")[1], *notes.labels("en")]
        figure.supxlabel("\n".join([*(each for each in said if each), notes.source]), fontsize=7)
        metadata = {"Software": "gridgeo"} | {f"gridgeo:{name}": value for name, value in notes.rows().items() if value}
        with written(path) as fresh:
            figure.savefig(fresh, format="png", metadata=metadata)
