"""How addresses of a country look, out of `city_words.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Country:
    """How addresses of a country look.

    streets: templates with {} for a name. names: of streets. towns: of the synthetic cities. shorts: word -> how people
    shorten it. line: an address on one line, with {street}, {number}, {postcode}, {city}. digits: of a postcode as #.
    country: its name. numbering: sides (odd and even) or metres (the number is the distance along the street).
    suffixes: behind numbers. units: what follows a number for a flat. signs: what may stand before a number.
    """

    streets: tuple[str, ...]
    names: tuple[str, ...]
    towns: tuple[str, ...]
    shorts: tuple[tuple[str, str], ...]
    line: str
    digits: str
    country: str
    numbering: str
    suffixes: tuple[str, ...]
    units: tuple[str, ...]
    signs: tuple[str, ...]


@cache
def countries() -> dict[str, Country]:
    """Return code -> country."""
    text = resources.files("gridgeo.bench").joinpath("city_words.toml").read_text(encoding="utf-8")
    return {code: _country(body) for code, body in tomllib.loads(text).items()}


def _country(body: dict[str, Any]) -> Country:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}
    return Country(**values)
