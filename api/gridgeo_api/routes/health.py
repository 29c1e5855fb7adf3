"""Whether the process and its store can work; open to a monitor on this machine."""

from __future__ import annotations

import secrets
from pathlib import Path

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from gridgeo import __version__
from gridgeo.errors import BusyError, NotFoundError
from gridgeo.pipeline import browse
from gridgeo.settings import Settings
from gridgeo_api.deps import ConnectedForAll
from gridgeo_api.errors import STATUSES
from gridgeo_api.openapi import problems, text_answer
from gridgeo_api.schemas import Health, Ready

router = APIRouter(tags=["service"])


@router.get("/health", summary="Tell that the process answers")
def health() -> Health:
    """Answer as long as the process lives; it says nothing about the store."""
    return Health(status="ok", version=__version__)


@router.get("/ready", summary="Tell that there is something to show", responses=problems(503))
def ready(request: Request, connection: ConnectedForAll) -> Ready:
    """Answer when the store answers and something is published; 503 until then, and once the service is to stop."""
    if is_draining(request.app.state.settings):
        raise BusyError("the service is about to stop; another one will answer")
    try:
        published = browse.publication(connection)
    except NotFoundError as error:
        raise BusyError(error.template, **error.values) from error
    return Ready(status="ready", publication=published.id)


def is_draining(settings: Settings) -> bool:
    """Tell whether the service has been told to stop and finishes what is under way."""
    return bool(settings.drain_file) and Path(settings.drain_file).exists()


@router.get(
    "/metrics",
    summary="Read figures for Prometheus",
    response_class=Response,
    responses=text_answer("text/plain", "Figures in Prometheus' text format.", "gridgeo_requests_in_flight 1.0")
    | problems(404),
)
def read_metrics(request: Request) -> Response:
    """Tell requests, times, load and caches of this process.

    In embedded mode open to this machine, which alone reaches the service; on a server to the bearer of the token that
    GRIDGEO_METRICS_TOKEN sets, and without one there is nothing here.
    """
    if not _may_read(request):
        raise NotFoundError(STATUSES[404][1])
    figures = request.app.state.figures.registry
    return Response(generate_latest(figures), media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})


def _may_read(request: Request) -> bool:
    settings: Settings = request.app.state.settings
    if not settings.is_server:
        return True
    wanted = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    given = request.headers.get("authorization", "").encode("utf-8", "surrogatepass")
    return bool(wanted) and secrets.compare_digest(given, f"Bearer {wanted}".encode())
