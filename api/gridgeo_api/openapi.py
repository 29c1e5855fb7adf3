"""The OpenAPI description: problem responses of every route, and the models they refer to."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gridgeo.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo_api import schemas
from gridgeo_api.errors import (
    BUSY,
    KINDS,
    NO_VERSION,
    OGC_INPUT,
    PROBLEM_JSON,
    SIGN_IN,
    STATUSES,
    Kind,
    NoVersionError,
    SignInError,
    TooManyError,
    problem_type,
)
from gridgeo_api.schemas import Problem

REASONS = {
    304: "The caller's copy is still good (If-None-Match).",
    400: "A parameter is not known here, or not valid; the detail names it. Or the Host header is not ours.",
    401: "Nobody is signed in, or the token or key is not good.",
    403: (
        "Not for this role; nobody has given this person a role; "
        "or the request comes from another site's page, or with a used login link."
    ),
    404: "Not there, or outside the actor's scope; or nothing is published yet.",
    412: "Somebody changed it meanwhile, or the idempotency key was used for something else; nothing was done.",
    413: "The body is larger than allowed.",
    422: "Something in the request is not valid; the detail names it.",
    428: "The change does not say which revision it is meant for (If-Match).",
    429: "The actor asks for more than its share; try again after the seconds in Retry-After.",
    503: "The store is busy or the request took too long; try again after the seconds in Retry-After.",
}
EXAMPLES: dict[int, tuple[Kind, str]] = {
    400: (OGC_INPUT, "parameter colour is not known here; known are crs"),
    401: (KINDS[SignInError], SIGN_IN),
    403: (KINDS[NotAllowedError], "role rm may not change data; it takes hq or planner"),
    404: (KINDS[NotFoundError], "there is no branch b9"),
    412: (KINDS[ConflictError], "the grids of branch b1 are at revision 8, not 7; read them again"),
    413: STATUSES[413],
    428: (KINDS[NoVersionError], NO_VERSION),
    429: (KINDS[TooManyError], "more requests than this actor's share: wait 3 s"),
    422: (KINDS[InvalidInputError], "branch_id must have at most 200 characters, got bbbb…"),
    503: (BUSY, "somebody else is writing to the store; try again"),
}
"""Status -> the kind of problem it carries here, and what its detail may say."""

Responses = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Responses:
    """Return the ``responses`` of a route for these statuses."""
    return {status: {"description": REASONS[status], **_content(status)} for status in statuses}


def json_answer(media_type: str, model: str, description: str) -> Responses:
    """Return the 200 response of a route that answers with a media type of its own."""
    return {
        200: {
            "description": description,
            "content": {media_type: {"schema": {"$ref": f"#/components/schemas/{model}"}}},
        }
    }


def accepted(model: str) -> Responses:
    """Return the 202 response of a route that queues a job."""
    return {
        202: {
            "description": "Queued; Location leads to the job.",
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}},
        }
    }


def text_answer(media_type: str, description: str, example: str) -> Responses:
    """Return the 200 response of a route that answers with text."""
    content = {media_type: {"schema": {"type": "string"}, "example": example}}
    return {200: {"description": description, "content": content}}


def describe(app: FastAPI) -> None:
    """Give the application an OpenAPI description that knows the problem model."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            models = schema.setdefault("components", {}).setdefault("schemas", {})
            found = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            models |= found.pop("$defs", {}) | {"Problem": found}
            _restore_examples(models)
            _add_everywhere(schema)
            _tell_revalidation(schema)
            _invalid_once(schema)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _invalid_once(schema: dict[str, Any]) -> None:
    """Leave out the 422 that FastAPI adds where invalid parameters are answered with 400."""
    for methods in schema["paths"].values():
        for operation in methods.values():
            if "400" in operation["responses"]:
                operation["responses"].pop("422", None)


EVERYWHERE = (403, 429, 503)
"""What the service itself may answer, whatever the route: nobody's role, too much, too late."""
OPEN_TO_ALL = "/health"


def _add_everywhere(schema: dict[str, Any]) -> None:
    """Describe on every route what the service in front of it may answer."""
    for path, methods in schema["paths"].items():
        for operation in methods.values() if path != OPEN_TO_ALL else ():
            for status, described in problems(*EVERYWHERE).items():
                operation["responses"].setdefault(str(status), described)


def _restore_examples(models: dict[str, dict[str, Any]]) -> None:
    """Put the examples of our models back as they are: FastAPI leaves out every null."""
    for name, model in models.items():
        extra = getattr(getattr(schemas, name, None), "model_config", {}).get("json_schema_extra", {})
        if "examples" in extra:
            model["examples"] = extra["examples"]


def _tell_revalidation(schema: dict[str, Any]) -> None:
    """Say of every read that it may be answered with 304."""
    for path, methods in schema["paths"].items():
        if path.startswith("/api/") and "get" in methods:
            methods["get"]["responses"].setdefault("304", {"description": REASONS[304]})


def _content(status: int) -> dict[str, Any]:
    if status not in EXAMPLES:
        return {}
    kind, detail = EXAMPLES[status]
    example = {
        "type": problem_type(kind),
        "title": kind.title,
        "status": status,
        "detail": detail,
        "code": kind.code,
        "instance": "/api/v1/cells",
    }
    return {"content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}}
