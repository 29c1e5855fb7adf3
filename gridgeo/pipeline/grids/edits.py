"""From the arguments of an operation to its patch: names become ids, GeoJSON becomes shapes, words become cells.

Proposals, place names and the solver are imported by the operations that need them: whoever reads or paints does not
wait for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa

from gridgeo.cells import GateLimits, cells_from_strings
from gridgeo.domain import CellArray
from gridgeo.errors import InvalidInputError
from gridgeo.grids import (
    GridSetState,
    NewGrid,
    Patch,
    assign_owner,
    create,
    merge,
    paint,
    rebase,
    rename,
    set_code,
    set_kind,
    set_note,
    set_stage,
    set_status,
    split_by_line,
    split_parts,
)
from gridgeo.grids.proposals_common import Catchment
from gridgeo.pipeline.grids import args as given
from gridgeo.pipeline.grids.ground import (
    BranchGround,
    branch_ground,
    newest_catchment,
    polygon_from_geojson,
    shape_from_geojson,
)
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import live, read_frame


@dataclass(frozen=True)
class Site:
    """Where an operation is done: the grids as they stand, and what lies under them. limits: of the polygon gate."""

    connection: sa.Connection
    state: GridSetState
    now: datetime
    limits: GateLimits

    @cached_property
    def ground(self) -> BranchGround:
        """The catchment that the grids stand on."""
        return branch_ground(self.connection, self.state.branch_id, self.state.catchment_id, self.state.resolution)

    @property
    def within(self) -> shapely.Geometry | None:
        """The outline that boundaries are held to; asked for only where some grid has a boundary."""
        return self.ground.area if any(grid.geometry is not None for grid in self.state.grids) else None

    def ids(self, texts: Sequence[str]) -> list[str]:
        """Return the ids of grids given by id or name."""
        return [self.state.find(text).id for text in texts]


@dataclass(frozen=True, eq=False)
class Edited:
    """An operation's patch, and what there is to say about it (plain JSON values).

    undoes, redoes: the entry of the log that an undo or redo is about.
    """

    patch: Patch
    report: dict[str, Any] = field(default_factory=dict)
    undoes: int | None = None
    redoes: int | None = None


def edited(site: Site, args: given.Args) -> Edited:
    """Return what an operation would change; nothing is written.

    Raises what the operations of `gridgeo.grids` raise.
    """
    found = _HANDLERS[type(args)](site, args)
    return found if isinstance(found, Edited) else Edited(found)


def _create_polygon(site: Site, args: given.CreateFromPolygon) -> Patch:
    shape = polygon_from_geojson(site.connection, args.polygon, args.datum, site.limits, site.state.resolution)
    made = NewGrid(args.name, args.grid_kind, args.code, boundary=shape)
    return create(site.state, [made], site.ground.area)


def _create_cells(site: Site, args: given.CreateFromCells) -> Patch:
    made = NewGrid(args.name, args.grid_kind, args.code, cells=_cells(args.cells))
    return create(site.state, [made], site.ground.area)


def _create_places(site: Site, args: given.CreateFromPlaces) -> Edited:
    from gridgeo.pipeline.grids.places import grids_from_places

    made, report = grids_from_places(
        site.connection, site.state, args.places, as_one=args.as_one, grid_kind=args.grid_kind
    )
    return Edited(create(site.state, made, site.ground.area), report)


def _create_between(site: Site, args: given.CreateBetween) -> Patch:
    from gridgeo.pipeline.grids.places import grid_between

    shape = grid_between(site.connection, site.ground, args.road, args.other_road)
    made = NewGrid(args.name, args.grid_kind, args.code, boundary=shape)
    return create(site.state, [made], site.ground.area)


def _create_proposal(site: Site, args: given.CreateFromProposal) -> Edited:
    from gridgeo.pipeline.grids.proposals import propose

    ground = site.ground
    inputs = replace(newest_inputs(site.connection), catchment=site.state.catchment_id)
    proposal = propose(site.connection, inputs, Catchment(ground.area, ground.cells), args.method, args.options)
    made = [
        NewGrid(grid.name, grid.kind, grid.code, grid.polygon if grid.own_boundary else None, grid.cells)
        for grid in proposal.grids
    ]
    report = {
        "method": proposal.method,
        "label": proposal.label,
        "remarks": [{"template": remark.template, "values": remark.values} for remark in proposal.remarks],
    }
    return Edited(create(site.state, made, ground.area), report)


def _paint(site: Site, args: given.Paint) -> Patch:
    cells = _cells([cell for move in args.moves for cell in move.cells])
    times = [len(move.cells) for move in args.moves]
    source, target = (
        np.repeat(np.array(site.ids(ends), dtype=object), times).tolist()
        for ends in ([move.source for move in args.moves], [move.target for move in args.moves])
    )
    return paint(site.state, cells, source, target, site.within)


def _split_line(site: Site, args: given.SplitByLine) -> Patch:
    line = shape_from_geojson(site.connection, args.line, args.datum)
    return split_by_line(site.state, site.ids([args.grid])[0], line, args.names, site.ground.area)


def _split_parts(site: Site, args: given.SplitInParts) -> Edited:
    from gridgeo.pipeline.grids.parts import balanced_parts

    grid = site.ids([args.grid])[0]
    part, report = balanced_parts(site.connection, site.state, grid, args.parts, args.weight)
    return Edited(split_parts(site.state, grid, part, args.names), report)


def _merge(site: Site, args: given.Merge) -> Patch:
    return merge(site.state, site.ids(args.grids), args.name, site.within)


def _rename(site: Site, args: given.Rename) -> Patch:
    return rename(site.state, site.ids([args.grid])[0], args.name)


def _kind(site: Site, args: given.SetKind) -> Patch:
    return set_kind(site.state, site.ids(args.grids), args.grid_kind)


def _code(site: Site, args: given.SetCode) -> Patch:
    return set_code(site.state, site.ids([args.grid])[0], args.code)


def _note(site: Site, args: given.SetNote) -> Patch:
    return set_note(site.state, site.ids([args.grid])[0], args.note)


def _owner(site: Site, args: given.AssignOwner) -> Patch:
    if args.owner_id is not None:
        _require_staff(site, args.owner_id)
    return assign_owner(site.state, site.ids(args.grids), args.owner_id)


def _status(site: Site, args: given.SetStatus) -> Patch:
    return set_status(site.state, site.ids(args.grids), args.status)


def _stage(site: Site, args: given.SetStage) -> Patch:
    return set_stage(site.state, site.ids(args.grids), site.now.date(), args.stage, args.dates)


def _rebase(site: Site, args: given.Rebase) -> Edited:
    branch = site.state.branch_id
    catchment = args.catchment or newest_catchment(site.connection, branch)
    ground = branch_ground(site.connection, branch, catchment, site.state.resolution)
    found = rebase(site.state, ground.cells, catchment, ground.area)
    report = {
        "catchment": catchment,
        "gained": found.gained,
        "lost": found.lost,
        "removed": found.removed,
        "joined_nearest": found.far,
    }
    return Edited(found.patch, report)


_HANDLERS: dict[type[given.Args], Callable[[Site, Any], Patch | Edited]] = {
    given.CreateFromPolygon: _create_polygon,
    given.CreateFromCells: _create_cells,
    given.CreateFromPlaces: _create_places,
    given.CreateBetween: _create_between,
    given.CreateFromProposal: _create_proposal,
    given.Paint: _paint,
    given.SplitByLine: _split_line,
    given.SplitInParts: _split_parts,
    given.Merge: _merge,
    given.Rename: _rename,
    given.SetKind: _kind,
    given.SetCode: _code,
    given.SetNote: _note,
    given.AssignOwner: _owner,
    given.SetStatus: _status,
    given.SetStage: _stage,
    given.Rebase: _rebase,
}


def _cells(names: Sequence[str]) -> CellArray:
    return cells_from_strings(list(names))


def _require_staff(site: Site, owner_id: str) -> None:
    """Let pass a member of the branch's own staff."""
    bank = live(site.connection, "bank").id
    where = {"org_unit_id": site.state.branch_id}
    staff = read_frame(site.connection, "staff", version_id=bank, where=where, columns=["id"])["id"].to_list()
    if owner_id not in staff:
        raise InvalidInputError(
            "{owner} is not on the staff of branch {branch}: it is one of {known}",
            owner=owner_id,
            branch=site.state.branch_id,
            known=", ".join(staff[:10]) + (f" (+{len(staff) - 10})" if len(staff) > 10 else "") or "-",
        )
