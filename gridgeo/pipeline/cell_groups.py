"""Cells of several resolutions in one set of catchments: each branch has one, the coarsest is where they are settled.

A branch's finer cells are the descendants of the coarse cells that it got: no two branches share any, and every figure
rolls up exactly. Descendants reach over the edge of their ancestor by a fraction of their size, so at a border between
two resolutions hexagons overlap on the map in slivers; who has a point is decided by its coarse cell.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from gridgeo.cells import areas_m2, centres, children, local_xy_m, parents, ring_pairs
from gridgeo.cells.points import resolutions
from gridgeo.domain import CellArray, FloatArray, IntArray


def refined(table: pl.DataFrame, finer: Mapping[str, int]) -> pl.DataFrame:
    """Replace the cells of some branches by their descendants, which take over what the cell had.

    table: branch_id, cell and more. finer: branch -> resolution. Returns the same columns, sorted by cell.
    """
    parts = [table.filter(~pl.col("branch_id").is_in(list(finer)))]
    for resolution in sorted(set(finer.values())):
        branches = [branch for branch, chosen in finer.items() if chosen == resolution]
        coarse = table.filter(pl.col("branch_id").is_in(branches))
        fine, owner = children(coarse["cell"].to_numpy(), resolution)
        parts.append(coarse[owner].with_columns(pl.Series("cell", fine, dtype=pl.UInt64)))
    return pl.concat(parts).sort("cell")


def groups(cells: CellArray) -> list[tuple[int, CellArray]]:
    """Return the resolutions among the cells, coarsest first, each with its cells, sorted."""
    found = resolutions(cells)
    return [(each, np.sort(cells[found == each])) for each in np.unique(found).tolist()]


def coarse_cells(cells: CellArray, resolution: int) -> CellArray:
    """Return the cells at the coarse resolution that some cells of any finer resolution descend from, sorted."""
    return np.unique(parents(cells, resolution))


def share_of_parent(cells: CellArray, weights: FloatArray, parent: IntArray) -> FloatArray:
    """Return the part of its parent's figure that each cell takes, shape (n_cells,); the parts of a parent sum to 1.

    weights: what the figure is shared by, such as people of a finer count; where a parent's are all zero, the areas
    of the cells. parent: number of each cell's parent, all of whose descendants are there.
    """
    sums = np.bincount(parent, weights=weights)
    used = np.where(sums[parent] > 0, weights, areas_m2(cells))
    share: FloatArray = used / np.bincount(parent, weights=used)[parent]
    return share


def nearest_cells(lng: FloatArray, lat: FloatArray, cells: CellArray) -> IntArray:
    """Return the position of the cell whose centre is nearest to each point."""
    middle = centres(cells)
    origin = float(middle[0][0]), float(middle[1][0])
    tree = cKDTree(np.column_stack(local_xy_m(*middle, *origin)))
    return np.asarray(tree.query(np.column_stack(local_xy_m(lng, lat, *origin)))[1], dtype=np.int64)


def touching_cells(cells: CellArray) -> tuple[IntArray, IntArray]:
    """Return pairs of positions of cells that touch, of any resolution; each pair in one direction at least.

    A fine cell counts as touching what its ancestor touches: a pair too many does no harm where touching areas are to
    differ in colour.
    """
    by_resolution = groups(cells)
    order = np.argsort(cells)
    pairs = []
    for number, (resolution, coarse) in enumerate(by_resolution):
        fine = np.concatenate([coarse[:0], *(part for _, part in by_resolution[number + 1 :])])
        home = parents(fine, resolution)
        known = np.concatenate([coarse, np.unique(home)])
        row, column = ring_pairs(known, 1)
        mine = row < len(coarse)
        own = mine & (column < len(coarse))
        pairs.append(pl.DataFrame({"one": coarse[row[own]], "other": coarse[column[own]]}))
        across = pl.DataFrame({"one": known[row[mine & ~own]], "home": known[column[mine & ~own]]})
        pairs.append(across.join(pl.DataFrame({"home": home, "other": fine}), on="home").select("one", "other"))
    table = pl.concat(pairs)
    one, other = (order[np.searchsorted(cells[order], table[name].to_numpy())] for name in ("one", "other"))
    return one.astype(np.int64), other.astype(np.int64)
