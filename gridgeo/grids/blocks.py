"""Street blocks: what main roads and rivers enclose, and what lies between two roads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.domain.sums import sum_of
from gridgeo.domain.words import WATERWAYS
from gridgeo.errors import InvalidInputError
from gridgeo.grids.proposals_areas import NamedAreas, grids_from_areas
from gridgeo.grids.proposals_borders import groups_of_enough
from gridgeo.grids.proposals_common import (
    Catchment,
    Plane,
    Proposal,
    Shapes,
    faces_of,
    inside,
    plain,
    plane_of,
    shape_array,
)

MAIN_ROADS = ("motorway", "trunk", "primary", "secondary", "tertiary")
RIVERS = WATERWAYS
SMALLEST_BLOCK_M2 = 20_000.0
"""A smaller face is a traffic island or the strip between two carriageways."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Roads and rivers, one entry a line, lng, lat degrees; a name may be None."""

    names: Sequence[str | None]
    shapes: Sequence[shapely.Geometry] | Shapes

    def called(self, name: str) -> Shapes:
        """Return the lines of one name.

        Raises InvalidInputError when there is none.
        """
        at = [row for row, own in enumerate(self.names) if own == name]
        if not at:
            raise InvalidInputError("no road in the catchment is called {name}: check the spelling", name=name)
        return shape_array(self.shapes)[at]


def blocks_of(
    catchment: Catchment, lines: Lines, *, smallest_m2: float = SMALLEST_BLOCK_M2, unnamed: str = "Block {n}"
) -> NamedAreas:
    """Return what the lines enclose within the catchment, its outline included, as areas named after their streets.

    smallest_m2: a smaller face is joined to the neighbour with the longest common border. unnamed: name of a block with
    no named street around, ``n`` counts them. A line that ends inside a face divides nothing.
    """
    plane = plane_of(catchment)
    faces, flat = _faces(catchment, plane, shape_array(lines.shapes))
    group = groups_of_enough(faces, shapely.area(faces), smallest_m2)
    merged = plain(shape_array([shapely.coverage_union_all(faces[group == at]) for at in range(int(group.max()) + 1)]))
    names = _block_names(merged, flat, lines.names, unnamed)
    return NamedAreas(names, [None] * len(merged), ["other"] * len(merged), plane.degrees(merged))


def grids_from_blocks(
    catchment: Catchment, lines: Lines, *, smallest_m2: float = SMALLEST_BLOCK_M2, unnamed: str = "Block {n}"
) -> Proposal:
    """Propose one grid for each street block; a block that holds no cell centre joins a neighbour (see blocks_of)."""
    blocks = blocks_of(catchment, lines, smallest_m2=smallest_m2, unnamed=unnamed)
    return grids_from_areas(catchment, blocks, method="blocks")


def _faces(catchment: Catchment, plane: Plane, lines: Shapes) -> tuple[Shapes, Shapes]:
    """Return the faces of the catchment cut by the lines, and the lines, both in metres."""
    area, flat = plane.flat(shape_array([catchment.polygon]))[0], plane.flat(lines)
    near = flat[shapely.intersects(flat, area)]
    cut = faces_of(np.concatenate([shape_array([shapely.boundary(area)]), near]))
    return inside(cut, area), flat


def _block_names(blocks: Shapes, lines: Shapes, names: Sequence[str | None], unnamed: str) -> list[str]:
    """Name each block after the two named lines that run longest along its border."""
    named = np.array([name is not None for name in names], dtype=np.bool_)
    along = _shared_lengths(blocks, lines[named])
    table = pl.DataFrame(
        {"block": along[0], "name": np.array(names, dtype=object)[named][along[1]], "length_m": along[2]},
        schema={"block": pl.Int64, "name": pl.String, "length_m": pl.Float64},
    )
    ranked = table.group_by("block", "name").agg(sum_of("length_m"))
    ranked = ranked.sort("block", pl.col("length_m").round(2), "name", descending=[False, True, False])
    joined = ranked.group_by("block", maintain_order=True).agg(pl.col("name").head(2).str.join(" / "))
    found = dict(zip(joined["block"].to_list(), joined["name"].to_list(), strict=True))
    missing = iter(range(1, len(blocks) + 1))
    return [found[at] if at in found else unnamed.format(n=next(missing)) for at in range(len(blocks))]


def _shared_lengths(blocks: Shapes, lines: Shapes) -> tuple[IntArray, IntArray, FloatArray]:
    """Return (block, line, length_m) wherever a line runs along the border of a block.

    The borders were snapped to a millimetre, so they are compared with a narrow strip around the line.
    """
    strips = shapely.buffer(lines, 0.05, cap_style="flat")
    rims = shapely.boundary(blocks)
    line, block = shapely.STRtree(rims).query(strips, predicate="intersects")
    length = shapely.length(shapely.intersection(rims[block], strips[line]))
    some = length > 1.0
    return block[some].astype(np.int64), line[some].astype(np.int64), length[some]


def area_between(catchment: Catchment, lines: Lines, roads: Sequence[str]) -> shapely.Geometry:
    """Return the part of the catchment between named roads: what touches every one of them.

    roads: two names or more. Where the roads and the catchment's outline enclose faces, it is the faces that border on
    each of the roads. Two roads that end inside the catchment enclose nothing; between them is then the strip that they
    span, end to end.
    Raises InvalidInputError when a road is unknown, or when the roads cross so that every side of them is between them.
    """
    if len(set(roads)) < 2:
        raise InvalidInputError("name two different roads to say what lies between them")
    plane = plane_of(catchment)
    own = [plane.flat(lines.called(name)) for name in roads]
    area = plane.flat(shape_array([catchment.polygon]))[0]
    cut = faces_of(np.concatenate([shape_array([shapely.boundary(area)]), *own]))
    faces = inside(cut, area)
    between = _touched_by_all(faces, own)
    if len(faces) > 1 and between.all():
        raise InvalidInputError(
            "every side of {roads} is between them: name one more road to say which side", roads=", ".join(roads)
        )
    found = shapely.coverage_union_all(faces[between]) if between.any() else _strip(area, own, roads)
    answer: shapely.Geometry = plane.degrees(plain(shape_array([found])))[0]
    return answer


def _touched_by_all(faces: Shapes, roads: Sequence[Shapes]) -> BoolArray:
    touched = [
        np.isin(np.arange(len(faces)), _shared_lengths(faces, shape_array([shapely.union_all(road)]))[0])
        for road in roads
    ]
    answer: BoolArray = np.logical_and.reduce(touched)
    return answer


def _strip(area: shapely.Geometry, roads: Sequence[Shapes], names: Sequence[str]) -> shapely.Geometry:
    """Return the ground that two roads span: along one, over to the nearer end of the other, and back along it."""
    if len(roads) > 2:
        raise InvalidInputError("{roads} enclose no ground in the catchment together", roads=", ".join(names))
    first, second = (shapely.get_coordinates(_longest(road)) for road in roads)
    straight = np.hypot(*(first[-1] - second[0])) + np.hypot(*(first[0] - second[-1]))
    turned = np.hypot(*(first[-1] - second[-1])) + np.hypot(*(first[0] - second[0]))
    ring = np.vstack([first, second if straight <= turned else second[::-1]])
    strip = shapely.make_valid(shapely.Polygon(ring), method="structure", keep_collapsed=False)
    found = shapely.intersection(strip, area)
    if not shapely.area(found) > 1.0:
        raise InvalidInputError("{roads} enclose no ground in the catchment together", roads=", ".join(names))
    return shapely.union_all([part for part in shapely.get_parts(found) if shapely.get_dimensions(part) == 2])


def _longest(road: Shapes) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.line_merge(shapely.union_all(road)))
    longest: shapely.Geometry = parts[np.argmax(shapely.length(parts))]
    return longest
