"""The one gate for polygons from outside: everything H3 would answer silently wrong or slowly is refused here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.validation import explain_validity

from gridgeo.cells import _ring, points
from gridgeo.domain.arrays import FloatArray
from gridgeo.errors import InvalidInputError

Area = shapely.Polygon | shapely.MultiPolygon

_HALF_TURN_DEG = 180.0
_FULL_TURN_DEG = 360.0


@dataclass(frozen=True)
class GateLimits:
    """What a polygon may cost.

    max_vertices: checked before any validity work. max_repair_vertices: above, an invalid polygon is refused instead of
    repaired, because repairs take seconds. max_span_deg: width and height of the bounding box in degrees.
    max_cells: budget held against an estimate, before H3 is called.
    """

    max_vertices: int = 10_000
    max_repair_vertices: int = 200
    max_span_deg: float = 20.0
    max_cells: int = 200_000


API_LIMITS = GateLimits()
CLI_LIMITS = GateLimits(max_vertices=100_000)


@dataclass(frozen=True)
class Admission:
    """A polygon that may go to H3, and what was done to it.

    repaired: it crossed itself and was made valid. split: it was cut at the antimeridian. cells_estimate: never below
    the number of cells that its fill gives.
    """

    polygon: Area
    repaired: bool
    split: bool
    cells_estimate: float


def admit_polygon(geometry: shapely.Geometry, *, limits: GateLimits = API_LIMITS, resolution: int) -> Area:
    """Return the polygon if it is fit for H3, else raise InvalidInputError saying what is wrong and where.

    geometry: Polygon or MultiPolygon, lng, lat in WGS 84 degrees. An edge longer than half a turn is read as crossing
    the antimeridian; the answer is then cut there. A self-crossing of a small polygon is repaired.
    limits: `API_LIMITS` (10,000 vertices) or `CLI_LIMITS` (100,000). resolution: of the fill to come.
    """
    return admission(geometry, limits=limits, resolution=resolution).polygon


def admission(geometry: shapely.Geometry, *, limits: GateLimits = API_LIMITS, resolution: int) -> Admission:
    """Do the same as `admit_polygon` and also report repair, split and the estimated number of cells."""
    points.check_resolution(resolution)
    _check_kind(geometry)
    _check_vertex_count(geometry, limits)
    flat = shapely.force_2d(geometry)
    _check_positions(shapely.get_coordinates(flat))
    crosses = _ring.crosses_antimeridian(flat)
    unrolled = shapely.transform(flat, _ring.eastern) if crosses else flat
    _check_span(unrolled, limits)
    sound, repaired = _sound(unrolled, limits)
    estimate = estimate_cells(sound, resolution)
    if estimate > limits.max_cells:
        raise InvalidInputError(
            "polygon would have about {estimate} cells at resolution {resolution}, allowed are {allowed}",
            estimate=round(estimate),
            resolution=resolution,
            allowed=limits.max_cells,
        )
    polygon = _split_at_antimeridian(sound) if crosses else sound
    return Admission(polygon=polygon, repaired=repaired, split=crosses, cells_estimate=estimate)


def _check_kind(geometry: shapely.Geometry) -> None:
    if not isinstance(geometry, shapely.Polygon | shapely.MultiPolygon):
        raise InvalidInputError(
            "geometry must be a Polygon or MultiPolygon, got {given}",
            given=getattr(geometry, "geom_type", type(geometry).__name__),
        )
    if geometry.is_empty:
        raise InvalidInputError("polygon is empty")


def _check_vertex_count(geometry: shapely.Geometry, limits: GateLimits) -> None:
    given = int(shapely.get_num_coordinates(geometry))
    if given > limits.max_vertices:
        raise InvalidInputError(
            "polygon has {given} vertices, allowed are {allowed}", given=given, allowed=limits.max_vertices
        )


def _check_positions(corners: FloatArray) -> None:
    """Raise on the first vertex that is not finite or not on the globe."""
    points.check_positions(corners[:, 0], corners[:, 1])


def _check_span(geometry: shapely.Geometry, limits: GateLimits) -> None:
    # a polygon that comes cut at the antimeridian (RFC 7946) has parts at both ends of the world
    joined = shapely.transform(geometry, _ring.eastern) if _ring.lies_on_both_ends(geometry) else geometry
    west, south, east, north = shapely.bounds(joined).tolist()
    span = max(east - west, north - south)
    if span > limits.max_span_deg:
        raise InvalidInputError(
            "polygon spans {given} degrees, allowed are {allowed}", given=round(span, 3), allowed=limits.max_span_deg
        )


def _sound(geometry: shapely.Geometry, limits: GateLimits) -> tuple[Area, bool]:
    """Return a valid geometry with an area, and whether it had to be repaired."""
    if shapely.is_valid(geometry):
        return _with_area(geometry), False
    if int(shapely.get_num_coordinates(geometry)) > limits.max_repair_vertices:
        raise InvalidInputError(
            "polygon is not valid: {place}; it has more than {allowed} vertices, so it is not repaired",
            place=explain_validity(geometry),
            allowed=limits.max_repair_vertices,
        )
    # the default method took 23 s on 300 random vertices
    repaired = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    return _with_area(_areas_only(repaired, geometry)), True


def _areas_only(repaired: shapely.Geometry, given: shapely.Geometry) -> shapely.Geometry:
    """Return the Polygon or MultiPolygon part of a repair."""
    parts = shapely.get_parts(repaired)
    areas = parts[shapely.get_dimensions(parts) == 2]
    if len(areas) == 0:
        raise InvalidInputError("polygon is not valid: {place}", place=explain_validity(given))
    return areas[0] if len(areas) == 1 else shapely.union_all(areas)


def _with_area(geometry: shapely.Geometry) -> Area:
    if not isinstance(geometry, Area) or not shapely.area(geometry) > 0.0:
        raise InvalidInputError("polygon has no area")
    return geometry


def estimate_cells(geometry: shapely.Geometry, resolution: int) -> float:
    """Estimate from above how many cells have their centre inside, without asking H3 for them.

    1.05 * area / cell area + perimeter / cell edge + 4, with the smallest cell among the corners and middles of the
    parts' boxes (METHODS 1: never below the real count in 295 random polygons).
    """
    west, south, east, north = shapely.bounds(shapely.get_parts(geometry)).T
    lng = _ring.wrapped(np.concatenate([west, west, east, east, (west + east) / 2]))
    lat = np.concatenate([south, north, south, north, (south + north) / 2])
    cell_m2 = float(points.areas_m2(points.cells_from_points(lng, lat, resolution)).min())
    edge_m = float(np.sqrt(2.0 * cell_m2 / (3.0 * np.sqrt(3.0))))
    area_m2, perimeter_m = _ring.area_and_perimeter(geometry)
    return 1.05 * area_m2 / cell_m2 + perimeter_m / edge_m + 4.0


def _split_at_antimeridian(geometry: shapely.Geometry) -> Area:
    """Cut a geometry with longitudes from 0 to 360 at 180 and bring the far part back to -180."""
    near = shapely.intersection(geometry, shapely.box(0.0, -90.0, _HALF_TURN_DEG, 90.0))
    far = shapely.intersection(geometry, shapely.box(_HALF_TURN_DEG, -90.0, _FULL_TURN_DEG, 90.0))
    moved = shapely.transform(far, _ring.back_west)
    pieces = [part for part in (*shapely.get_parts(near), *shapely.get_parts(moved)) if shapely.area(part) > 0.0]
    return pieces[0] if len(pieces) == 1 else shapely.MultiPolygon(pieces)
