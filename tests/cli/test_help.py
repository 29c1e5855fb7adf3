"""Help speaks Chinese and English."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from typing import Any

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
