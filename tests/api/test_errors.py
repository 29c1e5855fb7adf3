"""Every failure is a problem in the caller's language, and says nothing of our insides."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

import gridgeo.errors
from gridgeo.errors import BusyError, ConflictError, GridgeoError, InvalidInputError
from gridgeo.i18n import catalogue
from gridgeo.pipeline import browse
from gridgeo.pipeline.published import Publication
from gridgeo.storage import open_engine
from gridgeo_api import errors, invalid
from gridgeo_api.errors import KINDS, kind_of

from .conftest import Client, Start

FIELDS = {"type", "title", "status", "detail", "code", "instance"}


def fields_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_kind_of_error_has_a_status() -> None:
    named = [
        value
        for value in vars(gridgeo.errors).values()
        if isinstance(value, type) and issubclass(value, GridgeoError) and value is not GridgeoError
    ]
    assert named
    assert [cls for cls in named if kind_of(cls("x")) is errors.INTERNAL] == []
    assert kind_of(ZeroDivisionError()) is errors.INTERNAL


def test_a_subclass_is_answered_like_its_parent() -> None:
    class StaleError(ConflictError):
        pass

    assert kind_of(StaleError("x")) is KINDS[ConflictError]


def test_every_text_of_the_service_has_its_chinese() -> None:
    texts = {
        *errors.TEXTS,
        *(kind.title for kind in KINDS.values()),
        *(text for kind, words in errors.STATUSES.values() for text in (kind.title, words)),
        *invalid.TEMPLATES.values(),
        invalid.OTHER,
    }
    assert {text for text in texts if text not in catalogue()} == set()
    assert {text for text in texts if fields_of(text) != fields_of(catalogue()[text])} == set()


@pytest.mark.parametrize(
    ("path", "status", "english", "chinese"),
    [
        ("/nothing", 404, "there is nothing at this address", "此地址没有内容"),
        ("/api/v1/cells?branch_id=b9", 404, "there is no branch b9", "没有网点 b9"),
        ("/api/v1/cells/zzz", 422, "cell is too short, got zzz", "cell 过短，收到 zzz"),
        ("/api/v1/cells?measures=", 422, "measures is too short, got ", "measures 过短，收到 "),
    ],
)
def test_a_problem_speaks_the_callers_language(
    client: Client, path: str, status: int, english: str, chinese: str
) -> None:
    for language, detail in (("en-GB,en", english), ("zh-CN", chinese)):
        answer = client.get(path, headers={"accept-language": language})
        body = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(body) == FIELDS
        assert (answer.status_code, body["status"], body["detail"]) == (status, status, detail)
        assert answer.headers["content-language"] == language[:2]


def test_without_accept_language_the_service_has_its_own(start: Start) -> None:
    client = start(language="zh_CN.UTF-8")
    assert client.get("/nothing").json()["title"] == "请先登录"


def test_an_unexpected_error_tells_nothing_of_our_insides(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_: Request) -> Response:
        raise RuntimeError("password in /secret/file.py")

    client = start(prepare=lambda app: app.router.routes.insert(0, _route("/api/v1/fail", fail)))
    client.login()
    answer = client.get("/api/v1/fail")
    assert answer.status_code == 500
    assert set(answer.json()) == FIELDS
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "password in /secret/file.py" in caplog.text, "the log has it"


def test_a_busy_store_says_when_to_come_again(start: Start) -> None:
    async def fail(_: Request) -> Response:
        raise BusyError("somebody else is writing to the store; try again")

    client = start(prepare=lambda app: app.router.routes.insert(0, _route("/api/v1/fail", fail)))
    client.login()
    answer = client.get("/api/v1/fail")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_an_empty_store_names_the_remedy(start: Start, store_url: str) -> None:
    client = start(store_url=store_url)
    client.login()
    answer = client.get("/api/v1/cells")
    assert answer.status_code == 404
    assert "gridgeo demo" in answer.json()["detail"]
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200


def test_the_service_does_not_start_without_a_store(start: Start) -> None:
    with pytest.raises(GridgeoError):
        start(store_url="sqlite:////nowhere/store.db")


def test_a_read_outside_http_raises_the_same_kinds(store_url: str) -> None:
    engine = open_engine(store_url)
    try:
        with engine.connect() as connection, pytest.raises(gridgeo.errors.NotFoundError):
            browse.publication(connection)
    finally:
        engine.dispose()
    published = Publication(1, datetime(2026, 3, 1, tzinfo=UTC), "made up", 9, True, "wgs84", {})
    with pytest.raises(InvalidInputError):
        browse.check_measures(("people", "nonsense"), published)


def _route(path: str, endpoint: object) -> object:
    app = FastAPI()
    app.add_route(path, endpoint)  # type: ignore[arg-type]
    return app.router.routes[-1]
