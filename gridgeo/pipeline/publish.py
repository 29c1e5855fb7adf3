"""Publish: one pointer moves, and every reader sees the new set of versions or the old one, never a mixture."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError, InvalidInputError
from gridgeo.pipeline.public import write_public
from gridgeo.pipeline.steps import Inputs, RunParams, StepResult, require_planner
from gridgeo.storage import finish_version, new_version, set_live, version_record

UPSTREAM = {
    "catchment": ("ground", "bank"),
    "location": ("ground", "bank", "catchment"),
    "score": ("ground", "bank", "catchment", "location"),
    "plan": ("ground", "bank", "catchment", "location", "score"),
}


def publish(connection: sa.Connection, actor: Actor, inputs: Inputs, params: RunParams, now: datetime) -> StepResult:
    """Write one publication version over a complete, matching set of versions and make it live.

    What consumers are shown of it is computed and stored with it.
    Raises InvalidInputError when a step has not run, ConflictError when one was computed from other versions.
    """
    require_planner(actor)
    require_matching(connection, inputs)
    version_id = new_version(
        connection, actor, "publication", params=inputs.as_dict() | {"resolution": params.resolution}, now=now
    )
    shown = write_public(connection, version_id, inputs, params.threshold)
    report = {"published": inputs.as_dict(), "public": shown}
    finish_version(connection, version_id, report=report)
    set_live(connection, actor, "publication", version_id, now)
    return StepResult(version_id, report)


def require_matching(connection: sa.Connection, inputs: Inputs, kinds: tuple[str, ...] = tuple(UPSTREAM)) -> None:
    """Check that every version of these kinds was computed from the other versions of the set.

    Raises InvalidInputError when one is missing, ConflictError when one was computed from another version.
    """
    wanted = asdict(inputs)
    for kind in kinds:
        upstream = UPSTREAM[kind]
        if not wanted[kind]:
            raise InvalidInputError("no {kind} version yet: run the step first, or gridgeo run", kind=kind)
        used = version_record(connection, wanted[kind]).params["inputs"]
        stale = [name for name in upstream if used[name] != wanted[name]]
        if stale:
            raise ConflictError(
                "{kind} version {version} was computed from {stale} version {used}, not {wanted}: run it again",
                kind=kind,
                version=wanted[kind],
                stale=stale[0],
                used=used[stale[0]],
                wanted=wanted[stale[0]],
            )
