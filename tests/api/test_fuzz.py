"""Whatever a parameter holds, the answer is an answer or a problem, and never a fault of ours."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import ORIGIN, Client

NASTY = [
    "",
    "\x00",
    "a\x00b",
    "NaN",
    "nan",
    "inf",
    "-Infinity",
    "1e309",
    "-1",
    "0x10",
    "9" * 400,
    "9223372036854775808",
    "18446744073709551616",
    "1.5",
    "true",
    "null",
    "[]",
    "'; DROP TABLE cell_score; --",
    "../../etc/passwd",
    "%",
    "%ZZ",
    "%ff%fe",
    "\ud800",
    "网点",
    "\u202e",
    "{branch}",
    "a" * 300,
    ",",
    ",,people",
]
TEXT = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=60),
    st.integers().map(str),
    st.floats().map(str),
    st.binary(max_size=20).map(lambda raw: raw.decode("latin-1")),
)
PATHS = (
    "/api/v1/cells/{}",
    "/api/v1/cells?branch_id={}",
    "/api/v1/cells?measures={}",
    "/api/v1/cells?bbox={}",
    "/api/v1/cells?parent={}",
    "/api/v1/cells?cells={}",
    "/api/v1/cells?where={}",
    "/api/v1/cells?sort={}",
    "/api/v1/cells?limit=5&cursor={}",
    "/api/v1/branches?cursor={}",
    "/api/v1/branches?sort={}",
    "/api/v1/branches?fields={}",
    "/api/v1/imports?cursor={}",
    "/api/v1/parties/customers?cursor={}",
    "/api/v1/parties/customers?tier={}",
    "/api/v1/parties/merchants?fields={}",
    "/api/v1/scenarios/{}",
    "/api/v1/scenarios/{}/compare",
    "/api/v1/scenarios/live/enclaves?cursor={}",
    "/api/v1/exports/{}",
    "/api/v1/jobs?cursor={}",
    "/api/v1/territories?branch_id={}",
    "/tiles/{}.json",
    "/tiles/cells.json?measure={}",
    "/tiles/{}/12/2156/1438.mvt",
    "/tiles/cells/{}/2156/1438.mvt",
    "/tiles/cells/12/{}/1438.mvt",
    "/tiles/cells/12/2156/{}.mvt",
    "/tiles/cells/12/2156/1438.mvt?measure={}",
    "/tiles/cells/12/2156/1438.mvt?version={}",
    "/api/v1/jobs/{}",
    "/api/v1/jobs?state={}",
    "/api/v1/jobs?limit={}",
    "/api/v1/imports/{}",
    "/api/v1/imports/{}/rejected.csv",
    "/api/v1/catchments/drawn/{}",
    "/api/v1/grids/{}",
    "/api/v1/grids/b1/{}",
    "/api/v1/grids/{}/log",
    "/api/v1/membership?grid_id={}",
    "/login?token={}",
    "/{}",
    "/api/v1/session?unknown={}",
)
NO_FAULT = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


def check(client: Client, url: str) -> None:
    """Ask and hold the answer against what every answer must be."""
    answer = client.get(url)
    assert answer.status_code < 500, (url, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", url
        body = answer.json()
        assert body["status"] == answer.status_code
        assert body["detail"]


def quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("value", NASTY)
def test_known_nastiness_is_no_fault(client: Client, path: str, value: str) -> None:
    check(client, path.format(quoted(value)))


@pytest.mark.parametrize("path", PATHS)
@NO_FAULT
@given(value=TEXT)
def test_any_text_is_no_fault(client: Client, path: str, value: str) -> None:
    check(client, path.format(quoted(value)))


@NO_FAULT
@given(zoom=st.integers(-2, 30), column=st.integers(-5, 2**31), row=st.integers(-5, 2**31))
def test_any_tile_address_is_no_fault(client: Client, zoom: int, column: int, row: int) -> None:
    check(client, f"/tiles/cells/{zoom}/{column}/{row}.mvt")


@NO_FAULT
@given(cell=st.integers(0, 2**64 - 1))
def test_any_cell_number_is_no_fault(client: Client, cell: int) -> None:
    check(client, f"/api/v1/cells/{cell:015x}")


@NO_FAULT
@given(name=st.sampled_from(["accept-language", "if-none-match", "accept-encoding", "cookie", "accept"]), value=TEXT)
def test_any_header_is_no_fault(client: Client, name: str, value: str) -> None:
    raw = value.replace("\r", "").replace("\n", "").encode("utf-8", "surrogatepass")
    answer = client.get("/api/v1/measures", headers=[(name.encode(), raw)])
    assert answer.status_code < 500


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(NASTY) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
WRITES = (
    "/api/v1/cells/query",
    "/api/v1/scenarios",
    "/api/v1/scenarios/check",
    "/api/v1/scenarios/replans",
    "/api/v1/scenarios/None/solve",
    "/api/v1/scenarios/None/moves",
    "/api/v1/scenarios/None/publish",
    "/api/v1/scenarios/None/disputes",
    "/api/v1/disputes/1/decision",
    "/api/v1/denominators/people/source",
    "/api/v1/runs",
    "/api/v1/catchments",
    "/api/v1/catchments/preview",
    "/api/v1/grids/b1/operations/preview",
    "/api/v1/imports/customers",
    "/api/v1/jobs/00000000000000000000000000000000/cancel",
)


@pytest.mark.parametrize("path", WRITES)
@NO_FAULT
@given(body=JSON_VALUES.filter(lambda body: body != {}), revision=TEXT, key=TEXT)
def test_any_body_is_no_fault(client: Client, path: str, body: object, revision: str, key: str) -> None:
    raw = {"if-match": revision, "idempotency-key": key}
    headers = [
        (name.encode(), value.replace("\r", "").replace("\n", "").encode("utf-8", "surrogatepass"))
        for name, value in raw.items()
    ]
    content = json.dumps(body).encode("utf-8", "surrogatepass")
    answer = client.request("POST", path, content=content, headers=[(b"origin", ORIGIN.encode()), *headers])
    assert 400 <= answer.status_code < 500, (body, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("depth", [500, 100_000])
def test_json_that_is_nested_deep_is_no_fault(client: Client, depth: int) -> None:
    for content in (b"[" * depth, b'{"polygon":' * depth + b"1" + b"}" * depth, b"[" * depth + b"]" * depth):
        answer = client.request("POST", "/api/v1/cells/query", content=content, headers={"origin": ORIGIN})
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("value", ["b9", "'; DROP TABLE cell_score; --", "网点"])
def test_a_wrong_value_is_named(client: Client, value: str) -> None:
    assert value in client.get("/api/v1/cells", params={"branch_id": value}).json()["detail"]


def test_a_repeated_parameter_is_no_fault(client: Client) -> None:
    check(client, "/api/v1/cells?branch_id=b1&branch_id=b2&measures=people&measures=nonsense")
