"""What the service refuses, as exceptions with the problem's own code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridgeo.errors import GridgeoError


class ApiError(GridgeoError):
    """An answer that is a problem (RFC 9457).

    status: of the answer. code: stable name of the kind of failure, such as ``not_found``. title, detail: for people,
    in the language that was asked for. instance: the path.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        self.instance = str(problem.get("instance", ""))
        super().__init__("{detail}", detail=self.detail or self.title or str(status))


class ApiInputError(ApiError):
    """Something in the request is not valid (422)."""


class ApiSignInError(ApiError):
    """Nobody is signed in, or the key does not count (401)."""


class ApiNotAllowedError(ApiError):
    """Not for this role (403)."""


class ApiNotFoundError(ApiError):
    """Not there, or outside the actor's scope (404)."""


class ApiConflictError(ApiError):
    """It has moved on, or the change does not say what it is meant for (409, 412, 428)."""


class ApiUnavailableError(ApiError):
    """Busy or asked too much of, still so after every try (429, 503)."""


BY_STATUS: dict[int, type[ApiError]] = {
    401: ApiSignInError,
    403: ApiNotAllowedError,
    404: ApiNotFoundError,
    409: ApiConflictError,
    412: ApiConflictError,
    422: ApiInputError,
    428: ApiConflictError,
    429: ApiUnavailableError,
    503: ApiUnavailableError,
}


def problem_of(status: int, body: object) -> ApiError:
    """Return the exception for an answer."""
    plain = body if isinstance(body, Mapping) else {}
    return BY_STATUS.get(status, ApiError)(status, plain)
