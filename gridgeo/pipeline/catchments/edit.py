"""Change catchments: draw one branch another way, combine, settle anew, draw again; each change is a new version."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import CLI_LIMITS, GateLimits, admit_polygon, shape_to_house
from gridgeo.domain import Actor
from gridgeo.errors import NotFoundError
from gridgeo.pipeline.catchments.areas import areas_of
from gridgeo.pipeline.catchments.draw import cell_table, newest_catchments, plan_of, write_catchments
from gridgeo.pipeline.catchments.specs import GROUND_METHODS, CatchmentPlan, CatchmentSpec, rules_from_dict
from gridgeo.pipeline.catchments.terrain import Terrain
from gridgeo.pipeline.cell_groups import refined
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, require_planner, run_params
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import house_datum, read_frame, version_record, whole_bank


@dataclass(frozen=True)
class Fineness:
    """Resolutions to draw at; what is None stays as in the newest version.

    resolution: of the cells and of settling. by_branch: branch -> finer resolution; an empty one takes all back.
    """

    resolution: int | None = None
    by_branch: Mapping[str, int] | None = None

    def over(self, params: RunParams) -> RunParams:
        """Return the parameters with the chosen resolutions; InvalidInputError when they do not go together."""
        finer = params.branch_resolutions if self.by_branch is None else self.by_branch
        return replace(params, resolution=self.resolution or params.resolution, branch_resolutions=finer)


@dataclass(frozen=True)
class Redrawn:
    """Catchments drawn again from what is stored.

    version_id: the version that now holds them, an old one where nothing changed. branches: branch -> cells gained and
    lost, those that changed only. changed: whether any cell changed its branch or any input its version.
    """

    version_id: int
    changed: bool
    branches: dict[str, dict[str, int]]
    report: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"version": self.version_id, "changed": self.changed, "branches": self.branches} | self.report


def drawn_spec(
    connection: sa.Connection,
    shape: shapely.Geometry,
    datum: str,
    source: dict[str, Any] | None = None,
    limits: GateLimits = CLI_LIMITS,
) -> CatchmentSpec:
    """Return the spec of a drawn polygon: through the gate, in the store's house datum.

    shape: lng, lat of the datum (wgs84, gcj02 or bd09). source: what else there is to say of it, such as its file.
    Raises InvalidInputError when the datum or the polygon is not fit.
    """
    moved = shape_to_house(np.array([shape], dtype=object), datum, house_datum(connection))[0]
    # The coarsest resolution: how many cells it holds is checked when it is drawn on a ground.
    admitted = admit_polygon(moved, limits=limits, resolution=7)
    polygon = orjson.loads(shapely.to_geojson(admitted))
    return CatchmentSpec("drawn", polygon=polygon, source={"datum": datum} | (source or {}))


def draw_branches(
    connection: sa.Connection,
    actor: Actor,
    drawn: dict[str, CatchmentSpec],
    now: datetime,
    rules: Mapping[str, Any] | None = None,
) -> StepResult:
    """Write the newest catchments again with some branches drawn another way; the others keep their method.

    drawn: branch -> how; their order is the order they count as drawn in. rules: chosen rules of settling (overlaps,
    holes, priority); what is left out stays as in the newest version.
    Raises NotFoundError for an unknown branch or when no catchments were drawn before, NotAllowedError.
    """
    require_drawer(actor, drawn, rules)
    # A version holds the whole bank, also when it is a branch manager who draws one branch of it another way.
    with whole_bank(connection):
        terrain, plan, inputs, params = _newest(connection)
        for branch_id, spec in drawn.items():
            terrain.position(branch_id)
            plan = plan.with_branch(branch_id, with_mode(spec, terrain.mode))
        return _write(connection, actor, (terrain, plan), (inputs, params, rules), now)


def require_drawer(actor: Actor, branches: Collection[str], rules: Mapping[str, Any] | None) -> None:
    """Let pass who may draw these branches: head office and planners all, a branch manager the own ones.

    How overlaps and holes are settled concerns every branch and is not for a branch manager to say.
    Raises NotFoundError for a branch outside of the actor's scope, NotAllowedError.
    """
    if actor.role != "branch_manager" or not branches or rules:
        return require_planner(actor)
    for branch_id in branches:
        if not actor.sees(branch_id):
            raise NotFoundError("there is no branch {branch}", branch=branch_id)
    return None


def newest_plan(connection: sa.Connection) -> tuple[Terrain, CatchmentPlan]:
    """Return how the newest catchments are drawn, and what on."""
    return _newest(connection)[:2]


def with_mode(spec: CatchmentSpec, mode: str) -> CatchmentSpec:
    """Return the spec with the travel mode of the ground written out where none was chosen."""
    parts = tuple(with_mode(part, mode) for part in spec.of)
    return replace(spec, of=parts, mode=(spec.mode or mode) if spec.method == "isochrone" else None)


def draw_all(
    connection: sa.Connection,
    actor: Actor,
    spec: CatchmentSpec,
    now: datetime,
    rules: Mapping[str, Any] | None = None,
    fineness: Fineness | None = None,
) -> StepResult:
    """Write catchments with every branch drawn the same way, on the working ground and bank.

    rules: chosen rules of settling; what is left out takes its default. fineness: resolutions, those of the newest
    catchments by default, else 9.
    """
    require_planner(actor)
    newest = newest_catchments(connection)
    known = _params(version_record(connection, newest).params) if newest else RunParams(method="as_drawn")
    params = (fineness or Fineness()).over(known)
    inputs = newest_inputs(connection)
    terrain = Terrain(connection, inputs, params.resolution)
    stated = with_mode(spec, terrain.mode)
    if spec.method in GROUND_METHODS:
        params = run_params(**params.as_dict() | {"method": spec.method})
    plan = CatchmentPlan(dict.fromkeys(terrain.ids, stated))
    return _write(connection, actor, (terrain, plan), (inputs, params, rules), now)


def settle_catchments(connection: sa.Connection, actor: Actor, rules: Mapping[str, Any], now: datetime) -> StepResult:
    """Write the newest catchments again, their overlaps and holes settled by other rules.

    rules: overlaps, holes, priority; what is left out stays as it is.
    """
    return draw_again(connection, actor, now, rules)


def draw_again(
    connection: sa.Connection,
    actor: Actor,
    now: datetime,
    rules: Mapping[str, Any] | None = None,
    fineness: Fineness | None = None,
) -> StepResult:
    """Write the newest catchments again, each by its own method, at another resolution or by other rules."""
    require_planner(actor)
    terrain, plan, inputs, params = _newest(connection, fineness)
    return _write(connection, actor, (terrain, plan), (inputs, params, rules), now)


def stated_spec(connection: sa.Connection, branch_id: str, version_id: int | None = None) -> CatchmentSpec:
    """Return how a branch's catchment is stated in a version, the newest by default.

    Raises NotFoundError for a branch that has none there.
    """
    known = catchments_version(connection, version_id)
    plan = plan_of(connection, known, _branches_in(connection, known))
    if branch_id not in plan.specs:
        raise NotFoundError(
            "there is no branch {branch}; known are {known}", branch=branch_id, known=", ".join(sorted(plan.specs)[:20])
        )
    return plan.specs[branch_id]


def redraw(connection: sa.Connection, actor: Actor, now: datetime, version_id: int | None = None) -> Redrawn:
    """Draw a version's catchments again from its stored methods, on the working ground and bank.

    version_id: the newest by default. The same ground and bank give the same cells, and then nothing is written.
    Raises NotFoundError when the version is none of catchments.
    """
    require_planner(actor)
    known = catchments_version(connection, version_id)
    record = version_record(connection, known)
    inputs = newest_inputs(connection)
    params = _params(record.params)
    terrain = Terrain(connection, inputs, params.resolution)
    plan = plan_of(connection, known, terrain.ids)
    changes = _changes(
        connection, known, refined(cell_table(areas_of(plan, terrain), terrain), params.branch_resolutions)
    )
    same_inputs = all(record.params["inputs"].get(kind) == getattr(inputs, kind) for kind in ("ground", "bank"))
    if same_inputs and not changes:
        return Redrawn(known, False, {}, record.report or {})
    result = _write(connection, actor, (terrain, plan), (inputs, params, None), now)
    return Redrawn(result.version_id, True, changes, result.report)


def catchments_version(connection: sa.Connection, version_id: int | None) -> int:
    """Return a version of catchments, the newest by default.

    Raises NotFoundError when there is none, or the version is of another kind or unfinished.
    """
    known = version_id or newest_catchments(connection)
    if not known:
        raise NotFoundError("no catchments were drawn yet: run gridgeo catchment draw or gridgeo run")
    record = version_record(connection, known)
    if record.kind != "catchment" or record.report is None:
        raise NotFoundError("version {version} is not one of catchments", version=known)
    return known


def _branches_in(connection: sa.Connection, version_id: int) -> list[str]:
    rows = read_frame(connection, "catchment", version_id=version_id, columns=["branch_id"])
    return rows["branch_id"].to_list()


def _newest(
    connection: sa.Connection, fineness: Fineness | None = None
) -> tuple[Terrain, CatchmentPlan, Inputs, RunParams]:
    known = catchments_version(connection, None)
    params = (fineness or Fineness()).over(_params(version_record(connection, known).params))
    inputs = newest_inputs(connection)
    terrain = Terrain(connection, inputs, params.resolution)
    return terrain, plan_of(connection, known, terrain.ids), inputs, params


def _params(stored: dict[str, Any]) -> RunParams:
    known = {name: stored[name] for name in RunParams().as_dict() if name in stored}
    return run_params(**known | {"method": "as_drawn"})


def _write(
    connection: sa.Connection,
    actor: Actor,
    drawn: tuple[Terrain, CatchmentPlan],
    given: tuple[Inputs, RunParams, Mapping[str, Any] | None],
    now: datetime,
) -> StepResult:
    (terrain, plan), (inputs, params, rules) = drawn, given
    settled = replace(plan, rules=rules_from_dict(rules or {}, plan.rules))
    for branch_id in settled.rules.priority:
        terrain.position(branch_id)
    upstream = Inputs(ground=inputs.ground, bank=inputs.bank)
    return write_catchments(connection, actor, upstream, params, (terrain, settled), now)


def _changes(connection: sa.Connection, version_id: int, cells: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Return branch -> cells gained and lost against a version, those that changed only."""
    before = read_frame(connection, "catchment_cell", version_id=version_id, columns=["branch_id", "cell"])
    after = cells.select("branch_id", "cell")
    gained = after.join(before, on=["branch_id", "cell"], how="anti").group_by("branch_id").len("gained")
    lost = before.join(after, on=["branch_id", "cell"], how="anti").group_by("branch_id").len("lost")
    both = gained.join(lost, on="branch_id", how="full", coalesce=True).fill_null(0).sort("branch_id")
    return {row.pop("branch_id"): row for row in both.iter_rows(named=True)}
