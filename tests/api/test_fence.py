"""Served with the application login, row-level security in force, every route answers what it answers without it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gridgeo.bench.store_logins import store_logins
from gridgeo.domain import Actor
from gridgeo_api.main import create_app

from .conftest import Client, running, settings_for
from .test_roles import COHORT, MATRIX, ask, draft_a_scenario_of_b1

Pair = tuple[Client, Client]


@pytest.fixture(scope="module")
def pair(demo_made: Callable[[str], str], postgis: Any) -> Iterator[Pair]:
    """Two services over one demo store: with the application login, and with a superuser whom no policy holds."""
    name = f"gridgeo_fence_{uuid.uuid4().hex[:12]}"
    url = postgis.create_database(name, str(sa.make_url(demo_made("postgis")).database))
    draft_a_scenario_of_b1(url)
    with ExitStack() as stack:
        logins = stack.enter_context(store_logins(url, postgis))
        served = [stack.enter_context(running(create_app(settings_for(each)))) for each in (logins.application, url)]
        for client in served:
            client.login()
        fenced = served[0]
        assert fenced.post("/api/v1/grids/B1", {}).status_code == 201
        cohort = {"kind": "cohort", "name": "old", "rule": COHORT, "branch_id": "B1"}
        assert fenced.post("/api/v1/features", cohort).json()["id"] == "C-1"
        target = {"kind": "target_group", "name": "aim", "rule": {"where": {"cohort": "C-1"}}, "branch_id": "B1"}
        assert fenced.post("/api/v1/features", target).json()["id"] == "T-1"
        yield fenced, served[1]


def rounded(value: Any) -> Any:
    """Return JSON with floats to twelve digits: rows come in another order where a policy changes the plan."""
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


OF_THE_MOMENT = {"read_metrics", "list_audit_log", "download_export"}
"""Answers that count what was asked before, or carry the time of day."""


def told(name: str, answer: httpx.Response) -> tuple[int, Any]:
    """Return what an answer says."""
    if name in OF_THE_MOMENT:
        return answer.status_code, None
    is_json = answer.headers["content-type"].partition(";")[0].endswith("json")
    return answer.status_code, rounded(answer.json()) if is_json else answer.content


ASKING = [
    Actor("x", "hq"),
    Actor("x", "auditor"),
    Actor("x", "consumer"),
    Actor("x", "consumer", frozenset({"B1"})),
    Actor("x", "planner", frozenset({"B1", "B3"})),
    Actor("x", "branch_manager", frozenset({"B1"})),
    Actor("x", "helper", frozenset({"B1"})),
    Actor("x", "rm", frozenset({"B2"})),
    Actor("x", "rm", frozenset()),
]


@pytest.mark.parametrize("asking", ASKING, ids=lambda one: f"{one.role} {sorted(one.branch_ids or [])}")
def test_the_fence_changes_no_answer(pair: Pair, asking: Actor) -> None:
    answers: list[dict[str, tuple[int, Any]]] = []
    for client in pair:
        client.act_as(asking)
        answers.append({name: told(name, ask(client, asked)) for name, asked in MATRIX.items()})
    fenced, open_to_all = answers
    assert {name for name in MATRIX if fenced[name] != open_to_all[name]} == set()


def test_an_overlap_names_the_branch_beyond_the_fence_too(pair: Pair) -> None:
    drawing = {"branches": ["B1"], "spec": {"method": "buffer", "radius_m": 900}}
    told_of = []
    for client in pair:
        client.act_as(Actor("x", "branch_manager", frozenset({"B1"})))
        told_of.append(client.post("/api/v1/catchments/preview", drawing).json()["overlaps"])
    assert told_of[0] == told_of[1]
    assert told_of[0]
    assert all(one[f"{side}_name"] for one in told_of[0] for side in ("first", "second"))
