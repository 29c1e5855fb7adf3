"""How sure an answer is: curves fitted on addresses with known positions, kept as plain numbers.

For every tier the model holds two curves over `scale_m`, what the error of that tier grows with: `confidence`, the
probability that the true position lies within 100 m of the answer, and `accuracy_m`, the radius that holds it with
probability 0.9. Answers found under doubt (a misspelt street, no town given) have curves of their own.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from gridgeo.cells import metres_between
from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.domain.words import LOCATION_TIERS
from gridgeo.errors import InvalidInputError

WITHIN_M = 100.0
HELD = 0.9
MIN_ROWS = 30
"""Below this a tier has no curve of its own."""
KNOTS = 8
ENTRANCE_M = 24.0
"""The point of a house is its entrance, its front or its middle: 13 to 24 m lie between them, and a fit whose truth
comes from the gazetteer's own source does not see it. It is added to every radius, as independent errors add."""


@dataclass(frozen=True)
class Curve:
    """Confidence and accuracy of one tier over scale_m; the three tuples are equally long, scale_m ascending."""

    tier: str
    doubtful: bool
    scale_m: tuple[float, ...]
    confidence: tuple[float, ...]
    accuracy_m: tuple[float, ...]


@dataclass(frozen=True)
class CalibrationBin:
    """One bin of the calibration table: mean stated confidence, share really within 100 m, number of addresses."""

    stated: float
    observed: float
    count: int


@dataclass(frozen=True)
class ConfidenceModel:
    """Curves by tier, and how well they held on folds they had not seen.

    origin: what the model was fitted on. ece: expected calibration error over 10 bins, out of fold.
    """

    origin: str
    curves: tuple[Curve, ...]
    ece: float
    bins: tuple[CalibrationBin, ...]


def model_to_json(model: ConfidenceModel) -> str:
    """Write the model as JSON text."""
    text = json.dumps(asdict(model), ensure_ascii=False, indent=1)
    # One list of numbers a line, for people who compare two models.
    return re.sub(r"\[[-\d.,\s]+\]", lambda found: re.sub(r"\s+", " ", found[0]), text)


def model_from_json(text: str) -> ConfidenceModel:
    """Read a model from JSON text.

    Raises InvalidInputError when the text is no such model.
    """
    try:
        body: dict[str, Any] = json.loads(text)
        curves = tuple(
            Curve(c["tier"], bool(c["doubtful"]), tuple(c["scale_m"]), tuple(c["confidence"]), tuple(c["accuracy_m"]))
            for c in body["curves"]
        )
        bins = tuple(CalibrationBin(**entry) for entry in body["bins"])
        return ConfidenceModel(str(body["origin"]), curves, float(body["ece"]), bins)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError("confidence model: {detail}", detail=repr(error)) from error


def confidence_columns(answers: pl.DataFrame, model: ConfidenceModel) -> pl.DataFrame:
    """Return confidence and accuracy_m of every answer.

    answers: tier, scale_m, doubtful. Tier none has confidence 0 and no accuracy.
    """
    confidence, accuracy_m = np.zeros(answers.height), np.full(answers.height, np.nan)
    tiers, doubtful = answers["tier"].to_numpy(), answers["doubtful"].to_numpy()
    scale = answers["scale_m"].fill_null(0.0).to_numpy()
    for tier in LOCATION_TIERS[:-1]:
        for doubt in (False, True):
            rows = (tiers == tier) & (doubtful == doubt)
            curve = _curve_for(model, tier, doubtful=doubt)
            confidence[rows], accuracy_m[rows] = _read(curve, scale[rows])
    return pl.DataFrame({"confidence": confidence, "accuracy_m": accuracy_m}).with_columns(
        pl.col("accuracy_m").fill_nan(None)
    )


def _read(curve: Curve, scale_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Read both curves; past the last knot, where nothing was seen, confidence falls with the scale.

    accuracy_m is never less than the scale itself, whatever the ground of the fit allowed.
    """
    seen = max(curve.scale_m[-1], WITHIN_M)
    worse = np.maximum(scale_m / seen, 1.0)
    confidence = np.interp(scale_m, curve.scale_m, curve.confidence) / worse
    accuracy_m = np.maximum(np.interp(scale_m, curve.scale_m, curve.accuracy_m), scale_m)
    return confidence, accuracy_m


def _curve_for(model: ConfidenceModel, tier: str, *, doubtful: bool) -> Curve:
    """Return the tier's curve; without one of its own a tier takes the next more careful one."""
    own = {(curve.tier, curve.doubtful): curve for curve in model.curves}
    order = LOCATION_TIERS.index(tier)
    careful = [(name, doubt) for name in LOCATION_TIERS[order:-1] for doubt in sorted({doubtful, True})]
    for key in careful:
        if key in own:
            return own[key]
    return Curve(tier, doubtful, (0.0,), (0.0,), (1_000.0,))


def fit_confidence(
    located: pl.DataFrame, lng: FloatArray, lat: FloatArray, folds: IntArray, origin: str = "fitted here"
) -> ConfidenceModel:
    """Fit the curves on addresses with known positions.

    located: from `locate_addresses`. lng, lat: true positions, shape (n,). folds: fold of each address, shape (n,);
    addresses of one street belong in one fold. The curves use all rows; ece and bins come from curves that were fitted
    without the fold they are read on.
    Raises InvalidInputError when lengths differ or fewer than two folds are given.
    """
    if not located.height == len(lng) == len(lat) == len(folds):
        raise InvalidInputError("confidence: located, positions and folds must be equally long")
    if len(np.unique(folds)) < 2:
        raise InvalidInputError("confidence: at least two folds are needed")
    answered = located["lng"].is_not_null().to_numpy()
    error_m = np.full(located.height, np.inf)
    answers = located.filter(answered)
    error_m[answered] = metres_between(
        answers["lng"].to_numpy(), answers["lat"].to_numpy(), lng[answered], lat[answered]
    )
    stated = np.zeros(located.height)
    for fold in np.unique(folds):
        held = folds == fold
        curves = _curves(located.filter(~held), error_m[~held])
        part = confidence_columns(located.filter(held), ConfidenceModel("", curves, 0.0, ()))
        stated[held] = part["confidence"].to_numpy()
    bins = calibration_bins(stated[answered], error_m[answered] <= WITHIN_M)
    return ConfidenceModel(origin, _curves(located, error_m), round(calibration_error(bins), 4), bins)


def calibration_bins(stated: FloatArray, hit: BoolArray, count: int = 10) -> tuple[CalibrationBin, ...]:
    """Return the calibration table over equally wide bins of stated confidence; empty bins are left out."""
    index = np.minimum((stated * count).astype(np.int64), count - 1)
    return tuple(
        CalibrationBin(
            round(float(stated[index == b].mean()), 4), round(float(hit[index == b].mean()), 4), int((index == b).sum())
        )
        for b in np.unique(index)
    )


def calibration_error(bins: tuple[CalibrationBin, ...]) -> float:
    """Return the expected calibration error: mean |stated - observed|, weighted by count."""
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.stated - b.observed) for b in bins) / total if total else 0.0


def _curves(located: pl.DataFrame, error_m: FloatArray) -> tuple[Curve, ...]:
    tiers, doubtful = located["tier"].to_numpy(), located["doubtful"].to_numpy()
    scale = located["scale_m"].fill_null(0.0).to_numpy()
    curves = []
    for tier in LOCATION_TIERS[:-1]:
        for doubt in (False, True):
            rows = (tiers == tier) & (doubtful == doubt)
            if rows.sum() >= MIN_ROWS:
                curves.append(_curve(tier, doubt, scale[rows], error_m[rows]))
    return tuple(curves)


def _curve(tier: str, doubtful: bool, scale: FloatArray, error_m: FloatArray) -> Curve:
    """Fit both curves: means over quantile bins of the scale, made monotone by isotonic regression."""
    # Takes half a second to import, and a locator only reads the curves.
    from sklearn.isotonic import IsotonicRegression

    count = max(1, min(KNOTS, len(scale) // MIN_ROWS))
    edges = np.unique(np.quantile(scale, np.linspace(0, 1, count + 1)))
    index = np.clip(np.searchsorted(edges, scale, side="right") - 1, 0, max(len(edges) - 2, 0))
    groups = np.unique(index)
    centre = np.array([scale[index == g].mean() for g in groups])
    weight = np.array([(index == g).sum() for g in groups], dtype=np.float64)
    # One address less than sure on either side, so that no finite sample says never or always.
    share = np.array([((error_m[index == g] <= WITHIN_M).sum() + 0.5) / ((index == g).sum() + 1) for g in groups])
    radius = np.array([np.quantile(error_m[index == g], HELD, method="higher") for g in groups])
    falling = IsotonicRegression(increasing=False).fit_transform(centre, share, sample_weight=weight)
    rising = IsotonicRegression().fit_transform(centre, np.log(np.hypot(radius, ENTRANCE_M)), sample_weight=weight)
    return Curve(
        tier,
        doubtful,
        tuple(float(v) for v in np.round(centre, 2)),
        tuple(float(v) for v in np.round(falling, 4)),
        tuple(float(v) for v in np.round(np.exp(rising), 1)),
    )
