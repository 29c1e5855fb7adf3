"""Help speaks Chinese and English."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import typer

from gridgeo.cli.main import EXAMPLE_MARK, app
from gridgeo.i18n import catalogue

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def help_texts(command: Any) -> Iterator[str]:
    """Yield the words of every help text of a command and those below it, examples left out."""
    for holder in (command, *getattr(command, "params", ())):
        if text := getattr(holder, "help", None):
            yield " ".join(text.split()).partition(EXAMPLE_MARK)[0]
    for child in getattr(command, "commands", {}).values():
        yield from help_texts(child)


def test_every_help_text_has_its_chinese() -> None:
    texts = set(help_texts(typer.main.get_command(app)))
    assert len(texts) > 40
    assert sorted(texts - set(catalogue())) == []


def test_help_follows_the_language(gridgeo: Run) -> None:
    chinese = gridgeo("demo", "--help", GRIDGEO_LANGUAGE="zh").stdout
    english = gridgeo("demo", "--help").stdout
    assert "合成银行" in chinese
    assert "合成银行" not in english
    assert "gridgeo demo --ground" in chinese


def test_the_short_option_shows_the_same_help_with_an_example(gridgeo: Run) -> None:
    for command in (["demo"], ["catchment", "draw"]):
        short = gridgeo(*command, "-h")
        assert short.returncode == 0
        assert short.stdout == gridgeo(*command, "--help").stdout
        assert "Example: gridgeo " in short.stdout


def test_version_and_serve_speak_json(gridgeo: Run, store_copy: Path) -> None:
    from gridgeo import __version__

    assert json.loads(gridgeo("version", "--json").stdout) == {"version": __version__}
    command = [str(Path(sys.executable).parent / "gridgeo"), "serve", "--json", "--port", str(free_port())]
    environment = {**os.environ, "GRIDGEO_STORE_URL": f"sqlite:///{store_copy}", "GRIDGEO_LOGIN_TOKEN": "once"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        body = json.loads(server.stdout.readline())
        # the moment the line is there, the link works
        assert httpx.get(body["login"], timeout=60.0).status_code == 303
        server.terminate()
        assert server.stdout.read() == ""
    assert body["login"] == f"{body['url']}/login?token=once"


def test_a_served_demo_prints_one_object_and_nothing_else(tmp_path: Path) -> None:
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "gridgeo"),
        "demo",
        "--ground",
        "helsinki",
        "--json",
        "--port",
        str(port),
    ]
    environment = {**os.environ, "GRIDGEO_STORE_URL": f"sqlite:///{tmp_path}/served.db"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        body = json.loads(server.stdout.readline())
        server.terminate()
        assert server.stdout.read() == ""
    assert body["url"] == f"http://127.0.0.1:{port}"


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
