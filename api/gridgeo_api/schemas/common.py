"""What every answer shares: the configuration of a model, and the problem."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

Cell = str
"""An H3 cell as 15 hexadecimal digits."""
CELL = "891f8d7a49bffff"
OTHER_CELL = "891f8d7a493ffff"


def answer_config(example: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a model that answers a request: no other fields, and an example."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class NearText(BaseModel):
    """What could be meant by a text that is unclear. text: what to write instead; label: what it is."""

    text: str
    label: str


class UnclearText(BaseModel):
    """A text of a list that stands for nothing that is known, or for several things; near: the likest first."""

    given: str
    near: list[NearText]


class Problem(BaseModel):
    """Why a request failed (RFC 9457).

    login: where a browser signs in, from a server that has such a page. unclear: texts of a list of places or roads
    that were not understood, one by one.
    """

    model_config = answer_config(
        {
            "type": "urn:gridgeo:problem:not_found",
            "title": "Not found",
            "status": 404,
            "detail": "there is no branch b9",
            "code": "not_found",
            "instance": "/api/v1/cells",
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    login: str | None = None
    unclear: list[UnclearText] | None = None
