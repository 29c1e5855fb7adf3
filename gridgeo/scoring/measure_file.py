"""A file of measures, read field by field: what is missing, unknown or out of range is named with its remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from gridgeo.domain.user_measures import Part, UserMeasure
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.nearest_name import nearest_name

MOST_MEASURES, MOST_COMPONENTS = 100, 20
MOST_TOP, MOST_DRAWS, MOST_VERSION, MOST_WEIGHT = 10_000, 5_000, 9_999, 1_000_000
LONGEST_NAME, LONGEST_UNIT = 60, 30
KINDS, DIRECTIONS = ("count", "share", "index"), ("up", "down", "none")
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COMMON = ("id", "name_zh", "name_en", "unit", "kind", "direction", "version")
_OF_SHARE, _OF_COMPOSITE = ("numerator", "denominator", "shrink"), ("component", "top", "draws")
_OF_KIND = {"count": ("formula",), "share": _OF_SHARE, "index": ("formula", *_OF_COMPOSITE)}
_FIELDS = (*_COMMON, "formula", *_OF_SHARE, *_OF_COMPOSITE)
_OF_PART = ("measure", "weight", "direction")


def measures_from_toml(text: str) -> tuple[UserMeasure, ...]:
    """Return the measures that a TOML text defines, in its order; nothing of their names is looked up yet.

    Raises InvalidInputError naming the measure, the field, the value and what may stand there.
    """
    try:
        body = tomllib.loads(text)
    except ValueError as error:
        # Not of TOML alone: a number of thousands of digits is refused by Python itself.
        raise InvalidInputError("the file is no TOML: {detail}", detail=error) from error
    except RecursionError as error:
        raise InvalidInputError("the file is no TOML: {detail}", detail="too many brackets") from error
    _only(body, ("measure",), "TOML")
    tables = body.get("measure", [])
    if not _tables(tables):
        raise InvalidInputError("the file must hold at least one table [[measure]], each with its own id")
    if len(tables) > MOST_MEASURES:
        raise InvalidInputError(
            "the file holds {given} measures; at most {most} are taken", given=len(tables), most=MOST_MEASURES
        )
    found = tuple(_measure(table, f"[[measure]] {number}") for number, table in enumerate(tables, start=1))
    ids = [each.id for each in found]
    twice = [name for at, name in enumerate(ids) if name in ids[:at]]
    if twice:
        raise InvalidInputError(
            "measure {measure} stands twice in the file; give one of them another id", measure=twice[0]
        )
    return found


def _measure(table: Mapping[str, Any], where: str) -> UserMeasure:
    name = _text(table, "id", where, 40)
    if not _ID.fullmatch(name):
        raise InvalidInputError(
            "measure {measure}, field id: got {given}; an id is a small letter followed by up to 39 small letters, "
            "digits or _",
            measure=where,
            given=name,
        )
    where = name
    _only(table, _FIELDS, where)
    kind = _one_of(table, "kind", KINDS, where)
    _fits(table, kind, where)
    shared = {
        "id": name,
        "name_zh": _text(table, "name_zh", where, LONGEST_NAME),
        "name_en": _text(table, "name_en", where, LONGEST_NAME),
        "unit": _unit(table, kind, where),
        "kind": kind,
        "direction": _one_of(table, "direction", DIRECTIONS, where),
        "version": _whole(table, "version", where, MOST_VERSION, 1),
    }
    return UserMeasure(**shared, **_computation(table, kind, where))


def _unit(table: Mapping[str, Any], kind: str, where: str) -> str:
    if kind != "share":
        return _text(table, "unit", where, LONGEST_UNIT)
    if table.get("unit", "share") != "share":
        raise InvalidInputError(
            "measure {measure}, field unit: got {given}; a share runs from 0 to 1 and is shown in percent: its unit is "
            "share",
            measure=where,
            given=table["unit"],
        )
    return "share"


def _computation(table: Mapping[str, Any], kind: str, where: str) -> dict[str, Any]:
    if kind == "share":
        names = {name: _text(table, name, where, LONGEST_NAME) for name in ("numerator", "denominator")}
        return names | {"shrink": _yes_or_no(table, "shrink", where)}
    if "component" not in table:
        return {"formula": _text(table, "formula", where, None)}
    return {
        "components": _components(table, where),
        "top": _whole(table, "top", where, MOST_TOP, 10),
        "draws": _whole(table, "draws", where, MOST_DRAWS, 1000),
    }


def _fits(table: Mapping[str, Any], kind: str, where: str) -> None:
    """Refuse fields of another kind, and two ways to compute one measure."""
    foreign = [name for name in table if name not in (*_COMMON, *_OF_KIND[kind])]
    if foreign:
        raise InvalidInputError(
            "measure {measure}, field {field}: a measure of kind {kind} has none; it takes {known}",
            measure=where,
            field=foreign[0],
            kind=kind,
            known=", ".join(_OF_KIND[kind]),
        )
    if kind == "index" and "formula" in table and "component" in table:
        raise InvalidInputError(
            "measure {measure}: it has a formula and components; an index is the one or the other", measure=where
        )
    lonely = [name for name in ("top", "draws") if name in table and "component" not in table]
    if lonely:
        raise InvalidInputError(
            "measure {measure}, field {field}: it belongs to a composite; add tables [[measure.component]] or leave it "
            "out",
            measure=where,
            field=lonely[0],
        )
    if "component" in table and table.get("direction") != "up":
        raise InvalidInputError(
            "measure {measure}, field direction: got {given}; the score of a composite is the better the higher, so it "
            "must be up; turn single components round with their own direction",
            measure=where,
            given=table.get("direction"),
        )


def _components(table: Mapping[str, Any], where: str) -> tuple[Part, ...]:
    given = table["component"]
    if not _tables(given) or len(given) > MOST_COMPONENTS:
        raise InvalidInputError(
            "measure {measure}, field component: 1 to {most} tables [[measure.component]] are needed",
            measure=where,
            most=MOST_COMPONENTS,
        )
    parts = tuple(_part(each, f"{where} [[measure.component]] {number}") for number, each in enumerate(given, start=1))
    names = [part.measure for part in parts]
    twice = [name for at, name in enumerate(names) if name in names[:at]]
    if twice:
        raise InvalidInputError(
            "measure {measure}: component {given} stands twice; add their weights up", measure=where, given=twice[0]
        )
    if not sum(part.weight for part in parts) > 0:
        raise InvalidInputError("measure {measure}: all weights are 0; at least one must be positive", measure=where)
    return parts


def _part(table: Mapping[str, Any], where: str) -> Part:
    _only(table, _OF_PART, where)
    weight = _given(table, "weight", where)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= MOST_WEIGHT:
        raise InvalidInputError(
            "measure {measure}, field weight: got {given}; a number from 0 to {most} is needed",
            measure=where,
            given=weight,
            most=MOST_WEIGHT,
        )
    direction = _one_of(table, "direction", ("up", "down"), where) if "direction" in table else "up"
    return Part(_text(table, "measure", where, LONGEST_NAME), float(weight), "down" if direction == "down" else "up")


def _tables(given: object) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(each, dict) for each in given)


def _only(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    names = list(known)
    for name in table:
        if name not in names:
            raise InvalidInputError(
                "measure {measure}: there is no field {field}; did you mean {near}? It takes {known}",
                measure=where,
                field=name,
                near=nearest_name(name, names),
                known=", ".join(names),
            )


def _given(table: Mapping[str, Any], field: str, where: str) -> Any:  # noqa: ANN401 - a value of TOML
    if field not in table:
        raise InvalidInputError("measure {measure}, field {field}: it is missing", measure=where, field=field)
    return table[field]


def _text(table: Mapping[str, Any], field: str, where: str, longest: int | None) -> str:
    given = _given(table, field, where)
    text = given.strip() if isinstance(given, str) else ""
    # A formula may stand on several lines; its own length is checked where it is read.
    shown = text if longest is None else text.replace(" ", "")
    if not text or (longest is not None and (len(text) > longest or not shown.isprintable())):
        raise InvalidInputError(
            "measure {measure}, field {field}: got {given}; a text of 1 to {most} characters in one line is needed",
            measure=where,
            field=field,
            given=given,
            most=longest or 2000,
        )
    return text


def _one_of(table: Mapping[str, Any], field: str, known: tuple[str, ...], where: str) -> Any:  # noqa: ANN401 - a word
    given = _given(table, field, where)
    if given not in known:
        raise InvalidInputError(
            "measure {measure}, field {field}: got {given}; it must be one of {known}",
            measure=where,
            field=field,
            given=given,
            known=", ".join(known),
        )
    return given


def _whole(table: Mapping[str, Any], field: str, where: str, most: int, default: int) -> int:
    given = table.get(field, default)
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= most:
        raise InvalidInputError(
            "measure {measure}, field {field}: got {given}; a whole number from 1 to {most} is needed",
            measure=where,
            field=field,
            given=given,
            most=most,
        )
    return given


def _yes_or_no(table: Mapping[str, Any], field: str, where: str) -> bool:
    given = table.get(field, False)
    if not isinstance(given, bool):
        raise InvalidInputError(
            "measure {measure}, field {field}: got {given}; it must be true or false",
            measure=where,
            field=field,
            given=given,
        )
    return given
