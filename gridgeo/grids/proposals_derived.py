"""Village areas derived from parties that carry a village code and a position, until somebody has the real ones.

Ground is divided into pieces: hexagons, cut by rivers and main roads where these are known. Each piece goes to the code
that most of its parties carry; the evidence is kept with it, and what was contested is listed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gridgeo.cells import cell_polygons, cell_strings, cells_from_points, common_resolution, holding_polygon
from gridgeo.domain import FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.grids.proposals_areas import NamedAreas, grids_from_areas
from gridgeo.grids.proposals_borders import common_borders
from gridgeo.grids.proposals_common import (
    Catchment,
    Proposal,
    Remark,
    Shapes,
    faces_of,
    inside,
    plain,
    plane_of,
    shape_array,
)

WHOLE_BLOCK_SHARE = 0.9
"""A block whose parties agree to this share goes whole to their code, whatever single pieces say."""
CLEAR_SHARE = 0.6
"""A piece whose leading code has less than this is contested."""
SHOWN_CELLS = 10
"""Contested cells named in a remark; the evidence has them all."""
FIRM_PARTIES = 3
"""An exclave with fewer parties is taken for wrong addresses and filled from around."""


@dataclass(frozen=True, eq=False)
class CodedPoints:
    """Located parties with the village code that the register gives them, one entry a party."""

    lng: FloatArray
    lat: FloatArray
    codes: list[str]


@dataclass(frozen=True, eq=False)
class DerivedAreas:
    """Areas of codes that partition the catchment.

    codes: ascending. polygons: shape (n_codes,). evidence: one row a piece with parties: cell (of its middle), code
    (that it went to), leading (that most of its parties carry), share, n, contested. unused: codes of parties that hold
    no piece, with their number of parties.
    """

    codes: list[str]
    polygons: Shapes
    evidence: pl.DataFrame
    unused: dict[str, int]


def derived_areas(catchment: Catchment, parties: CodedPoints, blocks: Shapes | None = None) -> DerivedAreas:
    """Derive the area of every village code from where its parties are.

    blocks: street blocks of the catchment (see `blocks.blocks_of`), lng, lat degrees; None where no roads are loaded.
    Pieces without parties go to the nearest piece with some, in the same block first.
    Raises InvalidInputError when no party with a code lies in the catchment.
    """
    pieces, block = _pieces(catchment, blocks)
    plane = plane_of(catchment)
    codes, code = np.unique(np.array(parties.codes, dtype=str), return_inverse=True)
    held = holding_polygon(parties.lng, parties.lat, plane.degrees(pieces))
    there = held >= 0
    if not there.any():
        raise InvalidInputError("no party with a village code lies in the catchment: locate the parties first")
    votes = _votes(held[there], code[there].astype(np.int64), block)
    leading = _leaders(votes, len(pieces))
    owner = _whole_blocks(votes, leading, block, len(codes))
    owner = _without_exclaves(pieces, owner, np.bincount(held[there], minlength=len(pieces)))
    owner = _filled(pieces, owner, block)
    shapes = plain(shape_array([shapely.union_all(pieces[owner == at], grid_size=0.001) for at in range(len(codes))]))
    used = ~shapely.is_empty(shapes)
    counted = np.bincount(code[there], minlength=len(codes))
    return DerivedAreas(
        codes=codes[used].tolist(),
        polygons=plane.degrees(shapes[used]),
        evidence=_evidence(catchment, plane.degrees(shapely.point_on_surface(pieces)), votes, owner, codes),
        unused={str(codes[at]): int(counted[at]) for at in np.flatnonzero(~used & (counted > 0))},
    )


def grids_from_derived(catchment: Catchment, derived: DerivedAreas, names: dict[str, str] | None = None) -> Proposal:
    """Propose one grid for each derived area, labelled as derived; names: code -> name where one is known."""
    known = names or {}
    titles = [known.get(code, code) for code in derived.codes]
    areas = NamedAreas(titles, derived.codes, ["village"] * len(titles), derived.polygons)
    proposal = grids_from_areas(catchment, areas, method="derived", label="derived")
    contested = derived.evidence.filter("contested")["cell"].unique(maintain_order=True)
    listed = Remark(
        "{count} cells are contested between villages, the first of them {cells}",
        {"count": len(contested), "cells": ", ".join(cell_strings(contested.head(SHOWN_CELLS).to_numpy()))},
    )
    remarks = [listed] if len(contested) else []
    remarks += [
        Remark("{n} parties carry the code {code}, which leads nowhere and has no area", {"code": code, "n": n})
        for code, n in derived.unused.items()
    ]
    return Proposal(proposal.method, proposal.grids, (*remarks, *proposal.remarks), proposal.label)


def _pieces(catchment: Catchment, blocks: Shapes | None) -> tuple[Shapes, IntArray]:
    """Return the catchment cut by hexagons and blocks, in metres, and the block of each piece."""
    plane = plane_of(catchment)
    area = plane.flat(shape_array([catchment.polygon]))[0]
    hexagons = plane.flat(cell_polygons(catchment.cells))
    flat = shape_array([area]) if blocks is None else plane.flat(shape_array(blocks))
    rims = shapely.boundary(np.concatenate([shape_array([area]), hexagons, flat]))
    pieces = inside(faces_of(rims), area)
    spots = shapely.get_coordinates(plane.degrees(shapely.point_on_surface(pieces)))
    block = holding_polygon(spots[:, 0], spots[:, 1], plane.degrees(flat))
    return pieces, np.maximum(block, 0)


def _votes(piece: IntArray, code: IntArray, block: IntArray) -> pl.DataFrame:
    """Return piece, block, code, n: how many parties of each code lie in each piece."""
    table = pl.DataFrame({"piece": piece, "block": block[piece], "code": code})
    return table.group_by("piece", "block", "code").agg(pl.len().alias("n")).sort("piece", "code")


def _top(votes: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return for each piece or block: the code with most parties (the first of equals), its n, and the total."""
    summed = votes.group_by(by, "code").agg(pl.col("n").sum())
    ranked = summed.sort(by, "n", "code", descending=[False, True, False])
    return ranked.group_by(by, maintain_order=True).agg(
        pl.col("code").first(), pl.col("n").first().alias("top"), pl.col("n").sum().alias("total")
    )


def _leaders(votes: pl.DataFrame, n_pieces: int) -> IntArray:
    top = _top(votes, "piece")
    leading = np.full(n_pieces, -1, dtype=np.int64)
    leading[top["piece"].to_numpy()] = top["code"].to_numpy()
    return leading


def _whole_blocks(votes: pl.DataFrame, leading: IntArray, block: IntArray, n_codes: int) -> IntArray:
    """Give a block whole to its leading code where nearly all agree; never where that would be all the ground."""
    if len(np.unique(block)) == 1 or n_codes == 1:
        return leading.copy()
    top = _top(votes, "block").filter((pl.col("top") / pl.col("total") >= WHOLE_BLOCK_SHARE) & (pl.col("total") > 2))
    whole = np.full(int(block.max()) + 1, -1, dtype=np.int64)
    whole[top["block"].to_numpy()] = top["code"].to_numpy()
    return np.where(whole[block] >= 0, whole[block], leading)


def _without_exclaves(pieces: Shapes, owner: IntArray, parties: IntArray) -> IntArray:
    """Open the pieces of a code that lie apart from its main part with hardly a party in them."""
    first, second, _ = common_borders(pieces)
    same = (owner[first] == owner[second]) & (owner[first] >= 0)
    graph = csr_array((np.ones(int(same.sum())), (first[same], second[same])), shape=(len(pieces), len(pieces)))
    part = connected_components(graph, directed=False)[1]
    weight = np.bincount(part, weights=parties).astype(np.float64)
    main = _heaviest_part(owner, part.astype(np.int64), weight)
    weak = (owner >= 0) & (part != main[owner]) & (weight[part] < FIRM_PARTIES)
    return np.where(weak, -1, owner)


def _heaviest_part(owner: IntArray, part: IntArray, weight: FloatArray) -> IntArray:
    """Return for each code the part with most of its parties; -1 for a code without a piece."""
    order = np.lexsort((part, -weight[part], owner))
    codes, first = np.unique(owner[order], return_index=True)
    main = np.full(max(int(owner.max()), 0) + 1, -1, dtype=np.int64)
    known = codes >= 0
    main[codes[known]] = part[order][first[known]]
    return main


def _filled(pieces: Shapes, owner: IntArray, block: IntArray) -> IntArray:
    """Give open pieces to the nearest owned one, of the same block where that has any."""
    spots = shapely.get_coordinates(shapely.point_on_surface(pieces))
    known = owner >= 0
    filled = owner.copy()
    has_some = np.isin(block, block[known])
    # blocks as a third dimension further apart than anything on the ground: the nearest one is then of the same block
    apart = float(np.ptp(spots, axis=0).sum()) * 10.0 + 1.0
    for open_, third in ((~known & has_some, block * apart), (~known & ~has_some, np.zeros(len(block)))):
        if open_.any():
            space = np.column_stack([spots, third])
            nearest = np.asarray(cKDTree(space[known]).query(space[open_])[1], dtype=np.int64)
            filled[open_] = owner[known][nearest]
    return filled


def _evidence(
    catchment: Catchment, spots: Shapes, votes: pl.DataFrame, owner: IntArray, codes: np.ndarray
) -> pl.DataFrame:
    """Return one row a piece with parties: cell, code, leading, share, n, contested."""
    top = _top(votes, "piece")
    piece = top["piece"].to_numpy()
    at = shapely.get_coordinates(spots[piece])
    table = top.with_columns(
        cell=cells_from_points(at[:, 0], at[:, 1], common_resolution(catchment.cells)),
        code=pl.Series(codes[owner[piece]], dtype=pl.String),
        leading=pl.Series(codes[top["code"].to_numpy()], dtype=pl.String),
        share=pl.col("top") / pl.col("total"),
    )
    contested = (pl.col("share") < CLEAR_SHARE) | (pl.col("code") != pl.col("leading"))
    return table.select("cell", "code", "leading", "share", pl.col("total").alias("n"), contested.alias("contested"))
