"""Whether users' measures may stand beside each other: ids, the columns they name, and the order to compute them in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gridgeo.domain.public import FAMILIES, PUBLIC_COUNTS, PUBLIC_FIGURES
from gridgeo.domain.user_measures import RANK, UserMeasure
from gridgeo.errors import ConflictError, InvalidInputError
from gridgeo.scoring.formula import WORDS, Place, parse_formula
from gridgeo.scoring.measure_file import MOST_MEASURES
from gridgeo.scoring.nearest_name import nearest_name

ENDINGS = ("_low", "_high", "_evidence", "_hidden", RANK)
"""Exports name the columns beside a measure so, and a composite its places."""
COLUMNS_OF_FILES = ("cell", "branch_id", "lng", "lat", "geometry", "geom", "fid", "territory", "territory_id")
COLUMNS_OF_STAFF = ("rm_id", "rm_name")
_PUBLIC = frozenset(
    {
        *PUBLIC_COUNTS,
        *PUBLIC_FIGURES,
        *(name for ways in FAMILIES.values() for names in ways.values() for name in names),
    }
)
"""Measures of these names are shown to consumers: no user's figure may ever take one of them."""


@dataclass(frozen=True)
class KnownNames:
    """built_in: measures of this release, id -> kind. columns: further stored columns, not measures."""

    built_in: Mapping[str, str]
    columns: frozenset[str] = frozenset()


def with_added(
    new: Iterable[UserMeasure], kept: Mapping[str, UserMeasure], known: KnownNames
) -> dict[str, UserMeasure]:
    """Return the users' measures after a file is taken: those kept, in their order, and the new ones.

    A measure of a known id takes the place of the old one when its version is higher; the very same one changes
    nothing.
    Raises InvalidInputError where an id is taken, a name is unknown or measures go round in a circle, ConflictError
    where a changed measure has the old version.
    """
    merged = dict(kept)
    for each in new:
        _check_id(each, known)
        _check_version(each, kept.get(each.id))
        merged[each.id] = each
    if len(merged) > MOST_MEASURES:
        raise InvalidInputError(
            "there would be {given} measures of users; at most {most} are kept, remove some first",
            given=len(merged),
            most=MOST_MEASURES,
        )
    kinds = dict(known.built_in) | {made.id: made.kind for each in merged.values() for made in each.measures()}
    for each in new:
        _check_named(each, kinds, known.columns)
    _check_nothing_lost(kept, merged)
    computing_order(merged)
    return merged


def without(measure: str, kept: Mapping[str, UserMeasure]) -> dict[str, UserMeasure]:
    """Return the users' measures without one; raises ConflictError where another one is computed from it."""
    left = {name: each for name, each in kept.items() if name != measure}
    _check_nothing_lost(kept, left)
    return left


def computing_order(measures: Mapping[str, UserMeasure]) -> list[UserMeasure]:
    """Return the measures so that each comes after those that it is computed from.

    Raises InvalidInputError naming the circle where there is one.
    """
    owner = {made.id: each.id for each in measures.values() for made in each.measures()}
    waiting = {name: [owner[used] for used in names_used(each) if used in owner] for name, each in measures.items()}
    order: list[UserMeasure] = []
    while waiting:
        ready = [name for name, used in waiting.items() if not any(other in waiting for other in used)]
        if not ready:
            raise InvalidInputError(
                "measures are computed from each other in a circle: {circle}; break it in one of them",
                circle=" -> ".join(_circle(waiting)),
            )
        order += [measures[name] for name in ready]
        waiting = {name: used for name, used in waiting.items() if name not in ready}
    return order


def names_used(measure: UserMeasure) -> dict[str, tuple[str, int]]:
    """Return the columns that a measure is computed from: name -> field, and the place in a formula (else 0)."""
    if measure.formula is not None:
        tree = parse_formula(measure.formula, Place(measure.id))
        return {name: ("formula", at) for name, at in tree.names().items()}
    if measure.components:
        return {part.measure: ("component", 0) for part in measure.components}
    both = {"numerator": measure.numerator, "denominator": measure.denominator}
    return {name: (field, 0) for field, name in both.items() if name is not None}


def _circle(waiting: Mapping[str, list[str]]) -> list[str]:
    path = [next(iter(waiting))]
    while path.count(path[-1]) == 1:
        path.append(next(used for used in waiting[path[-1]] if used in waiting))
    return path[path.index(path[-1]) :]


def _check_id(measure: UserMeasure, known: KnownNames) -> None:
    taken = {*known.built_in, *_PUBLIC}
    for made in measure.measures():
        if made.id in taken:
            raise InvalidInputError(
                "measure {measure}, field id: a measure of this release has this id; choose another, such as {other}",
                measure=made.id,
                other=f"own_{measure.id}",
            )
    others = {*known.columns, *WORDS, *COLUMNS_OF_FILES, *COLUMNS_OF_STAFF}
    if measure.id in others:
        raise InvalidInputError(
            "measure {measure}, field id: a column or a word of the formula language has this name; choose another, "
            "such as {other}",
            measure=measure.id,
            other=f"own_{measure.id}",
        )
    ending = next((ending for ending in ENDINGS if measure.id.endswith(ending)), None)
    if ending is not None:
        raise InvalidInputError(
            "measure {measure}, field id: an id must not end in {ending}, which stands for a column beside a measure",
            measure=measure.id,
            ending=ending,
        )


def _check_version(measure: UserMeasure, old: UserMeasure | None) -> None:
    if old is not None and old != measure and measure.version <= old.version:
        raise ConflictError(
            "measure {measure}, field version: it is there as version {old} and reads otherwise; raise version to "
            "{next} to replace it",
            measure=measure.id,
            old=old.version,
            next=old.version + 1,
        )


def _check_named(measure: UserMeasure, kinds: Mapping[str, str], columns: frozenset[str]) -> None:
    for name, (field, at) in names_used(measure).items():
        if name not in kinds and name not in columns:
            raise InvalidInputError(
                "measure {measure}, {field}, character {position}: there is no column {given}; did you mean {near}? "
                "gridgeo score measures lists them all",
                measure=measure.id,
                field=field,
                position=max(at, 1),
                given=name,
                near=nearest_name(name, [*kinds, *sorted(columns)]),
            )
        if measure.kind == "share" and kinds.get(name, "count") != "count":
            raise InvalidInputError(
                "measure {measure}, field {field}: {given} is of kind {kind}; a share is a count divided by a count",
                measure=measure.id,
                field=field,
                given=name,
                kind=kinds[name],
            )


def _check_nothing_lost(before: Mapping[str, UserMeasure], after: Mapping[str, UserMeasure]) -> None:
    there = {made.id for each in after.values() for made in each.measures()}
    lost = {made.id for each in before.values() for made in each.measures()} - there
    for each in after.values():
        used = next((name for name in names_used(each) if name in lost), None)
        if used is not None:
            raise ConflictError(
                "measure {measure} is computed from {given}, which would be gone; remove or change it first",
                measure=each.id,
                given=used,
            )
