"""The application: its middleware, its routes and what it opens at start-up."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from gridgeo import __version__
from gridgeo.settings import Settings, check_server, tile_server
from gridgeo.storage import SERVING, check_schema, open_engine
from gridgeo_api.audit_trail import AuditTrail, audit_engine
from gridgeo_api.auth import LOOPBACK_HOSTS, EmbeddedAccess, RequireActor, RequireOwnOrigin
from gridgeo_api.cache import Answer, BoundedCache
from gridgeo_api.errors import add_error_handlers
from gridgeo_api.events import MAX_WATCHERS
from gridgeo_api.layers import layer_bytes
from gridgeo_api.limits import GZIP_LEVEL, MIN_GZIP_BYTES, Guard, TimeLimit
from gridgeo_api.negotiation import Brotli, Revalidate
from gridgeo_api.observe import Figures, Observe, log_as_json
from gridgeo_api.openapi import describe
from gridgeo_api.rate import Buckets, RateLimit
from gridgeo_api.remembered import Remembered
from gridgeo_api.routes import (
    agreements,
    audit,
    branches,
    catchments,
    cells,
    denominators,
    exports,
    features,
    grids,
    health,
    imports,
    jobs,
    login,
    ogc,
    ogc_tiles,
    page,
    parties,
    pictures,
    published,
    reviews,
    scenario_changes,
    scenarios,
    search,
    session,
    territories,
    tiles,
    where_next,
)
from gridgeo_api.server_access import ServerAccess
from gridgeo_api.tile_layers import warm_up

STATIC = Path(__file__).parent / "static"
LAYER_BYTES = 512 * 1024 * 1024
"""Memory for layers prepared for tiles and answers, of this and recent publications."""
MAX_UPLOADS_AT_ONCE = 2
"""Files looked into at the same moment; the others wait."""
DESCRIPTION = """Branches, catchments, H3 cells with scores, and territories of the live publication, as JSON and vector
tiles. Every score is for marketing only, not for credit decisions (仅供营销,不用于授信审批). Failures are
`application/problem+json` in the language of `Accept-Language` (zh or en)."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the service over a store; without settings they are read from the environment.

    The store is opened when the server starts, not here.
    """
    chosen = settings or Settings()
    check_server(chosen)
    app = FastAPI(
        title="gridgeo",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
    )
    app.state.settings = chosen
    app.state.tile_server = tile_server(chosen)
    app.state.has_process = False
    app.state.watchers = anyio.CapacityLimiter(MAX_WATCHERS)
    app.state.uploads = anyio.CapacityLimiter(MAX_UPLOADS_AT_ONCE)
    app.state.access = _access(app, chosen)
    app.state.answers = BoundedCache[Answer](chosen.tile_cache_bytes, lambda answer: answer.size_bytes)
    app.state.layers = BoundedCache[Any](LAYER_BYTES, layer_bytes)
    app.state.figures = Figures(app)
    _add_middleware(app, chosen)
    add_error_handlers(app)
    _add_routes(app)
    describe(app)
    return app


def served_app() -> FastAPI:
    """Build the service as the one thing that its process is for."""
    app = create_app()
    app.state.has_process = True
    return app


def _access(app: FastAPI, settings: Settings) -> EmbeddedAccess | ServerAccess:
    if settings.is_server:
        return ServerAccess(app, settings)
    return EmbeddedAccess(settings.login_token.get_secret_value() if settings.login_token else None, settings.port)


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Add from the inside out: the last one added sees a request first."""
    public = urlsplit(settings.public_url) if settings.is_server else None
    buckets = Buckets(settings.rate_per_s if settings.is_server else 0.0, settings.rate_burst)
    hosts = LOOPBACK_HOSTS if public is None else (str(public.hostname), *LOOPBACK_HOSTS)
    app.add_middleware(Remembered, fresh_s=settings.publication_cache_s, max_bytes=settings.tile_cache_bytes)
    app.add_middleware(RateLimit, buckets=buckets)
    app.add_middleware(Revalidate)
    app.add_middleware(Brotli)
    app.add_middleware(GZipMiddleware, minimum_size=MIN_GZIP_BYTES, compresslevel=GZIP_LEVEL)
    app.add_middleware(RequireActor, authenticate=app.state.access, public=page.public_paths(STATIC), buckets=buckets)
    app.add_middleware(RequireOwnOrigin, public_url=settings.public_url if settings.is_server else None)
    app.add_middleware(AuditTrail)
    app.add_middleware(TimeLimit, timeout_s=settings.request_timeout_s)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=settings.max_body_bytes)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.add_middleware(Observe, figures=app.state.figures, scheme=None if public is None else public.scheme)
    tiles = app.state.tile_server
    app.add_middleware(Guard, pictures_from=None if tiles is None else tiles.host)


def _add_routes(app: FastAPI) -> None:
    for subject in (health, login):
        app.include_router(subject.router)
    reads = (
        session,
        agreements,
        branches,
        catchments,
        cells,
        search,
        where_next,
        territories,
        scenarios,
        scenario_changes,
        features,
        grids,
        reviews,
        imports,
        denominators,
        parties,
        exports,
        jobs,
        pictures,
        audit,
        published,
    )
    for subject in reads:
        app.include_router(subject.router, prefix="/api/v1")
    for subject in (tiles, ogc, ogc_tiles):
        app.include_router(subject.router)
    page.add_page(app, STATIC)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the store and compile what the first request would otherwise wait for; at the end, wait for the last one."""
    if app.state.settings.logs_json:
        log_as_json()
    engine = await run_in_threadpool(open_engine, app.state.settings.store_url, create=False, timeouts=SERVING)
    try:
        await run_in_threadpool(check_schema, engine)
        await run_in_threadpool(warm_up)
        audit_engine(engine)
        app.state.engine = engine
        if app.state.has_process:
            # What is there now stays for good: looking through it for garbage would stop every request for a while.
            gc.freeze()
        yield
        await app.state.figures.idle(app.state.settings.request_timeout_s)
    finally:
        await run_in_threadpool(engine.dispose)


def _operation_id(route: APIRoute) -> str:
    """Return the function's name: clients are generated from these, so they stay."""
    return route.name
