"""Rivals' branches: which places of finance they are, and how many stand near each cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from gridgeo.cells import cells_from_points, common_resolution, local_xy_m, ring_pairs
from gridgeo.domain import BoolArray, CellArray, FloatArray
from gridgeo.scoring.checks import RingPairs
from gridgeo.scoring.rings import ring_matrix

OWN_WITHIN_M = 50.0
"""An own branch and its point on the map are the same place up to this far."""

Points = tuple[ArrayLike, ArrayLike]
"""(lng, lat), degrees."""


def rivals_among(places: Points, own: Points) -> BoolArray:
    """Tell which places are rivals' branches: all but the nearest one within OWN_WITHIN_M of each own branch.

    places, own: lng and lat, shape (n,) and (n_branches,). Returns shape (n,).
    """
    lng, lat = (np.asarray(axis, dtype=np.float64) for axis in places)
    own_lng, own_lat = (np.asarray(axis, dtype=np.float64) for axis in own)
    rival = np.ones(len(lng), dtype=np.bool_)
    if len(lng) == 0 or len(own_lng) == 0:
        return rival
    origin = float(lng[0]), float(lat[0])
    tree = cKDTree(np.column_stack(local_xy_m(lng, lat, *origin)))
    gap_m, nearest = tree.query(np.column_stack(local_xy_m(own_lng, own_lat, *origin)))
    rival[np.asarray(nearest)[np.asarray(gap_m) <= OWN_WITHIN_M]] = False
    return rival


def count_near(lng: ArrayLike, lat: ArrayLike, cells: CellArray, pairs: RingPairs, rings: int) -> FloatArray:
    """Count points in each cell and its rings; shape (n_cells,).

    cells: ascending, one resolution; pairs: ring of k = `rings` among them. Points outside the cells count for the
    cells that they are near to.
    """
    held = cells_from_points(np.asarray(lng, np.float64), np.asarray(lat, np.float64), common_resolution(cells))
    every = np.union1d(cells, held)
    # Pairs are found anew only where a point lies outside: there are half a million cells at worst.
    among = pairs if len(every) == len(cells) else ring_pairs(every, rings)
    count = np.bincount(np.searchsorted(every, held), minlength=len(every)).astype(np.float64)
    near: FloatArray = count + ring_matrix(among, len(every)) @ count
    return near[np.searchsorted(every, cells)]
