"""What held-out forecasts are worth: rank correlation with its uncertainty, lift, calibration, by area and together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy

from gridgeo.domain import BoolArray, FloatArray
from gridgeo.domain.words import EVIDENCE
from gridgeo.scoring.folds import Folds
from gridgeo.scoring.out_of_area import rank_agreement
from gridgeo.scoring.validate import LEAST_CELLS, LEAST_GAIN, CalibrationBin, calibration_bins, top_decile_lift

Verdict = Literal["predictive", "not predictive"]
BASELINES = ("people_only", "ring_mean")
DRAWS = 500
"""Areas are drawn again so often; cells of one area are not independent, so they are drawn together."""
LEAST_AREAS = 5
SURE = 0.95


@dataclass(frozen=True)
class AreaFigures:
    """One area: cells with a known target, and the rank correlation of each forecast; None where undefined."""

    area: str
    cells: int
    spearman: dict[str, float | None]


@dataclass(frozen=True)
class SchemeFigures:
    """All forecasts of one way to leave areas out.

    spearman: over all cells together; within_areas: mean over areas, weighted by cells. interval_90: of the model's,
    areas drawn again. wins: part of the draws in which the model ranks better than a baseline. r2: of the model's
    values, which may be negative. evidence: firm where every baseline is
    beaten in SURE of the draws of at least LEAST_AREAS areas; none where a baseline is not beaten by LEAST_GAIN or the
    interval reaches 0, which is then called "not predictive"; weak otherwise.
    """

    scheme: str
    resolution: int | None
    folds: int
    areas: tuple[AreaFigures, ...]
    n: int
    spearman: dict[str, float | None]
    within_areas: dict[str, float | None]
    interval_90: tuple[float, float] | None
    wins: dict[str, float | None]
    r2: float
    lift_top_decile: float | None
    calibration: tuple[CalibrationBin, ...]
    verdict: Verdict
    evidence: str


def judge(folds: Folds, forecasts: dict[str, FloatArray], truth: FloatArray) -> SchemeFigures:
    """Judge the forecasts of cells that belong to an area of the folds and have a known target.

    forecasts: model, people_only, ring_mean and others, shape (n_cells,); those without any value count as absent.
    """
    judged = (folds.area_of >= 0) & np.isfinite(truth) & np.isfinite(forecasts["model"])
    known = {name: np.where(judged, values, np.nan) for name, values in forecasts.items()}
    spearman = {name: rank_agreement(values, truth) for name, values in known.items()}
    areas = _by_area(folds, known, truth, judged)
    interval, wins = _drawn_again(folds, known, truth, judged)
    model = known["model"][judged]
    beaten = _beaten(spearman) and interval is not None and interval[0] > 0
    return SchemeFigures(
        scheme=folds.scheme,
        resolution=folds.resolution,
        folds=folds.n_folds,
        areas=areas,
        n=int(judged.sum()),
        spearman=spearman,
        within_areas={name: _weighted(areas, name) for name in known},
        interval_90=interval,
        wins=wins,
        r2=1 - float(((truth[judged] - model) ** 2).mean() / max(float(truth[judged].var()), 1e-300)),
        lift_top_decile=top_decile_lift(model, truth[judged]),
        calibration=calibration_bins(model, truth[judged]),
        verdict="predictive" if beaten else "not predictive",
        evidence=_evidence(beaten, wins, len(folds.areas)),
    )


def _by_area(
    folds: Folds, known: dict[str, FloatArray], truth: FloatArray, judged: BoolArray
) -> tuple[AreaFigures, ...]:
    found = []
    for at, name in enumerate(folds.areas):
        inside = np.flatnonzero(judged & (folds.area_of == at))
        enough = len(inside) >= LEAST_CELLS
        figures = {
            which: rank_agreement(values[inside], truth[inside]) if enough else None for which, values in known.items()
        }
        found.append(AreaFigures(name, len(inside), figures))
    return tuple(found)


def _weighted(areas: tuple[AreaFigures, ...], name: str) -> float | None:
    known = [(value, area.cells) for area in areas if (value := area.spearman[name]) is not None]
    cells = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / cells if cells else None


def _beaten(spearman: dict[str, float | None]) -> bool:
    model = spearman["model"]
    return model is not None and all(model >= (spearman[name] or 0.0) + LEAST_GAIN for name in BASELINES)


def _drawn_again(
    folds: Folds, known: dict[str, FloatArray], truth: FloatArray, judged: BoolArray
) -> tuple[tuple[float, float] | None, dict[str, float | None]]:
    """Return the model's interval and how often it wins, ranks kept and whole areas drawn with replacement.

    Correlations of the ranks are put together from sums by area, so a draw costs nothing.
    """
    names = [name for name in ("model", *BASELINES) if np.isfinite(known[name][judged]).all()]
    wins: dict[str, float | None] = dict.fromkeys(BASELINES)
    if len(np.unique(folds.area_of[judged])) < 2 or "model" not in names:
        return None, wins
    area = folds.area_of[judged]
    times = np.random.default_rng(0).multinomial(
        len(folds.areas), np.full(len(folds.areas), 1 / len(folds.areas)), size=DRAWS
    )
    ranks = {name: scipy.stats.rankdata(known[name][judged]) - (len(area) + 1) / 2 for name in names}
    true_rank = scipy.stats.rankdata(truth[judged]) - (len(area) + 1) / 2
    drawn = {name: _correlations(times, area, ranks[name], true_rank) for name in names}
    for name in names[1:]:
        wins[name] = float((drawn["model"] > drawn[name]).mean())
    low, high = np.quantile(drawn["model"], (0.05, 0.95)).tolist()
    middle = float(np.median(drawn["model"]))
    # Few areas drawn again vary too little: the band grows to what Student's distribution asks of so many.
    areas = len(np.unique(area))
    grown = float(scipy.stats.t.ppf(0.95, areas - 1) / scipy.stats.norm.ppf(0.95)) * (areas / (areas - 1)) ** 0.5
    return (max(middle + grown * (low - middle), -1.0), min(middle + grown * (high - middle), 1.0)), wins


def _correlations(times: np.ndarray, area: np.ndarray, one: FloatArray, other: FloatArray) -> FloatArray:
    parts = (np.ones(len(one)), one, other, one * one, other * other, one * other)
    sums = np.stack([np.bincount(area, weights=part, minlength=times.shape[1]) for part in parts], axis=1)
    n, x, y, xx, yy, xy = (times @ sums).T
    spread = (xx - x * x / np.maximum(n, 1)) * (yy - y * y / np.maximum(n, 1))
    answer: FloatArray = (xy - x * y / np.maximum(n, 1)) / np.sqrt(np.maximum(spread, 1e-9))
    return answer


def _evidence(beaten: bool, wins: dict[str, float | None], n_areas: int) -> str:
    firm, weak, none = EVIDENCE
    if not beaten:
        return none
    sure = all(part >= SURE for part in wins.values() if part is not None)
    return firm if sure and n_areas >= LEAST_AREAS else weak
