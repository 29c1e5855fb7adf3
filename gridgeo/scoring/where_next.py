"""Where to work next: cells of a branch in the order of their gap, each with its reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.words import EVIDENCE
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import one_column, positions
from gridgeo.scoring.gap import Gap
from gridgeo.scoring.notes import Note, note


@dataclass(frozen=True)
class CellFacts:
    """What reasons are given from, besides gap and penetration; shape (n_cells,), not-a-number where unknown.

    days_since_contact: since anybody of the cell was last contacted.
    """

    customers: FloatArray
    people: FloatArray
    merchants: FloatArray
    travel_s: FloatArray
    days_since_contact: FloatArray


class Banded(Protocol):
    """A share of each cell with its band, shape (n_cells,)."""

    @property
    def value(self) -> FloatArray:
        """The share."""
        ...

    @property
    def low(self) -> FloatArray:
        """Lower end of its band."""
        ...

    @property
    def high(self) -> FloatArray:
        """Upper end of its band."""
        ...


def next_cells(gap: Gap, owner: ArrayLike, n: int = 20) -> tuple[IntArray, IntArray]:
    """Return the first n cells of each owner (branch or grid): positions and their places from 1.

    Firm gaps come first, then weak ones; within them the larger gap. Cells without a gap or evidence are not listed.
    owner: whole numbers from 0, shape (n_cells,). Returns positions ordered by owner and place.
    """
    group = positions(owner, "owner", np.iinfo(np.int64).max)
    one_column(group, "owner", len(gap.value))
    if n < 1:
        raise InvalidInputError("list must have at least 1 entry, got {given}", given=n)
    firm, weak, _ = EVIDENCE
    listed = np.flatnonzero(np.isin(gap.evidence, (firm, weak)) & (gap.value > 0))
    order = listed[np.lexsort((listed, -gap.value[listed], gap.evidence[listed] != firm, group[listed]))]
    first = np.concatenate([[True], np.diff(group[order]) > 0]) if len(order) else np.zeros(0, dtype=bool)
    start = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    place = np.arange(len(order)) - start + 1
    return order[place <= n], place[place <= n].astype(np.int64)


def reasons(at: int, gap: Gap, shrunk: Banded, facts: CellFacts) -> tuple[Note, ...]:
    """Say in words why the cell at a position stands where it does; figures are rounded as people read them.

    What is not known, or not told, is left out: typical and expected customers, the band of the penetration.
    """
    found = []
    if np.isfinite(gap.typical[at]):
        found += _compared(at, gap, facts)
    found.append(note("{people} people live here", people=f"{facts.people[at]:.0f}"))
    if np.isfinite(shrunk.low[at]):
        found.append(_share(at, shrunk))
    if gap.evidence[at] != EVIDENCE[0]:
        found.append(note("the gap may be chance: the band reaches the target, or few cells compare"))
    return (*found, *_circumstances(at, facts))


def _compared(at: int, gap: Gap, facts: CellFacts) -> list[Note]:
    return [
        note(
            "cells like this have {typical} customers, the best quarter {target} or more, this one {customers}",
            typical=f"{gap.typical[at]:.0f}",
            target=f"{gap.expected[at]:.0f}",
            customers=f"{facts.customers[at]:.0f}",
        ),
        note("compared with {cells} cells of other branches", cells=int(gap.comparable[at])),
    ]


def _share(at: int, shrunk: Banded) -> Note:
    return note(
        "penetration {value} %, between {low} and {high} % with 90 % probability",
        value=f"{100 * shrunk.value[at]:.1f}",
        low=f"{100 * shrunk.low[at]:.1f}",
        high=f"{100 * shrunk.high[at]:.1f}",
    )


def _circumstances(at: int, facts: CellFacts) -> list[Note]:
    found = []
    if facts.merchants[at] > 0:
        found.append(note("merchants known here: {merchants}", merchants=f"{facts.merchants[at]:.0f}"))
    if np.isfinite(facts.travel_s[at]):
        found.append(note("{minutes} minutes from the branch", minutes=f"{facts.travel_s[at] / 60:.0f}"))
    if np.isfinite(facts.days_since_contact[at]):
        found.append(note("last contact {days} days ago", days=f"{facts.days_since_contact[at]:.0f}"))
    return found
