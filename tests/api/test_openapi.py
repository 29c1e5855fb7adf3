"""The description names every route, shows an example of every answer, and tells how each can fail."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from fastapi import FastAPI

from gridgeo.settings import Settings
from gridgeo_api.main import create_app
from gridgeo_api.openapi import EXAMPLES

from .conftest import ORIGIN, Client, Start

OPERATIONS = {
    "read_cadence",
    "set_cadence",
    "read_account_policy",
    "set_account_policy",
    "list_overlays",
    "assign_overlay",
    "end_overlay",
    "health",
    "ready",
    "login",
    "finish_login",
    "logout",
    "read_metrics",
    "list_audit_log",
    "read_session",
    "list_measures",
    "list_branches",
    "list_catchments",
    "list_cells",
    "query_cells",
    "list_boundary_cells",
    "read_cell",
    "explain_score",
    "find_on_map",
    "list_publications",
    "list_where_next",
    "list_territories",
    "list_scenarios",
    "read_scenario",
    "read_scenario_cells",
    "compare_scenario",
    "read_gains",
    "check_scenario",
    "map_changes",
    "list_handover",
    "download_handover",
    "read_report",
    "list_conflicts",
    "list_enclaves",
    "list_disputes",
    "list_history",
    "check_draft",
    "make_scenario",
    "make_replan",
    "solve_scenario",
    "replan_scenario",
    "repair_scenario",
    "move_cells",
    "comment_scenario",
    "submit_scenario",
    "approve_scenario",
    "reject_scenario",
    "delete_scenario",
    "publish_scenario",
    "rollback_scenario",
    "raise_dispute",
    "decide_dispute",
    "watch_job",
    "list_drawn",
    "read_drawn",
    "list_overlaps",
    "preview_catchments",
    "draw_catchments",
    "list_grid_sets",
    "read_grids",
    "begin_grids",
    "edit_grids",
    "preview_edit",
    "undo_edit",
    "redo_edit",
    "read_grid_log",
    "list_members",
    "read_grid",
    "read_grid_counts",
    "read_grid_card",
    "list_features",
    "create_feature",
    "count_rule",
    "list_feature_choices",
    "read_feature",
    "change_feature",
    "remove_feature",
    "count_feature",
    "list_feature_members",
    "read_feature_cells",
    "read_counts_around",
    "list_snapshots",
    "take_snapshot",
    "list_doubtful",
    "list_location_decisions",
    "read_doubtful",
    "decide_location",
    "list_denominators",
    "list_denominator_conflicts",
    "list_customers",
    "list_merchants",
    "download_export",
    "choose_denominator",
    "list_imports",
    "read_import",
    "read_rejected",
    "upload_file",
    "list_jobs",
    "read_job",
    "cancel_job",
    "start_run",
    "read_tile",
    "read_tilejson",
    "read_published_tile",
    "read_published_tilejson",
    "read_draft_tile",
    "read_draft_tilejson",
    "read_map_picture",
    "download_table",
    "list_changes",
    "read_polygons",
    "list_party_feed",
    "ogc_landing",
    "ogc_conformance",
    "ogc_api",
    "ogc_collections",
    "ogc_collection",
    "ogc_items",
    "ogc_item",
    "ogc_queryables",
    "ogc_tilesets",
    "ogc_tileset",
    "ogc_collection_tilesets",
    "ogc_collection_tileset",
    "ogc_matrix_sets",
    "ogc_matrix_set",
}
PUBLIC = {"health", "ready", "login", "finish_login", "read_metrics"}


def describe() -> dict[str, Any]:
    return create_app(Settings(login_token=None)).openapi()


DESCRIPTION = describe()
ROUTES = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
]
Operation = dict[str, Any]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that a reference leads to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DESCRIPTION["components"]["schemas"][name] if name else schema
    return found


def example_path(path: str, operation: Operation) -> str:
    """Return the path with the examples of its parameters filled in."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(parameter["schema"]["examples"][0]))
    return path


def example_request(operation: Operation) -> dict[str, Any]:
    """Return the headers and the body of a request as its examples give them, as the page would send it."""
    headers = {
        parameter["name"]: parameter["schema"]["examples"][0]
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "header"
    }
    content = operation.get("requestBody", {}).get("content", {})
    body = resolved(content["application/json"]["schema"])["examples"][0] if "application/json" in content else None
    return {"headers": headers | {"origin": ORIGIN}, "json": body}


def test_operation_ids_stay() -> None:
    assert {operation["operationId"] for *_, operation in (route.values for route in ROUTES)} == OPERATIONS


def test_every_route_of_the_application_is_described() -> None:
    app: FastAPI = create_app(Settings(login_token=None))
    hidden = {"/openapi.json", "/"}
    paths = {getattr(route, "path", None) for route in app.routes} - {None, ""}
    assert {path for path in paths if path and path.startswith(("/api", "/tiles", "/ogc"))} <= set(
        DESCRIPTION["paths"]
    ) | hidden


@pytest.mark.parametrize(("path", "method", "operation"), ROUTES)
def test_a_route_says_what_it_does(path: str, method: str, operation: Operation) -> None:
    assert method in ("get", "post", "patch", "delete")
    assert operation["summary"]
    assert len(operation["description"]) > 20
    assert operation["tags"]
    for parameter in operation.get("parameters", ()):
        assert parameter["description"], f"{path} {parameter['name']}"
        assert parameter["schema"].get("examples"), f"{path} {parameter['name']}"


@pytest.mark.parametrize(("path", "method", "operation"), ROUTES)
def test_an_answer_has_an_example_that_fits_its_schema(path: str, method: str, operation: Operation) -> None:
    assert path
    assert method
    for status, answer in operation["responses"].items():
        for media_type, content in answer.get("content", {}).items():
            schema = resolved(content["schema"])
            example = content.get("example") or (schema.get("examples") or [None])[0]
            assert example is not None, f"{status} {media_type}"
            rooted = {**content["schema"], "components": DESCRIPTION["components"]}
            jsonschema.validate(example, rooted)


@pytest.mark.parametrize(("path", "method", "operation"), ROUTES)
def test_a_route_names_its_problems(path: str, method: str, operation: Operation) -> None:
    assert path
    assert method
    documented = {int(status) for status in operation["responses"]}
    if operation["operationId"] not in PUBLIC:
        assert 401 in documented
        assert operation["security"] == [{"session": []}, {"token": []}, {"key": []}]
    if operation.get("parameters"):
        assert documented & {400, 422}
    if method != "get":
        assert {403, 413} <= documented
    for status in documented & set(EXAMPLES):
        assert list(operation["responses"][str(status)]["content"]) == ["application/problem+json"]


@pytest.mark.parametrize(("path", "method", "operation"), ROUTES)
def test_a_route_asks_for_a_session(stranger: Client, path: str, method: str, operation: Operation) -> None:
    answer = stranger.request(method, example_path(path, operation), headers={"origin": ORIGIN})
    if operation["operationId"] in PUBLIC:
        assert answer.status_code != 401
    else:
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("path", "method", "operation"), ROUTES)
def test_a_route_answers_its_own_example_without_fault(
    client: Client, start: Start, path: str, method: str, operation: Operation
) -> None:
    if operation["operationId"] == "logout":
        # the session of the others must live on
        client = start()
        client.login()
    answer = client.request(method, example_path(path, operation), **example_request(operation))
    assert str(answer.status_code) in operation["responses"]
    assert answer.status_code < 500


def test_a_field_that_is_not_documented_is_found() -> None:
    schema = {"$ref": "#/components/schemas/Measures", "components": DESCRIPTION["components"]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"measures": [], "extra": 1}, schema)
