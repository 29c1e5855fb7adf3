"""A first map out of three lists: org units, customers, villages; no boundary, no roads, no gazetteer needed.

Village areas are derived from customers that carry a village code and a position. They are labelled as derived until a
person confirms them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_strings, cells_around, cells_from_points, cells_from_polygon, merged_polygons
from gridgeo.domain import Actor, CellArray
from gridgeo.domain.words import WATERWAYS
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.grids.blocks import MAIN_ROADS, blocks_of
from gridgeo.grids.proposals_common import Catchment, Shapes
from gridgeo.grids.proposals_derived import CodedPoints, DerivedAreas, derived_areas
from gridgeo.pipeline.grids.proposals import derived_boundaries, lines_of_ground
from gridgeo.pipeline.intake.compose import compose, live_or_none
from gridgeo.pipeline.intake.denominators import rematch
from gridgeo.pipeline.intake.importing import import_needed
from gridgeo.pipeline.intake.request import ImportRequest
from gridgeo.pipeline.run import run
from gridgeo.pipeline.steps import Progress, RunParams, no_progress, require_planner
from gridgeo.pipeline.summary import summary
from gridgeo.storage import finish_version, live, new_version, read_frame, reading, write_frame

RINGS = 2
"""Cells up to this far from a customer belong to the ground: people live between customers too."""
SOURCE = "derived from customers with a village code"
LISTED = 50
"""Contested cells shown in the report; the boundary's version keeps them all."""


@dataclass(frozen=True)
class StartFiles:
    """The three lists, each with what is declared about it."""

    orgs: ImportRequest
    customers: ImportRequest
    villages: ImportRequest


def start(
    engine: sa.Engine,
    actor: Actor,
    files: StartFiles,
    clock: Callable[[], datetime],
    *,
    resolution: int = 9,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Import the three lists, derive village areas, and run the whole job with catchments by straight line.

    The imports and the derived areas are one transaction: where one of the files does not fit, nothing is written.
    Raises InvalidInputError as `import_needed` does, and when no customer carries both a village code and a position.
    """
    require_planner(actor)
    params = RunParams(resolution=resolution, method="straight_line")
    with engine.begin() as connection:
        reports = {}
        for name, request in (("orgs", files.orgs), ("customers", files.customers), ("villages", files.villages)):
            progress(name)
            reports[name] = import_needed(connection, actor, request, clock()).as_dict()
        progress("areas")
        areas = derive_villages(connection, actor, resolution, clock())
    report = run(engine, actor, params, clock, progress)
    with reading(engine) as connection:
        body = summary(connection, actor)
    return body | {"imports": reports, "areas": areas, "run": report.run_id, "seconds": report.seconds}


def derive_villages(connection: sa.Connection, actor: Actor, resolution: int, now: datetime) -> dict[str, Any]:
    """Write boundaries derived from the working bank's customers, and take them into the ground.

    Codes that the list of villages does not have are left out and named; so are villages without a customer. Roads and
    rivers of the ground, where it has them, cut the areas.
    Returns villages, contested (cells), unknown_codes, without_customers, label.
    """
    require_planner(actor)
    parties = _coded(connection)
    names = _village_names(connection)
    known = parties.filter(pl.col("village_code").is_in(list(names))) if names else parties
    if known.is_empty():
        raise InvalidInputError(
            "no customer has both a position and the code of a listed village: {with_code} carry both, "
            "{codes} villages are listed",
            with_code=parties.height,
            codes=len(names),
        )
    catchment = _ground_of(known, resolution)
    coded = CodedPoints(known["lng"].to_numpy(), known["lat"].to_numpy(), known["village_code"].to_list())
    derived = derived_areas(catchment, coded, _blocks(connection, catchment))
    _write(connection, actor, derived, names, now)
    contested = derived.evidence.filter("contested")
    return {
        "villages": len(derived.codes),
        "label": "derived",
        "customers_used": known.height,
        "contested_count": contested.height,
        "contested": contested.head(LISTED)
        .with_columns(pl.Series("cell", cell_strings(contested.head(LISTED)["cell"].to_numpy())))
        .to_dicts(),
        "unknown_codes": sorted(set(parties["village_code"]) - set(names)) if names else [],
        "without_customers": sorted(names[code] for code in set(names) - set(derived.codes)),
    }


def _coded(connection: sa.Connection) -> pl.DataFrame:
    """Return village_code, lng, lat of the customers that have all three."""
    columns = ["village_code", "lng", "lat"]
    rows = read_frame(connection, "customer", version_id=live(connection, "bank").id, columns=["id", *columns])
    return rows.select(columns).drop_nulls()


def _village_names(connection: sa.Connection) -> dict[str, str]:
    """Return code -> name of the villages that the denominators list."""
    rows = read_frame(connection, "denominator", version_id=live(connection, "ground").id)
    listed = rows.drop_nulls("code").select("code", name=pl.coalesce("given_name", "code"))
    return dict(listed.iter_rows())


def _ground_of(parties: pl.DataFrame, resolution: int) -> Catchment:
    """Return the cells around the parties, holes filled."""
    own = np.unique(cells_from_points(parties["lng"].to_numpy(), parties["lat"].to_numpy(), resolution))
    around = cells_around(own, RINGS)
    outline = merged_polygons(around, np.zeros(len(around), dtype=np.int64), 1)[0]
    filled = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(outline)])
    cells: CellArray = np.union1d(around, cells_from_polygon(filled, resolution))
    return Catchment(filled, cells)


def _blocks(connection: sa.Connection, catchment: Catchment) -> Shapes | None:
    lines = lines_of_ground(connection, live(connection, "ground").id, (*MAIN_ROADS, *WATERWAYS))
    if not len(lines.names):
        return None
    return np.asarray(blocks_of(catchment, lines).polygons, dtype=np.object_)


def _write(
    connection: sa.Connection, actor: Actor, derived: DerivedAreas, names: dict[str, str], now: datetime
) -> None:
    contested = derived.evidence.filter("contested").with_columns(pl.col("cell").cast(pl.Int64))
    params = {"derived": SOURCE, "contested": contested.to_dicts(), "unused": derived.unused}
    version_id = new_version(connection, actor, "boundaries", params=params, now=now)
    rows = write_frame(connection, "boundary", derived_boundaries(derived, names, SOURCE), version_id=version_id)
    finish_version(connection, version_id, report={"rows": rows})
    compose(connection, actor, "boundaries", version_id, now)
    rematch(connection, actor, now)


def confirm_boundaries(
    connection: sa.Connection, actor: Actor, codes: tuple[str, ...], now: datetime
) -> dict[str, Any]:
    """Confirm derived boundaries: their label falls away and the person's name is kept with them.

    codes: ids or codes of boundaries; none for all derived ones. Returns confirmed (names), still_derived (count).
    Raises NotFoundError for a code that no derived boundary has.
    """
    require_planner(actor)
    ground = live_or_none(connection, "ground")
    if ground is None:
        raise NotFoundError("the store has no ground yet: import boundaries first")
    table = read_frame(connection, "boundary", version_id=ground.id)
    derived = pl.col("label") == "derived"
    chosen = derived & (pl.col("code").is_in(codes) | pl.col("id").is_in(codes)) if codes else derived
    _check_codes(table.filter(derived), codes)
    confirmed = table.filter(chosen)["name"].to_list()
    if not confirmed:
        raise NotFoundError("the ground has no derived boundary that waits for a person")
    changed = table.with_columns(
        label=pl.when(chosen).then(None).otherwise("label"),
        confirmed_by=pl.when(chosen).then(pl.lit(actor.id)).otherwise("confirmed_by"),
    )
    version_id = new_version(connection, actor, "boundaries", params={"confirmed": confirmed}, now=now)
    rows = write_frame(connection, "boundary", changed, version_id=version_id)
    finish_version(connection, version_id, report={"rows": rows, "confirmed": confirmed})
    compose(connection, actor, "boundaries", version_id, now)
    return {"version": version_id, "confirmed": confirmed, "still_derived": changed.filter(derived).height}


def _check_codes(derived: pl.DataFrame, codes: tuple[str, ...]) -> None:
    known = {*derived["code"].drop_nulls(), *derived["id"]}
    for code in codes:
        if code not in known:
            raise NotFoundError("no derived boundary has the code {code}", code=code)
