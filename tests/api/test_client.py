"""The Python client against the real application: pages, arrays, retries, problems, jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

import httpx
import numpy as np
import polars as pl
import pytest
import shapely

from gridgeo.cells import cell_polygons
from gridgeo.client import (
    ApiConflictError,
    ApiError,
    ApiInputError,
    ApiNotFoundError,
    ApiSignInError,
    ApiUnavailableError,
    records,
)
from gridgeo.client import Client as Remote
from gridgeo.client.jobs import JobFailedError
from gridgeo.client.transport import Retry
from gridgeo.errors import InvalidInputError
from gridgeo.jobs import work
from gridgeo.storage import open_engine

from .conftest import ORIGIN, TOKEN, Client, Start
from .small_bank import Bank
from .test_openapi import DESCRIPTION


class Bridge(httpx.BaseTransport):
    """A way to the application in this process, for a client that is not asynchronous."""

    def __init__(self, client: Client, faults: list[httpx.Response | Exception] | None = None) -> None:
        self.client = client
        self.inner = httpx.ASGITransport(app=client.app, raise_app_exceptions=False)
        self.faults = faults if faults is not None else []
        self.sent: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer with the next fault, if one is left, else as the application does."""
        self.sent.append(request)
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault

        async def ask() -> tuple[int, httpx.Headers, bytes]:
            whole = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
            answer = await self.inner.handle_async_request(whole)
            assert isinstance(answer.stream, httpx.AsyncByteStream)
            return answer.status_code, answer.headers, b"".join([part async for part in answer.stream])

        status, headers, body = self.client.portal.call(ask)
        return httpx.Response(status, headers=headers, content=body)


Waits = list[float]
Connect = Callable[..., tuple[Remote, Bridge]]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Connect a client to an application that nobody has signed in to yet."""
    opened: list[Remote] = []

    def begin(service: Client, faults: list[Any] | None = None, waits: Waits | None = None) -> tuple[Remote, Bridge]:
        bridge = Bridge(service, faults)
        retry = Retry(tries=3, sleep=(waits if waits is not None else []).append)
        opened.append(Remote(ORIGIN, login=TOKEN, transport=bridge, retry=retry))
        return opened[-1], bridge

    yield begin
    for each in opened:
        each.close()


@pytest.fixture
def remote(start: Start, connect: Connect) -> Remote:
    """A signed-in client of the small bank."""
    return connect(start())[0]


def test_cells_come_as_numbers_and_as_a_table(remote: Remote, bank: Bank) -> None:
    found = remote.cells(page_cells=13)
    assert found.cells.dtype == np.uint64
    assert found.cells.tolist() == bank.cells.tolist()
    assert len(found) == len(bank.cells)
    frame = found.to_polars()
    assert frame.schema["cell"] == pl.UInt64
    assert frame["branch_id"].to_list() == [("b1", "b2")[at] for at in bank.branch_index]
    np.testing.assert_allclose(found.measures["people"].values, bank.values["people"])
    share = found.measures["penetration"]
    assert share.low is not None
    assert np.isnan(share.values[0])
    assert frame["penetration"][0] is None
    assert {"penetration_low", "penetration_high", "penetration_evidence"} <= set(frame.columns)
    assert "people_low" not in frame.columns


def test_cells_are_chosen(remote: Remote, bank: Bank) -> None:
    shape = shapely.geometry.mapping(shapely.union_all(cell_polygons(bank.cells[10:25])))
    assert remote.cells(polygon=shape, datum="wgs84").cells.tolist() == bank.cells[10:25].tolist()
    wanted = bank.cells[:5]
    assert remote.cells(cells=wanted.tolist(), measures=["people"]).cells.tolist() == wanted.tolist()
    many = remote.cells(where=[("people", "ge", 100.0)], sort="-people", measures=["people"], page_cells=7)
    values = many.measures["people"].values
    assert (np.diff(values) <= 0).all()
    assert len(many) == (bank.values["people"] >= 100.0).sum()
    assert len(remote.cells(bbox=(0, 0, 1, 1)).to_polars()) == 0


def test_what_is_published_is_read(remote: Remote, bank: Bank) -> None:
    assert [branch["id"] for branch in remote.branches(sort="-id")] == ["b2", "b1"]
    assert remote.session()["versions"]["publication"] == bank.publication
    assert {measure["id"] for measure in remote.measures()} == set(bank.values)
    assert [row["id"] for row in remote.territories("b2")] == ["T-s3"]
    assert remote.cell(int(bank.cells[3]))["cell"] == bank.names()[3]
    assert len(remote.catchments()["features"]) == 2
    assert list(remote.scenarios.list()) == list(remote.grids.sets()) == list(remote.imports.list()) == []


def test_a_file_is_exported(remote: Remote, tmp_path: Path) -> None:
    assert remote.export("csv", tmp_path / "out.zip").read_bytes()[:2] == b"PK"


def test_a_problem_is_raised_with_its_code(remote: Remote) -> None:
    with pytest.raises(ApiNotFoundError) as refused:
        remote.cells(branch_id="b9")
    assert (refused.value.status, refused.value.code) == (404, "not_found")
    assert "b9" in str(refused.value)
    with pytest.raises(ApiInputError):
        remote.get("/api/v1/cells", bbox="1,2")
    with pytest.raises(ApiNotFoundError):
        remote.grids.edit("b9", 7, "rename", {"grid": "x", "name": "y"})


def test_nobody_is_let_in_without_a_key_or_a_login(client: Client) -> None:
    with Remote(ORIGIN, transport=Bridge(client), retry=Retry(tries=1)) as stranger, pytest.raises(ApiSignInError):
        stranger.session()
    with pytest.raises(InvalidInputError):
        Remote(ORIGIN, key="a", login="b")


def busy(after: str) -> httpx.Response:
    return httpx.Response(503, headers={"retry-after": after}, json={"code": "busy", "detail": "try again"})


def test_a_busy_service_is_asked_again_after_the_time_it_names(start: Start, connect: Connect) -> None:
    waits: Waits = []
    remote, bridge = connect(start(), waits=waits)
    bridge.faults[:] = [busy("2"), httpx.ConnectError("gone")]
    assert remote.session()["actor"]
    assert waits == [2.0, 1.0]


def test_a_service_that_stays_busy_is_given_up(start: Start, connect: Connect) -> None:
    remote, bridge = connect(start())
    bridge.faults[:] = [busy("x"), busy("1"), busy("1"), busy("1")]
    with pytest.raises(ApiUnavailableError) as refused:
        remote.session()
    assert refused.value.code == "busy"
    assert len(bridge.faults) == 1


def test_a_change_is_tried_again_under_the_same_key(start: Start, connect: Connect) -> None:
    remote, bridge = connect(start())
    bridge.faults[:] = [busy("0")]
    with pytest.raises(ApiError):
        remote.scenarios.comment("None", "x")
    keys = [request.headers["idempotency-key"] for request in bridge.sent[-2:]]
    assert keys[0] == keys[1]
    with pytest.raises(ApiError):
        remote.scenarios.comment("None", "x")
    assert bridge.sent[-1].headers["idempotency-key"] != keys[0]


def test_a_scenario_is_made_waited_for_and_moved_on(start: Start, connect: Connect, demo_url: str) -> None:
    remote, _ = connect(start(store_url=demo_url))
    engine = open_engine(demo_url)
    told: list[str] = []
    try:
        job = remote.scenarios.make("Spring", ["B2"], tolerance_percent=[30], starts=1)
        assert next(remote.jobs.list("queued"))["id"] == job["id"]
        work(engine, lambda: datetime.now(UTC), once=True)
        done = remote.jobs.wait(job["id"], on_change=lambda each: told.append(each["state"]))
        assert (done["state"], told[-1]) == ("done", "done")
        scenario = remote.scenarios.read("Spring")
        with pytest.raises(ApiConflictError):
            remote.scenarios.submit("Spring", scenario["revision"] + 1)
        assert remote.scenarios.submit("Spring", scenario["revision"])["status"] == "submitted"
        with pytest.raises(ApiConflictError, match="reject it first"):
            remote.scenarios.delete("Spring", scenario["revision"] + 1)
        assert remote.scenarios.compare("Spring")["other"] == "Spring"
        assert b"Spring" in remote.scenarios.report("Spring")
        assert (
            len(list(remote.scenarios.handover("Spring"))) == remote.scenarios.compare("Spring")["customers_moved_hard"]
        )
        assert remote.where_next("B2", limit=3)
        customers = list(remote.parties.customers(branch_id="B2"))
        assert {row["branch_id"] for row in customers} == {"B2"}
        dropped = remote.scenarios.make("Never", ["B2"])
        remote.jobs.cancel(dropped["id"])
        with pytest.raises(JobFailedError) as failed:
            remote.jobs.wait(dropped["id"])
        assert failed.value.job["state"] == "cancelled"
    finally:
        engine.dispose()


@pytest.mark.parametrize("name", [
    "Branch", "MeasureInfo", "Territory", "Job", "ScenarioHead", "Scenario", "CustomerRow", "MerchantRow",
])  # fmt: skip
def test_a_record_has_the_fields_of_the_description(name: str) -> None:
    described = DESCRIPTION["components"]["schemas"][name]["properties"]
    hints = get_type_hints(getattr(records, name))
    assert set(hints) == set(described)
    for field, hint in hints.items():
        nullable = {"type": "null"} in described[field].get("anyOf", [])
        assert (type(None) in get_args(hint)) == nullable or hint is Any, field
