"""Features that are the target in disguise: a model that is given one proves nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from scipy import optimize

from gridgeo.domain import FloatArray

LEAKS_FROM = 0.98
"""A feature that orders or gives the target this well is the target, or was made from it."""
SUSPICIOUS_FROM = 0.90
EXACT = 0.9995
"""Features together explaining this part of the target add up to it."""
LEAST_ROWS_A_FEATURE = 5


@dataclass(frozen=True)
class Leaks:
    """Features that must not be learned from.

    certain: names of features that tell the target, and how well; together: names that add up to it; suspicious:
    features so close to it that somebody should look.
    """

    certain: tuple[tuple[str, float], ...]
    together: tuple[str, ...]
    suspicious: tuple[tuple[str, float], ...]


def find_leaks(names: tuple[str, ...], matrix: FloatArray, target: FloatArray) -> Leaks:
    """Compare every feature with the target, alone and in sums.

    matrix: shape (n_cells, n_features), finite; target: shape (n_cells,). A feature's closeness is the largest of its
    rank correlation, its linear fit and the part of the target's scatter that steps up (or down) along it explain.
    """
    close = tuple((name, closeness(matrix[:, at], target)) for at, name in enumerate(names))
    certain = tuple(pair for pair in close if pair[1] >= LEAKS_FROM)
    together = () if certain else _adding_up(names, matrix, target)
    return Leaks(certain, together, tuple(pair for pair in close if SUSPICIOUS_FROM <= pair[1] < LEAKS_FROM))


def given_away(names: tuple[str, ...], matrix: FloatArray, target: FloatArray, exempt: str) -> tuple[str, ...]:
    """Return the features that are the target itself, to EXACT: no make-up of a cell orders or gives it so well.

    matrix: shape (n_cells, n_features), finite; target: shape (n_cells,). exempt: name of the exposure, of which
    the target is a part.
    """
    if not len(target):
        return ()
    return tuple(name for at, name in enumerate(names) if name != exempt and closeness(matrix[:, at], target) >= EXACT)


def closeness(feature: FloatArray, target: FloatArray) -> float:
    """Return 0 to 1; 1 where the feature gives the target's order or its values."""
    if np.ptp(feature) == 0 or np.ptp(target) == 0:
        return 0.0
    ranked = abs(float(scipy.stats.spearmanr(feature, target).statistic))
    return max(ranked, _stepwise(feature, target), _stepwise(-feature, target))


def _stepwise(feature: FloatArray, target: FloatArray) -> float:
    """Return the root of the part of the target's variance that a rising step function of the feature explains."""
    values, group, sizes = np.unique(feature, return_inverse=True, return_counts=True)
    if len(values) > len(feature) / 2:
        # Nearly every value comes once: a step function may follow noise, and ranks say the same.
        return 0.0
    # Logged where it is never negative: one cell of a thousand times the rest must not decide.
    tamed = np.log1p(target) if target.min() >= 0 else target
    means = np.bincount(group, weights=tamed) / sizes
    fitted = optimize.isotonic_regression(means, weights=sizes.astype(np.float64)).x[group]
    scatter = float(((tamed - tamed.mean()) ** 2).sum())
    return float(np.sqrt(max(0.0, 1 - float(((tamed - fitted) ** 2).sum()) / scatter)))


def _adding_up(names: tuple[str, ...], matrix: FloatArray, target: FloatArray) -> tuple[str, ...]:
    """Return the fewest features whose weighted sum is the target, found one by one; none where there is no such."""
    varying = np.flatnonzero(np.ptp(matrix, axis=0) > 0)
    if len(varying) == 0 or len(target) < LEAST_ROWS_A_FEATURE * (len(varying) + 1):
        return ()
    scaled = matrix[:, varying] - matrix[:, varying].mean(axis=0)
    scaled = scaled / np.linalg.norm(scaled, axis=0)
    rest = target - target.mean()
    if _explained(scaled, rest) < EXACT or not _same_order(scaled, rest):
        return ()
    chosen: list[int] = []
    while len(chosen) < len(varying):
        gains = [-1.0 if at in chosen else _explained(scaled[:, [*chosen, at]], rest) for at in range(scaled.shape[1])]
        chosen.append(int(np.argmax(gains)))
        if max(gains) >= EXACT:
            break
    return tuple(names[varying[at]] for at in sorted(chosen))


def _explained(columns: FloatArray, target: FloatArray) -> float:
    solution, *_ = np.linalg.lstsq(columns, target, rcond=None)
    return 1 - float(((target - columns @ solution) ** 2).sum()) / float((target**2).sum())


def _same_order(columns: FloatArray, target: FloatArray) -> bool:
    """Tell whether the sum orders the cells as the target does: one outlier alone can explain a variance."""
    solution, *_ = np.linalg.lstsq(columns, target, rcond=None)
    fitted = np.round(columns @ solution / target.std(), 6)
    return float(scipy.stats.spearmanr(fitted, np.round(target / target.std(), 6)).statistic) >= LEAKS_FROM
