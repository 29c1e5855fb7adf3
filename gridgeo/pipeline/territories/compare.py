"""Two plans side by side: their figures, the cells and customers that change hands, and the difference on the map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_strings, merged_polygons
from gridgeo.domain import Actor
from gridgeo.domain.sums import sum_of
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.maps.files import written
from gridgeo.pipeline.published import publication
from gridgeo.pipeline.steps import Inputs, require_money
from gridgeo.pipeline.territories.drafts import live_inputs
from gridgeo.storage import read_frame, version_record
from gridgeo.storage.scenarios import scenario_record

LIVE = "live"
NOBODY = ""
COUNTS = ("customers", "customers_hard")


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan to read. version: of its tables; inputs: what it rests on; bodies: branch -> report of its figures."""

    name: str
    version: int
    inputs: Inputs
    bodies: dict[str, dict[str, Any]]

    def cells(self, connection: sa.Connection, branches: list[str]) -> pl.DataFrame:
        """Return cell, territory, rm, branch of the plan in these branches, ascending by cell."""
        where = {"branch_id": branches}
        rows = read_frame(connection, "territory_cell", version_id=self.version, where=where)
        table = read_frame(connection, "territory", version_id=self.version, where=where)
        named = table.select("branch_id", territory_id="id", rm_id="rm_id", colour="colour")
        joined = rows.join(named, on=["branch_id", "territory_id"], how="left")
        return joined.select("cell", "branch_id", territory="territory_id", rm="rm_id", colour="colour").sort("cell")


def plan_named(connection: sa.Connection, actor: Actor, name: str) -> Plan:
    """Return the plan of a scenario, or the live one; NotFoundError when there is none of that name in scope."""
    require_money(actor)
    if name == LIVE:
        inputs = live_inputs(connection)
        report = version_record(connection, inputs.plan).report or {}
        bodies = {branch: body for branch, body in report.get("branches", {}).items() if actor.sees(branch)}
        return Plan(name, inputs.plan, inputs, bodies)
    record = scenario_record(connection, name, actor)
    version = version_record(connection, record.version_id)
    return Plan(name, record.version_id, Inputs(**version.params["inputs"]), (version.report or {})["branches"])


def compared_branches(connection: sa.Connection, actor: Actor, plans: tuple[Plan, Plan]) -> list[str]:
    """Return the branches that two plans have in common.

    Raises InvalidInputError when they have none.
    """
    planned = [_planned(connection, actor, plan) for plan in plans]
    common = sorted(planned[0] & planned[1])
    if not common:
        raise InvalidInputError("{one} and {other} have no branch in common", one=plans[0].name, other=plans[1].name)
    return common


def _planned(connection: sa.Connection, actor: Actor, plan: Plan) -> set[str]:
    if plan.name == LIVE:
        rows = read_frame(connection, "territory", version_id=plan.version, columns=["branch_id"], actor=actor)
        return set(rows["branch_id"])
    return set(scenario_record(connection, plan.name, actor).branches)


def moved_cells(connection: sa.Connection, plans: tuple[Plan, Plan], branches: list[str]) -> pl.DataFrame:
    """Return every cell of the branches with who has it in either plan.

    Columns: cell, from, to (territories, empty for none), from_rm, to_rm, branch_id (of the second plan), colour,
    customers (expected), customers_hard, moved.
    """
    return _with_customers(_owners(connection, plans, branches), _customers(connection, plans[1].inputs))


def _owners(connection: sa.Connection, plans: tuple[Plan, Plan], branches: list[str]) -> pl.DataFrame:
    """Return `moved_cells` without customers."""
    one, other = (plan.cells(connection, branches) for plan in plans)
    joined = one.select("cell", pl.col("territory").alias("from"), from_rm="rm").join(
        other.select("cell", "branch_id", "colour", to="territory", to_rm="rm"), on="cell", how="full", coalesce=True
    )
    texts = ("from", "to", "from_rm", "to_rm")
    filled = joined.with_columns(pl.col(*texts).fill_null(NOBODY))
    return filled.with_columns(moved=pl.col("from") != pl.col("to")).sort("cell")


def _with_customers(cells: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    joined = cells.join(counts, on="cell", how="left", maintain_order="left")
    return joined.with_columns(pl.col(*COUNTS).fill_null(0.0))


def _customers(connection: sa.Connection, inputs: Inputs, cells: pl.Series | None = None) -> pl.DataFrame:
    """Return cell and COUNTS; cells: of these only."""
    where: dict[str, Any] = {"measure": list(COUNTS)}
    long = read_frame(
        connection,
        "cell_score",
        version_id=inputs.score,
        where=where if cells is None else where | {"cell": cells},
        columns=["cell", "measure", "value"],
    )
    wide = long.pivot("measure", on_columns=COUNTS, index="cell", values="value")
    return wide.select("cell", *COUNTS)


def compare(connection: sa.Connection, actor: Actor, names: tuple[str, str], out: Path | None = None) -> dict[str, Any]:
    """Compare two plans, each a scenario or ``live``, over the branches that both have.

    out: folder for ``compare.json``, ``changes.geojson`` and ``changes.png``; made when it is not there.
    Returns the figures of both by branch, cells and customers moved in all and by pair of territories.
    """
    plans = (plan_named(connection, actor, names[0]), plan_named(connection, actor, names[1]))
    branches = compared_branches(connection, actor, plans)
    cells = moved_cells(connection, plans, branches)
    moved = cells.filter("moved")
    pairs = (
        moved.group_by("from", "to")
        .agg(
            cells=pl.len(),
            customers=sum_of("customers").round(3),
            customers_hard=sum_of("customers_hard").cast(pl.Int64),
        )
        .sort("from", "to")
    )
    total = float(cells["customers"].sum())
    body = {
        "one": names[0],
        "other": names[1],
        "branches": branches,
        "figures": {branch: _side_by_side(plans, branch) for branch in branches},
        "cells": cells.height,
        "cells_moved": moved.height,
        "customers_moved": round(float(moved["customers"].sum()), 3),
        "customers_moved_hard": int(moved["customers_hard"].sum()),
        "customers_kept_percent": round(100 * (1 - float(moved["customers"].sum()) / total), 3) if total else 100.0,
        "moves": pairs.to_dicts(),
        "files": {},
    }
    if out is not None:
        body["files"] = _write(connection, out, cells, body)
    return body


def plan_changes(
    connection: sa.Connection,
    actor: Actor,
    names: tuple[str, str],
    branch_id: str | None = None,
    admit: Callable[[int], None] | None = None,
) -> pl.DataFrame:
    """Return the cells that change hands between two plans, as `changes_geojson` takes them.

    branch_id: only this branch. admit: is told how many cells it is before their customers are read, and may raise.
    Raises NotFoundError for a branch that the plans do not have in common.
    """
    plans = (plan_named(connection, actor, names[0]), plan_named(connection, actor, names[1]))
    branches = compared_branches(connection, actor, plans)
    if branch_id is not None and branch_id not in branches:
        raise NotFoundError(
            "{one} and {other} do not both plan branch {branch}", one=names[0], other=names[1], branch=branch_id
        )
    wanted = branches if branch_id is None else [branch_id]
    moved = _owners(connection, plans, wanted).filter("moved")
    if admit is not None:
        admit(moved.height)
    return _with_customers(moved, _customers(connection, plans[1].inputs, moved["cell"]))


def _side_by_side(plans: tuple[Plan, Plan], branch: str) -> dict[str, Any]:
    """Return figure -> its value in either plan and, of a number, the difference."""
    sides = [_figures(plan.bodies.get(branch)) for plan in plans]
    figures = {}
    for name in dict.fromkeys([*sides[0], *sides[1]]):
        one, other = (side.get(name) for side in sides)
        both = isinstance(one, int | float) and isinstance(other, int | float) and not isinstance(one, bool)
        figures[name] = {"one": one, "other": other, "change": round(other - one, 6) if both else None}  # type: ignore[operator]
    return figures


def _figures(body: dict[str, Any] | None) -> dict[str, Any]:
    if body is None:
        return {}
    certificate = body["certificate"]
    plain = {
        name: certificate.get(name)
        for name in ("J_km", "bound_gap_percent", "price_of_balance_percent", "kept_share", "kept_estimate")
    }
    return {
        "territories": body["count"],
        "feasible": body["feasible"],
        "violations": len(body["violations"]),
        "pieces_max": body["pieces_max"],
        **{f"imbalance_percent.{name}": value for name, value in body["imbalance_percent"].items()},
        **plain,
    }


def _write(connection: sa.Connection, out: Path, cells: pl.DataFrame, body: dict[str, Any]) -> dict[str, str]:
    from gridgeo.maps.plan_picture import export_changes_png

    published = publication(connection)
    if out.is_file():
        raise InvalidInputError("{path} is in the way: a file and a folder do not replace each other", path=out)
    out.mkdir(parents=True, exist_ok=True)
    paths = {name: out / f"changes.{name}" for name in ("geojson", "png")} | {"json": out / "compare.json"}
    with written(paths["geojson"]) as fresh:
        fresh.write_bytes(orjson.dumps(changes_geojson(cells.filter("moved"))))
    facts = (published.ground, published.id, published.synthetic, published.fictional)
    export_changes_png(cells, (body["one"], body["other"]), facts, paths["png"])
    files = {name: str(path) for name, path in paths.items()}
    with written(paths["json"]) as fresh:
        fresh.write_bytes(orjson.dumps(body | {"files": files}))
    return files


def changes_geojson(moved: pl.DataFrame) -> dict[str, Any]:
    """Return a FeatureCollection, a feature a pair of territories: the ground that goes from one to the other.

    moved: rows of `moved_cells`. Properties: from, to, from_rm, to_rm, cells (list of names), customers.
    """
    pairs = moved.group_by("from", "to", maintain_order=True).agg(
        pl.col("from_rm", "to_rm").first(), "cell", sum_of("customers"), sum_of("customers_hard")
    )
    number = np.repeat(np.arange(pairs.height), pairs["cell"].list.len().to_numpy())
    shapes = merged_polygons(pairs["cell"].explode().cast(pl.UInt64).to_numpy(), number, pairs.height)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    **{name: row[name] for name in ("from", "to", "from_rm", "to_rm")},
                    "cells": cell_strings(np.array(row["cell"], dtype=np.uint64)),
                    "customers": round(row["customers"], 3),
                    "customers_hard": int(row["customers_hard"]),
                },
                "geometry": orjson.loads(shapely.to_geojson(shape)),
            }
            for row, shape in zip(pairs.iter_rows(named=True), shapes, strict=True)
        ],
    }
