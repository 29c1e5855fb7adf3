"""Requests that the OpenAPI description allows, and some that it does not, made up by schemathesis, with any role."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.schemas import APIOperation

from gridgeo.domain import Actor

from .conftest import ORIGIN, Client

ROLES = (
    Actor("h", "hq"),
    Actor("m", "branch_manager", frozenset({"b1"})),
    Actor("p", "helper", frozenset({"b1"})),
    Actor("c", "consumer"),
    Actor("a", "auditor"),
)
LEAVES_THE_STORE = ("login", "finish_login", "logout")
"""Routes about the session itself, which these requests need."""
BUSY = 503
FEW = 10
"""Up to so many a route, each run sends the same ones."""


def operations(description: dict[str, Any]) -> Iterator[tuple[str, APIOperation]]:
    """Yield each route with its operation id."""
    schema = schemathesis.openapi.from_dict(description)
    for result in schema.get_all_operations():
        operation = result.ok()
        name = operation.definition.raw["operationId"]
        if name not in LEAVES_THE_STORE:
            yield name, operation


def try_operation(client: Client, operation: APIOperation, examples: int) -> list[str]:
    """Send made-up requests to a route; return what was wrong with the answers, one sentence each."""
    wrong: list[str] = []
    valid = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    invalid = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=examples <= FEW,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=valid | invalid, actor=st.sampled_from(ROLES))
    def send(case: Case, actor: Actor) -> None:
        client.act_as(actor)
        answer = answered(client, case)
        if answer is not None and (fault := fault_of(answer)):
            wrong.append(f"{actor.role} {answer.request.method} {answer.request.url}: {fault}")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        send()
    return wrong


def answered(client: Client, case: Case) -> httpx.Response | None:
    """Send one request; None for one that no client can put on the wire."""
    given_options = case.as_transport_kwargs(base_url=ORIGIN)
    known = ("method", "url", "params", "json", "data", "content", "headers")
    options = {name: value for name, value in given_options.items() if name in known and value is not None}
    data = options.pop("data", None)
    if isinstance(data, bytes | str):
        options["content"] = data
    options["headers"] = {str(key): str(value) for key, value in dict(options.get("headers", {})).items()}
    options["headers"] |= {"origin": ORIGIN}
    options["headers"].pop("cookie", None)
    try:
        return client.request(options.pop("method"), options.pop("url"), **options)
    except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError, TypeError, ValueError):
        return None


def fault_of(answer: httpx.Response) -> str | None:
    """Return what is wrong with an answer: a fault of ours, or a refusal that has not the form of one."""
    if answer.status_code >= 500 and not (answer.status_code == BUSY and "retry-after" in answer.headers):
        return f"{answer.status_code} {answer.text[:200]}"
    refused = answer.status_code >= 400
    if refused and answer.headers["content-type"] != "application/problem+json":
        return f"{answer.status_code} as {answer.headers['content-type']}"
    if "x-request-id" not in answer.headers:
        return "no name of the request"
    return None
