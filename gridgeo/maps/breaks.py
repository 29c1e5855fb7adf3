"""Class breaks: one list for the legend, the page, the API, the tiles and the exports."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridgeo.domain.arrays import FloatArray, IntArray
from gridgeo.errors import InvalidInputError

METHODS = ("quantiles", "equal", "natural")
MAX_CLASSES = 12
_NATURAL_SAMPLE = 2_000
"""Fisher and Jenks take time with the square of the number of values."""


def class_breaks(values: npt.ArrayLike, method: str = "quantiles", classes: int = 7) -> list[float]:
    """Cut values into classes.

    values: shape (n,); NaN, infinities and None are left out. method: quantiles (as many cells in each class), equal
    (as wide) or natural (Fisher and Jenks: the least squares within classes). classes: asked for, 1 to 12; fewer come
    out where values repeat too much.
    Returns ascending breaks, one more than there are classes: the lowest value first, the highest last. They increase
    strictly, but for a column with one value only, which gives that value twice; without any value the list is empty.
    Class i holds break i < value <= break i + 1, the first one also its lower end (`class_numbers`), as in mapclassify.
    Many equal values at the low end, such as the zeros of a count, get the first class for themselves, and the asked
    number of classes is made of the rest.
    Raises InvalidInputError for an unknown method or number of classes.
    """
    if method not in METHODS:
        raise InvalidInputError(
            "class method must be one of {known}, got {given}", known=", ".join(METHODS), given=method
        )
    if not 1 <= classes <= MAX_CLASSES:
        raise InvalidInputError(
            "number of classes must be 1 to {highest}, got {given}", highest=MAX_CLASSES, given=classes
        )
    column = np.asarray(values, dtype=np.float64)
    known = np.sort(column[np.isfinite(column)])
    if len(known) == 0:
        return []
    if known[0] == known[-1]:
        return [float(known[0]), float(known[0])]
    breaks: list[float] = _breaks(known, method, classes).tolist()
    return breaks


def _breaks(known: FloatArray, method: str, classes: int) -> FloatArray:
    """Cut sorted values, at least two of them different."""
    if method == "equal":
        return np.linspace(known[0], known[-1], classes + 1)
    lowest = int(np.searchsorted(known, known[0], side="right"))
    # ends the class of the lowest value, where that is repeated so often that a bound falls on it
    beyond_lowest = known[0] / 2.0 + known[lowest] / 2.0
    if classes > 1 and lowest * classes > len(known):
        rest = known[lowest:]
        upper = rest[-1:] if rest[0] == rest[-1] else _breaks(rest, method, classes - 1)[1:]
        return np.unique(np.concatenate([known[:1], [beyond_lowest], upper]))
    bounds = np.maximum(_upper_bounds(known, method, min(classes, len(np.unique(known)))), beyond_lowest)
    return np.unique(np.concatenate([known[:1], bounds, known[-1:]]))


def _upper_bounds(known: FloatArray, method: str, classes: int) -> FloatArray:
    """Return the upper end of each class but the last."""
    if method == "quantiles":
        return np.asarray(np.quantile(known, np.arange(1, classes) / classes), dtype=np.float64)
    return _natural_bounds(_thinned(known), classes)


def _natural_bounds(known: FloatArray, classes: int) -> FloatArray:
    """Return the upper end of each class but the last, with the least sum of squares within classes.

    known: ascending, shape (n,), at least as many different values as classes. Exact: what the best j classes of the
    first values cost follows from what j - 1 of them cost, for every place of the last limit at once.
    Source: Fisher 1958, Journal of the American Statistical Association 53(284).
    """
    within = _squares_within(known)
    best = within[0]
    begins = []
    for _ in range(classes - 1):
        # the last class begins at each value in turn, after the best classes of what comes before it
        tried = within[1:] + best[:-1, np.newaxis]
        begins.append(np.argmin(tried, axis=0) + 1)
        best = np.take_along_axis(tried, begins[-1][np.newaxis] - 1, axis=0)[0]
    last, ends = len(known) - 1, []
    for begin in reversed(begins):
        last = int(begin[last]) - 1
        ends.append(last)
    return known[ends[::-1]]


def _squares_within(known: FloatArray) -> FloatArray:
    """Return the sum of squares around their mean of the values i to j, shape (n, n); infinite where j < i."""
    # around the middle: sums of large squares would leave no digits for the differences
    centred = known - known.mean()
    sums, squares = (np.concatenate([[0.0], np.cumsum(part)]) for part in (centred, centred**2))
    first = np.arange(len(known))[:, np.newaxis]
    count = np.arange(1, len(known) + 1)[np.newaxis] - first
    held = count > 0
    total = sums[1:] - sums[first]
    found: FloatArray = np.full(held.shape, np.inf)
    spread = squares[1:] - squares[first] - total**2 / np.where(held, count, 1)
    found[held] = np.maximum(spread[held], 0.0)
    return found


def _thinned(known: FloatArray) -> FloatArray:
    """Return at most 2,000 of the sorted values, evenly by rank, both ends included."""
    if len(known) <= _NATURAL_SAMPLE:
        return known
    return known[np.linspace(0, len(known) - 1, _NATURAL_SAMPLE).astype(np.int64)]


def class_numbers(values: npt.ArrayLike, breaks: list[float]) -> IntArray:
    """Return the class of each value: 0 to the number of classes - 1, or -1 where there is no value.

    Values beyond the ends get the class at that end.
    """
    column = np.asarray(values, dtype=np.float64)
    last = max(len(breaks) - 2, 0)
    numbers = np.clip(np.searchsorted(np.asarray(breaks), column, side="left") - 1, 0, last)
    return np.where(np.isfinite(column) & (len(breaks) > 1), numbers, -1).astype(np.int64)
