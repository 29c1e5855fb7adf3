"""Sources of denominators listed, one of them chosen, and what the cells have of them, for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings, check_resolution
from gridgeo.domain import Actor, CellArray
from gridgeo.errors import ConflictError, InvalidInputError, NotFoundError
from gridgeo.maps.files import written
from gridgeo.pipeline.denominators.conflicts import SHOWN, conflicts
from gridgeo.pipeline.denominators.mass import bare_settlement, own_ground
from gridgeo.pipeline.denominators.on_cells import Denominators, choices_of, spread_choices
from gridgeo.pipeline.denominators.sources import Source, ground_sources
from gridgeo.pipeline.denominators.units import units_of
from gridgeo.pipeline.ground_cells import ground_cells, settlement_of
from gridgeo.pipeline.intake.compose import noted_anew
from gridgeo.pipeline.steps import require_insider, require_planner
from gridgeo.sources import Settlement
from gridgeo.storage import live, version_record


def list_sources(connection: sa.Connection, actor: Actor) -> dict[str, Any]:
    """Return sources and which of them is used.

    ground: the version they belong to; sources: key, form, names, source, dated_on, method, mass; used: count ->
    source, why, others.
    Raises NotFoundError when the store has no ground.
    """
    require_insider(actor)
    ground_id = live(connection, "ground").id
    sources = ground_sources(connection, ground_id)
    choices = choices_of(connection, ground_id, _settled(connection, ground_id, sources)[0])
    return {
        "ground": ground_id,
        "sources": [each.as_dict() | {"mass": _mass(connection, each)} for each in sources],
        "used": {
            name: {
                "source": choice.source.key,
                "dated_on": choice.source.dated_on.isoformat() if choice.source.dated_on else None,
                "why": choice.why,
                "whole_ground": choice.complete,
                "others": list(choice.others),
            }
            for name, choice in choices.items()
        },
    }


def list_conflicts(
    connection: sa.Connection, actor: Actor, by: str = "zone", name: str | None = None, limit: int = SHOWN
) -> dict[str, Any]:
    """Return by, count (of all differing places) and conflicts: the `limit` worst rows of `conflicts`.

    Raises InvalidInputError as `conflicts` does, NotFoundError when the store has no ground.
    """
    require_insider(actor)
    rows = conflicts(connection, live(connection, "ground").id, by, name)
    differing = [row for row in rows if row["difference"] != 0]
    return {"by": by, "count": len(differing), "conflicts": differing[:limit]}


def choose_source(
    connection: sa.Connection,
    actor: Actor,
    name: str,
    key: str | None,
    now: datetime,
    expected_ground: int | None = None,
) -> dict[str, Any]:
    """Let scores take one count from the source `key`; None: by the rule again. A new ground version goes live.

    expected_ground: version that the choice is meant for, None for whichever is live.
    Raises NotFoundError when no such source counts it, ConflictError when another ground went live meanwhile,
    NotAllowedError for roles that may not change data.
    """
    require_planner(actor)
    ground = live(connection, "ground")
    if expected_ground not in (None, ground.id):
        raise ConflictError(
            "the denominators belong to ground version {live}, not {expected}; read them again",
            live=ground.id,
            expected=expected_ground,
        )
    able = [each.key for each in ground_sources(connection, ground.id) if name in each.names]
    if not able or (key is not None and key not in able):
        raise NotFoundError(
            "no source {key} of denominator {name}; it has {known}",
            key=key or "-",
            name=name,
            known=", ".join(able) or "-",
        )
    chosen = {each: other for each, other in (ground.params.get("chosen") or {}).items() if each != name}
    chosen |= {} if key is None else {name: key}
    version_id = noted_anew(connection, actor, "ground", {"chosen": chosen}, now)
    return {"ground": version_id, "name": name, "source": key, "chosen": chosen}


def write_cells(
    connection: sa.Connection,
    actor: Actor,
    out: Path,
    resolution: int,
    names: Sequence[str] = (),
    source: str | None = None,
) -> dict[str, Any]:
    """Write what each cell has of the denominators as CSV or Parquet: cell, and one column a count.

    names: these only. source: the counts of this source only, whichever the scores use. Where the store has no
    boundaries, the areas of the source are the ground. Returns path, resolution, cells, accounts (count -> source, in,
    out, outside and more), zones, and zones_without_centre: how many hold no centre of any cell.
    Raises InvalidInputError for another ending, a count or a source there is not.
    """
    require_insider(actor)
    check_resolution(resolution)
    if out.suffix not in (".csv", ".parquet"):
        raise InvalidInputError("denominators are written as .csv or .parquet, got {given}", given=out.name)
    ground_id = live(connection, "ground").id
    settled, cells, held = _ground_at(connection, ground_id, resolution)
    found = _spread(connection, ground_id, (settled, cells), names, source)
    table = pl.DataFrame({"cell": cell_strings(cells), **found.values})
    kept = table.filter(pl.any_horizontal(pl.exclude("cell") > 0)) if held is None else table
    with written(out) as fresh:
        kept.write_csv(fresh) if out.suffix == ".csv" else kept.write_parquet(fresh)
    zones = settled.boundaries.height
    return {
        "path": str(out),
        "resolution": resolution,
        "cells": kept.height,
        "zones": zones,
        "zones_without_centre": None if held is None else zones - held,
        "accounts": found.accounts,
    }


def _spread(
    connection: sa.Connection,
    ground_id: int,
    on: tuple[Settlement, CellArray],
    names: Sequence[str],
    source: str | None,
) -> Denominators:
    settled, cells = on
    choices = choices_of(connection, ground_id, settled)
    if source is not None:
        able = {each.key: each for each in ground_sources(connection, ground_id)}
        if source not in able:
            raise InvalidInputError(
                "there is no source {given} of denominators; there are {known}",
                given=source,
                known=", ".join(able) or "-",
            )
        units = units_of(connection, able[source], settled)
        choices = {
            name: replace(choices[name], source=able[source], units=units, why="chosen") for name in able[source].names
        }
    missing = [name for name in names if name not in choices]
    if missing or not choices:
        raise InvalidInputError(
            "no source has a denominator {given}; they have {known}",
            given=missing[0] if missing else "-",
            known=", ".join(choices) or "-",
        )
    wanted = {name: choice for name, choice in choices.items() if not names or name in names}
    return spread_choices(wanted, settled, cells)


def _ground_at(connection: sa.Connection, ground_id: int, resolution: int) -> tuple[Settlement, CellArray, int | None]:
    """Return the ground, its cells, and how many of its zones hold a centre; None where sources are the ground."""
    settled, own = _settled(connection, ground_id, ground_sources(connection, ground_id), resolution)
    if own is not None:
        return settled, own, None
    cells, zone = ground_cells(connection, ground_id, resolution)
    return settled, cells, len(np.unique(zone))


def _settled(
    connection: sa.Connection, ground_id: int, sources: Sequence[Source], resolution: int = 9
) -> tuple[Settlement, CellArray | None]:
    """Return the ground, and cells only where it has no boundaries: those of the source with the most units."""
    settled = settlement_of(connection, ground_id)
    if settled.boundaries.height:
        return settled, None
    every = [units_of(connection, each, settled) for each in sources if each.form != "zones"]
    if not every:
        return bare_settlement(), np.empty(0, dtype=np.uint64)
    return own_ground(max(every, key=lambda units: len(units.ids)), resolution)


def _mass(connection: sa.Connection, source: Source) -> dict[str, Any] | None:
    report = version_record(connection, source.version_id).report or {}
    found: dict[str, Any] | None = report.get("mass")
    return found
