"""What the page needs first: who is signed in, what is published, which measures there are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from gridgeo.maps.notes import MARKETING_ONLY, attribution
from gridgeo.pipeline import browse
from gridgeo.pipeline.freshness import freshness
from gridgeo_api.deps import ActorKnown, Connected, ReadingNow, json_bytes
from gridgeo_api.openapi import problems
from gridgeo_api.schemas import Measures, Session

router = APIRouter(tags=["session"])


@router.get(
    "/session",
    summary="Describe the session and the live publication",
    response_model=Session,
    responses=problems(304, 401, 404, 503),
)
def read_session(reading: ReadingNow) -> Response:
    """Who is signed in, and which versions every other answer is read from."""
    actor = reading.actor
    key = ("session", actor.id, actor.role)
    return reading.answer(
        key, lambda: json_bytes(_session(browse.session_info(reading.connection, actor, reading.published), reading))
    )


@router.get("/measures", summary="List the measures of cells", responses=problems(401, 503))
def list_measures(connection: Connected, actor: ActorKnown) -> Measures:
    """Every measure of the live publication: names, unit, how it rolls up and is computed, the users' own among them.

    Before anything is published, the measures that come with this release.
    """
    return Measures.model_validate({"measures": [asdict(each) for each in browse.measures_shown(connection, actor)]})


def _session(info: browse.SessionInfo, reading: ReadingNow) -> dict[str, Any]:
    actor, published = reading.actor, info.publication
    branch_ids = None if actor.branch_ids is None else sorted(actor.branch_ids)
    return {
        "actor": {"id": actor.id, "role": actor.role, "branch_ids": branch_ids},
        "synthetic": published.synthetic,
        "fictional": published.fictional,
        "ground": published.ground,
        "resolution": published.resolution,
        "versions": {"publication": published.id, **published.versions},
        "bounds": info.bounds,
        "notice": MARKETING_ONLY,
        "attribution": attribution(fictional=published.fictional),
    } | freshness(reading.connection, published)
