"""Who belongs to which area grid: by the register's code, the grid's own boundary, or the cell, in that order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import RULES, cells_from_points, disagree, holding_polygon, settle_membership
from gridgeo.domain import Actor, FloatArray, IntArray
from gridgeo.domain.tables import MEMBERSHIPS, checked
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.steps import Inputs, StepResult, require_planner
from gridgeo.storage import finish_version, list_versions, new_version, read_frame, write_frame
from gridgeo.storage.grids import grid_cell_frame, grid_frame, grid_sets

TRUE_TIERS = ("given", *PLACED_TIERS)
"""Only such a position says where a party is; the middle of a street or town does not."""
READERS = ("hq", "planner", "branch_manager", "rm", "helper", "auditor")
PARTIES = {"party_kind": pl.String, "party_id": pl.String, "code": pl.String, "lng": pl.Float64, "lat": pl.Float64}
"""code: village or community code of the register; code, lng and lat may be null."""
VOTES = ("by_code", "by_boundary", "by_cell")


@dataclass(frozen=True, eq=False)
class AreaGrids:
    """All area grids of a store, as membership needs them.

    ids: of the grids. codes: code -> position of the one grid that has it. polygons: own boundaries, None where a grid
    has none. cells: cell, grid (position), resolution; one row a cell of a set.
    """

    ids: list[str]
    codes: dict[str, int]
    polygons: npt.NDArray[np.object_]
    cells: pl.DataFrame


def assign_members(connection: sa.Connection, actor: Actor, inputs: Inputs, now: datetime) -> StepResult:
    """Write one membership version: one row for each customer, merchant and household.

    The report counts parties by kind and rule, and those whose rules name different grids.
    Raises InvalidInputError when there are no area grids, NotAllowedError unless head office or a planner asks.
    """
    require_planner(actor)
    grids = area_grids(connection)
    if not grids.ids:
        raise InvalidInputError("there are no area grids to belong to: run gridgeo grid new first")
    parties = parties_of(connection, inputs)
    members = memberships_of(parties, grids)
    revisions = {found.branch_id: found.revision for found in grid_sets(connection)}
    params = {"inputs": inputs.as_dict(), "grid_revisions": revisions}
    version_id = new_version(connection, actor, "membership", params=params, now=now)
    write_frame(connection, "membership", members, version_id=version_id)
    report = _report(members)
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def area_grids(connection: sa.Connection) -> AreaGrids:
    """Read the area grids of all branches.

    A code may stand in a grid's list of codes, joined by ``;``; one that several grids have (a village that was split)
    names none of them by itself.
    """
    table = grid_frame(connection).select("id", "code", "geometry").with_row_index("grid")
    split = table.select("grid", pl.col("code").str.split(";")).explode("code", empty_as_null=True)
    split = split.with_columns(pl.col("code").str.strip_chars()).filter(pl.col("code").str.len_chars() > 0)
    single = split.unique().filter(pl.len().over("code") == 1)
    resolutions = pl.DataFrame(
        [(found.branch_id, found.resolution) for found in grid_sets(connection)],
        schema={"branch_id": pl.String, "resolution": pl.Int64},
        orient="row",
    )
    cells = grid_cell_frame(connection).join(resolutions, on="branch_id")
    cells = cells.join(table.select(pl.col("id").alias("grid_id"), "grid"), on="grid_id")
    shapes = np.asarray(shapely.from_wkb(table["geometry"].to_numpy()), dtype=np.object_)
    codes = dict(zip(single["code"].to_list(), single["grid"].to_list(), strict=True))
    return AreaGrids(table["id"].to_list(), codes, shapes, cells.select("cell", "grid", "resolution"))


def parties_of(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    """Return every customer, merchant and household with what is known of its place (PARTIES).

    A household without a position or code has its building's; a customer without has its household's. Positions of
    customers and merchants are those of the location version, else the ones that came with the rows.
    """
    homes = _households(connection, inputs)
    customers = read_frame(
        connection, "customer", version_id=inputs.bank, columns=["id", "village_code", "household_id", "lng", "lat"]
    )
    customers = _located(connection, inputs, customers, "customer").join(
        homes.select("id", home_code="code", home_lng="lng", home_lat="lat"),
        left_on="household_id",
        right_on="id",
        how="left",
        maintain_order="left",
    )
    by_home = _with_fallback(customers.with_columns(code=pl.col("village_code")), "home")
    columns = ["id", "village_code", "lng", "lat"]
    versions = dict.fromkeys((inputs.ground, inputs.bank))
    merchants = pl.concat(
        [read_frame(connection, "merchant", version_id=version, columns=columns) for version in versions]
    )
    shops = _located(connection, inputs, merchants, "merchant").with_columns(code=pl.col("village_code"))
    return pl.concat(
        frame.select(party_kind=pl.lit(kind), party_id="id", code="code", lng="lng", lat="lat").cast(PARTIES)  # type: ignore[arg-type]
        for kind, frame in (("customer", by_home), ("merchant", shops), ("household", homes))
    )


def _households(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    columns = ["id", "building_id", "village_code", "lng", "lat"]
    homes = read_frame(connection, "household", version_id=inputs.bank, columns=columns)
    houses = read_frame(
        connection, "building", version_id=inputs.ground, columns=["id", "village_code", "lng", "lat"]
    ).rename({"id": "building_id", "village_code": "house_code", "lng": "house_lng", "lat": "house_lat"})
    joined = homes.join(houses, on="building_id", how="left", maintain_order="left")
    return _with_fallback(joined.with_columns(code=pl.col("village_code")), "house")


def _with_fallback(table: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Take code and position from the columns with the prefix where a row has none; a position only as a whole."""
    without = pl.col("lng").is_null() | pl.col("lat").is_null()
    return table.with_columns(
        code=pl.coalesce("code", f"{prefix}_code"),
        lng=pl.when(without).then(f"{prefix}_lng").otherwise("lng"),
        lat=pl.when(without).then(f"{prefix}_lat").otherwise("lat"),
    )


def _located(connection: sa.Connection, inputs: Inputs, table: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Replace positions by those of the location version, where it has true ones."""
    if not inputs.location:
        return table
    columns = ["party_id", "lng", "lat", "tier"]
    found = read_frame(
        connection, "location", version_id=inputs.location, where={"party_kind": kind}, columns=columns
    ).filter(pl.col("tier").is_in(TRUE_TIERS) & pl.col("lng").is_not_null())
    joined = table.join(
        found.select("party_id", found_lng="lng", found_lat="lat"),
        left_on="id",
        right_on="party_id",
        how="left",
        maintain_order="left",
    )
    lng, lat = pl.coalesce("found_lng", "lng"), pl.coalesce("found_lat", "lat")
    return joined.with_columns(lng=lng, lat=lat).drop("found_lng", "found_lat")


def memberships_of(parties: pl.DataFrame, grids: AreaGrids) -> pl.DataFrame:
    """Return the MEMBERSHIPS of parties: the grid, the rule that named it, and what each rule alone says."""
    code = parties["code"].replace_strict(grids.codes, default=-1, return_dtype=pl.Int64).fill_null(-1).to_numpy()
    placed = np.flatnonzero((parties["lng"].is_not_null() & parties["lat"].is_not_null()).to_numpy())
    lng, lat = (parties[name].gather(placed).to_numpy() for name in ("lng", "lat"))
    boundary, cell = np.full(parties.height, -1), np.full(parties.height, -1)
    boundary[placed] = holding_polygon(lng, lat, grids.polygons)
    cell[placed] = _by_cell(lng, lat, grids.cells)
    settled = settle_membership(code, boundary.astype(np.int64), cell.astype(np.int64))
    votes = zip(("grid_id", *VOTES), (settled.grid, code, boundary, cell), strict=True)
    named = {name: _ids(positions.astype(np.int64), grids.ids) for name, positions in votes}
    rule = pl.Series("rule", list(RULES)).gather(settled.rule)
    return checked(parties.select("party_kind", "party_id").with_columns(rule, **named), MEMBERSHIPS, "membership")


def _by_cell(lng: FloatArray, lat: FloatArray, cells: pl.DataFrame) -> IntArray:
    """Return the grid whose set has the point's cell; the first set where catchments of two resolutions overlap."""
    found = np.full(len(lng), -1, dtype=np.int64)
    for resolution in cells["resolution"].unique(maintain_order=True).to_list():
        of_set = cells.filter(pl.col("resolution") == resolution).unique("cell", keep="first").select("cell", "grid")
        points = pl.DataFrame({"cell": cells_from_points(lng, lat, resolution)})
        grid = points.join(of_set, on="cell", how="left", maintain_order="left")["grid"].cast(pl.Int64)
        found = np.where(found >= 0, found, grid.fill_null(-1).to_numpy())
    return found


def _ids(positions: IntArray, ids: list[str]) -> pl.Series:
    at = pl.Series(positions)
    return pl.Series(ids, dtype=pl.String).gather(at.set(at < 0, None).cast(pl.UInt32))


def _report(members: pl.DataFrame) -> dict[str, Any]:
    counts = members.group_by("party_kind", "rule").len().sort("party_kind", "rule")
    by_kind: dict[str, dict[str, int]] = {
        kind: dict.fromkeys(RULES, 0) for kind in counts["party_kind"].unique().sort()
    }
    for kind, rule, count in counts.iter_rows():
        by_kind[kind][rule] = count
    return {"parties": by_kind, "disagreements": int(_contested(members).sum())}


def _contested(members: pl.DataFrame) -> pl.Series:
    ids = pl.concat([members[name] for name in VOTES]).drop_nulls().unique().sort()
    at = {
        name: members[name].replace_strict(ids, range(len(ids)), default=None, return_dtype=pl.Int64) for name in VOTES
    }
    return pl.Series("contested", disagree(*(column.fill_null(-1).to_numpy() for column in at.values())))


def disagreements(
    connection: sa.Connection, actor: Actor, version_id: int | None = None, *, most: int | None = None
) -> pl.DataFrame:
    """Return the MEMBERSHIPS of parties for whom two rules name different grids, of the actor's branches.

    version_id: the newest by default. most: no more rows than that.
    Raises NotFoundError when there is no membership version, NotAllowedError for a role that sees no parties.
    """
    members = members_of(connection, actor, version_id)
    return members.filter(_contested(members)).head(members.height if most is None else most)


def members_of(
    connection: sa.Connection, actor: Actor, version_id: int | None = None, *, grid_id: str | None = None
) -> pl.DataFrame:
    """Return the MEMBERSHIPS of the actor's branches' grids (those without a grid too, for who sees every branch).

    grid_id: of this grid only. Raises as `disagreements` does.
    """
    if actor.role not in READERS:
        raise NotAllowedError("role {role} may not see who belongs to a grid", role=actor.role)
    found = newest_membership(connection) if version_id is None else version_id
    members = read_frame(connection, "membership", version_id=found)
    if actor.branch_ids is not None:
        own = grid_frame(connection, actor.branch_ids)["id"].implode()
        members = members.filter(pl.any_horizontal(pl.col(name).is_in(own) for name in ("grid_id", *VOTES)))
        members = members.with_columns(
            pl.when(pl.col(name).is_in(own)).then(pl.col(name)).alias(name) for name in ("grid_id", *VOTES)
        )
    return members if grid_id is None else members.filter(pl.col("grid_id") == grid_id)


def newest_membership(connection: sa.Connection) -> int:
    """Return the newest finished membership version; NotFoundError when there is none."""
    versions = [entry.id for entry in list_versions(connection, "membership") if entry.report is not None]
    if not versions:
        raise NotFoundError("nobody was assigned to grids yet: run gridgeo grid members")
    return max(versions)
