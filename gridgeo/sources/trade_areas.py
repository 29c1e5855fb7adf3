"""Cells around one branch: within a straight-line distance, nearest in a straight line, holding its own customers."""

from __future__ import annotations

import numpy as np
import pyproj
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from gridgeo.cells import NeighbourGraph, centres, merged_polygons
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError

_ELLIPSOID = pyproj.Geod(ellps="WGS84")
_INSIDE = 1e-6
"""Cost of a step between chosen cells: small, so that a bridge takes as few new cells as possible."""


def straight_line_m(lng: float, lat: float, cells: CellArray) -> FloatArray:
    """Return the metres from a point to every cell centre along the WGS 84 ellipsoid, shape (n_cells,).

    Source: Karney 2013, Journal of Geodesy 87, algorithms for geodesics, as in PROJ.
    """
    to_lng, to_lat = centres(cells)
    start = np.full(len(cells), lng), np.full(len(cells), lat)
    return np.asarray(_ELLIPSOID.inv(*start, to_lng, to_lat)[2], dtype=np.float64)


def buffer(lng: float, lat: float, cells: CellArray, radius_m: float) -> IntArray:
    """Return the positions of the cells whose centre is within the radius, ascending; a straight line, not a way.

    Raises InvalidInputError when the radius is not above 0.
    """
    if not 0 < radius_m < np.inf:
        raise InvalidInputError("radius must be above 0 m, got {given}", given=radius_m)
    return np.flatnonzero(straight_line_m(lng, lat, cells) <= radius_m)


def nearest_in_a_line(lng: FloatArray, lat: FloatArray, cells: CellArray) -> IntArray:
    """Return the position of the branch nearest to each cell centre in a straight line, shape (n_cells,).

    lng, lat: of the branches, degrees, shape (n_branches,). Raises InvalidInputError when there is no branch.
    """
    if len(lng) == 0:
        raise InvalidInputError("there is no branch to draw catchments for")
    _, nearest = cKDTree(_in_space(lng, lat)).query(_in_space(*centres(cells)))
    return np.asarray(nearest, dtype=np.int64)


def _in_space(lng: FloatArray, lat: FloatArray) -> FloatArray:
    """Return points of the ellipsoid in metres from the earth's centre; the shorter chord is the shorter way."""
    a, e2 = _ELLIPSOID.a, _ELLIPSOID.es
    phi, lam = np.radians(lat), np.radians(lng)
    normal = a / np.sqrt(1.0 - e2 * np.sin(phi) ** 2)
    x, y = normal * np.cos(phi) * np.cos(lam), normal * np.cos(phi) * np.sin(lam)
    return np.column_stack([x, y, normal * (1.0 - e2) * np.sin(phi)])


def customer_area(customers: FloatArray, distance_m: FloatArray, share: float) -> IntArray:
    """Return the smallest set of cells that holds a share of a branch's own customers, positions ascending.

    customers: the branch's own located customers in each cell, distance_m: from the branch to the cell, both shape
    (n_cells,). share: above 0, to 1. Cells are taken by customers, the nearer first among equals, until the share is
    reached; a share of 0.6 to 0.7 is what the source calls the primary trade area.
    Raises InvalidInputError when the share is out of range or the branch has no located customer on the cells.
    Source: Applebaum 1966, Journal of Marketing Research 3(2), 127 to 141.
    """
    if not 0 < share <= 1:
        raise InvalidInputError("share must be above 0 and at most 1, got {given}", given=share)
    total = float(customers.sum())
    if total <= 0:
        raise InvalidInputError("the branch has no located customer on the ground: draw its catchment another way")
    order = np.lexsort((distance_m, -customers))
    # A hair less, so that a share met exactly does not take one cell more for a rounding.
    enough = np.cumsum(customers[order]) >= share * total * (1.0 - 1e-12)
    return np.sort(order[: int(np.argmax(enough)) + 1])


def joined(touching: NeighbourGraph, chosen: IntArray, home: int) -> IntArray:
    """Add the fewest cells found on the ways between the branch's cell and each chosen one; positions ascending.

    home: position of the branch's cell. Chosen cells that the ground does not connect with it stay by themselves.
    Source: union of shortest paths, Dijkstra 1959, Numerische Mathematik 1.
    """
    picked = np.zeros(touching.n_cells, dtype=np.bool_)
    picked[chosen] = True
    row = np.repeat(np.arange(touching.n_cells), np.diff(touching.indptr))
    cost: FloatArray = np.where(picked[touching.indices], _INSIDE, 1.0)
    matrix = sp.csr_array((cost, (row, touching.indices)), shape=(touching.n_cells, touching.n_cells))
    before = dijkstra(matrix, directed=True, indices=np.array([home]), return_predecessors=True)[1][0]
    wave = chosen
    while len(wave):
        wave = before[wave]
        wave = np.unique(wave[wave >= 0])
        wave = wave[~picked[wave]]
        picked[wave] = True
    return np.flatnonzero(picked)


def filled(cells: CellArray, chosen: IntArray) -> IntArray:
    """Add the cells that the chosen ones enclose; positions in `cells`, ascending."""
    outline = merged_polygons(cells[chosen], np.zeros(len(chosen), dtype=np.int64), 1)[0]
    whole = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(outline))))
    shapely.prepare(whole)
    inside: BoolArray = shapely.contains_xy(whole, *centres(cells))
    inside[chosen] = True
    return np.flatnonzero(inside)


def home_of(lng: float, lat: float, cells: CellArray) -> int:
    """Return the position of the cell whose centre is nearest to a branch."""
    return int(np.argmin(straight_line_m(lng, lat, cells)))
