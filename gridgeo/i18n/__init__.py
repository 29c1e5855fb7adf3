"""Chinese and English for everything a user reads.

The English template is the key; ``zh/<room>.json`` holds its Chinese. A test walks the source and checks that every
template a user can meet has a translation with the same fields.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Literal, get_args

from gridgeo.errors import GridgeoError

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def catalogue() -> dict[str, str]:
    """Return English template -> Chinese template, all rooms together."""
    merged: dict[str, str] = {}
    for entry in sorted(resources.files(__name__).joinpath("zh").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".json"):
            merged |= json.loads(entry.read_text(encoding="utf-8"))
    return merged


def translate(template: str, language: Language, **values: object) -> str:
    """Return the template in the language, fields filled in; an unknown template stays English."""
    text = catalogue().get(template, template) if language == "zh" else template
    return text.format(**values) if values else text


def error_text(error: GridgeoError, language: Language) -> str:
    """Return the error's message in the language."""
    return translate(error.template, language, **error.values)


def language_from(text: str | None) -> Language:
    """Return the first known language named in a locale or Accept-Language text; English when there is none."""
    for part in (text or "").replace("_", "-").lower().split(","):
        primary = part.strip().split(";")[0].split("-")[0]
        if primary in LANGUAGES:
            return primary
    return "en"
