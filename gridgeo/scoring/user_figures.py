"""The figures of users' measures: formulas, shares and composites over the columns of the cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.user_measures import RANK, UserMeasure
from gridgeo.domain.words import EVIDENCE
from gridgeo.scoring.checks import NOBODY, RingPairs
from gridgeo.scoring.composite import Component, composite
from gridgeo.scoring.formula import Place, parse_formula
from gridgeo.scoring.formula_values import Cells, formula_values
from gridgeo.scoring.measure_names import computing_order, names_used
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.parts import Part
from gridgeo.scoring.penetration import EvidenceRule, evidence_classes, shrink_penetration, wilson_band

PRIOR_RING = 2
"""Neighbours up to this grid distance inform a share's prior, as penetration's."""
FIRM, WEAK, NONE = EVIDENCE


@dataclass(frozen=True)
class Figure:
    """One measure over all cells, each array of shape (n_cells,).

    value, low, high: not-a-number where unknown. evidence: firm, weak, none or null.
    """

    value: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None
    evidence: NDArray[np.object_] | None = None


def user_figures(
    measures: Mapping[str, UserMeasure], columns: Mapping[str, FloatArray], cells: Cells
) -> tuple[dict[str, Figure], list[Note]]:
    """Compute the users' measures, each after those that it is computed from, and say what was not there.

    columns: name -> shape (n_cells,). A column that a measure names and that is not among them is unknown in every
    cell, so that its measures are too, with evidence "none", rather than a number that nobody can vouch for.
    """
    known, notes = dict(columns), list[Note]()
    found: dict[str, Figure] = {}
    for measure in computing_order(measures):
        missing = [name for name in names_used(measure) if name not in known]
        known |= {name: np.full(len(cells.branch), np.nan) for name in missing}
        notes += [
            note(
                "measure {measure}: column {column} is not there, so the measure is unknown",
                measure=measure.id,
                column=name,
            )
            for name in missing
        ]
        made, said = _figures(measure, known, cells)
        found |= made
        notes += said
        known |= {name: figure.value for name, figure in made.items()}
    return found, notes


def _figures(
    measure: UserMeasure, columns: Mapping[str, FloatArray], cells: Cells
) -> tuple[dict[str, Figure], list[Note]]:
    if measure.components:
        return _composite(measure, columns, cells), []
    if measure.kind == "share":
        return _share(measure, columns, cells)
    tree = parse_formula(str(measure.formula), Place(measure.id))
    value = formula_values(tree, columns, cells)
    unknown = np.isnan(value)
    evidence = np.array([None, NONE], dtype=object)[unknown.astype(np.int64)] if unknown.any() else None
    return {measure.id: Figure(value, evidence=evidence)}, []


def _share(
    measure: UserMeasure, columns: Mapping[str, FloatArray], cells: Cells
) -> tuple[dict[str, Figure], list[Note]]:
    """Divide a count by a count; a cell in which one of them is unknown or negative has no share."""
    top, bottom = columns[str(measure.numerator)], columns[str(measure.denominator)]
    known = np.flatnonzero(np.isfinite(top) & np.isfinite(bottom) & (top >= 0) & (bottom >= 0))
    notes = []
    negative = int(((top < 0) | (bottom < 0)).sum())
    if negative:
        said = "measure {measure}: {cells} cells have a negative count; their share is unknown"
        notes.append(note(said, measure=measure.id, cells=negative))
    part = (_shrunk if measure.shrink else _plain)(
        top[known], bottom[known], _among(cells.pairs(PRIOR_RING), known, len(top))
    )
    low, high, value = (np.full(len(top), np.nan) for _ in range(3))
    evidence = np.full(len(top), NONE, dtype=object)
    value[known], evidence[known] = part.value, part.evidence
    low[known], high[known] = part.low, part.high
    return {measure.id: Figure(value, low, high, evidence)}, notes


def explained_share(
    measure: UserMeasure, columns: Mapping[str, FloatArray], cells: Cells, at: int
) -> tuple[float | None, tuple[Part, ...]]:
    """Return the share of one cell worked out again, and the numbers besides its two counts that it took.

    columns: of all cells, shape (n_cells,). at: position of the cell.
    """
    top, bottom = columns[str(measure.numerator)], columns[str(measure.denominator)]
    known = np.flatnonzero(np.isfinite(top) & np.isfinite(bottom) & (top >= 0) & (bottom >= 0))
    place = np.flatnonzero(known == at)
    if not len(place) or bottom[at] < NOBODY:
        return None, ()
    raw = float(top[at] / bottom[at])
    said = Part("raw", raw, note("the share as it is"), "share")
    if not measure.shrink:
        return raw, (said,)
    found = shrink_penetration(top[known], bottom[known], _among(cells.pairs(PRIOR_RING), known, len(top)))
    mean, strength = (float(values[place[0]]) for values in (found.prior_mean, found.prior_strength))
    parts = (
        said,
        Part("m", mean, note("mean that the cells around suggest"), "share"),
        Part("S", strength, note("people that the prior counts for"), str(measure.denominator)),
    )
    return float((top[at] + strength * mean) / (bottom[at] + strength)), parts


def _among(pairs: RingPairs, kept: IntArray, n_cells: int) -> RingPairs:
    """Return the pairs of which both cells are kept, by their positions among those."""
    if len(kept) == n_cells:
        return pairs
    place = np.full(n_cells, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    row, column = place[pairs[0]], place[pairs[1]]
    both = (row >= 0) & (column >= 0)
    return row[both], column[both]


def _shrunk(top: FloatArray, bottom: FloatArray, pairs: RingPairs) -> Figure:
    if not len(top):
        return _plain(top, bottom, pairs)
    found = shrink_penetration(top, bottom, pairs)
    return Figure(found.value, found.low, found.high, found.evidence.astype(object))


def _plain(top: FloatArray, bottom: FloatArray, _: RingPairs) -> Figure:
    """Return the share as it is with its Wilson band, classed by the rule that penetration is classed by."""
    some = bottom >= NOBODY
    value = np.divide(top, bottom, out=np.full(len(top), np.nan), where=some)
    low, high = wilson_band(top, np.where(some, bottom, 0.0))
    classes = evidence_classes((value, low, high), bottom, some & (top <= bottom), EvidenceRule())
    return Figure(value, low, high, classes.astype(object))


def _composite(measure: UserMeasure, columns: Mapping[str, FloatArray], cells: Cells) -> dict[str, Figure]:
    """Return the score, and the place in the branch with the interval that 90 % of perturbed weights leave it in."""
    values = np.column_stack([columns[part.measure] for part in measure.components])
    parts = tuple(Component(part.measure, part.weight, part.direction) for part in measure.components)
    found = composite(values, parts, cells.branch, n_top=measure.top, draws=measure.draws)
    unknown = np.isnan(found.score)
    evidence = np.where(unknown, NONE, np.where(found.firm, FIRM, WEAK)).astype(object)
    rank, low, high = (
        np.where(unknown, np.nan, places.astype(np.float64)) for places in (found.rank, found.rank_low, found.rank_high)
    )
    return {measure.id: Figure(found.score, evidence=evidence), measure.id + RANK: Figure(rank, low, high, evidence)}
