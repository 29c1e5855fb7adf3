"""The page's files are there for anybody, under the strict policy; nothing else of the machine is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from gridgeo_api import main

from .conftest import Client, Start


@pytest.fixture
def built(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A client nobody has signed in with, of a service with a page of three files."""
    static = tmp_path / "static"
    (static / "fonts").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><script src=/app.js></script>", encoding="utf-8")
    (static / "app.js").write_text("let a = 1;\n" * 200, encoding="utf-8")
    (static / "fonts" / "a.woff2").write_bytes(b"font")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    monkeypatch.setattr(main, "STATIC", static)
    return start()


def test_a_stranger_sees_the_shell_and_no_data(built: Client) -> None:
    shell = built.get("/")
    assert shell.status_code == 200
    assert shell.headers["content-type"].startswith("text/html")
    assert "unsafe" not in shell.headers["content-security-policy"]
    for path, kind in (("/app.js", "javascript"), ("/fonts/a.woff2", "woff2"), ("/index.html", "html")):
        answer = built.get(path)
        assert answer.status_code == 200
        assert kind in answer.headers["content-type"]
        assert answer.headers["cache-control"] == "no-cache"
    assert built.get("/api/v1/session").status_code == 401


def test_a_file_that_has_not_changed_is_not_sent_again(built: Client) -> None:
    first = built.get("/app.js")
    assert built.get("/app.js", headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_a_script_travels_packed(built: Client) -> None:
    answer = built.get("/app.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/fonts/../../secret.txt", "/fonts", "/fonts/", "//etc/passwd"]
)
def test_nothing_beside_the_files_is_served(built: Client, path: str) -> None:
    built.login()
    answer = built.get(path)
    assert answer.status_code in (404, 405)
    assert "secret" not in answer.json()["detail"]


def test_the_page_does_not_hide_the_methods_of_the_api(built: Client) -> None:
    built.login()
    assert built.request("HEAD", "/api/v1/session").status_code == 405
    assert built.request("HEAD", "/").status_code == 200


def test_without_a_build_the_remedy_is_named(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "STATIC", tmp_path / "none")
    answer = start().get("/")
    assert answer.status_code == 404
    assert "scripts/demo" in answer.json()["detail"]


def test_the_application_is_built_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDGEO_STORE_URL", "sqlite:///elsewhere.db")
    monkeypatch.setenv("GRIDGEO_PORT", "9999")
    app: FastAPI = main.create_app()
    assert app.state.settings.store_url == "sqlite:///elsewhere.db"
    assert app.state.access.cookie.endswith("9999")
