"""Long work over the API: queued, watched, cancelled; done by a worker in the asker's name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.jobs import work
from gridgeo.storage import open_engine
from gridgeo.storage.jobs import NewJob, add_job

from .conftest import Client

ANNA = Actor("anna", "branch_manager", frozenset({"B2"}))
BUFFER = {"branches": ["B2"], "spec": {"method": "buffer", "radius_m": 400}}


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def engine_of(demo_url: str) -> Iterator[sa.Engine]:
    """The demo store as a worker opens it."""
    engine = open_engine(demo_url)
    yield engine
    engine.dispose()


def test_a_drawing_is_queued_done_and_read(editor: Client, engine_of: sa.Engine) -> None:
    queued = editor.post("/api/v1/catchments", BUFFER)
    assert queued.status_code == 202
    address = queued.headers["location"]
    assert editor.get(address).json() == queued.json()
    assert queued.json()["state"] == "queued"
    assert work(engine_of, clock, once=True) == 1
    done = editor.get(address).json()
    assert (done["state"], done["progress"], done["error"]) == ("done", 1.0, None)
    drawn = editor.get("/api/v1/catchments/drawn/B2").json()
    assert (drawn["version"], drawn["method"]) == (done["result"]["version"], "buffer")


def test_a_run_over_the_api_publishes(editor: Client, engine_of: sa.Engine) -> None:
    before = editor.get("/api/v1/session").json()["versions"]["publication"]
    queued = editor.post("/api/v1/runs", {"resolution": 10})
    assert work(engine_of, clock, once=True) == 1
    done = editor.get(queued.headers["location"]).json()
    assert done["state"] == "done", done
    assert editor.get("/api/v1/session").json()["versions"]["publication"] == done["result"]["publication"] > before


def test_a_failure_speaks_the_readers_language(editor: Client, engine_of: sa.Engine) -> None:
    queued = editor.post("/api/v1/catchments", BUFFER | {"branches": ["B9"]})
    work(engine_of, clock, once=True)
    address = queued.headers["location"]
    english = editor.get(address, headers={"accept-language": "en"}).json()
    chinese = editor.get(address, headers={"accept-language": "zh"}).json()
    assert english["state"] == "failed"
    assert "B9" in english["error"]
    assert "B9" in chinese["error"]
    assert chinese["error"] != english["error"]
    assert chinese["words"] == "划定辐射范围"


def test_the_same_request_again_is_one_job(editor: Client) -> None:
    first, again = (editor.post("/api/v1/catchments", BUFFER, idempotency_key="k").json() for _ in range(2))
    assert first["id"] == again["id"]
    assert len(editor.get("/api/v1/jobs").json()["jobs"]) == 1
    assert editor.post("/api/v1/runs", {}, idempotency_key="k").status_code == 412


def test_a_waiting_job_is_cancelled(editor: Client, engine_of: sa.Engine) -> None:
    address = editor.post("/api/v1/catchments", BUFFER).headers["location"]
    assert editor.post(f"{address}/cancel").json()["state"] == "cancelled"
    assert work(engine_of, clock, once=True) == 0
    assert editor.get("/api/v1/jobs", params={"state": "cancelled"}).json()["jobs"][0]["state"] == "cancelled"


def test_somebody_elses_job_is_not_there(editor: Client, engine_of: sa.Engine) -> None:
    address = editor.post("/api/v1/catchments", BUFFER).headers["location"]
    with engine_of.begin() as connection:
        own = add_job(connection, ANNA, NewJob("run", {}), clock())
    editor.act_as(ANNA)
    assert [job["id"] for job in editor.get("/api/v1/jobs").json()["jobs"]] == [own.id]
    assert editor.get(address).status_code == 404
    assert editor.post(f"{address}/cancel").status_code == 404
    assert editor.get(f"/api/v1/jobs/{own.id}").status_code == 200


@pytest.mark.parametrize("role", ["branch_manager", "rm", "consumer"])
def test_only_planners_queue_work_for_the_whole_bank(editor: Client, role: str) -> None:
    editor.act_as(Actor("x", role, frozenset({"B2"})))  # type: ignore[arg-type]
    whole = {"spec": BUFFER["spec"], "branches": []}
    for path, body in (("catchments", whole), ("catchments/preview", whole), ("runs", {})):
        assert editor.post(f"/api/v1/{path}", body).status_code == 403
    editor.act_as(Actor("p", "planner"))
    assert editor.get("/api/v1/jobs").json()["jobs"] == []


def test_a_preview_shows_what_a_drawing_gives_and_keeps_nothing(editor: Client) -> None:
    before = editor.get("/api/v1/catchments/drawn").json()
    shown = editor.post("/api/v1/catchments/preview", BUFFER | {"rules": {"holes": "nearest"}}).json()
    assert {row["branch_id"]: row["method"] for row in shown["catchments"]}["B2"] == "buffer"
    assert shown["rules"]["holes"] == "nearest"
    assert editor.get("/api/v1/catchments/drawn").json() == before


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"method": "magic"},
        {"method": "buffer"},
        {"method": "buffer", "radius_m": -1},
        {"method": "buffer", "radius_m": 400, "minutes": 3},
        {"method": "drawn", "polygon": {"type": "Polygon", "coordinates": []}},
        {"method": "drawn", "polygon": "x"},
        {"method": "drawn", "polygon": {"type": "Polygon", "coordinates": [[[0, 91], [1, 91], [1, 92], [0, 91]]]}},
        {"method": "combined", "operation": "union", "of": [{"method": "combined"}]},
    ],
)
def test_a_drawing_that_makes_no_sense_is_refused_before_it_is_queued(editor: Client, spec: dict[str, object]) -> None:
    refused = editor.post("/api/v1/catchments", {"branches": ["B2"], "spec": spec, "datum": "wgs84"})
    assert refused.status_code == 422, refused.text
    assert editor.get("/api/v1/jobs").json()["jobs"] == []


def test_a_drawn_polygon_needs_its_datum(editor: Client) -> None:
    ring = [[24.93, 60.16], [24.95, 60.16], [24.95, 60.18], [24.93, 60.18], [24.93, 60.16]]
    spec = {"method": "drawn", "polygon": {"type": "Polygon", "coordinates": [ring]}}
    refused = editor.post("/api/v1/catchments/preview", {"branches": ["B2"], "spec": spec})
    assert refused.status_code == 422
    assert "datum" in refused.json()["detail"]
    shown = editor.post("/api/v1/catchments/preview", {"branches": ["B2"], "spec": spec, "datum": "wgs84"})
    assert shown.status_code == 200, shown.text


def test_another_branchs_drawing_is_not_there(editor: Client) -> None:
    editor.act_as(ANNA)
    assert editor.get("/api/v1/catchments/drawn/B2").status_code == 200
    assert editor.get("/api/v1/catchments/drawn/B1").status_code == 404
    assert [row["branch_id"] for row in editor.get("/api/v1/catchments/drawn").json()["catchments"]] == ["B2"]
