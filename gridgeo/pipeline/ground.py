"""Take a ground into the store: boundaries, streets, buildings, merchants, roads, and the people of each zone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import DENOMINATOR_NOTES, DENOMINATORS, checked_with_notes
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.house import in_house
from gridgeo.pipeline.steps import StepResult, require_planner
from gridgeo.sources import Ground, RoadGraph, road_tables, street_and_town_rows
from gridgeo.storage import finish_version, new_version, set_live, write_frame


def take_ground(
    connection: sa.Connection, actor: Actor, ground: Ground, roads: RoadGraph, people: pl.DataFrame, now: datetime
) -> StepResult:
    """Write one ground version, in the store's house datum, and make it the working one.

    ground, roads: in WGS 84. people: DENOMINATORS, notes with them or not; every zone must be a boundary of the
    ground.
    Raises InvalidInputError naming the zones that are not.
    """
    require_planner(actor)
    people = checked_with_notes(people, DENOMINATORS, DENOMINATOR_NOTES, "denominator")
    _require_zones(ground.boundaries, people)
    version_id = new_version(connection, actor, "ground", params=_params(ground, roads), now=now)
    nodes, edges = road_tables(roads)
    tables = {
        "boundary": ground.boundaries,
        "street": pl.concat([ground.streets, ground.waterways]),
        "building": ground.buildings,
        "merchant": ground.merchants,
        "denominator": people,
        "road_node": nodes,
        "road_edge": edges,
        "gazetteer": pl.concat([ground.addresses, street_and_town_rows(ground)]),
    }
    rows = {
        name: write_frame(connection, name, frame, version_id=version_id)
        for name, frame in in_house(connection, tables).items()
    }
    report = {"rows": rows, "import": ground.report}
    finish_version(connection, version_id, report=report)
    set_live(connection, actor, "ground", version_id, now)
    return StepResult(version_id, report)


def _params(ground: Ground, roads: RoadGraph) -> dict[str, Any]:
    return {"name": ground.name, "mode": roads.mode} | ({"fictional": True} if ground.fictional else {})


def _require_zones(boundaries: pl.DataFrame, people: pl.DataFrame) -> None:
    unknown = sorted(set(people["zone"]) - set(boundaries["name"]))
    missing = sorted(set(boundaries["name"]) - set(people["zone"]))
    if unknown or missing:
        raise InvalidInputError(
            "people are given for zones without a boundary: {unknown}; boundaries without people: {missing}",
            unknown=", ".join(unknown) or "-",
            missing=", ".join(missing) or "-",
        )
