"""Documentation names every command, option, route and setting, and every relative link in it leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from gridgeo.cli.main import app
from gridgeo.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ROOT / "docs/commands.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")])


def commands(group: Any, path: str = "gridgeo") -> Iterator[tuple[str, Any]]:
    """Every command that can be typed, with its parameters."""
    for name, command in getattr(group, "commands", {}).items():
        inner = f"{path} {name}"
        yield from commands(command, inner) if hasattr(command, "commands") else [(inner, command)]


EVERY = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", EVERY)
def test_command_and_its_options_are_documented(name: str) -> None:
    text = COMMANDS.read_text(encoding="utf-8")
    section = re.search(rf"^### `{re.escape(name)}`$(.*?)(?=^### |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"docs/commands.md has no section for {name}"
    options = [option for param in EVERY[name].params for option in param.opts if option.startswith("--")]
    assert [
        option
        for option in options
        if option not in ("--help", "--store", "--json", "--as") and f"`{option}" not in section[1]
    ] == []


@pytest.mark.parametrize("name", EVERY)
def test_command_shows_an_example(name: str) -> None:
    assert (EVERY[name].help and "Example: gridgeo " in EVERY[name].help) or name == "gridgeo version"


def test_every_setting_is_documented() -> None:
    text = COMMANDS.read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`GRIDGEO_{name.upper()}`" not in text] == []


def test_every_route_is_documented() -> None:
    from gridgeo_api.main import create_app

    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert [path for path in create_app().openapi()["paths"] if f"`{path}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
