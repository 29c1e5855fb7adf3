"""What the area grids of a branch lie on: its catchment with all of its cells, and shapes that come from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely
import sqlalchemy as sa

from gridgeo.cells import (
    GateLimits,
    admit_polygon,
    cells_from_polygons,
    check_positions,
    common_resolution,
    shape_to_house,
)
from gridgeo.domain import CellArray
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.storage import house_datum, list_versions, read_frame


@dataclass(frozen=True, eq=False)
class BranchGround:
    """One branch's part of a catchment version. area: its outline; cells: uint64, ascending, all of the resolution."""

    area: shapely.Geometry
    cells: CellArray
    resolution: int


def newest_catchment(connection: sa.Connection, branch_id: str) -> int:
    """Return the newest finished catchment version that has the branch; NotFoundError when none has."""
    for record in list_versions(connection, "catchment"):
        if record.report is not None and not _outline(connection, branch_id, record.id).is_empty():
            return record.id
    raise NotFoundError("branch {branch} has no catchment yet: draw it first", branch=branch_id)


def branch_ground(
    connection: sa.Connection, branch_id: str, catchment_id: int, resolution: int | None = None
) -> BranchGround:
    """Return the ground of a branch in a catchment version.

    resolution: 7 to 11; the version's own by default. At another one it is the cells whose centre the outline holds.
    Raises NotFoundError when the version has no such branch.
    """
    outline = _outline(connection, branch_id, catchment_id)
    rows = read_frame(
        connection, "catchment_cell", version_id=catchment_id, where={"branch_id": branch_id}, columns=["cell"]
    )
    if outline.is_empty() or rows.is_empty():
        raise NotFoundError(
            "catchment version {version} has no cells of branch {branch}", version=catchment_id, branch=branch_id
        )
    area, cells = shapely.from_wkb(outline["geometry"][0]), np.sort(rows["cell"].to_numpy())
    own = common_resolution(cells)
    if resolution is None or resolution == own:
        return BranchGround(area, cells, own)
    others, owner = _other_resolution(connection, catchment_id, branch_id, resolution)
    return BranchGround(area, others[owner], resolution)


def shape_from_geojson(connection: sa.Connection, body: Mapping[str, Any], datum: str) -> shapely.Geometry:
    """Read a GeoJSON geometry of a datum into the house datum; InvalidInputError when it is none or off the globe."""
    try:
        shape = shapely.force_2d(shapely.from_geojson(orjson.dumps(dict(body))))
    except (shapely.errors.GEOSException, orjson.JSONEncodeError, TypeError, ValueError) as error:
        raise InvalidInputError("not a GeoJSON geometry: {detail}", detail=str(error)) from error
    corners = shapely.get_coordinates(shape)
    check_positions(corners[:, 0], corners[:, 1])
    moved: shapely.Geometry = shape_to_house(np.array([shape], dtype=object), datum, house_datum(connection))[0]
    return moved


def polygon_from_geojson(
    connection: sa.Connection, body: Mapping[str, Any], datum: str, limits: GateLimits, resolution: int
) -> shapely.Geometry:
    """Read a GeoJSON polygon into the house datum, through the polygon gate."""
    shape = shape_from_geojson(connection, body, datum)
    return admit_polygon(shape, limits=limits, resolution=resolution)


def _outline(connection: sa.Connection, branch_id: str, catchment_id: int) -> Any:  # noqa: ANN401 (a frame)
    where = {"branch_id": branch_id}
    return read_frame(connection, "catchment", version_id=catchment_id, where=where, columns=["geometry"])


def _other_resolution(
    connection: sa.Connection, catchment_id: int, branch_id: str, resolution: int
) -> tuple[CellArray, np.ndarray]:
    """Divide all branches' outlines into cells of a resolution, so that no cell goes to two of them."""
    outlines = read_frame(connection, "catchment", version_id=catchment_id, columns=["branch_id", "geometry"])
    shapes = np.asarray(shapely.from_wkb(outlines["geometry"].to_numpy()), dtype=np.object_)
    filled = np.flatnonzero(~shapely.is_empty(shapes))
    cells, index = cells_from_polygons(shapes[filled], resolution)
    return cells, (outlines["branch_id"].to_numpy()[filled] == branch_id)[index]
