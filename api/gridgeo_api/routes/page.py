"""The page: files that the build put into the static folder, or a word on how to build them."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gridgeo.errors import NotFoundError


class PageFiles(StaticFiles):
    """Static files that a browser may keep but must ask for again, so that a new build shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file with its tag."""
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = "no-cache"
        return answer


def public_paths(static: Path) -> frozenset[str]:
    """Return the paths of the page's files: they hold no data and are shown before anybody has signed in."""
    if not static.is_dir():
        return frozenset()
    return frozenset(f"/{path.relative_to(static).as_posix()}" for path in static.rglob("*") if path.is_file())


def add_page(app: FastAPI, static: Path) -> None:
    """Serve the built page at /; where there is none, say so."""
    if (static / "index.html").is_file():
        app.mount("/", PageFiles(directory=static, html=True), name="page")
        return

    async def page_is_missing(_: Request) -> Response:
        raise NotFoundError("the page has not been built: run scripts/demo once, or scripts/npm run build")

    app.add_route("/", page_is_missing, include_in_schema=False)
