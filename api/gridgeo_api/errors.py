"""One table from error class to status; every failure leaves as problem+json in the caller's language."""

from __future__ import annotations

import html
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from gridgeo.errors import (
    BusyError,
    ConflictError,
    GridgeoError,
    InfeasibleError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from gridgeo.i18n import Language, language_from, translate
from gridgeo.pipeline.place_names import place_label
from gridgeo_api.invalid import first_fault

logger = logging.getLogger("gridgeo_api")
PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_S = 2


class SignInError(GridgeoError):
    """Nobody is signed in on this request."""


class LoginError(GridgeoError):
    """The login link is wrong or was used before."""


class ForeignOriginError(GridgeoError):
    """Another site tries to change something here."""


class NoVersionError(GridgeoError):
    """A change came without saying which version of the thing it is meant for."""


class TooManyError(GridgeoError):
    """The actor asks for more than its share; `seconds` among the values tells how long to wait."""


@dataclass(frozen=True)
class Kind:
    """How one class of failure looks from outside: its status, its stable code, its title."""

    status: int
    code: str
    title: str


INTERNAL = Kind(500, "internal", "Fault of the service")
BUSY = Kind(503, "busy", "Busy")
OGC_INPUT = Kind(400, "input", "Invalid input")
"""What OGC API wants for a parameter that is not valid."""
KINDS: dict[type[Exception], Kind] = {
    InvalidInputError: Kind(422, "input", "Invalid input"),
    RequestValidationError: Kind(422, "input", "Invalid input"),
    InfeasibleError: Kind(409, "infeasible", "Not feasible"),
    ConflictError: Kind(412, "conflict", "Changed meanwhile"),
    NotFoundError: Kind(404, "not_found", "Not found"),
    NotAllowedError: Kind(403, "not_allowed", "Not allowed"),
    BusyError: BUSY,
    SignInError: Kind(401, "sign_in", "Sign in first"),
    LoginError: Kind(403, "login", "Login link not valid"),
    ForeignOriginError: Kind(403, "origin", "Request from another site"),
    NoVersionError: Kind(428, "no_version", "Say which version"),
    TooManyError: Kind(429, "rate", "Too many requests"),
}
"""Looked up along the class's ancestors, so a subclass needs no row of its own; what a database says has been
turned into one of these by the store."""

STATUSES: dict[int, tuple[Kind, str]] = {
    400: (Kind(400, "request", "Bad request"), "the request or its Host header is not valid here"),
    404: (KINDS[NotFoundError], "there is nothing at this address"),
    405: (Kind(405, "method", "Method not allowed"), "this address does not take that method"),
    413: (Kind(413, "too_large", "Request too large"), "the request body is larger than allowed"),
    503: (BUSY, "the request took too long; try again or ask for less"),
}
"""Failures that arise without an error of ours: status -> kind and message."""

SIGN_IN = "open the login link that gridgeo serve printed"
LOGIN = "this login link is wrong or was used before; start gridgeo serve again for a new one"
FOREIGN_ORIGIN = "a change must come from this service's own page"
NO_VERSION = "a change needs the header If-Match with the revision that was read, such as 7"
FAULT = "this is a fault of gridgeo, not of your input"
NOT_SIGNED_IN = "the identity provider has signed nobody in"
TOO_MANY = "more requests than this actor's share: wait {seconds} s"
TEXTS = (SIGN_IN, LOGIN, FOREIGN_ORIGIN, NO_VERSION, NOT_SIGNED_IN, TOO_MANY, FAULT)


def kind_of(error: Exception) -> Kind:
    """Return how an error looks from outside; an unknown class is our fault."""
    return next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), INTERNAL)


def problem_type(kind: Kind) -> str:
    """Return the problem's type, which names a kind of failure and leads nowhere."""
    return f"urn:gridgeo:problem:{kind.code}"


def language_of(connection: HTTPConnection) -> Language:
    """Return the caller's language: Accept-Language, else the service's own."""
    asked = connection.headers.get("accept-language")
    return language_from(asked if asked is not None else connection.app.state.settings.language)


def problem(
    connection: HTTPConnection, kind: Kind, template: str, values: dict[str, object], **headers: str
) -> Response:
    """Return the problem+json answer; the template and the title are translated."""
    language = language_of(connection)
    body = {
        "type": problem_type(kind),
        "title": translate(kind.title, language),
        "status": kind.status,
        "detail": translate(template, language, **values),
        "code": kind.code,
        "instance": _plain(connection.scope["path"]),
    }
    if kind.code == KINDS[SignInError].code and getattr(connection.app.state.access, "browser", None) is not None:
        body["login"] = "/login"
    unclear: Any = values.get("unclear")
    if unclear is not None:
        body["unclear"] = _unclear(unclear, language)
    fixed = {"cache-control": "no-store", "content-language": language, "vary": "Accept-Language"}
    if kind.status in (BUSY.status, KINDS[TooManyError].status):
        fixed["retry-after"] = str(values.get("seconds", RETRY_AFTER_S))
    if kind.status == KINDS[SignInError].status and connection.app.state.settings.is_server:
        fixed["www-authenticate"] = "Bearer"
    if connection.scope["path"].startswith("/login") and "text/html" in connection.headers.get("accept", ""):
        return Response(_page(body, language), kind.status, fixed | headers, media_type="text/html")
    return Response(_dumps(body), kind.status, fixed | headers, media_type=PROBLEM_JSON)


def problem_from_error(connection: HTTPConnection, error: Exception) -> Response:
    """Return the answer to an error of any class; what is not meant for users stays inside."""
    kind = kind_of(error)
    if kind.status == KINDS[InvalidInputError].status and connection.scope["path"].startswith("/ogc"):
        kind = OGC_INPUT
    if isinstance(error, RequestValidationError):
        template, values = first_fault(error.errors())
        return problem(connection, kind, template, values)
    if isinstance(error, GridgeoError):
        return problem(connection, kind, error.template, error.values)
    route = getattr(connection.scope.get("route"), "path", "-")
    logger.error("%s %s failed", connection.scope.get("method"), route, exc_info=error)
    return problem(connection, kind, FAULT, {})


def problem_from_status(connection: HTTPConnection, status: int, **headers: str) -> Response:
    """Return the answer for a bare status that the framework or a limit came up with."""
    kind, template = STATUSES.get(status, (Kind(status, "request", "Bad request"), STATUSES[400][1]))
    if status not in STATUSES and status >= INTERNAL.status:
        kind, template = INTERNAL, FAULT
    return problem(connection, kind, template, {}, **headers)


def add_error_handlers(app: FastAPI) -> None:
    """Turn every error of a route into a problem; unexpected ones are answered by the outermost middleware."""
    for error_class in KINDS:
        app.add_exception_handler(error_class, _on_error)
    app.add_exception_handler(HTTPException, _on_status)


async def _on_error(request: Request, error: Exception) -> Response:
    return problem_from_error(request, error)


async def _on_status(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else INTERNAL.status
    headers = getattr(error, "headers", None) or {}
    return problem_from_status(request, status, **headers)


def _unclear(rows: Sequence[Mapping[str, Any]], language: Language) -> list[dict[str, Any]]:
    """Return the texts that were not understood, with what is near called in the reader's language."""
    near = [[{"text": one["text"], "label": place_label(one, language)} for one in row["near"]] for row in rows]
    return [{"given": row["given"], "near": places} for row, places in zip(rows, near, strict=True)]


def _plain(text: str) -> str:
    """Return text that UTF-8 can carry; a path may hold lone surrogates."""
    return text.encode("utf-8", "replace").decode()


def _dumps(body: dict[str, object]) -> bytes:
    return orjson.dumps({key: _plain_within(value) for key, value in body.items()})


def _plain_within(value: object) -> object:
    """Return a value of the body with its texts plain, those of `unclear` as well."""
    if isinstance(value, list):
        return [_plain_within(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain_within(item) for key, item in value.items()}
    return _plain(value) if isinstance(value, str) else value


def _page(body: dict[str, object], language: Language) -> str:
    title, detail = html.escape(str(body["title"])), html.escape(str(body["detail"]))
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>gridgeo</title>'
        f"<h1>{title}</h1><p>{detail}</p></html>"
    )
