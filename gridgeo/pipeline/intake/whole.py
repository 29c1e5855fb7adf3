"""Several files at once: a ground out of an extract and its people, a bank out of its lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.ground import take_ground
from gridgeo.pipeline.intake.importing import import_needed
from gridgeo.pipeline.intake.request import ImportReport, ImportRequest
from gridgeo.pipeline.steps import Progress, StepResult, no_progress
from gridgeo.sources import (
    GroundSpec,
    denominators_from_csv,
    ground_from_tables,
    osm_tables,
    road_graph_from_osm_tables,
)
from gridgeo.sources.intake import ImportOptions

BANK_ORDER = ("orgs", "staff", "customers", "addresses", "merchants")
"""What may name what: units first, then the people in them."""
PLACED = ("orgs", "customers", "addresses", "merchants")
"""Files whose rows may have positions, in the datum declared for all."""


def ground_spec(extract: Path, name: str | None, datum: str, admin_level: str, travel: str) -> GroundSpec:
    """Return how to read an extract; name: of the ground, the file's name up to its first dot by default.

    Raises InvalidInputError for an unknown travel mode.
    """
    if travel not in ("drive", "walk"):
        raise InvalidInputError("travel mode must be one of {known}, got {given}", known="drive, walk", given=travel)
    return GroundSpec(
        name or extract.name.split(".")[0],
        extract.name,
        "municipality",
        travel="walk" if travel == "walk" else "drive",
        datum=datum,
        boundary_level=admin_level,
    )


def import_ground(
    connection: sa.Connection, actor: Actor, files: tuple[Path, Path], spec: GroundSpec, now: datetime
) -> StepResult:
    """Take everything of an OpenStreetMap extract as one ground, with the people of its zones.

    files: the extract, and the table of people by ground and zone. Raises InvalidInputError when a file is missing or
    not what it should be, or a zone has no people.
    """
    extract, population = files
    tables = osm_tables(extract)
    ground = ground_from_tables(tables, spec)
    roads = road_graph_from_osm_tables(tables, spec.travel)
    return take_ground(connection, actor, ground, roads, denominators_from_csv(population, spec.name), now)


def import_bank(
    connection: sa.Connection,
    actor: Actor,
    files: dict[str, Path],
    options: ImportOptions,
    now: datetime,
    progress: Progress = no_progress,
) -> dict[str, ImportReport]:
    """Take a bank's lists one after the other, all or none; return what became of each.

    files: kind (of BANK_ORDER) -> file. options: datum and unit for all of them; each file is taken again even where
    the store has it, since the lists belong together. The last report's `composed` is the bank.
    """
    reports = {}
    for kind in (name for name in BANK_ORDER if name in files):
        progress(kind)
        chosen = replace(options, kind=kind, datum=options.datum if kind in PLACED else None)
        request = ImportRequest(files[kind], chosen, again=True)
        reports[kind] = import_needed(connection, actor, request, now)
    return reports
