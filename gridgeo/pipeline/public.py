"""What consumers are shown of a publication: computed once, when it is published, and read by every way out.

Counts are rounded and suppressed together with what the publication before has told; every other public figure is then
computed from the shown counts, never from the true ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import ring_pairs
from gridgeo.cells.points import resolutions
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.domain.public import FAMILIES, HIDDEN_COUNT, PUBLIC_COUNTS, SMALL_COUNT
from gridgeo.domain.tables import PUBLIC_SCORES, PUBLIC_SUMS
from gridgeo.pipeline.cell_inputs import PRIOR_RING
from gridgeo.pipeline.public_before import Before, count_values, publication_before
from gridgeo.pipeline.steps import Inputs
from gridgeo.scoring.public_figures import PublicFigure, ShownCounts, public_figures
from gridgeo.scoring.suppression import ProtectedCounts, SuppressionRule
from gridgeo.scoring.suppression_parts import protect_family
from gridgeo.storage import read_frame, write_frame


@dataclass(frozen=True)
class _Base:
    """The cells of a publication, ascending; values: true counts by measure, shape (n_cells,), NaN where unknown."""

    cells: CellArray
    branch: pl.Series
    travel_s: FloatArray
    values: Mapping[str, FloatArray]


@dataclass(frozen=True)
class _Shown:
    """One count as it is shown: by cell of the base, and by ancestor; not-a-number where it is not.

    hidden: cells where a count is kept back; where it is merely unknown it is not.
    """

    value: FloatArray
    hidden: BoolArray
    sums: pl.DataFrame


def write_public(connection: sa.Connection, version_id: int, inputs: Inputs, threshold: int) -> dict[str, Any]:
    """Write what consumers are shown under an unfinished publication; return by measure how many cells are hidden.

    threshold: the least count that is shown, besides 0.
    Raises InvalidInputError when it is under 3.
    """
    rule = SuppressionRule(threshold)
    base = _base(connection, inputs)
    before = publication_before(connection, version_id)
    shown: dict[str, _Shown] = {}
    for measure in PUBLIC_COUNTS:
        if measure in base.values:
            shown |= _suppressed(base, measure, before, rule)
    figures = _figures(base, shown)
    counts = [_count_rows(base, measure, each) for measure, each in shown.items()]
    rows = pl.concat([pl.DataFrame(schema=PUBLIC_SCORES), *counts, *figures])
    sums = pl.concat([pl.DataFrame(schema=PUBLIC_SUMS), *(each.sums for each in shown.values())])
    write_frame(connection, "public_score", rows, version_id=version_id)
    write_frame(connection, "public_sum", sums, version_id=version_id)
    hidden = {measure: int(each.hidden.sum()) for measure, each in shown.items()}
    return {"threshold": threshold, "cells": len(base.cells), "hidden": hidden}


def _base(connection: sa.Connection, inputs: Inputs) -> _Base:
    cells = read_frame(connection, "catchment_cell", version_id=inputs.catchment).sort("cell")
    return _Base(
        cells=cells["cell"].to_numpy(),
        branch=cells["branch_id"],
        travel_s=cells["travel_s"].fill_null(float("nan")).to_numpy(),
        values=count_values(connection, inputs.score, cells["cell"]),
    )


def _suppressed(base: _Base, measure: str, before: Before | None, rule: SuppressionRule) -> dict[str, _Shown]:
    """Return one count and its parts as they may be shown; cells whose count nobody knows stay out of it."""
    known = np.flatnonzero(np.isfinite(base.values[measure]))
    cells, ways = base.cells[known], _ways(base.values, measure)
    families = [np.column_stack([base.values[name][known] for name in names]) for names in ways]
    told = None
    if before is not None:
        told = (before.told(measure), [before.told_parts(measure, names, cells) for names in ways])
    counts, parts = protect_family(cells, base.values[measure][known], families, rule, told)
    found = {measure: _shown(base, measure, counts, (counts.shown, counts.hidden), known)}
    for names, family in zip(ways, parts, strict=True):
        for column, name in enumerate(names):
            found[name] = _shown(base, name, counts, (family.shown[:, column], family.hidden[:, column]), known)
    return found


def _ways(values: Mapping[str, FloatArray], measure: str) -> list[tuple[str, ...]]:
    """Return the ways to divide a count of which every part is known wherever the count is."""
    known = np.isfinite(values[measure])
    return [
        names
        for names in FAMILIES.get(measure, {}).values()
        if all(name in values and bool(np.isfinite(values[name][known]).all()) for name in names)
    ]


def _shown(
    base: _Base, measure: str, counts: ProtectedCounts, nodes: tuple[FloatArray, BoolArray], known: IntArray
) -> _Shown:
    """Take the cells and the ancestors of one count apart."""
    shown, hidden = nodes
    n = counts.tree.n_leaves
    value, kept_back = np.full(len(base.cells), np.nan), np.zeros(len(base.cells), dtype=bool)
    value[known], kept_back[known] = shown[:n], hidden[:n]
    sums = pl.DataFrame({"cell": counts.tree.nodes[n:], "value": shown[n:], "hidden": hidden[n:]})
    rows = sums.select(
        pl.lit(measure).alias("measure"), "cell", pl.col("value").fill_nan(None), _reason("hidden", SMALL_COUNT)
    )
    return _Shown(value, kept_back, rows)


def _reason(column: str, word: str) -> pl.Expr:
    return pl.when(pl.col(column)).then(pl.lit(word)).otherwise(pl.lit(None, pl.String)).alias("reason")


def _count_rows(base: _Base, measure: str, each: _Shown) -> pl.DataFrame:
    nothing = np.full(len(base.cells), np.nan)
    figure = PublicFigure(each.value, nothing, nothing, np.full(len(nothing), None, dtype=object))
    return _rows(base, measure, figure, each.hidden, SMALL_COUNT)


def _figures(base: _Base, shown: Mapping[str, _Shown]) -> list[pl.DataFrame]:
    """Compute the public figures from what is shown, resolution by resolution as cells are scored."""
    if not {"customers", "people"} <= shown.keys():
        return []
    customers, people = shown["customers"], shown["people"]
    found: list[pl.DataFrame] = []
    level = resolutions(base.cells)
    for resolution in np.unique(level):
        at = np.flatnonzero(level == resolution)
        _, branch_index = np.unique(base.branch.gather(at).to_numpy(), return_inverse=True)
        counts = ShownCounts(
            customers=customers.value[at],
            people=people.value[at],
            travel_s=base.travel_s[at],
            branch_index=branch_index.astype(np.int64),
            pairs=ring_pairs(base.cells[at], PRIOR_RING),
        )
        part = _Base(base.cells[at], base.branch.gather(at), base.travel_s[at], {})
        either = (customers.hidden | people.hidden)[at]
        rests_on = {"penetration": either, "gap": either, "potential": people.hidden[at]}
        found += [
            _rows(part, measure, figure, rests_on[measure], HIDDEN_COUNT)
            for measure, figure in public_figures(counts).items()
        ]
    return found


def _rows(base: _Base, measure: str, figure: PublicFigure, hidden: BoolArray, reason: str) -> pl.DataFrame:
    table = pl.DataFrame(
        {
            "branch_id": base.branch,
            "measure": np.full(len(base.cells), measure),
            "cell": base.cells,
            "value": figure.value,
            "low": figure.low,
            "high": figure.high,
            "evidence": pl.Series(figure.evidence.tolist(), dtype=pl.String),
            "hidden": hidden,
        }
    )
    return table.with_columns(pl.col("value", "low", "high").fill_nan(None), _reason("hidden", reason)).drop("hidden")
