"""A validation as one picture: calibration, rank correlation against naive rules, by area, lift."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gridgeo.i18n import Language, translate
from gridgeo.maps.files import written
from gridgeo.maps.notes import MARKETING_ONLY
from gridgeo.maps.picture import cjk_font

MODEL_COLOUR, BASELINE_COLOURS, TRUTH_COLOUR = "#0072b2", ("#e69f00", "#009e73"), "#555555"
MARKERS = ("s", "^")
MOST_AREAS = 25
SHOWN_NAMES = {"people_only": "people only", "ring_mean": "mean of the ring around", "model": "model"}


def validation_png(body: dict[str, Any], path: Path, language: Language = "en") -> Path:
    """Draw a validation, given as its JSON, and return the path; in English where no Chinese font is installed.

    Raises InvalidInputError when the folder does not exist.
    """
    font = cjk_font()
    tongue: Language = language if font else "en"
    with mpl.rc_context(
        {"font.family": [font, "DejaVu Sans"] if font else ["DejaVu Sans"], "axes.unicode_minus": False}
    ):
        figure = Figure(figsize=(11.0, 8.5), dpi=120, layout="constrained")
        grid = figure.subplots(2, 2)
        _calibration(grid[0][0], body["calibration"], tongue)
        _ranks(grid[0][1], body["folds"], tongue)
        _areas(grid[1][0], body["groups"], tongue)
        _lift(grid[1][1], body["calibration"], tongue)
        figure.suptitle(f"{translate('Validation on areas left out', tongue)}: {body['target']}")
        figure.supxlabel(MARKETING_ONLY[tongue], fontsize=8)
        with written(path) as fresh:
            # Without the version of the drawing library the same inputs give the same bytes.
            figure.savefig(fresh, format="png", metadata={"Software": "gridgeo", "Title": str(body["target"])})
    return path


def _calibration(axes: Axes, bins: list[dict[str, float]], tongue: Language) -> None:
    forecast, observed = (np.array([part[name] for part in bins]) for name in ("forecast", "observed"))
    ends = [min(forecast.min(), observed.min()), max(forecast.max(), observed.max())]
    axes.plot(ends, ends, color=TRUTH_COLOUR, linestyle="--", label=translate("as forecast", tongue))
    axes.plot(forecast, observed, color=MODEL_COLOUR, marker="o", label=translate("tenths of the cells", tongue))
    axes.set_title(translate("Calibration", tongue))
    axes.set_xlabel(translate("mean forecast", tongue))
    axes.set_ylabel(translate("mean seen", tongue))
    axes.legend(frameon=False)


def _ranks(axes: Axes, folds: list[dict[str, Any]], tongue: Language) -> None:
    at = np.arange(len(folds))
    axes.bar(
        at - 0.27,
        [_zero(fold["spearman"]["model"]) for fold in folds],
        0.25,
        color=MODEL_COLOUR,
        label=_word("model", tongue),
    )
    ends = [fold["interval_90"] for fold in folds]
    for place, (fold, pair) in enumerate(zip(folds, ends, strict=True)):
        middle = fold["spearman"]["model"]
        if pair is not None and middle is not None:
            spread = [[max(middle - pair[0], 0)], [max(pair[1] - middle, 0)]]
            axes.errorbar([place - 0.27], [middle], yerr=spread, color="black", capsize=3)
    for number, name in enumerate(("people_only", "ring_mean")):
        heights = [_zero(fold["spearman"]["baselines"][name]) for fold in folds]
        axes.bar(at + 0.27 * number, heights, 0.25, color=BASELINE_COLOURS[number], label=_word(name, tongue))
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xticks(at, [_scheme(fold, tongue) for fold in folds])
    axes.set_title(translate("Rank correlation, 90 % interval", tongue))
    axes.legend(frameon=False)


def _areas(axes: Axes, groups: list[dict[str, Any]], tongue: Language) -> None:
    largest = sorted(groups, key=lambda group: (-group["cells"], group["group"]))[:MOST_AREAS]
    shown = [group for group in largest if group["spearman"]["model"] is not None]
    at = np.arange(len(shown))
    axes.plot(
        [group["spearman"]["model"] for group in shown], at, "o", color=MODEL_COLOUR, label=_word("model", tongue)
    )
    for number, name in enumerate(("people_only", "ring_mean")):
        values = [np.nan if (each := group["spearman"][name]) is None else each for group in shown]
        marker, colour = MARKERS[number], BASELINE_COLOURS[number]
        axes.plot(values, at, marker, color=colour, markersize=4, label=_word(name, tongue))
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(at, [f"{group['group']} ({group['cells']})" for group in shown], fontsize=7)
    axes.invert_yaxis()
    axes.set_title(translate("Rank correlation by area left out (cells)", tongue))
    if shown:
        axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(0.0, -0.06), ncols=3)


def _lift(axes: Axes, bins: list[dict[str, float]], tongue: Language) -> None:
    cells, observed = (np.array([part[name] for part in bins]) for name in ("cells", "observed"))
    overall = float((cells * observed).sum() / cells.sum())
    if overall > 0:
        axes.bar(np.arange(len(bins)) + 1, observed / overall, color=MODEL_COLOUR)
    axes.axhline(1, color=TRUTH_COLOUR, linestyle="--")
    axes.set_title(translate("Lift by tenth of the forecast", tongue))
    axes.set_xlabel(translate("tenth of the cells, lowest forecast first", tongue))
    axes.set_ylabel(translate("mean seen over the mean of all", tongue))


def _scheme(fold: dict[str, Any], tongue: Language) -> str:
    if fold["scheme"] == "group":
        return translate("{areas} groups of {column}", tongue, areas=fold["areas"], column=fold["column"])
    text = "{areas} H3 parents of resolution {resolution}"
    return translate(text, tongue, areas=fold["areas"], resolution=fold["resolution"])


def _word(name: str, tongue: Language) -> str:
    return translate(SHOWN_NAMES[name], tongue)


def _zero(value: float | None) -> float:
    return 0.0 if value is None else value
