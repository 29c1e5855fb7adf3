"""Whatever the description allows, and what it does not, no role gets a fault out of any route."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.responses import Response

from gridgeo_api.main import create_app

from .conftest import Client, copy_of_store, running, settings_for
from .described_requests import fault_of, operations, try_operation
from .small_bank import Bank
from .test_openapi import DESCRIPTION

EXAMPLES = int(os.environ.get("GRIDGEO_FUZZ_EXAMPLES", "4"))
"""A route; scripts/fuzz sends more."""
OPERATIONS = dict(operations(DESCRIPTION))


@pytest.fixture(scope="module")
def service(published: tuple[str, Bank], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A signed-in client over a copy of the small store."""
    file: Path = tmp_path_factory.mktemp("described") / "small.db"
    with running(create_app(settings_for(copy_of_store(published[0], file)))) as client:
        assert client.login().status_code == 303
        yield client


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_described_request_is_a_fault(service: Client, name: str) -> None:
    assert try_operation(service, OPERATIONS[name], EXAMPLES) == []


def test_a_fault_would_be_found(published: tuple[str, Bank]) -> None:
    def broken(_: object) -> Response:
        raise RuntimeError

    def add(app: FastAPI) -> None:
        own = FastAPI()
        own.add_route("/api/v1/branches", broken)
        app.router.routes[:0] = own.router.routes[-1:]

    app = create_app(settings_for(published[0]))
    add(app)
    with running(app) as client:
        assert client.login().status_code == 303
        found = try_operation(client, OPERATIONS["list_branches"], EXAMPLES)
        assert any("500" in one for one in found)
        assert fault_of(client.get("/api/v1/session")) is None
