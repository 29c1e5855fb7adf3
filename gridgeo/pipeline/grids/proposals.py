"""Proposals of area grids for one branch: from boundaries, street blocks, balanced size, or coded parties.

A proposal writes nothing; an operation on the area grids takes it over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import centres, holding_polygon
from gridgeo.domain import CellArray, FloatArray, IntArray
from gridgeo.errors import InvalidInputError
from gridgeo.grids.balanced import SizeRange, balanced_groups, by_place, grids_of_groups
from gridgeo.grids.blocks import (
    MAIN_ROADS,
    RIVERS,
    SMALLEST_BLOCK_M2,
    Lines,
    blocks_of,
    grids_from_blocks,
)
from gridgeo.grids.proposals_areas import NamedAreas, grids_from_areas
from gridgeo.grids.proposals_common import Catchment, Proposal
from gridgeo.grids.proposals_derived import CodedPoints, DerivedAreas, derived_areas, grids_from_derived
from gridgeo.i18n import Language, translate
from gridgeo.pipeline.grids.weights import remarked_weights
from gridgeo.pipeline.membership import parties_of
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import read_frame
from gridgeo.territory import FirstOf, Params, Rounds, WithinTolerance, problem_from_cells, solve

GRID_KIND_OF = {"village": "village", "community": "residential"}
"""Kind of a boundary -> kind of the grid made of it; any other is a grid of kind other."""
FINEST_FIRST = (("village", "community"), ("municipality", "zone"), ("extract",))
ROUNDS = FirstOf((WithinTolerance(), Rounds(3)))
DIALS = Params(sweeps=1_000, melts=0.0, bound_steps=0)
"""A proposal is to be in range and in one piece; its last percent of length and a bound on it are not worth waiting."""


@dataclass(frozen=True)
class BoundaryOptions:
    """kinds: of boundaries, the first ones win where they overlap; by default the finest there are."""

    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class BlockOptions:
    """roads: classes of roads that cut; rivers: whether rivers and canals cut too; smallest_m2: see `blocks_of`."""

    roads: tuple[str, ...] = MAIN_ROADS
    rivers: bool = True
    smallest_m2: float = SMALLEST_BLOCK_M2
    language: Language = "en"


@dataclass(frozen=True)
class BalancedOptions:
    """low, high: range of a grid's size in the measure, a key of `grid_weights.MEASURES`.

    people_per_household: turns people into households where only people are known; never assumed.
    """

    low: float = 500.0
    high: float = 1000.0
    measure: str = "households"
    people_per_household: float | None = None
    seed: int = 1


@dataclass(frozen=True)
class DerivedOptions:
    """cut: whether main roads and rivers cut the areas, where the ground has them."""

    cut: bool = True


def propose(
    connection: sa.Connection, inputs: Inputs, catchment: Catchment, method: str, options: Mapping[str, Any]
) -> Proposal:
    """Propose the area grids of a catchment.

    method: a key of METHODS. options: fields of the method's options; what is left out keeps its default.
    Raises InvalidInputError for an unknown method or option, or when the ground has nothing to make grids of.
    """
    if method not in METHODS:
        raise InvalidInputError(
            "grids are proposed by one of {known}, got {given}", known=", ".join(METHODS), given=method
        )
    kind, proposed = METHODS[method]
    return proposed(connection, inputs, catchment, _options(kind, options))


def _options(kind: type, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the method's own options
    known = {item.name: item.default for item in fields(kind)}
    for name in given:
        if name not in known:
            raise InvalidInputError(
                "option {name} is unknown here; known are {known}", name=name, known=", ".join(known)
            )
    return kind(**{name: _typed(name, value, known[name]) for name, value in given.items()})


def _typed(name: str, value: Any, default: object) -> Any:  # noqa: ANN401 - plain values from a command line or JSON
    """Return an option's value in the type of its default; text is read as a command line gives it."""
    if isinstance(default, tuple):
        return tuple(value.split(",") if isinstance(value, str) else value)
    if isinstance(default, bool):
        return _switch(name, value)
    if isinstance(default, str):
        return str(value)
    try:
        return (int if isinstance(default, int) else float)(value)
    except (TypeError, ValueError) as error:
        raise InvalidInputError("option {name} must be a number, got {given}", name=name, given=value) from error


def _switch(name: str, value: Any) -> bool:  # noqa: ANN401 - see _typed
    words = {"true": True, "false": False}
    found = value if isinstance(value, bool) else words.get(str(value).lower())
    if found is None:
        raise InvalidInputError("option {name} must be true or false, got {given}", name=name, given=value)
    return found


def from_boundaries(
    connection: sa.Connection, inputs: Inputs, catchment: Catchment, options: BoundaryOptions
) -> Proposal:
    """Propose a grid for each boundary of the chosen kinds that lies in the catchment."""
    return grids_from_areas(catchment, areas_of_ground(connection, inputs.ground, catchment, options.kinds))


def areas_of_ground(
    connection: sa.Connection, ground_id: int, catchment: Catchment, kinds: Sequence[str] = ()
) -> NamedAreas:
    """Return the boundaries of a ground that meet the catchment, as areas; kinds: as in BoundaryOptions."""
    table = read_frame(connection, "boundary", version_id=ground_id).sort("id")
    present = set(table["kind"])
    unknown = [kind for kind in kinds if kind not in present]
    if unknown:
        raise InvalidInputError(
            "the ground has no boundaries of kind {kind}; it has {known}",
            kind=unknown[0],
            known=", ".join(sorted(present)) or "-",
        )
    shapes = np.asarray(shapely.from_wkb(table["geometry"].to_numpy()), dtype=np.object_)
    meets = pl.Series(shapely.intersects(shapes, catchment.polygon))
    order = list(kinds) or _finest(set(table.filter(meets)["kind"]))
    taken = table.with_row_index("at").filter(meets & pl.col("kind").is_in(order))
    taken = taken.with_columns(
        rank=pl.col("kind").replace_strict({kind: at for at, kind in enumerate(order)}, default=None)
    ).sort("rank", "id")
    return NamedAreas(
        taken["name"].to_list(),
        taken["code"].to_list(),
        [GRID_KIND_OF.get(kind, "other") for kind in taken["kind"]],
        shapes[taken["at"].to_numpy()],
    )


def _finest(kinds: set[str]) -> list[str]:
    for group in FINEST_FIRST:
        if found := [kind for kind in group if kind in kinds]:
            return found
    return sorted(kinds)


def from_blocks(connection: sa.Connection, inputs: Inputs, catchment: Catchment, options: BlockOptions) -> Proposal:
    """Propose a grid for each block that main roads and rivers enclose."""
    classes = (*options.roads, *(RIVERS if options.rivers else ()))
    lines = lines_of_ground(connection, inputs.ground, classes)
    if not len(lines.names):
        raise InvalidInputError(
            "the ground has no roads of class {classes}: import roads, or choose other classes",
            classes=", ".join(options.roads),
        )
    unnamed = translate("Block {n}", options.language)
    return grids_from_blocks(catchment, lines, smallest_m2=options.smallest_m2, unnamed=unnamed)


def lines_of_ground(connection: sa.Connection, ground_id: int, classes: Sequence[str] | None = None) -> Lines:
    """Return the roads and rivers of a ground, of some classes or all."""
    where = None if classes is None else {"highway": list(classes)}
    table = read_frame(connection, "street", version_id=ground_id, where=where, columns=["name", "geometry"])
    return Lines(table["name"].to_list(), np.asarray(shapely.from_wkb(table["geometry"].to_numpy()), dtype=np.object_))


def balanced(connection: sa.Connection, inputs: Inputs, catchment: Catchment, options: BalancedOptions) -> Proposal:
    """Propose connected grids with a size in range, out of the catchment's cells."""
    size = SizeRange(options.low, options.high)
    weights = remarked_weights(connection, inputs, catchment.cells, options.measure, options.people_per_household)
    group = balanced_groups(catchment.cells, weights.values, size, solver(options.seed))
    group = by_place(*centres(catchment.cells), group)
    names = _names_by_boundary(connection, inputs.ground, catchment, group)
    proposal = grids_of_groups(catchment, group, weights.values, size, names)
    return replace(proposal, remarks=(*weights.remarks, *proposal.remarks))


def solver(seed: int) -> Callable[[CellArray, FloatArray, int, float], IntArray]:
    """Return the division of connected cells into parts of equal weight that the territory solver makes."""

    def divide(cells: CellArray, weights: FloatArray, count: int, tolerance: float) -> IntArray:
        problem = problem_from_cells(cells, weights[:, None], count, [tolerance])
        return solve(problem, ROUNDS, seed=seed, params=DIALS).labels.astype(np.int64)

    return divide


def _names_by_boundary(connection: sa.Connection, ground_id: int, catchment: Catchment, group: IntArray) -> list[str]:
    """Name each group after the boundary that most of its cells lie in, with a running number for each boundary."""
    areas = areas_of_ground(connection, ground_id, catchment)
    holder = holding_polygon(*centres(catchment.cells), areas.polygons)
    table = pl.DataFrame({"group": group, "area": holder}).group_by("group", "area").len()
    most = table.sort("group", "len", "area", descending=[False, True, False]).unique(
        "group", keep="first", maintain_order=True
    )
    names = [areas.names[at] if at >= 0 else "" for at in most["area"].to_list()]
    numbered = pl.DataFrame({"name": names}).with_columns(n=pl.int_range(1, pl.len() + 1).over("name"))
    return [f"{name} {n}".strip() for name, n in numbered.iter_rows()]


def derive(connection: sa.Connection, inputs: Inputs, catchment: Catchment, options: DerivedOptions) -> DerivedAreas:
    """Derive village areas from the located parties that carry a village code.

    Raises InvalidInputError when no party in the catchment has both.
    """
    parties = parties_of(connection, inputs).drop_nulls(["code", "lng", "lat"])
    points = CodedPoints(parties["lng"].to_numpy(), parties["lat"].to_numpy(), parties["code"].to_list())
    lines = lines_of_ground(connection, inputs.ground, (*MAIN_ROADS, *RIVERS)) if options.cut else None
    blocks = None if lines is None or not len(lines.names) else np.asarray(blocks_of(catchment, lines).polygons)
    return derived_areas(catchment, points, blocks)


def from_derived(connection: sa.Connection, inputs: Inputs, catchment: Catchment, options: DerivedOptions) -> Proposal:
    """Propose a grid for each village area derived from coded parties; its name where a boundary list has the code."""
    known = read_frame(connection, "boundary", version_id=inputs.ground, columns=["code", "name"]).drop_nulls("code")
    names = dict(zip(known["code"].to_list(), known["name"].to_list(), strict=True))
    return grids_from_derived(catchment, derive(connection, inputs, catchment, options), names)


def derived_boundaries(derived: DerivedAreas, names: Mapping[str, str], source: str) -> pl.DataFrame:
    """Return derived areas as BOUNDARIES with their notes: label derived, confirmed by nobody yet.

    names: code -> name, the code itself where none is known. source: what they were derived from, in words.
    """
    return pl.DataFrame(
        {
            "id": [f"derived-{code}" for code in derived.codes],
            "name": [names.get(code, code) for code in derived.codes],
            "kind": "village",
            "geometry": shapely.to_wkb(derived.polygons, byte_order=1),
            "code": derived.codes,
            "label": "derived",
            "source": source,
        },
        schema_overrides={"id": pl.String, "name": pl.String, "code": pl.String, "geometry": pl.Binary},
    ).with_columns(pl.lit(None, pl.String).alias(name) for name in ("parent_code", "aliases", "confirmed_by"))


METHODS: dict[str, tuple[type, Callable[..., Proposal]]] = {
    "boundaries": (BoundaryOptions, from_boundaries),
    "blocks": (BlockOptions, from_blocks),
    "balanced": (BalancedOptions, balanced),
    "derived": (DerivedOptions, from_derived),
}
"""Method -> its options and the function that proposes by it."""
