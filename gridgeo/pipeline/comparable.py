"""Cells that a gap is compared with, shown one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.scoring.basis import FEATURE
from gridgeo.scoring.gap import GapRule
from gridgeo.scoring.makeup import scaled_features
from gridgeo.scoring.parts import Row
from gridgeo.scoring.score_model import ScoreModel
from gridgeo.storage.score_basis import read_basis

SHOWN = 5


def comparable_cells(
    connection: sa.Connection, actor: Actor, score_id: int, of: tuple[Row, str], model: ScoreModel
) -> list[dict[str, Any]]:
    """Return the cells of the same cluster at other branches that are nearest in make-up, nearest first.

    of: row of the cell's basis, and its branch. Cells outside the actor's scope count in the target and are not shown.
    One record each: cell, branch_id, customers, people, penetration.
    """
    row, own = of
    rule = GapRule()
    frames = [
        frame.filter(
            (pl.col("cluster") == row["cluster"])
            & ~pl.col("over")
            & (pl.col("people") * pl.col("placed_share") > 0)
            & (pl.col("people") >= rule.least_people)
        ).with_columns(branch_id=pl.lit(branch))
        for branch, frame in read_basis(connection, score_id, actor=actor).items()
        if branch != own
    ]
    others = pl.concat(frames, how="diagonal") if frames else pl.DataFrame()
    if others.is_empty():
        return []
    names = [f"{FEATURE}{name}" for name in model.clusters.features]
    scaled = scaled_features(model.clusters, others.select(names).to_numpy())
    here = scaled_features(model.clusters, np.array([[float(row[name]) for name in names]]))
    away = ((scaled - here) ** 2).sum(axis=1)
    order = np.lexsort((others["cell"].to_numpy(), away))[:SHOWN]
    exposed = pl.col("people") * pl.col("placed_share")
    shown = others[order.tolist()].select(
        pl.col("cell"),
        "branch_id",
        customers=pl.col("customers") / pl.col("placed_share"),
        people="people",
        penetration=(pl.col("customers") + pl.col("prior_strength") * pl.col("prior_mean"))
        / (exposed + pl.col("prior_strength")),
    )
    return [record | {"cell": f"{record['cell']:x}"} for record in shown.to_dicts()]
