"""Read what is published: branches, catchments, cells, territories; what the API, the page and the exports show.

Every function reads one publication, the live one unless the caller names another, and only what lies inside the
actor's scope: a branch outside it does not exist as far as the answer tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.domain import Actor, CellArray, FloatArray, IntArray
from gridgeo.domain.measures import WHOLE_MEASURES
from gridgeo.domain.public import sees_public_only
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.published import (
    Publication,
    branch_condition,
    branches_in_scope,
    measures_shown,
    publication,
    publication_id,
    read_published,
    scores_shown,
    sum_of_shown,
    sums_shown,
    why_without_rows,
    zero_filled,
)
from gridgeo.storage import read_frame

__all__ = [
    "CellDetail",
    "CellScores",
    "MeasureColumns",
    "Publication",
    "SessionInfo",
    "Territories",
    "branches",
    "catchments",
    "cell_detail",
    "cells",
    "check_branch",
    "check_measures",
    "ground_layer",
    "measures_shown",
    "publication",
    "publication_id",
    "session_info",
    "sums_shown",
    "territories",
]

BRANCH_SUMS = ("people", "customers", "merchants")
_NO_SCORE: dict[str, Any] = dict.fromkeys(("value", "low", "high", "evidence", "reason"))


@dataclass(frozen=True)
class SessionInfo:
    """What a caller works with: its publication and its part of the map.

    bounds: west, south, east, north of the catchments in scope, degrees; None where there is none.
    """

    publication: Publication
    bounds: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class MeasureColumns:
    """One measure over the cells of a `CellScores`, in their order.

    values, low, high: shape (n_cells,), NaN where undefined or hidden. evidence: firm, weak, none or null. reasons: why
    a value is hidden from this actor, null where it is not.
    """

    values: FloatArray
    low: FloatArray
    high: FloatArray
    evidence: pl.Series
    reasons: pl.Series


@dataclass(frozen=True)
class CellScores:
    """Cells with their branch and scores.

    cells: ordered by branch, then cell. branch_index: position in branch_ids, shape (n_cells,).
    """

    resolution: int
    version: int
    branch_ids: tuple[str, ...]
    cells: CellArray
    branch_index: IntArray
    measures: dict[str, MeasureColumns]

    @property
    def size_bytes(self) -> int:
        """Memory of the arrays, about."""
        return self.cells.nbytes * (2 + 4 * len(self.measures))


@dataclass(frozen=True)
class CellDetail:
    """Everything published about one cell.

    territory: id, name, rm_id, rm_name, colour; None outside territories. scores: measure -> value, low, high,
    evidence, reason. travel_s: seconds to the branch, None where unknown.
    """

    cell: int
    branch_id: str
    travel_s: float | None
    territory: dict[str, Any] | None
    scores: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Territories:
    """The territories of a plan.

    table: id, branch_id, name, rm_id, rm_name, colour, cells, and one column of sums a measure that adds up. cells:
    cell, position (row of the table), ordered by branch and cell. certificates: branch -> the plan's proof. adding: the
    measures whose sums the table has.
    """

    version: int
    table: pl.DataFrame
    cells: pl.DataFrame
    certificates: dict[str, dict[str, Any]]
    adding: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one record a territory, measures gathered under loads, targets and imbalance_percent.

        Targets come from the branch's certificate, by id where a deputy holds two; imbalance is signed, in percent.
        """
        plain = [name for name in self.table.columns if name not in self.adding]
        return [
            {name: row[name] for name in plain} | self._balance({name: row[name] for name in self.adding}, row)
            for row in self.table.iter_rows(named=True)
        ]

    def _balance(self, loads: dict[str, float | None], row: dict[str, Any]) -> dict[str, dict[str, Any]]:
        by_name = self.certificates.get(row["branch_id"], {}).get("targets", {})
        targets = by_name.get(row["id"]) or by_name.get(row["rm_id"], {})
        imbalance = {
            name: 100.0 * ((loads[name] or 0.0) / target - 1.0) if target > 0 else 0.0
            for name, target in targets.items()
        }
        return {"loads": loads, "targets": targets, "imbalance_percent": imbalance}


def session_info(connection: sa.Connection, actor: Actor, published: Publication | None = None) -> SessionInfo:
    """Return the publication and the bounds of the actor's catchments."""
    published = published or publication(connection)
    shapes = read_published(connection, actor, published, "catchment")["geometry"].to_numpy()
    if len(shapes) == 0:
        return SessionInfo(published, None)
    west, south, east, north = shapely.total_bounds(shapely.from_wkb(shapes)).tolist()
    return SessionInfo(published, (west, south, east, north))


def branches(connection: sa.Connection, actor: Actor, published: Publication | None = None) -> pl.DataFrame:
    """Return the branches in scope, ordered by id.

    Columns: id, name, kind, lng, lat, synthetic, cells (count), people, customers (expected), merchants, rms (count).
    To a consumer sums are those of the shown cells, null where none is shown.
    """
    published = published or publication(connection)
    units = branches_in_scope(connection, actor, published)
    scores = scores_shown(connection, actor, published, {"measure": list(BRANCH_SUMS)})
    sums = (
        scores.group_by("branch_id", "measure").agg(sum_of_shown()).pivot("measure", index="branch_id", values="value")
    )
    cells = read_published(connection, actor, published, "catchment_cell").group_by("branch_id").agg(cells=pl.len())
    staff = read_frame(connection, "staff", version_id=published.versions["bank"], actor=actor).filter(
        pl.col("post") == "rm"
    )
    rms = staff.group_by("org_unit_id").agg(rms=pl.len())
    table = (
        units.join(cells, left_on="id", right_on="branch_id", how="left")
        .join(_with_columns(sums, BRANCH_SUMS), left_on="id", right_on="branch_id", how="left")
        .join(rms, left_on="id", right_on="org_unit_id", how="left")
        .select(
            "id",
            "name",
            "kind",
            "lng",
            "lat",
            "synthetic",
            pl.col("cells").fill_null(0).cast(pl.Int64),
            *BRANCH_SUMS,
            pl.col("rms").fill_null(0).cast(pl.Int64),
        )
        .sort("id")
    )
    return zero_filled(table, BRANCH_SUMS, actor)


def catchments(
    connection: sa.Connection, actor: Actor, published: Publication | None = None, *, stated: bool = False
) -> pl.DataFrame:
    """Return the catchments in scope, ordered by branch: branch_id, name, method, label, cells, geometry (WKB).

    stated: with the line that a catchment is stated by (a boundary, a street, what was drawn) where there is one, in
    place of the line around its cells.
    """
    published = published or publication(connection)
    rows = read_published(connection, actor, published, "catchment")
    counts = read_published(connection, actor, published, "catchment_cell").group_by("branch_id").agg(cells=pl.len())
    names = branches_in_scope(connection, actor, published).select(branch_id="id", name="name")
    shape = pl.coalesce("border", "geometry") if stated else pl.col("geometry")
    size = pl.col("cells").fill_null(0).cast(pl.Int64)
    table = rows.join(counts, on="branch_id", how="left").join(names, on="branch_id", how="left").sort("branch_id")
    return table.select("branch_id", "name", "method", "label", size, geometry=shape)


def cells(
    connection: sa.Connection,
    actor: Actor,
    published: Publication | None = None,
    *,
    branch_id: str | None = None,
    measures: tuple[str, ...] | None = None,
) -> CellScores:
    """Return the cells of one branch, or of every branch in scope, with their scores.

    measures: ids of measures that the publication has; None gives all.
    Raises InvalidInputError for an unknown measure, NotFoundError for a branch that is not in scope.
    """
    published = published or publication(connection)
    wanted = check_measures(measures, published)
    where = branch_condition(connection, actor, published, branch_id)
    base = read_published(connection, actor, published, "catchment_cell", where=where).sort("branch_id", "cell")
    branch_ids = tuple(base["branch_id"].unique().sort())
    scores = scores_shown(connection, actor, published, where | {"measure": list(wanted)})
    by_measure = {key[0]: part for key, part in scores.partition_by("measure", as_dict=True).items()}
    why, empty = why_without_rows(actor, published), scores.clear()
    return CellScores(
        resolution=published.resolution,
        version=published.id,
        branch_ids=branch_ids,
        cells=base["cell"].to_numpy(),
        branch_index=np.searchsorted(np.array(branch_ids, dtype=object), base["branch_id"].to_numpy()).astype(np.int64),
        measures={name: _columns(base, by_measure.get(name, empty), why.get(name)) for name in wanted},
    )


def cell_detail(connection: sa.Connection, actor: Actor, cell: int, published: Publication | None = None) -> CellDetail:
    """Return everything published about one cell.

    Raises NotFoundError when the cell is in no catchment, or in one outside the actor's scope.
    """
    published = published or publication(connection)
    where = {"cell": int(cell)}
    home = read_published(connection, actor, published, "catchment_cell", where=where)
    if home.is_empty():
        raise NotFoundError("cell {cell} is in no catchment", cell=f"{cell:x}")
    scores = scores_shown(connection, actor, published, where)
    rows = {row["measure"]: row for row in scores.iter_rows(named=True)}
    hidden = why_without_rows(actor, published)
    rows = {name: _NO_SCORE | {"reason": reason} for name, reason in hidden.items()} | rows
    return CellDetail(
        cell=cell,
        branch_id=home["branch_id"][0],
        travel_s=home["travel_s"][0],
        territory=_territory_of(connection, actor, published, where),
        scores={
            name: {key: _figure(name, rows[name][key]) for key in _NO_SCORE}
            for name in published.measures
            if name in rows
        },
    )


def _figure(measure: str, figure: Any) -> Any:  # noqa: ANN401 - a number, a class of evidence or None
    """Return a count of points as the integer that it is."""
    return int(figure) if measure in WHOLE_MEASURES and isinstance(figure, float) else figure


def territories(
    connection: sa.Connection, actor: Actor, published: Publication | None = None, *, branch_id: str | None = None
) -> Territories:
    """Return the territories of one branch, or of every branch in scope, with their loads and certificates.

    Raises NotFoundError for a branch that is not in scope.
    """
    published = published or publication(connection)
    where = branch_condition(connection, actor, published, branch_id)
    table = _named_territories(connection, actor, published, where).with_row_index("position")
    members = read_published(connection, actor, published, "territory_cell", where=where)
    cells_of = (
        members.join(
            table.select("position", "branch_id", territory_id="id"), on=["branch_id", "territory_id"], how="left"
        )
        .sort("branch_id", "cell")
        .select("branch_id", "territory_id", "cell", pl.col("position").cast(pl.Int64))
    )
    counts = cells_of.group_by("position").agg(cells=pl.len().cast(pl.Int64))
    loads = _loads(connection, actor, published, where, cells_of)
    bodies = read_published(connection, actor, published, "certificate", where=where)
    if sees_public_only(actor):
        bodies = bodies.clear()  # targets and imbalance are made of true sums
    whole = table.with_columns(pl.col("position").cast(pl.Int64)).join(counts, on="position", how="left")
    whole = whole.join(loads, on="position", how="left").sort("position").drop("position")
    return Territories(
        version=published.id,
        table=zero_filled(whole, published.adding, actor),
        cells=cells_of.select("cell", "position"),
        certificates={row["branch_id"]: orjson.loads(row["body"]) for row in bodies.iter_rows(named=True)},
        adding=published.adding,
    )


def ground_layer(connection: sa.Connection, name: str, published: Publication | None = None) -> pl.DataFrame:
    """Return a table of the ground that carries geometry: boundary, street or building; it belongs to no branch."""
    return read_frame(connection, name, version_id=(published or publication(connection)).versions["ground"])


def check_branch(connection: sa.Connection, actor: Actor, branch_id: str, published: Publication | None = None) -> None:
    """Raise NotFoundError when there is no such branch in the actor's scope."""
    branch_condition(connection, actor, published or publication(connection), branch_id)


def check_measures(measures: tuple[str, ...] | None, published: Publication) -> tuple[str, ...]:
    """Return the measures without repeats, all that the publication has for None.

    Raises InvalidInputError naming the first unknown one.
    """
    wanted = tuple(dict.fromkeys(published.measures if measures is None else measures))
    unknown = [name for name in wanted if name not in published.measures]
    if unknown or not wanted:
        raise InvalidInputError(
            "measure must be one of {known}, got {given}",
            known=", ".join(published.measures),
            given=unknown[0] if unknown else "",
        )
    return wanted


def _columns(base: pl.DataFrame, scores: pl.DataFrame, why_none: str | None) -> MeasureColumns:
    rows = base.select("cell").join(scores, on="cell", how="left", maintain_order="left")
    values, low, high = (rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("value", "low", "high"))
    reasons = pl.repeat(why_none, base.height, dtype=pl.String, eager=True) if scores.is_empty() else rows["reason"]
    return MeasureColumns(values, low, high, rows["evidence"], reasons)


def _territory_of(
    connection: sa.Connection, actor: Actor, published: Publication, where: dict[str, Any]
) -> dict[str, Any] | None:
    member = read_published(connection, actor, published, "territory_cell", where=where)
    if member.is_empty():
        return None
    row = member.row(0, named=True)
    table = _named_territories(connection, actor, published, {"branch_id": row["branch_id"]})
    found = table.filter(pl.col("id") == row["territory_id"])
    return found.row(0, named=True) if not found.is_empty() else None


def _named_territories(
    connection: sa.Connection, actor: Actor, published: Publication, where: dict[str, Any]
) -> pl.DataFrame:
    """Return territories with the name of who holds them, ordered by branch and id."""
    staff = read_frame(connection, "staff", version_id=published.versions["bank"], actor=actor)
    return (
        read_published(connection, actor, published, "territory", where=where)
        .join(staff.select(rm_id="id", rm_name="name"), on="rm_id", how="left")
        .select("id", "branch_id", "name", "rm_id", "rm_name", "colour")
        .sort("branch_id", "id")
    )


def _loads(
    connection: sa.Connection, actor: Actor, published: Publication, where: dict[str, Any], cells_of: pl.DataFrame
) -> pl.DataFrame:
    """Return the sum of every measure that adds up, by position of the territory."""
    scores = scores_shown(connection, actor, published, where | {"measure": list(published.adding)})
    sums = (
        scores.join(cells_of.select("cell", "position"), on="cell", maintain_order="left")
        .group_by("position", "measure")
        .agg(sum_of_shown())
        .pivot("measure", index="position", values="value")
    )
    return _with_columns(sums, published.adding).select("position", *published.adding)


def _with_columns(frame: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """Return the frame with a column of nulls for each name it lacks."""
    return frame.with_columns(pl.lit(None, pl.Float64).alias(name) for name in names if name not in frame.columns)
