"""What the page needs first: who is signed in, what is published, which measures there are."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from gridgeo.domain.measures import weight_of
from gridgeo.maps.notes import MARKETING_ONLY, attribution
from gridgeo.maps.tile_server import TileServer
from gridgeo.pipeline import browse
from gridgeo.pipeline.freshness import freshness
from gridgeo.storage import house_datum
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
    shown = browse.measures_shown(connection, actor)
    ids = {each.id for each in shown}
    # What is not published weighs nothing: such a mean counts every cell alike.
    weights = [weight if weight in ids else None for weight in map(weight_of, shown)]
    told = [asdict(each) | {"weight": weight} for each, weight in zip(shown, weights, strict=True)]
    return Measures.model_validate({"measures": told})


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
        "house_datum": house_datum(reading.connection),
        "tile_server": _tile_server(reading.request.app.state.tile_server),
    } | freshness(reading.connection, published)


def _tile_server(found: TileServer | None) -> dict[str, Any] | None:
    return None if found is None else asdict(found)
