"""Scenarios over the API: solved by jobs, moved, mended, approved by a second person, published and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.jobs import work
from gridgeo.storage import open_engine, reading
from gridgeo_api.main import create_app

from .conftest import ORIGIN, Client, copy_of_store, running, settings_for

LI, WANG = Actor("li", "planner", None), Actor("wang", "hq", None)
PATH = "/api/v1/scenarios"
pytestmark = pytest.mark.usefixtures("spring")
SPRING = {"scenario": "Spring", "branches": ["B2"], "tolerance_percent": [30], "starts": 1}


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def store_url(demo_made: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("scenarios") / "demo.db"
    return copy_of_store(demo_made("sqlite"), file)


@pytest.fixture(scope="module")
def engine(store_url: str) -> Iterator[sa.Engine]:
    """The store as a worker opens it."""
    opened = open_engine(store_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def planner(store_url: str) -> Iterator[Client]:
    """A service over a demo store of its own, with Spring solved for B2 by a planner."""
    with running(create_app(settings_for(store_url))) as client:
        client.act_as(LI)
        yield client


@pytest.fixture(scope="module")
def spring(planner: Client, engine: sa.Engine) -> dict[str, Any]:
    """The job that made Spring, done."""
    queued = planner.post(PATH, SPRING, idempotency_key="spring")
    assert queued.status_code == 202, queued.text
    assert work(engine, clock, once=True) == 1
    again = planner.post(PATH, SPRING, idempotency_key="spring")
    assert (again.status_code, again.content) == (202, queued.content)
    job: dict[str, Any] = planner.get(queued.headers["location"]).json()
    return job


def read(client: Client, name: str = "Spring") -> tuple[dict[str, Any], str]:
    answer = client.get(f"{PATH}/{name}")
    return answer.json(), answer.headers["etag"]


def change(client: Client, step: str, body: Any = None, name: str = "Spring", **headers: str) -> httpx.Response:
    """Ask for a step of a scenario at the revision that it has now."""
    return client.post(f"{PATH}/{name}/{step}", body, **({"if_match": read(client, name)[1]} | headers))


def made(client: Client, engine: sa.Engine, name: str) -> None:
    assert client.post(PATH, SPRING | {"scenario": name}).status_code == 202
    assert work(engine, clock, once=True) == 1


def test_a_solve_is_a_job_whose_scenario_can_be_read(planner: Client, spring: dict[str, Any]) -> None:
    assert (spring["state"], spring["result"]["scenario"], spring["error"]) == ("done", "Spring", None)
    body, etag = read(planner)
    assert (body["status"], body["planned"], body["tolerance_percent"]) == ("draft", ["B2"], [30.0, 30.0])
    assert etag == f'"{spring["result"]["revision"]}.{len(body["log"])}"'
    assert [row["scenario"] for row in planner.get(PATH).json()["scenarios"]] == ["Spring"]


def test_a_remark_changes_the_tag_and_not_the_revision(planner: Client) -> None:
    before, tag = read(planner)
    assert planner.post(f"{PATH}/Spring/comments", {"text": "look at the river"}).status_code == 201
    after, later = read(planner)
    assert after["revision"] == before["revision"]
    assert later != tag
    assert planner.get(f"{PATH}/Spring", headers={"if-none-match": tag}).status_code == 200
    assert planner.get(f"{PATH}/Spring", headers={"if-none-match": later}).status_code == 304


def test_cells_are_moved_and_the_rest_is_mended_around_them(planner: Client, engine: sa.Engine) -> None:
    made(planner, engine, "Moved")
    ids = [seat["id"] for seat in read(planner, "Moved")[0]["territories"]]
    with reading(engine) as connection:
        query = "SELECT cell FROM territory_cell WHERE version_id = :version AND territory_id = :owner"
        found = sa.text(f"{query} ORDER BY cell LIMIT 1")
        version = read(planner, "Moved")[0]["version"]
        cell = connection.scalar(found, {"version": version, "owner": ids[0]})
    move = {"moves": [{"cell": f"{cell:x}", "territory": ids[1]}]}
    moved = change(planner, "moves", move, "Moved")
    assert moved.status_code == 200, moved.text
    (told,) = moved.json()["moves"]
    assert (told["from"], told["to"]) == (ids[0], ids[1])
    assert moved.json()["revision"] == 2
    body = planner.get(f"{PATH}/Moved/cells").json()
    assert [body["cells"][at] for at in body["placed"]] == [f"{cell:x}"]
    queued = change(planner, "repair", {"locked": [ids[1]]}, "Moved")
    assert queued.status_code == 202, queued.text
    work(engine, clock, once=True)
    job = planner.get(queued.headers["location"]).json()
    assert (job["state"], job["result"]["revision"]) == ("done", 3)
    changed = planner.get(f"{PATH}/Moved/changes.geojson", params={"against": "Spring"}).json()
    given = [name for each in changed["features"] for name in each["properties"]["cells"]]
    assert f"{cell:x}" in given


@contextmanager
def statements_of(client: Client) -> Iterator[list[str]]:
    """The statements that a service's store is sent."""
    sent: list[str] = []
    engine = client.app.state.engine

    def note(*given: Any) -> None:
        sent.append(given[2])

    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


def test_what_one_answer_does_not_hold_is_refused_and_comes_by_branch(planner: Client, store_url: str) -> None:
    whole = planner.get(f"{PATH}/Spring/cells").json()
    assert planner.get(f"{PATH}/Spring/cells", params={"branch_id": "B2"}).json() == whole
    for path in ("cells", "changes.geojson"):
        assert planner.get(f"{PATH}/Spring/{path}", params={"branch_id": "B1"}).status_code == 404
    changes = planner.get(f"{PATH}/Spring/changes.geojson", params={"branch_id": "B2"}).json()
    assert changes == planner.get(f"{PATH}/Spring/changes.geojson").json()
    same = planner.get(f"{PATH}/Spring/changes.geojson", params={"against": "Spring"})
    assert (same.status_code, same.json()["features"]) == (200, [])
    moved = sum(len(each["properties"]["cells"]) for each in changes["features"])
    told = planner.get(f"{PATH}/Spring/compare").json()
    assert sum(each["properties"]["customers_hard"] for each in changes["features"]) == told["customers_moved_hard"] > 0
    cells, drawn = len(whole["cells"]), {"branches": ["B2"], "spec": {"method": "buffer", "radius_m": 800}}
    worked_out: list[bool] = []
    for most, expected in ((moved - 1, (422, 422)), (moved, (422, 200)), (cells, (200, 200))):
        with running(create_app(settings_for(store_url, max_cells_per_answer=most))) as narrow:
            narrow.act_as(LI)
            with statements_of(narrow) as statements:
                answers = []
                for path in ("cells", "changes.geojson"):
                    statements.clear()
                    answers.append(narrow.get(f"{PATH}/Spring/{path}"))
                    worked_out.append(any("cell_score.value" in each for each in statements))
            assert tuple(answer.status_code for answer in answers) == expected
            if most < moved:
                assert f"at most {most} are given" in answers[0].json()["detail"]
                assert narrow.post("/api/v1/catchments/preview", drawn).status_code == 422
    assert worked_out == [False, False, False, True, True, True], "of what is refused no figure is read"
    assert planner.post("/api/v1/catchments/preview", drawn).status_code == 200


def test_cells_of_a_scenario_add_up_to_its_figures(planner: Client) -> None:
    body = planner.get(f"{PATH}/Spring/cells").json()
    whole, _ = read(planner)
    assert (body["revision"], body["version"], body["tolerance_percent"]) == (
        whole["revision"], whole["version"], dict.fromkeys(whole["measures"], 30.0)
    )  # fmt: skip
    owner, targets = np.array(body["territory_index"]), whole["branches"]["B2"]["targets"]
    for at, territory in enumerate(body["territories"]):
        assert territory["cells"] == np.count_nonzero(owner == at)
        for measure in body["measures"]:
            load, target = territory["loads"][measure], territory["targets"][measure]
            assert load == pytest.approx(np.array(body["weights"][measure])[owner == at].sum(), rel=1e-12)
            assert target == pytest.approx(targets[territory["rm_id"]][measure], abs=6e-4)
            assert territory["imbalance_percent"][measure] == pytest.approx(100 * (load / target - 1), abs=1e-9)
    certificate = whole["branches"]["B2"]["certificate"]
    assert [territory["pieces"] for territory in body["territories"]] == certificate["pieces"]
    assert (body["placed"], body["bridges"], body["grids"], set(body["grid_index"])) == ([], [], [], {-1})
    assert {*body["group_index"], *(territory["group"] for territory in body["territories"])} == {0}


def test_the_live_plan_as_it_is_becomes_a_scenario_that_moves_nobody(planner: Client, engine: sa.Engine) -> None:
    wanted = {"scenario": "Same", "as_it_is": True, "branches": ["B2"]}
    assert planner.post(f"{PATH}/replans", wanted | {"keep_share": 0.9}).status_code == 422
    assert planner.post(f"{PATH}/replans", wanted).status_code == 202
    assert work(engine, clock, once=True) == 1
    compared = planner.get(f"{PATH}/Same/compare").json()
    assert (compared["cells_moved"], compared["customers_kept_percent"]) == (0, 100.0)
    assert read(planner, "Same")[0]["changes"] == {"basis": "live", "as_it_is": True}


def test_a_change_without_or_with_a_stale_revision_is_refused(planner: Client) -> None:
    assert planner.post(f"{PATH}/Spring/submit").status_code == 428
    stale = planner.post(f"{PATH}/Spring/submit", if_match='"99"')
    assert (stale.status_code, stale.json()["code"]) == (412, "conflict")
    assert planner.post(f"{PATH}/Spring/submit", if_match='"one"').status_code == 422
    assert planner.post(PATH, SPRING).status_code == 412
    assert read(planner)[0]["status"] == "draft"


def test_a_second_person_approves_and_what_is_published_is_taken_back(planner: Client, engine: sa.Engine) -> None:
    made(planner, engine, "Live")
    before = planner.get("/api/v1/session").json()["versions"]["publication"]
    assert change(planner, "submit", name="Live").json()["status"] == "submitted"
    assert (
        change(planner, "moves", {"moves": [{"cell": "8a1126d06cb7fff", "territory": "x"}]}, "Live").status_code == 412
    )
    refused = change(planner, "approve", {}, "Live")
    assert (refused.status_code, "second person" in refused.json()["detail"]) == (403, True)
    try:
        planner.act_as(WANG)
        assert change(planner, "approve", {"remark": "good"}, "Live").json()["status"] == "approved"
        published = change(planner, "publish", {"effective_on": "2027-01-01"}, "Live", idempotency_key="p")
        assert published.status_code == 200, published.text
        assert published.json()["publication_before"] == before
        assert planner.get("/api/v1/session").json()["versions"]["publication"] == published.json()["publication"]
        entry = planner.get("/api/v1/territories/history").json()["history"][0]
        assert (entry["scenario"], entry["live"], entry["in_force"]) == ("Live", True, False)
        back = change(planner, "rollback", name="Live")
        assert (back.status_code, back.json()["publication"]) == (200, before)
        assert planner.get("/api/v1/session").json()["versions"]["publication"] == before
    finally:
        planner.act_as(LI)


def test_the_same_request_again_is_done_once(planner: Client) -> None:
    first, again = (
        planner.post(f"{PATH}/Spring/comments", {"text": "once"}, idempotency_key="remark") for _ in range(2)
    )
    assert (first.status_code, first.content) == (again.status_code, again.content)
    other = planner.post(f"{PATH}/Spring/comments", {"text": "twice"}, idempotency_key="remark")
    assert other.status_code == 412
    assert [entry["text"] for entry in read(planner)[0]["comments"]].count("once") == 1


def test_a_replan_keeps_customers_when_somebody_leaves(planner: Client, engine: sa.Engine) -> None:
    leaver = read(planner)[0]["territories"][0]["rm_id"]
    asked = {"scenario": "Autumn", "leaves": [leaver], "tolerance_percent": [40], "keep_share": 0.3}
    queued = planner.post(f"{PATH}/replans", asked)
    assert queued.status_code == 202, queued.text
    work(engine, clock, once=True)
    assert planner.get(queued.headers["location"]).json()["state"] == "done"
    body, _ = read(planner, "Autumn")
    assert body["changes"]["leaves"] == [leaver]
    assert leaver not in [seat["rm_id"] for seat in body["territories"]]
    page = planner.get(f"{PATH}/Autumn/handover", params={"limit": 3}).json()
    assert len(page["rows"]) == 3
    assert page["total"] == page["customers"]
    assert all(len(row["cell"]) == 15 for row in page["rows"])
    same = planner.get(f"{PATH}/Autumn/handover", params={"against": "Autumn"})
    assert (same.status_code, same.json()["rows"]) == (200, [])
    whole = planner.get(f"{PATH}/Autumn/handover.csv")
    assert pl.read_csv(whole.content).height == page["customers"]
    assert planner.get(f"{PATH}/Autumn/handover.xlsx").content[:2] == b"PK"
    report = planner.get(f"{PATH}/Autumn/report.html")
    assert report.headers["content-type"].startswith("text/html")
    assert "Autumn" in report.text


def test_what_cannot_work_is_named_before_a_job_is_queued(planner: Client) -> None:
    asked = {"branches": ["B2"], "k": 40, "tolerance_percent": [1]}
    told = planner.post(f"{PATH}/check", asked).json()
    assert told["feasible"] is False
    assert told["findings"][0]["smallest_tolerance_percent"] > 0
    for wrong in (
        SPRING | {"scenario": "N", "branches": ["B9"]},
        SPRING | {"scenario": "live"},
        SPRING | {"scenario": "N", "measures": ["penetration"]},
        SPRING | {"scenario": "N", "homes": {"RM99": "8a1126d06cb7fff"}},
        SPRING | {"scenario": "N", "tolerance_percent": [1, 2, 3]},
        SPRING | {"scenario": "N", "colour": "red"},
    ):
        assert planner.post(PATH, wrong).status_code in (404, 422), wrong
    assert planner.get("/api/v1/jobs", params={"state": "queued"}).json()["jobs"] == []


def test_a_job_is_watched_until_it_is_over(planner: Client, spring: dict[str, Any]) -> None:
    stream = planner.get(f"/api/v1/jobs/{spring['id']}/events")
    assert stream.headers["content-type"].startswith("text/event-stream")
    (event,) = [part for part in stream.text.split("\n\n") if part.startswith("event: job")]
    assert json.loads(event.split("data: ")[1]) == planner.get(f"/api/v1/jobs/{spring['id']}").json()
    queued = planner.post(PATH, SPRING | {"scenario": "Watched"})
    job = queued.json()["id"]
    assert planner.post(f"/api/v1/jobs/{job}/cancel").status_code == 200
    assert '"state":"cancelled"' in planner.get(f"/api/v1/jobs/{job}/events").text


def test_a_cancelled_solve_leaves_nothing(planner: Client, engine: sa.Engine) -> None:
    from gridgeo.jobs.plans import do_solve
    from gridgeo.jobs.tasks import Task
    from gridgeo.jobs.watch import JobCancelledError

    params = planner.post(PATH, SPRING | {"scenario": "Never", "starts": 3}).json()["params"]
    told: list[float] = []

    def progress(_: str, share: float | None = None) -> None:
        told.append(share or 0.0)
        if share:
            raise JobCancelledError("job {job} was cancelled", job="x")

    with pytest.raises(JobCancelledError):
        do_solve(Task(engine, LI, params, None, None, clock, progress, lambda *_: None))
    assert 0 < told[-1] < 1
    assert planner.get(f"{PATH}/Never").status_code == 404


def test_a_dispute_stops_a_publication_until_head_office_decides(planner: Client) -> None:
    seats = read(planner)[0]["territories"]
    cells = planner.get("/api/v1/cells", params={"branch_id": "B2", "measures": "people"}).json()["cells"]
    claim = {"kind": "cell", "subject": cells[0], "claimed_by": seats[1]["rm_id"], "reason": "ours"}
    raised = planner.post(f"{PATH}/Spring/disputes", claim)
    assert raised.status_code == 201, raised.text
    number = raised.json()["id"]
    assert planner.get("/api/v1/disputes", params={"open": True}).json()["total"] == 1
    decision = {"awarded_to": seats[1]["rm_id"], "decision": "yes"}
    assert planner.post(f"/api/v1/disputes/{number}/decision", decision).status_code == 403
    try:
        planner.act_as(WANG)
        assert planner.post(f"/api/v1/disputes/{number}/decision", decision).json()["status"] == "decided"
    finally:
        planner.act_as(LI)
    assert planner.get("/api/v1/disputes", params={"open": True}).json()["disputes"] == []


def test_accounts_outside_their_area_come_by_pages(planner: Client) -> None:
    for kind in ("conflicts", "enclaves"):
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = planner.get(f"{PATH}/Spring/{kind}", params={"limit": 40} | cursor).json()
            found += [row["customer_id"] for row in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert len(found) == len(set(found)) == page["count"]
    assert planner.get(f"{PATH}/Spring/enclaves", params={"cursor": "x"}).status_code == 422


def test_a_scenario_of_another_branch_is_not_there(planner: Client) -> None:
    try:
        planner.act_as(Actor("m", "branch_manager", frozenset({"B1"})))
        assert planner.get(PATH).json()["scenarios"] == []
        for step in ("", "/check", "/compare", "/gains", "/handover", "/report.html", "/changes.geojson"):
            assert planner.get(f"{PATH}/Spring{step}").status_code == 404
    finally:
        planner.act_as(LI)


def test_a_draft_is_deleted_as_it_was_read_and_the_audit_log_keeps_it(planner: Client, engine: sa.Engine) -> None:
    assert planner.post(PATH, SPRING | {"scenario": "Away"}).status_code == 202
    work(engine, clock, once=True)
    asked = [{}, {"if-match": '"99"'}, {"if-match": read(planner, "Away")[1]}]
    answers = [planner.request("DELETE", f"{PATH}/Away", headers={"origin": ORIGIN} | each) for each in asked]
    told = answers[-1]
    assert [answer.status_code for answer in answers] == [428, 412, 200]
    assert (told.json()["scenario"], told.json()["jobs"]) == ("Away", 1)
    assert planner.get(f"{PATH}/Away").status_code == 404
    assert "Away" not in {each["scenario"] for each in planner.get(PATH).json()["scenarios"]}
    try:
        planner.act_as(Actor("h", "hq"))
        lines = [line for line in planner.get("/api/v1/audit-log").json()["lines"] if line["outcome"] == "done"]
        assert [lines[0][key] for key in ("actor_id", "action", "object")] == ["li", "delete_scenario", "name=Away"]
    finally:
        planner.act_as(LI)


def test_the_log_of_a_replayed_request_is_kept_for_its_actor_alone(planner: Client) -> None:
    body = {"text": "mine"}
    assert planner.post(f"{PATH}/Spring/comments", body, idempotency_key="own").json()["by"] == "li"
    try:
        planner.act_as(WANG)
        assert planner.post(f"{PATH}/Spring/comments", body, idempotency_key="own").json()["by"] == "wang"
    finally:
        planner.act_as(LI)


def test_a_grid_is_kept_once_under_one_key(planner: Client) -> None:
    wanted = {
        "kind": "cohort",
        "name": "old",
        "rule": {"where": {"attribute": "age_band", "is": "60+"}},
        "branch_id": "B2",
    }
    first, again = (planner.post("/api/v1/features", wanted, idempotency_key="cohort") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.content, first.headers["etag"]) == (again.content, again.headers["etag"])
    assert planner.post("/api/v1/features", wanted).status_code == 412
