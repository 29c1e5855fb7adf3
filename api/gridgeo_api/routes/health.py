"""Whether the process and its store can work; open to a monitor on this machine."""

from __future__ import annotations

from fastapi import APIRouter

from gridgeo import __version__
from gridgeo.errors import BusyError, NotFoundError
from gridgeo.pipeline import browse
from gridgeo_api.deps import ConnectedForAll
from gridgeo_api.openapi import problems
from gridgeo_api.schemas import Health, Ready

router = APIRouter(tags=["service"])


@router.get("/health", summary="Tell that the process answers")
def health() -> Health:
    """Answer as long as the process lives; it says nothing about the store."""
    return Health(status="ok", version=__version__)


@router.get("/ready", summary="Tell that there is something to show", responses=problems(503))
def ready(connection: ConnectedForAll) -> Ready:
    """Answer when the store answers and something is published; 503 until then."""
    try:
        published = browse.publication(connection)
    except NotFoundError as error:
        raise BusyError(error.template, **error.values) from error
    return Ready(status="ready", publication=published.id)
