"""Merchants in an actor's scope with their cells, and the area grid of every party as it stands now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cells_from_points
from gridgeo.domain import Actor
from gridgeo.errors import NotFoundError
from gridgeo.features.industry_rules import MERCHANT_COLUMNS
from gridgeo.pipeline.membership import area_grids, memberships_of, newest_membership, parties_of
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import read_frame, version_record, whole_bank
from gridgeo.storage.grids import grid_sets

DEFAULT_RESOLUTION = 9
"""Of cells where no catchment says another one."""


@dataclass(frozen=True, eq=False)
class AreaMembers:
    """MEMBERSHIPS of every party. version: the one that was read, None where they were worked out just now."""

    table: pl.DataFrame
    version: int | None


def merchants_in_scope(
    connection: sa.Connection, actor: Actor, inputs: Inputs, branch_id: str | None = None
) -> pl.DataFrame:
    """Return merchants of the map and the bank's own, each once: MERCHANT_COLUMNS, name, own, cell, branch_id.

    own: whether it stands in the bank's own list, which counts where both have one. branch_id: of the catchment whose
    cell holds the point, null outside all; an actor with a scope gets those of the own branches' catchments.
    branch_id: the merchants of this catchment only.
    """
    rows = _all_merchants(connection, inputs)
    columns = ["branch_id", "cell"]
    held = (
        read_frame(connection, "catchment_cell", version_id=inputs.catchment, columns=columns, actor=actor)
        if inputs.catchment
        else pl.DataFrame(schema={"branch_id": pl.String, "cell": pl.UInt64})
    )
    placed = with_cells(rows, held)
    if branch_id is not None:
        return placed.filter(pl.col("branch_id") == branch_id)
    return placed if actor.branch_ids is None else placed.filter(pl.col("branch_id").is_not_null())


def with_cells(rows: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Add to rows with lng, lat the cell that holds each point and the branch that has it, and take lng, lat away.

    held: branch_id, cell of catchments; finer cells are looked for first. A point outside of all has no branch.
    """
    lng, lat = rows["lng"].to_numpy(), rows["lat"].to_numpy()
    resolutions = np.unique((held["cell"].to_numpy() >> np.uint64(52)) & np.uint64(15)).tolist()
    coarse = rows.with_columns(
        cell=pl.Series(cells_from_points(lng, lat, min(resolutions, default=DEFAULT_RESOLUTION)), dtype=pl.UInt64),
        branch_id=pl.lit(None, pl.String),
    )
    for resolution in sorted(resolutions):
        points = pl.DataFrame({"cell": cells_from_points(lng, lat, resolution)}, schema={"cell": pl.UInt64})
        found = points.join(held, on="cell", how="left", maintain_order="left")
        inside = found["branch_id"].is_not_null()
        coarse = coarse.with_columns(
            cell=pl.when(inside).then(found["cell"]).otherwise("cell"),
            branch_id=pl.when(inside).then(found["branch_id"]).otherwise("branch_id"),
        )
    return coarse.drop("lng", "lat")


def area_members(connection: sa.Connection, inputs: Inputs) -> AreaMembers:
    """Return who belongs to which area grid: the newest membership where nothing has changed since, else worked out.

    The table has every branch's parties: it is for the caller to keep to the actor's scope.
    """
    with whole_bank(connection):
        return _area_members(connection, inputs)


def _area_members(connection: sa.Connection, inputs: Inputs) -> AreaMembers:
    revisions = {found.branch_id: found.revision for found in grid_sets(connection)}
    try:
        version = newest_membership(connection)
    except NotFoundError:
        return AreaMembers(memberships_of(parties_of(connection, inputs), area_grids(connection)), None)
    params = version_record(connection, version).params
    read = params["inputs"]
    same = all(read.get(kind, 0) == getattr(inputs, kind) for kind in ("ground", "bank", "location"))
    if same and params["grid_revisions"] == revisions:
        return AreaMembers(read_frame(connection, "membership", version_id=version), version)
    return AreaMembers(memberships_of(parties_of(connection, inputs), area_grids(connection)), None)


def _all_merchants(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    columns = [*MERCHANT_COLUMNS, "name", "lng", "lat"]
    tables = [
        read_frame(connection, "merchant", version_id=version, columns=columns).with_columns(own=pl.lit(own))
        for version, own in dict.fromkeys([(inputs.bank, True), (inputs.ground, False)])
    ]
    return pl.concat(tables).unique("id", keep="first", maintain_order=True).sort("id")
