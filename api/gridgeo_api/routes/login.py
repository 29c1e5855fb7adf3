"""The one-time login link of embedded mode."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse

from gridgeo_api.auth import EmbeddedAccess
from gridgeo_api.errors import LOGIN, LoginError
from gridgeo_api.limits import MAX_TEXT
from gridgeo_api.openapi import problems

router = APIRouter(tags=["service"])
Token = Annotated[
    str,
    Query(
        max_length=MAX_TEXT,
        description="The secret of the link that `gridgeo serve` prints; it works once.",
        examples=["pW1x5k0Jr0n8gqYwS2mC4Q"],
    ),
]


@router.get(
    "/login",
    summary="Sign in with the link that the server printed",
    status_code=303,
    response_class=RedirectResponse,
    responses={303: {"description": "Signed in; a session cookie is set."}, **problems(403, 422)},
)
async def login(request: Request, token: Token) -> RedirectResponse:
    """Exchange the link's token for a session cookie and go to the map; the link is dead afterwards."""
    access: EmbeddedAccess = request.app.state.access
    session = access.exchange(token)
    if session is None:
        raise LoginError(LOGIN)
    answer = RedirectResponse("/", status_code=303, headers={"cache-control": "no-store"})
    answer.set_cookie(access.cookie, session, httponly=True, samesite="strict", path="/")
    return answer
