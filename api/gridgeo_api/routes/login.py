"""Signing in and out: the one-time link of embedded mode, the identity provider of a server."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from gridgeo_api.auth import EmbeddedAccess
from gridgeo_api.deps import ActorKnown, plain_answer
from gridgeo_api.errors import NOT_SIGNED_IN, SignInError
from gridgeo_api.limits import MAX_TEXT
from gridgeo_api.openapi import problems
from gridgeo_api.schemas import SignedOut
from gridgeo_api.server_access import ServerAccess

router = APIRouter(tags=["service"])
MAX_CODE = 4096
"""Characters of what a provider sends back; codes may be long."""
Token = Annotated[
    str | None,
    Query(
        max_length=MAX_TEXT,
        description="Embedded mode: the secret of the link that `gridgeo serve` prints; it works once.",
        examples=["pW1x5k0Jr0n8gqYwS2mC4Q"],
    ),
]
State = Annotated[str, Query(max_length=MAX_TEXT, description="What the sign-in began with.", examples=["af0ifjsl"])]
Code = Annotated[str, Query(max_length=MAX_CODE, description="The provider's code for a token.", examples=["SplxlOBe"])]
Failure = Annotated[
    str | None, Query(max_length=MAX_TEXT, description="Why the provider signed nobody in.", examples=["access_denied"])
]


def _access(request: Request) -> EmbeddedAccess | ServerAccess:
    access: EmbeddedAccess | ServerAccess = request.app.state.access
    return access


@router.get(
    "/login",
    summary="Sign in",
    status_code=303,
    response_class=RedirectResponse,
    responses=problems(403, 404, 422, 503)
    | {303: {"description": "To the map with a session cookie, or to the identity provider."}},
)
async def login(request: Request, token: Token = None) -> Response:
    """Begin a session by the printed link, which is dead afterwards; on a server, begin the sign-in at the provider."""
    return await _access(request).sign_in(token)


@router.get(
    "/login/callback",
    summary="Come back from the identity provider",
    status_code=303,
    response_class=RedirectResponse,
    responses=problems(401, 403, 404, 422, 503) | {303: {"description": "Signed in; a session cookie is set."}},
)
async def finish_login(request: Request, state: State = "", code: Code = "", error: Failure = None) -> Response:
    """Exchange the provider's code for a token, look at it, and begin a session for who has a role."""
    if error is not None:
        raise SignInError(NOT_SIGNED_IN)
    return await _access(request).come_back(request, state, code)


@router.post("/logout", summary="Sign out", response_model=SignedOut, responses=problems(401, 403, 413, 503))
async def logout(request: Request, _: ActorKnown) -> Response:
    """End the browser's session; `provider` is where it ends the one at the provider, null where there is none."""
    cookie, provider = await _access(request).sign_out(request)
    answer = plain_answer({"signed_out": True, "provider": provider})
    secure = cookie.startswith("__Host-")
    answer.delete_cookie(cookie, path="/", secure=secure, httponly=True, samesite="strict")
    return answer
