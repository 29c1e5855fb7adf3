"""Writes the sections that docs/commands.md and its Chinese twin lack, from the commands' own help texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from gridgeo.cli.main import app
from gridgeo.i18n import Language, translate

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES: dict[Language, Path] = {"en": DOCS / "commands.md", "zh": DOCS / "zh/commands.md"}
COLON: dict[Language, str] = {"en": ": ", "zh": "："}
SHARED = ("--help", "--store", "--json", "--as")


def commands(group: Any, path: str = "gridgeo") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own classes
    """Yield every command that can be typed, with its full name."""
    for name, command in getattr(group, "commands", {}).items():
        inner = f"{path} {name}"
        yield from commands(command, inner) if hasattr(command, "commands") else [(inner, command)]


def flags(parameter: Any) -> list[str]:  # noqa: ANN401 - typer's own classes
    """Return the long flags of a parameter; none for an argument."""
    return [flag for flag in parameter.opts if flag.startswith("--")]


def section(name: str, command: Any, language: Language) -> str:  # noqa: ANN401 - typer's own classes
    """Return the section of one command."""
    words, _, example = " ".join(command.help.split()).partition(" Example: ")
    lines = [f"### `{name}`", "", translate(words, language), ""]
    lines += ["```", example, "```", ""] if example else []
    for parameter in command.params:
        names = flags(parameter) or [parameter.name]
        if names[0] not in SHARED:
            shown = ", ".join(f"`{one}`" for one in names)
            lines.append(f"- {shown}{COLON[language]}{translate(parameter.help or '', language)}")
    return "\n".join(lines).rstrip() + "\n\n"


def complete(text: str, language: Language) -> str:
    """Return the page with a section for each command; one that names every flag of its command stays as it is."""
    for name, command in commands(typer.main.get_command(app)):
        wanted = [flag for item in command.params for flag in flags(item) if flag not in SHARED]
        found = re.search(rf"^### `{re.escape(name)}`$(.*?)(?=^### |^## |\Z)", text, re.MULTILINE | re.DOTALL)
        if found and all(f"`{flag}" in found[1] for flag in wanted):
            continue
        new = section(name, command, language)
        end = text.index("\n## ", text.rindex("### `")) + 1 if not found else 0
        text = text[: found.start()] + new + text[found.end() :] if found else text[:end] + new + text[end:]
    return text.rstrip() + "\n"


def main() -> None:
    """Complete both pages."""
    for language, page in PAGES.items():
        page.write_text(complete(page.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
