"""Folds that leave whole areas out: groups that the table names, or parents in the tree of cells. Never random rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridgeo.cells import common_resolution, parents
from gridgeo.domain import CellArray, IntArray

MOST_FOLDS = 10
"""More areas than this are left out several at a time, each of them whole."""
LEAST_LEVELS_UP = 2
GOOD_BLOCKS = 8
"""The coarsest parents that still make so many blocks are taken: the larger a block, the newer its inside."""
WITHOUT = ""
"""Area of cells that belong to none: they are learned from and not judged."""

Scheme = Literal["group", "h3_parent"]


@dataclass(frozen=True)
class Folds:
    """A way to leave areas out.

    areas: their names, ascending; area_of: position of each cell's area, -1 for none, shape (n_cells,); fold_of: fold
    that each area is left out with, shape (n_areas,). resolution: of the parents, None for groups.
    """

    scheme: Scheme
    areas: tuple[str, ...]
    area_of: IntArray
    fold_of: IntArray
    resolution: int | None = None

    @property
    def n_folds(self) -> int:
        """Number of times that something is left out."""
        return int(self.fold_of.max(initial=-1)) + 1

    @property
    def fold_of_cells(self) -> IntArray:
        """Fold of each cell, -1 for cells of no area, shape (n_cells,)."""
        return np.where(self.area_of < 0, -1, self.fold_of[np.maximum(self.area_of, 0)]).astype(np.int64)


def group_folds(groups: NDArray[np.str_], most: int = MOST_FOLDS) -> Folds | None:
    """Leave out one group at a time; None with fewer than two groups. WITHOUT marks cells of none."""
    names, area_of = np.unique(groups, return_inverse=True)
    if len(names) and names[0] == WITHOUT:
        names, area_of = names[1:], area_of - 1
    if len(names) < 2:
        return None
    return _folds("group", tuple(names.tolist()), area_of.astype(np.int64), most)


def parent_folds(cells: CellArray, most: int = MOST_FOLDS) -> Folds | None:
    """Leave out blocks of cells with one H3 parent two or more levels up; None where all cells have the same one."""
    finest = common_resolution(cells) - LEAST_LEVELS_UP
    chosen = None
    for level in range(finest, -1, -1):
        blocks, area_of = np.unique(parents(cells, level), return_inverse=True)
        if len(blocks) < 2 or (chosen is not None and len(blocks) < GOOD_BLOCKS):
            break
        chosen = level, blocks, area_of.astype(np.int64)
    if chosen is None:
        return None
    level, blocks, area_of = chosen
    return _folds("h3_parent", tuple(f"{block:x}" for block in blocks.tolist()), area_of, most, level)


def merged(area_of: IntArray, n_areas: int, most: int) -> IntArray:
    """Return the fold of each area, shape (n_areas,): large and small ones together, so that folds are of like size."""
    sizes = np.bincount(area_of[area_of >= 0], minlength=n_areas)
    order = np.lexsort((np.arange(n_areas), -sizes))
    turn, place = np.divmod(np.arange(n_areas), min(most, max(n_areas, 1)))
    # Dealt out to and fro: the fold that got the largest area of one round gets the smallest of the next.
    dealt = np.where(turn % 2 == 0, place, min(most, n_areas) - 1 - place)
    fold_of = np.empty(n_areas, dtype=np.int64)
    fold_of[order] = dealt
    return np.unique(fold_of, return_inverse=True)[1].astype(np.int64)


def _folds(
    scheme: Scheme, areas: tuple[str, ...], area_of: IntArray, most: int, resolution: int | None = None
) -> Folds:
    return Folds(scheme, areas, area_of, merged(area_of, len(areas), most), resolution)
