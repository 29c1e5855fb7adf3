"""What a person chose on the command line, drawn: every branch the same way, or some and the others kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import shapely
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.catchments.edit import Fineness, draw_again, draw_all, draw_branches
from gridgeo.pipeline.catchments.specs import CatchmentSpec, spec_from_dict, stated
from gridgeo.pipeline.catchments.terms import spec_from_file
from gridgeo.pipeline.grids.ground import shape_from_geojson
from gridgeo.pipeline.steps import StepResult


@dataclass(frozen=True)
class Choice:
    """How to draw.

    method: one of METHODS, or as_drawn for each branch's own again. branches: those to draw; none for all. polygon,
    datum, layer: of a drawn catchment. parameters: of the method, those not set None, False or empty. rules: chosen
    rules of settling. fineness: resolutions; what is None keeps that of the newest catchments. title: what the
    catchments are called.
    """

    method: str
    branches: tuple[str, ...] = ()
    polygon: Path | None = None
    datum: str | None = None
    layer: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] | None = None
    fineness: Fineness = field(default_factory=Fineness)
    title: str | None = None


def draw_choice(connection: sa.Connection, actor: Actor, choice: Choice, now: datetime) -> StepResult:
    """Write one version of catchments as chosen.

    Raises InvalidInputError when parameters do not go together.
    """
    if choice.method == "as_drawn":
        _check_alone(choice)
        return draw_again(connection, actor, now, choice.rules, choice.fineness)
    spec = replace(_spec(connection, choice), title=choice.title)
    if not choice.branches:
        return draw_all(connection, actor, spec, now, choice.rules, choice.fineness)
    if choice.fineness != Fineness():
        raise InvalidInputError("resolutions are chosen for all catchments: leave --branch out, or take as_drawn")
    return draw_branches(connection, actor, dict.fromkeys(choice.branches, spec), now, choice.rules)


def house_point(connection: sa.Connection, point: Sequence[Any], datum: str | None) -> list[float]:
    """Return a point (lng, lat of the datum) in the store's house datum; InvalidInputError when it is none."""
    if datum is None:
        raise InvalidInputError("a point needs its datum: wgs84, cgcs2000, gcj02 or bd09")
    shape = shape_from_geojson(connection, {"type": "Point", "coordinates": list(point)}, datum)
    return [float(shapely.get_x(shape)), float(shapely.get_y(shape))]


def _check_alone(choice: Choice) -> None:
    if choice.branches or choice.polygon or choice.datum or choice.layer or choice.title or stated(choice.parameters):
        raise InvalidInputError("method as_drawn takes the methods as they are stored: no branch and no parameters")


def _spec(connection: sa.Connection, choice: Choice) -> CatchmentSpec:
    given = stated(choice.parameters)
    if choice.method != "drawn":
        placed = "point" in given
        if choice.polygon or choice.layer or (choice.datum and not placed):
            raise InvalidInputError("a polygon, its datum and its layer go with the method drawn")
        if placed:
            given["point"] = house_point(connection, given["point"], choice.datum)
        return spec_from_dict({"method": choice.method} | given)
    if given:
        raise InvalidInputError("method {method} takes no {idle}", method="drawn", idle=", ".join(sorted(given)))
    if choice.polygon is None or choice.datum is None:
        raise InvalidInputError("method drawn needs a polygon file and its datum: --polygon FILE --datum wgs84")
    return spec_from_file(connection, choice.polygon, choice.datum, choice.layer)
