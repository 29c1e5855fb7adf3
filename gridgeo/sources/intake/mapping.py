"""Which column of a file is which field: proposed from the headers, declared by the person, kept in a TOML file."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from gridgeo.errors import InvalidInputError
from gridgeo.sources.intake.fields import Field, ImportKind

TAG_HEADERS = ("amenity", "shop", "tourism", "healthcare", "office", "craft", "leisure")
"""Headers that are OpenStreetMap keys, in the order in which they name a business."""
GUESS_FROM = 82.0
"""Least likeness of a header (0 to 100) to be shown as a guess; a guess is never taken without the person's word."""


@dataclass(frozen=True)
class ColumnMapping:
    """columns: field -> column of the file. guesses: (field, column) that look alike and wait for the person's word.

    tags: columns that are OpenStreetMap keys. unmapped: columns that nothing is read from.
    """

    columns: dict[str, str]
    guesses: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    unmapped: tuple[str, ...]


def propose_mapping(
    columns: Sequence[str], kind: ImportKind, declared: Mapping[str, str], constants: Mapping[str, str]
) -> ColumnMapping:
    """Map the columns of a file to the fields of a kind.

    declared: field -> column, taken as it is; `a+b` joins columns, a field declared as `-` stays empty. constants:
    fields with one value for every row, which need no column. The others go by their names and synonyms, regardless of
    case, blanks and units in brackets; of a two-row header ``a/b`` the second part may be the name.
    Raises InvalidInputError for an unknown field or a column that the file has not.
    """
    _check_declared(columns, kind, {**declared, **dict.fromkeys(constants, "-")})
    found = {name: column for name, column in declared.items() if column != "-"}
    open_fields = [item for item in kind.fields if item.name not in declared and item.name not in constants]
    by_header = _by_header(columns)
    for item in open_fields:
        column = next((by_header[name] for name in _known_names(item) if name in by_header), None)
        if column is not None:
            found[item.name] = column
    if not set(kind.together) <= set(found) | set(constants):
        found = {name: column for name, column in found.items() if name not in kind.together or name in declared}
    tags = tuple(key for key in TAG_HEADERS if key in columns) if kind.tags and "osm_tag" not in found else ()
    used = {part for column in found.values() for part in columns_of(column, columns)} | set(tags)
    rest = tuple(column for column in columns if column not in used)
    guesses = _guesses([item for item in open_fields if item.name not in found], rest)
    return ColumnMapping(found, guesses, tags, rest)


def mapping_from_toml(path: Path, kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the columns and constants that a mapping file declares.

    Raises InvalidInputError when the file is missing, not TOML, of another kind, or holds anything but text.
    """
    if not path.is_file():
        raise InvalidInputError("no such file: {path}", path=path)
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError("{path} is not a TOML file: {detail}", path=path, detail=str(error)) from error
    if body.get("kind") != kind:
        raise InvalidInputError(
            "{path} maps files of kind {given}, not {wanted}", path=path, given=body.get("kind"), wanted=kind
        )
    return _texts(path, body, "columns"), _texts(path, body, "constants")


def mapping_to_toml(kind: str, columns: Mapping[str, str], constants: Mapping[str, str]) -> str:
    """Return the text of a mapping file."""
    parts = [f"kind = {_quoted(kind)}", "", "[columns]", *_lines(columns)]
    if constants:
        parts += ["", "[constants]", *_lines(constants)]
    return "\n".join(parts) + "\n"


def plain_header(text: str) -> str:
    """Return a header without case, blanks, signs, units in brackets, and a unit of money at its end."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    bare = re.sub(r"[\s_\-./*:]+", "", re.sub(r"[(\[（【].*?[)\]）】]", "", folded))
    return re.sub(r"(?<=.)(?:(?:[千万亿]|百万)元|(?<!单)元)$", "", bare)


def _check_declared(columns: Sequence[str], kind: ImportKind, declared: Mapping[str, str]) -> None:
    for name, column in declared.items():
        if name not in kind.field_names:
            raise InvalidInputError(
                "{kind} has no field {given}; it has {known}",
                kind=kind.name,
                given=name,
                known=", ".join(kind.field_names),
            )
        missing = [part for part in columns_of(column, columns) if part not in columns]
        if column != "-" and missing:
            raise InvalidInputError(
                "the file has no column {given} for field {field}; it has {known}",
                given=missing[0],
                field=name,
                known=", ".join(columns),
            )


def columns_of(declared: str, columns: Sequence[str]) -> list[str]:
    """Return the columns that a mapping names: one, or several joined by ``+``."""
    return [declared] if declared in columns else [part.strip() for part in declared.split("+")]


def _known_names(item: Field) -> list[str]:
    return [plain_header(name) for name in item.headers]


def _by_header(columns: Sequence[str]) -> dict[str, str]:
    """Return plain header -> column; whole headers before the second parts of two-row ones, left before right."""
    whole = {plain_header(column): column for column in reversed(columns)}
    parts = {plain_header(column.rpartition("/")[2]): column for column in reversed(columns) if "/" in column}
    return parts | whole


def _guesses(open_fields: Sequence[Field], columns: Sequence[str]) -> tuple[tuple[str, str], ...]:
    plain = {column: plain_header(column) for column in columns}
    answer = []
    for item in open_fields:
        for name in _known_names(item):
            best = process.extractOne(name, plain, scorer=fuzz.ratio, score_cutoff=GUESS_FROM)
            if best is not None:
                answer.append((item.name, best[2]))
                break
    return tuple(answer)


def _texts(path: Path, body: dict[str, Any], part: str) -> dict[str, str]:
    table = body.get(part, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise InvalidInputError("{path}: [{part}] must hold field = text", path=path, part=part)
    return dict(table)


def _quoted(text: str) -> str:
    # JSON's string is one of TOML's, but for the sign DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lines(table: Mapping[str, str]) -> list[str]:
    return [f"{name} = {_quoted(value)}" for name, value in table.items()]
