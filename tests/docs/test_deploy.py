"""The files of docs/deploy.md: units, proxy, container and settings are such as their programs take."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import crossplane
import pytest
import typer

from gridgeo.cli.main import app
from gridgeo.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])


def directives(tmp_path: Path, text: str) -> list[str]:
    """Return what a parser of nginx's language finds wrong."""
    (tmp_path / "site.conf").write_text(text, encoding="utf-8")
    (tmp_path / "nginx.conf").write_text("events {}\nhttp { include site.conf; }\n", encoding="utf-8")
    found = crossplane.parse(str(tmp_path / "nginx.conf"), strict=True)
    return [error["error"] for error in found["errors"]]


def test_the_proxys_directives_are_known_and_complete(tmp_path: Path) -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert directives(tmp_path, text) == []
    assert directives(tmp_path, text.replace("proxy_buffering off", "proxy_bufering off")), "a slip is found"


def test_the_container_file_passes_its_linter(tmp_path: Path) -> None:
    def complaints(file: Path) -> str:
        return subprocess.run(["hadolint", str(file)], capture_output=True, text=True, check=False).stdout

    assert complaints(DEPLOY / "Containerfile") == ""
    worse = tmp_path / "Containerfile"
    worse.write_text("FROM python:latest\nRUN cd /tmp && apt-get install curl\n", encoding="utf-8")
    assert "DL3007" in complaints(worse)


@pytest.mark.parametrize("file", [*UNITS, DEPLOY / "gridgeo.env", DEPLOY / "Containerfile"], ids=lambda file: file.name)
def test_every_setting_that_a_file_names_exists(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = re.findall(r"GRIDGEO_([A-Z_]+)(?==)", text)
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_every_command_that_a_unit_starts_exists() -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    started = [words for unit in UNITS for words in re.findall(r"/bin/gridgeo ([a-z -]+)", unit.read_text("utf-8"))]
    assert {"serve", "db check", "db backup "} <= set(started)
    for words in started:
        group, *rest = words.split()
        command = known[group]
        assert not hasattr(command, "commands") or rest[0] in command.commands, words


def test_every_timer_has_the_service_that_it_starts() -> None:
    timers = [unit for unit in UNITS if unit.suffix == ".timer"]
    assert timers
    assert all(unit.with_suffix(".service").is_file() for unit in timers)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_unit(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    # The program is not installed where it will be.
    said = [line for line in done.stderr.splitlines() if unit.name in line and "is not executable" not in line]
    assert said == []


def test_every_file_is_named_in_the_page_of_deployment() -> None:
    for page in ("docs/deploy.md", "docs/zh/deploy.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert [file.name for file in DEPLOY.iterdir() if f"`{file.name}`" not in text] == []
