"""The page: files that the build put into the static folder, or a word on how to build them."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from gridgeo.errors import NotFoundError

INDEX = "index.html"
ASK_AGAIN = "no-cache"
"""A browser may keep a file but must ask for it again, so that a new build shows at once."""


def public_paths(static: Path) -> frozenset[str]:
    """Return the paths of the page's files: they hold no data and are shown before anybody has signed in."""
    if not static.is_dir():
        return frozenset()
    return frozenset(f"/{path.relative_to(static).as_posix()}" for path in static.rglob("*") if path.is_file())


def add_page(app: FastAPI, static: Path) -> None:
    """Serve the built page at /; where there is none, say so.

    Each file has a route of its own: a mount at / would answer for every address that takes another method.
    """
    paths = public_paths(static)
    if f"/{INDEX}" not in paths:
        app.add_route("/", _page_is_missing, include_in_schema=False)
        return
    files = StaticFiles(directory=static)

    async def page_file(request: Request) -> Response:
        name = request.url.path.lstrip("/") or INDEX
        answer = await files.get_response(name, request.scope)
        answer.headers["cache-control"] = ASK_AGAIN
        return answer

    for path in ("/", *sorted(paths)):
        app.add_route(path, page_file, include_in_schema=False)


async def _page_is_missing(_: Request) -> Response:
    raise NotFoundError("the page has not been built: run scripts/demo once, or scripts/npm run build")
