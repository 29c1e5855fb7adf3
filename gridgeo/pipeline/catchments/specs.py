"""How a catchment is drawn and how overlaps and holes are settled: what a planner states, and what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from gridgeo.errors import InvalidInputError

GROUND_METHODS = ("drive_time", "straight_line", "municipality")
"""They share out the whole ground among the branches that have them."""
OWN_METHODS = ("drawn", "buffer", "isochrone", "administrative", "places", "between", "customers", "combined")
"""They give one branch its cells, whatever the others have."""
METHODS = GROUND_METHODS + OWN_METHODS
MODES = ("drive", "walk")
OPERATIONS = ("union", "difference", "intersection")
OVERLAP_RULES = ("travel_time", "straight_line", "customers", "priority", "first_drawn")
HOLE_RULES = ("leave", "nearest")

NEEDED: dict[str, tuple[str, ...]] = {
    "drawn": ("polygon",),
    "buffer": ("radius_m",),
    "isochrone": ("minutes",),
    "places": ("places",),
    "between": ("roads",),
    "customers": ("share",),
    "combined": ("operation", "of"),
}
ALLOWED: dict[str, tuple[str, ...]] = {
    "drawn": ("polygon", "source"),
    "buffer": ("radius_m", "point"),
    "isochrone": ("minutes", "mode", "point"),
    "administrative": ("units", "kind"),
    "places": ("places",),
    "between": ("roads",),
    "customers": ("share", "contiguous", "fill_holes"),
    "combined": ("operation", "of"),
}
MAX_PARTS = 32
"""Catchments that one combination may be made of, all levels together."""
LISTS = {
    "units": "units are a list of names or codes",
    "places": "places are a list of names or codes",
    "roads": "roads are a list of names of streets",
}
"""Parameters that are lists of texts -> what is said of one that is none."""
MAX_PLACES = 2_000
MAX_ROADS = 6
MAX_TITLE = 120


@dataclass(frozen=True)
class CatchmentSpec:
    """The method of one branch's catchment with its parameters; the same spec on the same data gives the same cells.

    method: one of METHODS. polygon: GeoJSON geometry in the house datum; source: file, datum and digest it came from.
    radius_m: straight line from the branch to the cell centre. minutes, mode: time of customers to the branch over the
    roads, drive or walk (the network's own by default). point: lng, lat in the house datum that a buffer or isochrone
    is around instead of the branch. units: names, codes or ids of boundaries; kind: of boundary;
    without units it is the one the branch stands in. places: villages, communities and streets by name or code, as
    typed or pasted. roads: names of two streets or more that it lies between. share: of the branch's own located
    customers; contiguous: ways between the pieces are added; fill_holes: enclosed cells are added. operation, of: a
    combination, in order. title: what a person calls the catchment, with any method.
    """

    method: str
    polygon: dict[str, Any] | None = None
    source: dict[str, Any] | None = None
    radius_m: float | None = None
    minutes: float | None = None
    point: tuple[float, float] | None = None
    mode: str | None = None
    units: tuple[str, ...] = ()
    kind: str | None = None
    places: tuple[str, ...] = ()
    roads: tuple[str, ...] = ()
    title: str | None = None
    share: float | None = None
    contiguous: bool = False
    fill_holes: bool = False
    operation: str | None = None
    of: tuple[CatchmentSpec, ...] = ()

    def __post_init__(self) -> None:
        _known("catchment method must be one of {known}, got {given}", self.method, METHODS)
        _check_fields(self)
        _check_numbers(self)
        _check_point(self.point)
        _check_texts(self)
        if self.mode is not None:
            _known("travel mode must be one of {known}, got {given}", self.mode, MODES)
        if self.method == "administrative" and not (self.units or self.kind):
            raise InvalidInputError("administrative catchments need units, a kind of unit, or both")
        if self.method == "combined":
            _known("operation must be one of {known}, got {given}", str(self.operation), OPERATIONS)
            _check_parts(self)

    def as_dict(self) -> dict[str, Any]:
        """Return the method and its parameters as plain JSON values, what is not set left out."""
        plain = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        plain["point"] = None if self.point is None else list(self.point)
        plain |= {name: list(getattr(self, name)) for name in LISTS}
        plain["of"] = [part.as_dict() for part in self.of]
        return stated(plain)

    def parts(self) -> list[CatchmentSpec]:
        """Return the spec and everything it is combined of."""
        return [self, *(inner for part in self.of for inner in part.parts())]


@dataclass(frozen=True)
class SettleRules:
    """What happens where catchments overlap or leave holes.

    overlaps: a cell that several claim goes to the one it takes least time from (travel_time), the nearest in a
    straight line (straight_line), the one that has most of the customers located there (customers), the first in
    `priority`, or the one whose catchment was drawn by itself first (first_drawn); ties go by travel time, then by
    id. holes: cells nobody claims stay uncovered (leave) or go to the branch they take least time from (nearest).
    """

    overlaps: str = "travel_time"
    holes: str = "leave"
    priority: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _known("rule for overlaps must be one of {known}, got {given}", self.overlaps, OVERLAP_RULES)
        _known("rule for holes must be one of {known}, got {given}", self.holes, HOLE_RULES)
        if (self.overlaps == "priority") != bool(self.priority):
            raise InvalidInputError("the rule priority and a list of branches go together")
        if len(set(self.priority)) != len(self.priority):
            raise InvalidInputError("a branch stands twice in the order of priority")

    def as_dict(self) -> dict[str, Any]:
        """Return the rules as plain JSON values."""
        return {"overlaps": self.overlaps, "holes": self.holes, "priority": list(self.priority)}


@dataclass(frozen=True)
class CatchmentPlan:
    """What a version of catchments is drawn from.

    specs: branch -> how its catchment is drawn. drawn_order: branches drawn one by one, the first first.
    """

    specs: dict[str, CatchmentSpec]
    rules: SettleRules = field(default_factory=SettleRules)
    drawn_order: tuple[str, ...] = ()

    def with_branch(self, branch_id: str, spec: CatchmentSpec) -> CatchmentPlan:
        """Return the plan with one branch drawn another way; the first time it is drawn gives its place in order."""
        order = self.drawn_order if branch_id in self.drawn_order else (*self.drawn_order, branch_id)
        return replace(self, specs=self.specs | {branch_id: spec}, drawn_order=order)


def stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that say something: not None, not False, no empty list; a nought says something."""
    return {name: value for name, value in values.items() if not (value is None or value is False or value == [])}


def spec_from_dict(given: dict[str, Any]) -> CatchmentSpec:
    """Read a spec from plain JSON values, as stored or as a client sent them.

    Raises InvalidInputError naming the parameter that is unknown, missing or of the wrong kind.
    """
    known = {entry.name for entry in fields(CatchmentSpec)}
    unknown = sorted(set(given) - known)
    if unknown or "method" not in given:
        raise InvalidInputError(
            "a catchment is stated by {known}; got {given}",
            known=", ".join(sorted(known)),
            given=", ".join(unknown) or "-",
        )
    values = dict(given)
    parts = values.get("of", ())
    if not isinstance(parts, list | tuple) or not all(isinstance(part, dict) for part in parts):
        raise InvalidInputError("a combination is of a list of catchments")
    values["of"] = tuple(spec_from_dict(part) for part in parts)
    values |= {name: _texts(values.get(name, ()), said) for name, said in LISTS.items()}
    point = values.get("point")
    values["point"] = tuple(point) if isinstance(point, list) else point
    return CatchmentSpec(**values)


def _texts(given: object, said: str) -> tuple[str, ...]:
    """Return a list of texts; InvalidInputError with what is to be said when it is none."""
    if not isinstance(given, list | tuple) or not all(isinstance(text, str) for text in given):
        raise InvalidInputError(said)
    return tuple(given)


def rules_from_dict(given: Mapping[str, Any], base: SettleRules | None = None) -> SettleRules:
    """Read rules from plain JSON values; what is left out stays as in `base`, the default rules when there is none.

    A list of priority alone chooses the rule priority.
    """
    before = base or SettleRules()
    chosen = tuple(given.get("priority") or ())
    overlaps = given.get("overlaps") or ("priority" if chosen else before.overlaps)
    kept = before.priority if overlaps == "priority" else ()
    return SettleRules(overlaps, given.get("holes") or before.holes, chosen or kept)


def _known(template: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise InvalidInputError(template, known=", ".join(allowed), given=given)


def _check_fields(spec: CatchmentSpec) -> None:
    given = set(spec.as_dict()) - {"method", "title"}
    missing = [name for name in NEEDED.get(spec.method, ()) if name not in given]
    if missing:
        raise InvalidInputError("method {method} needs {missing}", method=spec.method, missing=", ".join(missing))
    idle = sorted(given - set(ALLOWED.get(spec.method, ())))
    if idle:
        raise InvalidInputError("method {method} takes no {idle}", method=spec.method, idle=", ".join(idle))


def _check_numbers(spec: CatchmentSpec) -> None:
    for name in ("radius_m", "minutes", "share"):
        value = getattr(spec, name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            raise InvalidInputError("{name} must be a number above 0, got {given}", name=name, given=value)
    if spec.share is not None and spec.share > 1:
        raise InvalidInputError("share must be above 0 and at most 1, got {given}", given=spec.share)


def _check_point(point: tuple[float, float] | None) -> None:
    """Hold a point to two finite numbers on the globe, longitude first."""
    if point is None:
        return
    numbers = isinstance(point, tuple) and len(point) == 2 and all(type(at) in (int, float) for at in point)
    if not numbers or not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        raise InvalidInputError("a point is lng, lat in degrees, got {given}", given=point)


def _check_texts(spec: CatchmentSpec) -> None:
    """Hold names to what can be meant: a list that has an end, roads that differ, a title that can be shown."""
    if len(spec.places) > MAX_PLACES:
        raise InvalidInputError(
            "a catchment is of at most {allowed} places, got {given}", allowed=MAX_PLACES, given=len(spec.places)
        )
    if spec.roads and not 2 <= len(set(spec.roads)) == len(spec.roads) <= MAX_ROADS:
        raise InvalidInputError("a catchment lies between 2 to {allowed} different roads", allowed=MAX_ROADS)
    title = spec.title
    if title is not None and not (isinstance(title, str) and title.strip() and len(title) <= MAX_TITLE):
        raise InvalidInputError("a title has 1 to {allowed} characters", allowed=MAX_TITLE)


def _check_parts(spec: CatchmentSpec) -> None:
    count = len(spec.parts()) - 1
    if len(spec.of) < 2 or count > MAX_PARTS:
        raise InvalidInputError(
            "a combination is of 2 to {allowed} catchments, got {given}", allowed=MAX_PARTS, given=count
        )
