"""The cadence table, the policy of accounts and the specialists of grids, read and set over the service."""

from __future__ import annotations

import pytest

from gridgeo.client import ApiConflictError, ApiInputError
from gridgeo.client import Client as Remote
from gridgeo.client.transport import Retry

from .conftest import ORIGIN, Client
from .test_client import Bridge

ROWS = [
    {"tier": tier, "channel": "visit", "period": "quarter", "n": 1, "minimum_gap_days": 10, "minutes": 30}
    for tier in ("high_end", "core", "basic")
]
HALVES = [{"from_month": 0, "account_rm_percent": 50, "area_rm_percent": 50}]


@pytest.fixture
def remote(editor: Client) -> Remote:
    """The Python client of a demo store of its own, in the editor's session."""
    client = Remote(ORIGIN, transport=Bridge(editor), retry=Retry(tries=1))
    client._http.cookies = editor.http.cookies
    return client


def test_what_planners_agree_on_is_set_by_revision_and_read_again(remote: Remote) -> None:
    plans = remote.scenarios
    before, policy = plans.cadence(), plans.account_policy()
    assert (before["policy"], before["example"], policy["policy"], policy["example"]) == (None, True, None, True)
    with pytest.raises(ApiConflictError):
        plans.set_cadence(ROWS, 7)
    stored = plans.set_cadence(ROWS, before["policy"], weeks_a_year=40)
    assert (stored["rows"], stored["weeks_a_year"], stored["example"]) == (ROWS, 40, False)
    assert plans.cadence() == stored
    with pytest.raises(ApiConflictError) as stale:
        plans.set_cadence(ROWS, before["policy"])
    assert stale.value.status == 412
    with pytest.raises(ApiInputError, match="tier"):
        plans.set_cadence([ROWS[0] | {"tier": "golden"}], stored["policy"])

    set_now = plans.set_account_policy(HALVES, policy["policy"], account_follows_area="never")
    assert (set_now["paid"], set_now["account_follows_area"]) == (HALVES, "never")
    assert plans.account_policy() == set_now
    with pytest.raises(ApiInputError, match="100"):
        plans.set_account_policy([HALVES[0] | {"area_rm_percent": 40}], set_now["policy"])


def test_a_grid_is_given_to_a_specialist_until_a_day(editor: Client, remote: Remote) -> None:
    plans = remote.scenarios
    rule = {"kind": "cohort", "name": "old", "rule": {"where": {"attribute": "age_band", "is": "60+"}}}
    grid = editor.post("/api/v1/features", rule).json()["id"]
    made = plans.assign_overlay(grid, "RM01", starts_on="2027-01-01")
    assert (made["feature_id"], made["branch_id"], made["ends_on"]) == (grid, None, None)
    assert list(plans.overlays()) == list(plans.overlays(grid)) == [made]
    ended = plans.end_overlay(made["id"], "2027-06-30")
    assert ended == made | {"ends_on": "2027-06-30"}
    on = editor.get("/api/v1/overlays", params={"on": "2027-07-01"}).json()
    assert (on["overlays"], on["total"]) == ([], 0)
    assert editor.get("/api/v1/overlays", params={"on": "2027-06-30"}).json()["overlays"] == [ended]


def test_the_same_request_under_one_key_makes_one_specialist(editor: Client) -> None:
    rule = {"kind": "cohort", "name": "old", "rule": {"where": {"attribute": "age_band", "is": "60+"}}}
    grid = editor.post("/api/v1/features", rule).json()["id"]
    wanted = {"feature_id": grid, "staff_id": "RM01"}
    answers = [editor.post("/api/v1/overlays", wanted, idempotency_key="one").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert editor.get("/api/v1/overlays").json()["total"] == 1


def test_setting_without_a_revision_is_refused(editor: Client) -> None:
    assert editor.post("/api/v1/cadence", {"rows": ROWS}).status_code == 428
