"""Who may do what: every route with every role; a new route must be entered here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import jsonschema
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.actor import ROLES, Role
from gridgeo.pipeline.notebook import connect
from gridgeo.pipeline.territories.drafts import keep_answer
from gridgeo.pipeline.territories.replans import Changes, replan_solver, spec_of_replan
from gridgeo.pipeline.territories.spec import Aim

from .conftest import ORIGIN, Client, copy_of_store, running, settings_for
from .test_openapi import DESCRIPTION

NO_JOB = "0" * 32
OK, QUEUED, HIDDEN, FORBIDDEN, CONFLICT, WRONG = 200, 202, 404, 403, 412, 422
OWN = frozenset({"B1"})
EVERYBODY = dict.fromkeys(ROLES, OK)
PLANNERS = dict.fromkeys(ROLES, FORBIDDEN) | {"hq": OK, "planner": OK}
OVERSEERS = PLANNERS | {"auditor": OK}
READERS = EVERYBODY | {"consumer": FORBIDDEN}
READERS_OF_MONEY = READERS | {"helper": FORBIDDEN}


def instead(expected: dict[str, int], status: int) -> dict[str, int]:
    """Return what is expected where those who may are answered otherwise than with 200."""
    return {role: status if found == OK else found for role, found in expected.items()}


EDITORS = PLANNERS | {"branch_manager": OK}
"""Who may change what belongs to a branch."""
CLAIMERS = READERS_OF_MONEY | {"auditor": FORBIDDEN}
DOERS = EVERYBODY | {"auditor": FORBIDDEN}


@dataclass(frozen=True)
class Asked:
    """One request and what each role is answered; it leaves nothing behind."""

    method: str
    path: str
    expected: dict[str, int]
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    content: bytes | None = None


STALE = {"if-match": '"99"'}
RENAME = {"operation": "rename", "args": {"grid": "B1-1-1", "name": "x"}}
NO_METHOD = {"spec": {"method": "magic"}}
KEPT, KEPT_IN_USE = "/api/v1/features/T-1", "/api/v1/features/C-1"
COHORT = {"where": {"attribute": "age_band", "is": "60+"}}
DOUBTFUL = "/api/v1/locations/review/1"
NO_RULE = {"kind": "cohort", "name": "x", "branch_id": "B1", "rule": {}}
SPRING, NO_SCENARIO = "/api/v1/scenarios/Spring", "/api/v1/scenarios/None"
TAKEN = {"scenario": "Spring", "branches": ["B1"]}
NO_MOVE = {"moves": [{"cell": "8a1126d06cb7fff", "territory": "T-RM01"}]}
CLAIM = {"kind": "customer", "subject": "c", "claimed_by": "RM01", "reason": "x"}
CADENCE = {"tier": "basic", "channel": "visit", "period": "year", "n": 1, "minutes": 20}
PAID = {"from_month": 0, "account_rm_percent": 100, "area_rm_percent": 0}
SPECIALIST = {"feature_id": "C-999", "staff_id": "RM01"}
MATRIX: dict[str, Asked] = {
    "health": Asked("GET", "/health", EVERYBODY),
    "ready": Asked("GET", "/ready", EVERYBODY),
    "login": Asked("GET", "/login?token=wrong", instead(EVERYBODY, FORBIDDEN)),
    "finish_login": Asked("GET", "/login/callback?state=x&code=y", instead(EVERYBODY, FORBIDDEN)),
    "logout": Asked("POST", "/logout", EVERYBODY),
    "read_metrics": Asked("GET", "/metrics", EVERYBODY),
    "list_audit_log": Asked("GET", "/api/v1/audit-log", dict.fromkeys(ROLES, FORBIDDEN) | {"hq": OK, "auditor": OK}),
    "read_session": Asked("GET", "/api/v1/session", EVERYBODY),
    "list_measures": Asked("GET", "/api/v1/measures", EVERYBODY),
    "list_branches": Asked("GET", "/api/v1/branches", EVERYBODY),
    "list_catchments": Asked("GET", "/api/v1/catchments", EVERYBODY),
    "list_cells": Asked("GET", "/api/v1/cells", EVERYBODY),
    "query_cells": Asked("POST", "/api/v1/cells/query", EVERYBODY, {"limit": 1}),
    "list_boundary_cells": Asked("GET", "/api/v1/boundaries/cells", EVERYBODY),
    "read_cell": Asked("GET", "/api/v1/cells/8a1126d06cb7fff", EVERYBODY),
    "explain_score": Asked("GET", "/api/v1/cells/8a1126d06cb7fff/explain?measure=gap", EVERYBODY),
    "list_where_next": Asked("GET", "/api/v1/where-next", EVERYBODY),
    "find_on_map": Asked("GET", "/api/v1/search?q=a", EVERYBODY),
    "list_publications": Asked("GET", "/api/v1/publications", EVERYBODY),
    "list_territories": Asked("GET", "/api/v1/territories", EVERYBODY),
    "list_scenarios": Asked("GET", "/api/v1/scenarios", READERS_OF_MONEY),
    "read_scenario": Asked("GET", "/api/v1/scenarios/Spring", READERS_OF_MONEY),
    "read_scenario_cells": Asked("GET", f"{SPRING}/cells", READERS_OF_MONEY),
    "compare_scenario": Asked("GET", "/api/v1/scenarios/Spring/compare", READERS_OF_MONEY),
    "read_gains": Asked("GET", "/api/v1/scenarios/Spring/gains", READERS_OF_MONEY),
    "check_scenario": Asked("GET", f"{SPRING}/check", READERS_OF_MONEY),
    "map_changes": Asked("GET", f"{SPRING}/changes.geojson", READERS_OF_MONEY),
    "list_handover": Asked("GET", f"{SPRING}/handover", OVERSEERS),
    "download_handover": Asked("GET", f"{SPRING}/handover.csv", OVERSEERS),
    "read_report": Asked("GET", f"{SPRING}/report.html", READERS_OF_MONEY),
    "list_conflicts": Asked("GET", f"{SPRING}/conflicts", OVERSEERS),
    "list_enclaves": Asked("GET", f"{SPRING}/enclaves", OVERSEERS),
    "list_disputes": Asked("GET", "/api/v1/disputes", READERS_OF_MONEY),
    "list_history": Asked("GET", "/api/v1/territories/history", READERS_OF_MONEY),
    "check_draft": Asked("POST", "/api/v1/scenarios/check", READERS_OF_MONEY, {"branches": ["B1"]}),
    "make_scenario": Asked("POST", "/api/v1/scenarios", instead(PLANNERS, CONFLICT), TAKEN),
    "make_replan": Asked(
        "POST", "/api/v1/scenarios/replans", instead(PLANNERS, CONFLICT), {"scenario": "Spring", "leaves": ["RM01"]}
    ),
    "solve_scenario": Asked("POST", f"{SPRING}/solve", instead(PLANNERS, CONFLICT), {"branches": ["B1"]}, STALE),
    "replan_scenario": Asked("POST", f"{SPRING}/replan", instead(PLANNERS, CONFLICT), {}, STALE),
    "repair_scenario": Asked("POST", f"{SPRING}/repair", instead(PLANNERS, CONFLICT), {}, STALE),
    "move_cells": Asked("POST", f"{SPRING}/moves", instead(PLANNERS, CONFLICT), NO_MOVE, STALE),
    "comment_scenario": Asked("POST", f"{NO_SCENARIO}/comments", instead(CLAIMERS, HIDDEN), {"text": "x"}),
    "submit_scenario": Asked("POST", f"{SPRING}/submit", instead(PLANNERS, CONFLICT), headers=STALE),
    "approve_scenario": Asked("POST", f"{SPRING}/approve", instead(PLANNERS, CONFLICT), {}, STALE),
    "reject_scenario": Asked("POST", f"{SPRING}/reject", instead(PLANNERS, CONFLICT), {}, STALE),
    "delete_scenario": Asked("DELETE", SPRING, instead(PLANNERS, CONFLICT), headers=STALE),
    "publish_scenario": Asked(
        "POST", f"{SPRING}/publish", instead(PLANNERS, CONFLICT), {"effective_on": "2027-01-01"}, STALE
    ),
    "rollback_scenario": Asked("POST", f"{SPRING}/rollback", instead(PLANNERS, CONFLICT), headers=STALE),
    "raise_dispute": Asked("POST", f"{NO_SCENARIO}/disputes", instead(CLAIMERS, HIDDEN), CLAIM),
    "decide_dispute": Asked(
        "POST",
        "/api/v1/disputes/999/decision",
        dict.fromkeys(ROLES, FORBIDDEN) | {"hq": HIDDEN},
        {"awarded_to": "RM01", "decision": "x"},
    ),
    "read_cadence": Asked("GET", "/api/v1/cadence", READERS_OF_MONEY),
    "set_cadence": Asked("POST", "/api/v1/cadence", instead(PLANNERS, CONFLICT), {"rows": [CADENCE]}, STALE),
    "read_account_policy": Asked("GET", "/api/v1/account-policy", READERS_OF_MONEY),
    "set_account_policy": Asked("POST", "/api/v1/account-policy", instead(PLANNERS, CONFLICT), {"paid": [PAID]}, STALE),
    "list_overlays": Asked("GET", "/api/v1/overlays", READERS),
    "assign_overlay": Asked("POST", "/api/v1/overlays", instead(PLANNERS, HIDDEN), SPECIALIST),
    "end_overlay": Asked("POST", "/api/v1/overlays/999/end", instead(PLANNERS, HIDDEN), {}),
    "watch_job": Asked("GET", f"/api/v1/jobs/{NO_JOB}/events", instead(EVERYBODY, HIDDEN)),
    "read_tile": Asked("GET", "/tiles/cells/0/0/0.mvt", EVERYBODY),
    "read_tilejson": Asked("GET", "/tiles/cells.json", EVERYBODY),
    "read_published_tile": Asked("GET", "/tiles/v/999999/cells/0/0/0.mvt", instead(EVERYBODY, HIDDEN)),
    "read_published_tilejson": Asked("GET", "/tiles/v/999999/cells.json", instead(EVERYBODY, HIDDEN)),
    "read_draft_tile": Asked("GET", "/tiles/drafts/Spring/territories/0/0/0.mvt", READERS),
    "read_draft_tilejson": Asked("GET", "/tiles/drafts/Spring/territories.json", READERS),
    "download_table": Asked("GET", "/api/v1/downloads/cells.csv", EVERYBODY),
    "list_changes": Asked("GET", "/api/v1/changes?since=999999", instead(EVERYBODY, HIDDEN)),
    "read_polygons": Asked("GET", "/api/v1/polygons/grids.geojson?datum=gcj02", READERS),
    "list_party_feed": Asked("GET", "/api/v1/feed/parties", instead(READERS, HIDDEN)),
    "ogc_landing": Asked("GET", "/ogc", EVERYBODY),
    "ogc_conformance": Asked("GET", "/ogc/conformance", EVERYBODY),
    "ogc_api": Asked("GET", "/ogc/api", EVERYBODY),
    "ogc_collections": Asked("GET", "/ogc/collections", EVERYBODY),
    "ogc_collection": Asked("GET", "/ogc/collections/territories", EVERYBODY),
    "ogc_items": Asked("GET", "/ogc/collections/grids/items", READERS | {"consumer": HIDDEN}),
    "ogc_item": Asked("GET", "/ogc/collections/branches/items/B1", EVERYBODY),
    "ogc_queryables": Asked("GET", "/ogc/collections/cells/queryables", EVERYBODY),
    "ogc_tilesets": Asked("GET", "/ogc/tiles", EVERYBODY),
    "ogc_tileset": Asked("GET", "/ogc/tiles/WebMercatorQuad", EVERYBODY),
    "ogc_collection_tilesets": Asked("GET", "/ogc/collections/cells/tiles", EVERYBODY),
    "ogc_collection_tileset": Asked("GET", "/ogc/collections/cells/tiles/WebMercatorQuad", EVERYBODY),
    "ogc_matrix_sets": Asked("GET", "/ogc/tileMatrixSets", EVERYBODY),
    "ogc_matrix_set": Asked("GET", "/ogc/tileMatrixSets/WebMercatorQuad", EVERYBODY),
    "read_map_picture": Asked("GET", "/api/v1/map.png?width=300&height=300", EVERYBODY),
    "list_drawn": Asked("GET", "/api/v1/catchments/drawn", READERS),
    "read_drawn": Asked("GET", "/api/v1/catchments/drawn/B1", READERS),
    "list_overlaps": Asked("GET", "/api/v1/catchments/overlaps", READERS),
    "read_counts_around": Asked("GET", "/api/v1/catchments/drawn/B1/counts", EDITORS),
    "preview_catchments": Asked("POST", "/api/v1/catchments/preview", instead(PLANNERS, WRONG), NO_METHOD),
    "draw_catchments": Asked("POST", "/api/v1/catchments", instead(PLANNERS, WRONG), NO_METHOD),
    "list_grid_sets": Asked("GET", "/api/v1/grids", READERS),
    "read_grids": Asked("GET", "/api/v1/grids/B1", READERS),
    "begin_grids": Asked("POST", "/api/v1/grids/B1", instead(EDITORS, CONFLICT), {}),
    "edit_grids": Asked("POST", "/api/v1/grids/B1/operations", instead(EDITORS, CONFLICT), RENAME, STALE),
    "preview_edit": Asked("POST", "/api/v1/grids/B1/operations/preview", instead(EDITORS, CONFLICT), RENAME, STALE),
    "undo_edit": Asked("POST", "/api/v1/grids/B1/undo", instead(EDITORS, CONFLICT), headers=STALE),
    "redo_edit": Asked("POST", "/api/v1/grids/B1/redo", instead(EDITORS, CONFLICT), headers=STALE),
    "read_grid_counts": Asked("GET", "/api/v1/grids/B1/counts", READERS),
    "read_grid_log": Asked("GET", "/api/v1/grids/B1/log", READERS),
    "read_grid": Asked("GET", "/api/v1/grids/B1/B1-1-1", READERS),
    "list_members": Asked("GET", "/api/v1/membership", instead(READERS, HIDDEN)),
    "read_grid_card": Asked("GET", "/api/v1/grids/B1/B1-1-1/card", READERS),
    "list_features": Asked("GET", "/api/v1/features", READERS_OF_MONEY),
    "create_feature": Asked("POST", "/api/v1/features", instead(EDITORS, WRONG), NO_RULE),
    "count_rule": Asked("POST", "/api/v1/features/count", READERS_OF_MONEY, {"kind": "cohort", "rule": COHORT}),
    "list_feature_choices": Asked("GET", "/api/v1/features/choices", READERS_OF_MONEY),
    "read_feature": Asked("GET", KEPT, READERS_OF_MONEY),
    "change_feature": Asked("PATCH", KEPT, instead(EDITORS, CONFLICT), {"name": "x"}, STALE),
    "remove_feature": Asked("DELETE", KEPT_IN_USE, instead(EDITORS, CONFLICT)),
    "count_feature": Asked("GET", f"{KEPT}/count", READERS_OF_MONEY),
    "read_feature_cells": Asked("GET", f"{KEPT_IN_USE}/cells?branch_id=B1", READERS_OF_MONEY),
    "list_feature_members": Asked("GET", f"{KEPT}/members", READERS_OF_MONEY),
    "list_snapshots": Asked("GET", f"{KEPT_IN_USE}/snapshots", READERS_OF_MONEY),
    "take_snapshot": Asked("POST", f"{KEPT}/snapshots", instead(EDITORS, HIDDEN), {}),
    "list_doubtful": Asked("GET", "/api/v1/locations/review", READERS),
    "list_location_decisions": Asked("GET", "/api/v1/locations/review/history", READERS),
    "read_doubtful": Asked("GET", DOUBTFUL, READERS),
    "decide_location": Asked(
        "POST", f"{DOUBTFUL}/decisions", instead(EDITORS, CONFLICT), {"decision": "reject"}, STALE
    ),
    "list_denominators": Asked("GET", "/api/v1/denominators", READERS),
    "list_denominator_conflicts": Asked("GET", "/api/v1/denominators/conflicts", READERS),
    "list_customers": Asked("GET", "/api/v1/parties/customers", READERS),
    "list_merchants": Asked("GET", "/api/v1/parties/merchants", READERS),
    "download_export": Asked("GET", "/api/v1/exports/geoparquet", EVERYBODY),
    "choose_denominator": Asked(
        "POST", "/api/v1/denominators/people/source", instead(PLANNERS, CONFLICT), {"source": None}, STALE
    ),
    "list_imports": Asked("GET", "/api/v1/imports", OVERSEERS),
    "read_import": Asked("GET", "/api/v1/imports/999", instead(OVERSEERS, HIDDEN)),
    "read_rejected": Asked("GET", "/api/v1/imports/999/rejected.csv", instead(PLANNERS, HIDDEN)),
    "upload_file": Asked(
        "POST", "/api/v1/imports/staff", instead(PLANNERS, WRONG), params={"file_name": "x.csv"}, content=b""
    ),
    "list_jobs": Asked("GET", "/api/v1/jobs", EVERYBODY),
    "read_job": Asked("GET", f"/api/v1/jobs/{NO_JOB}", instead(EVERYBODY, HIDDEN)),
    "cancel_job": Asked("POST", f"/api/v1/jobs/{NO_JOB}/cancel", instead(EVERYBODY, HIDDEN)),
    "start_run": Asked("POST", "/api/v1/runs", instead(PLANNERS, WRONG), {"method": "magic"}),
}
OPEN = {"health", "ready", "login", "finish_login", "read_metrics"}
"""Answered, or refused for another reason, to who has not signed in."""
OF_A_BRANCH = {name for name, asked in MATRIX.items() if "/B1" in asked.path}
KEPT_BY_A_BRANCH = {name for name, asked in MATRIX.items() if asked.path.startswith((KEPT, KEPT_IN_USE, DOUBTFUL))}


@pytest.fixture(scope="module")
def service(demo_made: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A service over a demo store in which B1 has area grids."""
    from gridgeo_api.main import create_app

    file = tmp_path_factory.mktemp("roles") / "demo.db"
    url = copy_of_store(demo_made("sqlite"), file)
    give_the_first_doubtful_location_to_b1(url)
    draft_a_scenario_of_b1(url)
    with running(create_app(settings_for(url))) as client:
        client.login()
        assert client.post("/api/v1/grids/B1", {}).status_code == 201
        cohort = {"kind": "cohort", "name": "old", "rule": COHORT, "branch_id": "B1"}
        assert client.post("/api/v1/features", cohort).json()["id"] == "C-1"
        target = {"kind": "target_group", "name": "aim", "rule": {"where": {"cohort": "C-1"}}, "branch_id": "B1"}
        assert client.post("/api/v1/features", target).json()["id"] == "T-1"
        yield client


def give_the_first_doubtful_location_to_b1(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        assert connection.execute(sa.text("UPDATE review_item SET branch_id = 'B1' WHERE id = 1")).rowcount == 1
    engine.dispose()


def draft_a_scenario_of_b1(url: str) -> None:
    """As it stands, without solving."""
    with connect(url) as store, store.engine.begin() as connection:
        changes = Changes(deputies={"RM01": "RM02"})
        spec = spec_of_replan(connection, store.actor, changes, Aim())
        keep_answer(connection, store.actor, "Spring", spec, datetime.now(UTC), solver=replan_solver(changes))


def ask(client: Client, asked: Asked, path: str | None = None) -> Any:
    sent = {"content": asked.content} if asked.content is not None else {"json": asked.body}
    headers = {"origin": ORIGIN} | asked.headers
    sessions, cookies = client.app.state.access._actors, httpx.Cookies(client.http.cookies)
    known = dict(sessions)
    answer = client.request(asked.method, path or asked.path, headers=headers, params=asked.params or None, **sent)
    sessions.update(known)  # who has signed out comes back in
    client.http.cookies = cookies
    return answer


def actor(role: str, branches: frozenset[str] = OWN) -> Actor:
    return Actor("x", cast("Role", role), None if role in ("hq", "planner", "auditor") else branches)


def test_every_route_has_its_row() -> None:
    operations = {one["operationId"] for methods in DESCRIPTION["paths"].values() for one in methods.values()}
    assert operations == set(MATRIX)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", MATRIX)
def test_each_role_is_answered_as_it_should_be(service: Client, name: str, role: str) -> None:
    service.act_as(actor(role))
    answer = ask(service, MATRIX[name])
    assert answer.status_code == MATRIX[name].expected[role], answer.text[:300]


@pytest.mark.parametrize("name", MATRIX)
def test_an_answer_fits_its_description(service: Client, name: str) -> None:
    service.act_as(actor("planner"))
    answer = ask(service, MATRIX[name])
    (operation,) = (
        one for methods in DESCRIPTION["paths"].values() for one in methods.values() if one["operationId"] == name
    )
    described = operation["responses"][str(answer.status_code)]
    media_type = answer.headers["content-type"].partition(";")[0]
    if media_type.endswith("json"):
        schema = described["content"][media_type]["schema"]
        jsonschema.validate(answer.json(), schema | {"components": DESCRIPTION["components"]})


@pytest.mark.parametrize("role", ["branch_manager", "rm", "helper", "consumer"])
@pytest.mark.parametrize("name", sorted(OF_A_BRANCH))
def test_another_branchs_things_are_not_there(service: Client, name: str, role: str) -> None:
    service.act_as(actor(role, frozenset({"B2"})))
    assert ask(service, MATRIX[name]).status_code == HIDDEN


@pytest.mark.parametrize("role", ["branch_manager", "rm"])
@pytest.mark.parametrize("name", sorted(KEPT_BY_A_BRANCH))
def test_another_branchs_grids_of_people_are_not_there(service: Client, name: str, role: str) -> None:
    service.act_as(actor(role, frozenset({"B2"})))
    assert ask(service, MATRIX[name]).status_code == HIDDEN


@pytest.mark.parametrize("name", sorted(set(MATRIX) - OPEN))
def test_nobody_is_answered_without_a_session(service: Client, name: str) -> None:
    assert ask(service.stranger(), MATRIX[name]).status_code == 401
