"""Score one branch again from the stored model: its customers and merchants as they are, all that was fitted kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import common_resolution, ring_pairs
from gridgeo.domain import Actor, CellArray, FloatArray, IntArray
from gridgeo.domain.tables import CELL_SCORES, checked
from gridgeo.domain.words import INDUSTRIES, TIERS
from gridgeo.errors import ConflictError, InvalidInputError, NotFoundError
from gridgeo.pipeline.cell_inputs import PRIOR_RING
from gridgeo.pipeline.publish import require_matching
from gridgeo.pipeline.steps import Inputs, StepResult, require_planner
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.scoring import merchant_features
from gridgeo.scoring.groups import counts_by_group
from gridgeo.scoring.rescore import BranchCounts, Rescored, rescore
from gridgeo.scoring.score_model import ScoreModel, score_model_bytes, score_model_from_bytes
from gridgeo.storage import finish_version, new_version, read_frame, score_measures, version_record, write_frame
from gridgeo.storage.placed import counts_by_tier, hard_parties
from gridgeo.storage.rescored import REPLACED, rescored_of
from gridgeo.storage.score_basis import read_basis, read_score_models, write_basis, write_score_models

SAME = ("ground", "catchment")
"""What a branch must have kept since its bank was scored: its cells, and who lives in them."""
BEFORE = ("catchment", "location")


def rescore_branch(connection: sa.Connection, actor: Actor, branch_id: str, now: datetime) -> StepResult:
    """Write a score version in which one branch is scored again on the newest bank and locations.

    The newest score version's model is used as it is: nothing is fitted. Every other branch's scores, and measures
    that need the whole bank, stay those of the version before; the report names them. Refresh scores to fit again.
    Raises InvalidInputError when there is no score or location yet, NotFoundError for an unknown branch, ConflictError
    when ground or catchments have changed since, or the scores keep no model; NotAllowedError for other roles.
    """
    require_planner(actor)
    inputs = newest_inputs(connection)
    require_matching(connection, inputs, BEFORE)
    if not inputs.score:
        raise InvalidInputError("no {kind} version yet: run the step first, or gridgeo run", kind="score")
    before = version_record(connection, inputs.score)
    _require_same(inputs, before.params["inputs"])
    basis, model = _kept(connection, inputs.score, branch_id)
    found = rescore(
        model,
        basis,
        _counts(connection, inputs, basis["cell"].to_numpy()),
        branch_id,
        ring_pairs(basis["cell"].to_numpy(), PRIOR_RING),
    )
    held = list(score_measures(connection, inputs.score))
    measures = [name for name in held if name in found.columns]
    base, branches = rescored_of(connection, inputs.score)
    homes = branches.get(branch_id, [])
    own = Inputs(inputs.ground, inputs.bank, inputs.catchment, inputs.location)
    params = before.params | {
        "inputs": own.as_dict(),
        "parts": {"score_measure": base},
        REPLACED: {"base": base, "branches": branches | {branch_id: [*homes, 0]}},
    }
    version_id = new_version(connection, actor, "score", params=params, now=now)
    rows = _write(connection, version_id, branch_id, found, measures)
    report = (before.report or {}) | {
        REPLACED: {
            "branch": branch_id,
            "cells": basis.height,
            "rows": rows,
            "base": base,
            "measures": measures,
            "kept": [name for name in held if name not in measures and name != "people"],
            "other_branches": _others(connection, (base, branches), branch_id, own),
        }
    }
    finish_version(connection, version_id, report=report)
    return StepResult(version_id, report)


def _require_same(inputs: Inputs, used: dict[str, int]) -> None:
    wanted = inputs.as_dict()
    for kind in SAME:
        if used[kind] != wanted[kind]:
            raise ConflictError(
                "the scores were computed from {kind} version {used}, not {wanted}: run gridgeo score refresh without "
                "--branch",
                kind=kind,
                used=used[kind],
                wanted=wanted[kind],
            )


def _kept(connection: sa.Connection, score_id: int, branch_id: str) -> tuple[pl.DataFrame, ScoreModel]:
    """Return the branch's basis and the model of its resolution."""
    models = read_score_models(connection, score_id, branch_id)
    if not models:
        raise ConflictError("score version {version} keeps no model: run gridgeo score refresh first", version=score_id)
    basis = read_basis(connection, score_id, [branch_id]).get(branch_id)
    if basis is None or basis.is_empty():
        raise NotFoundError("there is no branch {branch}", branch=branch_id)
    return basis, score_model_from_bytes(models[common_resolution(basis["cell"].to_numpy())])


def _counts(connection: sa.Connection, inputs: Inputs, cells: CellArray) -> BranchCounts:
    """Count the branch's customers and merchants by cell; only rows of its cells are read."""
    rows = counts_by_tier(connection, (inputs.location, inputs.bank), cells)
    at = np.searchsorted(cells, rows["cell"].to_numpy()).astype(np.int64)
    shops = hard_parties(connection, inputs.location, cells, "merchant")
    industry = _industries(connection, inputs, shops["party_id"])
    shops = shops.join(industry, left_on="party_id", right_on="id", maintain_order="left")
    shop_at, names = np.searchsorted(cells, shops["cell"].to_numpy()).astype(np.int64), shops["industry"].to_list()
    return BranchCounts(
        by_tier=_by_tier(rows, at, len(cells)),
        customers_hard=np.bincount(at, weights=rows["hard"].to_numpy(), minlength=len(cells)).astype(np.float64),
        by_industry=counts_by_group(shop_at, names, INDUSTRIES, len(cells)),
        makeup=merchant_features(names, shop_at, len(cells)),
    )


def _by_tier(rows: pl.DataFrame, at: IntArray, n_cells: int) -> FloatArray:
    column = rows["tier"].replace_strict(list(TIERS), list(range(len(TIERS))), return_dtype=pl.Int64).to_numpy()
    sums = np.bincount(at * len(TIERS) + column, weights=rows["share"].to_numpy(), minlength=n_cells * len(TIERS))
    return sums.astype(np.float64).reshape(n_cells, len(TIERS))


def _industries(connection: sa.Connection, inputs: Inputs, ids: pl.Series) -> pl.DataFrame:
    """Return id and industry of merchants on the map and of the bank's own; of one id the bank's."""
    where = {"id": ids.unique().to_list()}
    tables = [
        read_frame(connection, "merchant", version_id=version, where=where, columns=["id", "industry"])
        for version in (inputs.ground, inputs.bank)
    ]
    return pl.concat(tables).unique("id", keep="last")


def _write(connection: sa.Connection, version_id: int, branch_id: str, found: Rescored, measures: list[str]) -> int:
    cells = found.basis["cell"]
    frames = [pl.DataFrame(schema=CELL_SCORES)]
    for name in measures:
        at = np.flatnonzero(found.changed[name])
        value, low, high, evidence = found.columns[name]
        figures = {"value": value, "low": low, "high": high}
        frame = pl.DataFrame(
            {
                "branch_id": np.full(len(at), branch_id),
                "measure": np.full(len(at), name),
                "cell": cells.gather(at),
                **{end: np.full(len(at), np.nan) if each is None else each[at] for end, each in figures.items()},
                "evidence": pl.Series([None] * len(at) if evidence is None else evidence[at], dtype=pl.String),
            },
            schema_overrides={"branch_id": pl.String, "measure": pl.String},
        )
        frames.append(frame)
    rows = pl.concat(frames).with_columns(pl.col("value", "low", "high").fill_nan(None))
    rows = checked(rows.select(list(CELL_SCORES)), CELL_SCORES, "cell_score")
    write_frame(connection, "cell_score", rows, version_id=version_id)
    write_score_models(connection, version_id, {found.model.resolution: score_model_bytes(found.model)})
    write_basis(connection, version_id, {branch_id: found.basis})
    return rows.height


def _others(
    connection: sa.Connection, held: tuple[int, dict[str, list[int]]], branch_id: str, own: Inputs
) -> dict[str, Any]:
    """Return what the other branches were scored from, where it is older than what this one was."""
    base, branches = held
    homes = {"": base} | {name: each[-1] for name, each in branches.items() if name != branch_id}
    used = {name: version_record(connection, home).params["inputs"] for name, home in homes.items()}
    older = {name or "all others": each for name, each in used.items() if each != own.as_dict()}
    return {"scored_from": older}
