"""Sum up the live publication in one record: what went in, what came out, how well it balances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.measures import MEASURE_BY_ID, Measure
from gridgeo.maps.notes import MARKETING_ONLY
from gridgeo.pipeline.bank import branches_of
from gridgeo.pipeline.steps import require_money
from gridgeo.storage import house_datum, live, read_frame, score_measures, version_record


def summary(connection: sa.Connection, actor: Actor) -> dict[str, Any]:
    """Return the record that `gridgeo demo --json` and `gridgeo show --json` print.

    Counts cover the actor's branches; what was located is reported for the whole ground.
    Raises NotFoundError when nothing is published, NotAllowedError for a consumer: much of it is true sums.
    """
    require_money(actor)
    published = live(connection, "publication")
    ids = {kind: int(published.params[kind]) for kind in ("ground", "bank", "catchment", "location", "score", "plan")}
    reports = {kind: version_record(connection, version).report or {} for kind, version in ids.items()}
    bank = branches_of(read_frame(connection, "org_unit", version_id=ids["bank"]))
    seen = [branch for branch in bank["id"] if actor.sees(branch)]
    cells = read_frame(connection, "catchment_cell", version_id=ids["catchment"], actor=actor)
    ground = version_record(connection, ids["ground"]).params
    measures = score_measures(connection, ids["score"])
    return {
        "ground": ground["name"],
        "notice": MARKETING_ONLY,
        "fictional_ground": bool(ground.get("fictional", False)),
        "synthetic_bank": bool(version_record(connection, ids["bank"]).params["synthetic"]),
        "resolution": int(published.params["resolution"]),
        "datum": house_datum(connection),
        "branches": len(seen),
        "cells": cells.height,
        "customers": reports["location"]["customer"],
        "merchants": reports["location"]["merchant"],
        "people": reports["score"]["people"],
        "scores": _scores(read_frame(connection, "cell_score", version_id=ids["score"], actor=actor), measures),
        "user_measures": {
            measure.id: {"name_zh": measure.name_zh, "name_en": measure.name_en}
            for measure in measures.values()
            if measure.origin == "user"
        },
        "bank_measures": {
            measure.id: {"name_zh": measure.name_zh, "name_en": measure.name_en}
            for measure in measures.values()
            if measure.origin == "built_in" and measure != MEASURE_BY_ID.get(measure.id)
        },
        "absent_measures": reports["score"].get("absent", {}),
        "potential_validation": _validation(reports["score"]["potential"]["validation"]),
        "territories": _territories(reports["plan"], seen),
        "versions": ids | {"publication": published.id},
    }


def _scores(scores: pl.DataFrame, measures: Mapping[str, Measure]) -> dict[str, dict[str, float | int | None]]:
    figures = scores.group_by("measure").agg(
        n=pl.col("value").count(), min=pl.col("value").min(), median=pl.col("value").median(), max=pl.col("value").max()
    )
    by_measure = {row["measure"]: row for row in figures.iter_rows(named=True)}
    return {
        name: {key: by_measure[name][key] for key in ("n", "min", "median", "max")}
        for name in measures
        if name in by_measure
    }


def _validation(result: dict[str, Any] | None) -> dict[str, Any] | None:
    """Shorten the out-of-area validation: verdict and rank correlations, in the mean and by catchment left out."""
    if result is None:
        return None
    kept = ("folds", "verdict", "model", "people_only", "ring_mean", "lift_top_decile", "n_cells")
    areas = [{name: area[name] for name in ("area", "cells", "model", "people_only")} for area in result["areas"]]
    return {name: result[name] for name in kept} | {"areas": areas}


def _territories(report: dict[str, Any], seen: list[str]) -> dict[str, Any]:
    """Worst figures over the branches, beside each branch's own."""
    branches = {branch: report["branches"][branch] for branch in seen if branch in report["branches"]}
    gaps = [figures["bound_gap_percent"] for figures in branches.values()]
    imbalance = [figures["imbalance_percent"] for figures in branches.values()]
    return {
        "count": sum(figures["count"] for figures in branches.values()),
        "feasible": all(figures["feasible"] for figures in branches.values()),
        "pieces_max": max((figures["pieces_max"] for figures in branches.values()), default=0),
        "bridges": [bridge for figures in branches.values() for bridge in figures["bridges"]],
        "targets": {name: target for figures in branches.values() for name, target in figures["targets"].items()},
        "imbalance_percent": {
            measure: max(row[measure] for row in imbalance if measure in row)
            for measure in (imbalance[0] if imbalance else ())
        },
        "measure_correlation": report["measure_correlation"],
        "bound_gap_percent": None if not gaps or None in gaps else max(gaps),
        "branches": branches,
        "without_manager": [branch for branch in seen if branch not in branches],
    }
