"""Files over the API take the path of the command line; those that attack are refused with a reason."""

from __future__ import annotations

import io
import json
import socket
import threading
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.jobs import work
from gridgeo.storage import list_versions, open_engine, reading

from .conftest import ORIGIN, TOKEN, Client, Start
from .test_granian import START_WITHIN_S, Served, exchange, serving

STAFF = ("员工号,姓名,机构号,岗位,=cmd()\nX1,Anna,B1,rm,a\nX2,Beat,NOPE,rm,=HYPERLINK(1)\nX3,Chen,B2,rm,@c\n").encode()
MAPPED = {"map": ["id=员工号", "name=姓名", "org_unit_id=机构号", "post=岗位"], "file_name": "员工.csv"}
SQUARE = [[24.93, 60.16], [24.95, 60.16], [24.95, 60.18], [24.93, 60.18], [24.93, 60.16]]
FEATURE = {"type": "Feature", "properties": {"name": "A", "kind": "village"}, "geometry": None}
HONEST = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [FEATURE | {"id": "a", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}],
    }
).encode()


def clock() -> datetime:
    return datetime.now(UTC)


def send(client: Client, body: Any, kind: str = "staff", headers: dict[str, str] | None = None, **more: Any) -> Any:
    """Upload bytes as the page does."""
    params = MAPPED | more if kind == "staff" else {"file_name": "upload.geojson", "datum": "wgs84"} | more
    return client.request(
        "POST", f"/api/v1/imports/{kind}", params=params, content=body, headers={"origin": ORIGIN} | (headers or {})
    )


def versions(url: str) -> int:
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            return len(list_versions(connection))
    finally:
        engine.dispose()


@pytest.fixture
def worked(demo_url: str) -> Iterator[Callable[[], int]]:
    """A function that does every job that waits."""
    engine: sa.Engine = open_engine(demo_url)
    yield lambda: work(engine, clock, once=True)
    engine.dispose()


def test_an_uploaded_file_is_imported_and_accounted_for(editor: Client, worked: Callable[[], int]) -> None:
    queued = send(editor, STAFF)
    assert queued.status_code == 202, queued.text
    assert worked() == 1
    done = editor.get(queued.headers["location"]).json()
    assert done["state"] == "done", done["error"]
    assert (done["result"]["rows_in"], done["result"]["accepted"]) == (3, 2)
    (listed,) = editor.get("/api/v1/imports").json()["imports"]
    assert (listed["file_name"], listed["rows_in"], listed["rejected"]) == ("员工.csv", 3, 1)
    detail = editor.get(f"/api/v1/imports/{listed['version']}").json()
    assert detail["report"]["rows_in"] == 3
    assert detail["options"]["mapping"]["id"] == "员工号"


def test_rejected_rows_open_safely_in_a_spreadsheet(editor: Client, worked: Callable[[], int]) -> None:
    send(editor, STAFF)
    worked()
    (listed,) = editor.get("/api/v1/imports").json()["imports"]
    address = f"/api/v1/imports/{listed['version']}/rejected.csv"
    answer = editor.get(address, headers={"accept-language": "en"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = pl.read_csv(io.BytesIO(answer.content), infer_schema=False)
    assert rows.columns[4:] == ["员工号", "姓名", "机构号", "岗位", "'=cmd()"]
    assert rows.height == 1
    assert rows["'=cmd()"][0] == "'=HYPERLINK(1)"
    assert rows["row"][0] == "3"
    chinese = editor.get(address, headers={"accept-language": "zh"})
    assert chinese.content != answer.content


def test_a_dry_run_shows_what_would_come_and_writes_nothing(editor: Client, demo_url: str) -> None:
    before = versions(demo_url)
    shown = send(editor, STAFF, dry_run="true")
    assert shown.status_code == 200, shown.text
    body = shown.json()
    assert (body["account"]["rows_in"], body["account"]["accepted"]) == (3, 2)
    assert [row["id"] for row in body["rows"]] == ["X1", "X3"]
    assert body["rejected"][0]["row"] == 3
    assert body["notes"]["encoding"] == "utf-8"
    assert editor.get("/api/v1/jobs").json()["jobs"] == []
    assert versions(demo_url) == before


def test_the_same_upload_again_is_one_job(editor: Client) -> None:
    first, again = (send(editor, STAFF, headers={"idempotency-key": "k"}).json() for _ in range(2))
    assert first["id"] == again["id"]
    assert send(editor, STAFF + b"X4,D,B1,rm,\n", headers={"idempotency-key": "k"}).status_code == 412


@pytest.mark.parametrize("role", ["branch_manager", "rm", "consumer"])
def test_only_planners_import(editor: Client, role: str) -> None:
    editor.act_as(Actor("x", role, frozenset({"B1"})))  # type: ignore[arg-type]
    assert send(editor, STAFF).status_code == 403
    assert send(editor, STAFF, dry_run="true").status_code == 403
    for path in ("imports", "imports/1", "imports/1/rejected.csv"):
        assert editor.get(f"/api/v1/{path}").status_code == 403


@pytest.mark.parametrize(
    "more",
    [
        {"file_name": "/vsicurl/http://127.0.0.1/x.csv"},
        {"file_name": "../../etc/passwd"},
        {"file_name": "C:\\x.csv"},
        {"file_name": ".."},
        {"file_name": ""},
        {"file_name": "a\x00b"},
        {"map": ["nothing"]},
        {"map": ["id="]},
        {"map": ["nofield=员工号"]},
        {"encoding": "klingon"},
        {"separator": ";;;"},
        {"header_rows": "99"},
        {"duplicates": "sum"},
        {"resolution": "15"},
        {"datum": "mars"},
        {"crs": "EPSG:99999999", "datum": "wgs84"},
        {"unknown": "x"},
    ],
)
def test_a_declaration_that_does_not_fit_is_named(editor: Client, more: dict[str, Any]) -> None:
    refused = send(editor, STAFF, **more)
    assert refused.status_code == 422, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert editor.get("/api/v1/jobs").json()["jobs"] == []


def test_an_unknown_kind_is_named(editor: Client) -> None:
    assert send(editor, STAFF, kind="spells").status_code == 422


def test_a_file_in_chunks_is_taken(editor: Client) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(STAFF), 7):
            yield STAFF[at : at + 7]

    assert send(editor, chunks()).status_code == 202


def test_a_file_over_the_limit_is_refused_before_it_is_read(start: Start, demo_url: str) -> None:
    client = start(store_url=demo_url, max_body_bytes=2000)
    client.login()
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1000

    assert send(client, endless()).status_code == 413
    assert sent < 10
    assert send(client, b"x" * 2001).status_code == 413
    assert send(client, STAFF).status_code == 202, "one within it"


def vrt(source: str) -> bytes:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{source}</SrcDataSource>'
        "<GeometryType>wkbPolygon</GeometryType></OGRVRTLayer></OGRVRTDataSource>"
    ).encode()


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return packed.getvalue()


def geojson(geometry: str) -> bytes:
    feature = f'{{"type":"Feature","id":"a","properties":{{"name":"A"}},"geometry":{geometry}}}'
    return f'{{"type":"FeatureCollection","features":[{feature}]}}'.encode()


ATTACKS: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "a VRT that names a local file": ("boundaries", lambda _: vrt("/etc/passwd")),
    "a VRT that calls out": ("boundaries", lambda port: vrt(f"/vsicurl/http://127.0.0.1:{port}/x.geojson")),
    "a name to call out to": ("boundaries", lambda port: f"/vsicurl/http://127.0.0.1:{port}/x.geojson".encode()),
    "GeoJSON that links": (
        "boundaries",
        lambda port: (
            b'{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":"http://127.0.0.1:'
            + str(port).encode()
            + b'/crs"}},"features":[]}'
        ),
    ),
    "an archive that unpacks a thousandfold": (
        "boundaries",
        lambda _: zipped(a_shp=bytes(300_000_000), a_shx=bytes(100), a_dbf=bytes(100)),
    ),
    "an archive in an archive": ("boundaries", lambda _: zipped(a_zip=zipped(b_zip=zipped(c_shp=bytes(1000))))),
    "an archive with a way out": ("boundaries", lambda _: zipped(**{"../../a_shp": b"x", "../../a_dbf": b"x"})),
    "an archive cut short": ("boundaries", lambda _: zipped(a_shp=bytes(1000))[:60]),
    "a tower of brackets": ("boundaries", lambda _: b"[" * 5_000_000),
    "a tower of objects": ("boundaries", lambda _: b'{"a":' * 1_000_000),
    "a tower in a geometry": ("boundaries", lambda _: geojson("[" * 500_000 + "]" * 500_000)),
    "numbers that are none": ("boundaries", lambda _: geojson('{"type":"Polygon","coordinates":[[[NaN,1e999]]]}')),
    "ten million columns": ("staff", lambda _: b"," * 10_000_000),
    "ten million named columns": ("staff", lambda _: b"a," * 5_000_000 + b"\n"),
    "one line without an end": ("staff", lambda _: b"a" * 16_000_000),
    "quotes without an end": ("staff", lambda _: b'a,b\n"' + b"x\n" * 5_000_000),
    "NUL bytes": ("staff", lambda _: STAFF.replace(b"Anna", b"An\x00na")),
    "bytes that are no text": ("staff", lambda _: bytes(range(256)) * 1000),
    "UTF-16": ("staff", lambda _: STAFF.decode().encode("utf-16")),
    "nothing": ("staff", lambda _: b""),
    "white space": ("staff", lambda _: b" \n" * 1000),
    "a Python pickle": ("staff", lambda _: b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix"),
    "an executable": ("staff", lambda _: b"\x7fELF" + bytes(1000)),
    "a workbook of entities": (
        "staff",
        lambda _: zipped(
            **{
                "[Content_Types]_xml": b"<Types/>",
                "xl/workbook_xml": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
                + b'<!ENTITY b "&a;&a;&a;&a;">'
                + b"]><x>&b;</x>",
            }
        ),
    ),
    "an HTML table that includes a file": (
        "staff",
        lambda _: (
            b'<html><!DOCTYPE t [<!ENTITY f SYSTEM "file:///etc/passwd">]><table><tr><td>&f;</td></tr></table></html>'
        ),
    ),
}


@pytest.fixture(scope="module")
def served(demo_made: Callable[[str], str]) -> Iterator[Served]:
    """The application under granian over a demo store, with the limits it has by default."""
    with serving(demo_made("sqlite"), GRIDGEO_MAX_BODY_BYTES=str(16 * 1024 * 1024)) as server:
        yield server


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.base, timeout=START_WITHIN_S, headers={"origin": served.base}) as client:
        assert client.get("/login", params={"token": TOKEN}).status_code == 303
        yield client


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port that an attack may call, and who called."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                calls.append("called")
                caller.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1], calls
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def upload(browser: httpx.Client, kind: str, body: bytes) -> httpx.Response:
    params = MAPPED if kind == "staff" else {"file_name": "upload.geojson", "datum": "wgs84"}
    return browser.post(f"/api/v1/imports/{kind}", params=params | {"dry_run": "true"}, content=body)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_file_that_attacks_is_refused_with_a_reason(
    browser: httpx.Client, listener: tuple[int, list[str]], attack: str
) -> None:
    kind, make = ATTACKS[attack]
    port, calls = listener
    answer = upload(browser, kind, make(port))
    assert answer.status_code == 422, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    detail = answer.json()["detail"]
    assert detail
    assert "root:" not in answer.text, "of another file"
    assert "gridgeo-upload-" not in detail, "of our insides"
    assert calls == []
    assert browser.get("/api/v1/session").status_code == 200, "the server goes on"


def test_honest_files_pass_the_same_door(browser: httpx.Client, listener: tuple[int, list[str]]) -> None:
    for kind, body in (("staff", STAFF), ("boundaries", HONEST)):
        answer = upload(browser, kind, body)
        assert answer.status_code == 200, answer.text
    port, calls = listener
    with socket.create_connection(("127.0.0.1", port)):
        pass
    while not calls:
        threading.Event().wait(0.01)


@pytest.mark.parametrize("formula", [b"=1+1", b"=cmd|' /C calc'!A0", b"@SUM(A1)", b"+cmd|' /C calc'!A0"])
def test_a_row_with_a_formula_is_refused_by_name(browser: httpx.Client, formula: bytes) -> None:
    said = upload(browser, "staff", STAFF.replace(b"Anna", formula)).json()
    refused = [row for row in said["rejected"] if row["field"] == "name"]
    assert [(row["value"], row["reason"]) for row in refused] == [
        (formula.decode(), "a formula, not a value: paste the values alone and export again")
    ]


def test_a_client_that_never_finishes_holds_nothing_up(served: Served, browser: httpx.Client) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    head = (
        f"POST /api/v1/imports/staff?file_name=x.csv HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        f"Origin: http://127.0.0.1:{served.port}\r\nCookie: {cookie}\r\nContent-Length: 1000000\r\n"
        "Connection: close\r\n\r\nid,name\n"
    ).encode()
    waiting = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(8)]
    try:
        for each in waiting:
            each.sendall(head)
        assert upload(browser, "staff", STAFF).status_code == 200, "others are served meanwhile"
        assert exchange(served, head).split(b" ")[1] in (b"503", b"408")
    finally:
        for each in waiting:
            each.close()
