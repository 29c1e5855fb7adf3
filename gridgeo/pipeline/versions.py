"""Every version in a store and the one that is live."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import NotFoundError
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import list_versions, live
from gridgeo.storage.scenarios import events_of_kinds

KINDS = ("ground", "bank", "catchment", "location", "score", "plan", "publication")


def history(connection: sa.Connection, actor: Actor) -> dict[str, Any]:
    """Return every version, newest first: id, kind, created_at, created_by, live."""
    current = {kind: _live_id(connection, kind) for kind in ("ground", "bank", "publication")}
    rows = [
        {
            "id": record.id,
            "kind": record.kind,
            "created_at": record.created_at.isoformat(),
            "created_by": record.actor_id,
            "live": current.get(record.kind) == record.id,
        }
        for kind in KINDS
        for record in list_versions(connection, kind)
    ]
    return {"actor": actor.id, "versions": sorted(rows, key=lambda row: -row["id"])}


def newest_inputs(connection: sa.Connection) -> Inputs:
    """Return the working ground and bank and the newest version of every later step.

    A plan whose publication was taken back is not offered again.
    """
    taken_back = {int(event.body["plan"]) for event in events_of_kinds(connection, ("rolled_back",))}
    inputs = Inputs(ground=live(connection, "ground").id, bank=live(connection, "bank").id)
    for kind in ("catchment", "location", "score", "plan"):
        found = [record.id for record in list_versions(connection, kind) if record.id not in taken_back]
        inputs = inputs.with_version(kind, max(found, default=0))
    return inputs


def _live_id(connection: sa.Connection, kind: str) -> int | None:
    try:
        return live(connection, kind).id
    except NotFoundError:
        return None
