"""What a validation says in words about its table, and what it refuses."""

from __future__ import annotations

import numpy as np

from gridgeo.errors import InvalidInputError
from gridgeo.scoring.folds import Folds
from gridgeo.scoring.leaks import Leaks, find_leaks
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.out_of_area import CellTable, without_missing
from gridgeo.sources.cell_features import CellFeatures

LEAST_KNOWN = 30
"""A rank correlation and a model over fewer cells would be noise."""


def checked_table(table: CellTable, target: str) -> Leaks:
    """Refuse a target that cannot be validated, or that a feature tells."""
    known = table.known
    if known.sum() < LEAST_KNOWN:
        raise InvalidInputError(
            "target {target} is known of {cells} cells; at least {least} are needed",
            target=target,
            cells=int(known.sum()),
            least=LEAST_KNOWN,
        )
    if np.ptp(table.target[known]) == 0:
        raise InvalidInputError(
            "target {target} is {value} in every cell: there is nothing to forecast",
            target=target,
            value=float(table.target[known][0]),
        )
    full = without_missing(table)
    leaks = find_leaks(table.names, full.matrix[known], table.target[known])
    if leaks.certain:
        name, close = leaks.certain[0]
        raise InvalidInputError(
            "feature {feature} leaks the target {target} (it tells it to {close}): leave it out by naming the others "
            "with --features",
            feature=name,
            target=target,
            close=f"{close:.3f}",
        )
    if leaks.together:
        raise InvalidInputError(
            "features {features} leak the target {target}: together they add up to it; leave one out by naming the "
            "others with --features",
            features=", ".join(leaks.together),
            target=target,
        )
    return leaks


def leak_notes(leaks: Leaks, target: str) -> list[Note]:
    """Name the features that somebody should look at before trusting the model."""
    return [
        note(
            "feature {feature} is suspiciously close to {target} ({close}): make sure that it is known before it",
            feature=name,
            target=target,
            close=f"{close:.2f}",
        )
        for name, close in leaks.suspicious
    ]


def table_notes(given: CellFeatures) -> list[Note]:
    """Say what of the table was not taken as it stands."""
    unknown = int(np.isnan(given.target).sum())
    notes = [
        note("{feature} is missing in {cells} cells: the median of the others stands in", feature=name, cells=cells)
        for name, cells in given.missing.items()
    ]
    if unknown:
        notes.append(note("target missing in {cells} cells: neither learned from nor judged", cells=unknown))
    if given.not_numbers:
        notes.append(note("no features, since they hold text: {columns}", columns=", ".join(given.not_numbers)))
    if given.positions:
        text = "no features, since a position is not make-up: {columns}; name them with --features to take them"
        notes.append(note(text, columns=", ".join(given.positions)))
    if given.repeated:
        notes.append(note("{rows} rows stand again word for word and are taken once", rows=given.repeated))
    if given.added_up:
        notes.append(note("rows of {cells} cells are added up, as --key says", cells=given.added_up))
    if given.people is None:
        notes.append(note("no column of people is known: name it with --people-column to compare with people only"))
    return notes


def scheme_notes(schemes: list[Folds], group: str | None) -> list[Note]:
    """Say which ways of leaving areas out there are not, and which cells belong to no area."""
    kinds = [folds.scheme for folds in schemes]
    notes = []
    if group is not None and "group" not in kinds:
        notes.append(note("{column} holds one group only: blocks of cells are left out instead", column=group))
    if "h3_parent" not in kinds:
        notes.append(note("all cells have one H3 parent two levels up: no blocks of cells are left out"))
    stray = int(sum((folds.area_of < 0).sum() for folds in schemes))
    if stray:
        notes.append(note("{cells} cells of no group are learned from and not judged", cells=stray))
    return notes
