"""From points and polygons to H3 cells: kernel calls, parents, neighbours, overlays, the polygon gate, datums."""

from gridgeo.cells.datum import DATUMS, Datum, check_datum, from_wgs84, to_wgs84
from gridgeo.cells.distance import EARTH_RADIUS_M, local_xy_m, metres_between
from gridgeo.cells.fill import cells_from_polygon, cells_from_polygon_guarded, cells_from_polygons
from gridgeo.cells.gate import API_LIMITS, CLI_LIMITS, Admission, GateLimits, admission, admit_polygon, estimate_cells
from gridgeo.cells.house import shape_from_house, shape_to_house, to_house
from gridgeo.cells.membership import (
    RULES,
    Memberships,
    disagree,
    holding_polygon,
    settle_membership,
    smallest_holding,
)
from gridgeo.cells.moves import Moved, children, move_counts, move_scores, rolled_up
from gridgeo.cells.neighbours import NeighbourGraph, cells_around, neighbour_graph, ring_pairs
from gridgeo.cells.overlay import overlay_areas, overlay_lengths
from gridgeo.cells.points import (
    areas_m2,
    cell_strings,
    cells_from_points,
    cells_from_strings,
    cells_or_none,
    centres,
    check_cells,
    check_positions,
    check_resolution,
    common_resolution,
    parents,
)
from gridgeo.cells.polygons import cell_polygons, merged_polygons

__all__ = [
    "API_LIMITS",
    "CLI_LIMITS",
    "DATUMS",
    "EARTH_RADIUS_M",
    "RULES",
    "Admission",
    "Datum",
    "GateLimits",
    "Memberships",
    "Moved",
    "NeighbourGraph",
    "admission",
    "admit_polygon",
    "areas_m2",
    "cell_polygons",
    "cell_strings",
    "cells_around",
    "cells_from_points",
    "cells_from_polygon",
    "cells_from_polygon_guarded",
    "cells_from_polygons",
    "cells_from_strings",
    "cells_or_none",
    "centres",
    "check_cells",
    "check_datum",
    "check_positions",
    "check_resolution",
    "children",
    "common_resolution",
    "disagree",
    "estimate_cells",
    "from_wgs84",
    "holding_polygon",
    "local_xy_m",
    "merged_polygons",
    "metres_between",
    "move_counts",
    "move_scores",
    "neighbour_graph",
    "overlay_areas",
    "overlay_lengths",
    "parents",
    "ring_pairs",
    "rolled_up",
    "settle_membership",
    "shape_from_house",
    "shape_to_house",
    "smallest_holding",
    "to_house",
    "to_wgs84",
]
