"""Documentation names every command, option, route and setting, and every relative link in it leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from gridgeo.cli.main import app
from gridgeo.domain.measures import MEASURES
from gridgeo.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = {"en": ROOT / "docs", "zh": ROOT / "docs/zh"}
TRANSLATED = (
    "commands.md",
    "own-data.md",
    "method.md",
    "api.md",
    "guide.md",
    "territories.md",
    "measures.md",
    "server.md",
    "deploy.md",
    "client.md",
)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
CODE_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
IDENTIFIER = re.compile(r"`([a-z0-9_]+)`")
"""Identifiers in code spans, which no translation may change or lose."""
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")])


def commands(group: Any, path: str = "gridgeo") -> Iterator[tuple[str, Any]]:
    """Every command that can be typed, with its parameters."""
    for name, command in getattr(group, "commands", {}).items():
        inner = f"{path} {name}"
        yield from commands(command, inner) if hasattr(command, "commands") else [(inner, command)]


EVERY = dict(commands(typer.main.get_command(app)))


def page_text(language: str, page: str) -> str:
    return (LANGUAGES[language] / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY)
def test_command_and_its_options_are_documented(name: str, language: str) -> None:
    text = page_text(language, "commands.md")
    section = re.search(rf"^### `{re.escape(name)}`$(.*?)(?=^### |\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, f"commands.md ({language}) has no section for {name}"
    options = [option for param in EVERY[name].params for option in param.opts if option.startswith("--")]
    assert [
        option
        for option in options
        if option not in ("--help", "--store", "--json", "--as") and f"`{option}" not in section[1]
    ] == []


@pytest.mark.parametrize("name", EVERY)
def test_command_shows_an_example(name: str) -> None:
    assert (EVERY[name].help and "Example: gridgeo " in EVERY[name].help) or name == "gridgeo version"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_documented(language: str) -> None:
    text = page_text(language, "commands.md")
    assert [name for name in Settings.model_fields if f"`GRIDGEO_{name.upper()}`" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_route_is_documented(language: str) -> None:
    from gridgeo_api.main import create_app

    text = page_text(language, "api.md")
    assert [path for path in create_app().openapi()["paths"] if f"`{path}`" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_is_explained(language: str) -> None:
    text = page_text(language, "method.md")
    assert [measure.id for measure in MEASURES if f"| `{measure.id}`" not in text] == []


def untranslatable(text: str) -> dict[str, list[str]]:
    """What a translation keeps as it is: levels of headings, code blocks, identifiers in code spans."""
    return {
        "headings": HEADING.findall(text),
        "code": CODE_BLOCK.findall(text),
        "identifiers": sorted(set(IDENTIFIER.findall(text))),
    }


@pytest.mark.parametrize("page", TRANSLATED)
def test_chinese_page_has_the_sections_and_code_of_the_english_one(page: str) -> None:
    assert untranslatable(page_text("zh", page)) == untranslatable(page_text("en", page))


@pytest.mark.parametrize("lost", ["## ", "--datum gcj02", "`denominators`"])
def test_what_a_translation_loses_is_noticed(lost: str) -> None:
    text = page_text("zh", "own-data.md")
    assert lost in text
    assert untranslatable(text.replace(lost, "")) != untranslatable(page_text("en", "own-data.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
