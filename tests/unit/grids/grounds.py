"""Small catchments that several tests divide, and what every proposal must keep."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gridgeo.cells import cells_from_polygon, centres, holding_polygon, neighbour_graph
from gridgeo.domain import CellArray
from gridgeo.grids.proposals_common import Catchment, Proposal

LNG, LAT = 116.0, 30.0


def square_catchment(width_deg: float = 0.03, resolution: int = 9) -> Catchment:
    """A square with its south-west corner at (LNG, LAT)."""
    polygon = shapely.box(LNG, LAT, LNG + width_deg, LAT + width_deg)
    return Catchment(polygon, cells_from_polygon(polygon, resolution))


def mosaic(seed: int, count: int, west: float, south: float, width_deg: float) -> list[shapely.Geometry]:
    """Polygons that share their borders and fill a square."""
    spots = np.random.default_rng(seed).uniform(0.0, width_deg, (count, 2)) + np.array([west, south])
    frame = shapely.box(west, south, west + width_deg, south + width_deg)
    parts = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=frame))
    return list(shapely.intersection(parts, frame))


def require_partition(catchment: Catchment, proposal: Proposal, *, by_boundary: bool = True) -> None:
    """Every cell in one grid, polygons without overlap or gap, a cell where its polygon holds the centre."""
    cells = np.concatenate([grid.cells for grid in proposal.grids])
    np.testing.assert_array_equal(np.sort(cells), np.sort(catchment.cells))
    assert all(len(grid.cells) for grid in proposal.grids)
    assert len({grid.name for grid in proposal.grids}) == len(proposal.grids)
    polygons = [grid.polygon for grid in proposal.grids]
    assert all(shapely.is_valid(polygons))
    if by_boundary:
        whole = catchment.polygon.area
        assert abs(shapely.area(polygons).sum() - whole) < 1e-6 * whole
        assert abs(shapely.union_all(polygons).area - whole) < 1e-6 * whole
        holder = holding_polygon(*centres(cells), polygons)
        owner = np.repeat(np.arange(len(polygons)), [len(grid.cells) for grid in proposal.grids])
        inside = shapely.contains_properly(catchment.polygon, shapely.points(*centres(cells)))
        np.testing.assert_array_equal(holder[inside], owner[inside])


def pieces(cells: CellArray) -> int:
    """The number of connected parts of some cells."""
    graph = neighbour_graph(cells)
    shape = (len(cells), len(cells))
    return int(
        connected_components(csr_array((np.ones(len(graph.indices)), graph.indices, graph.indptr), shape=shape))[0]
    )
