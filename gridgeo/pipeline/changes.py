"""What changed between two publications, as one actor sees both: cells, measures, territories."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.maps.columnar import rounded
from gridgeo.pipeline import browse

MAX_VALUES = 200_000
"""Changed figures of one answer; beyond, whoever follows is better served by the whole table."""


def changes_since(
    connection: sa.Connection, actor: Actor, before: browse.Publication, after: browse.Publication
) -> dict[str, Any]:
    """Return what an actor sees changed from one publication to another.

    cells: added, removed, and those that went to another branch. measures: id -> cells, before, after, null where there
    is no figure; to a consumer a change shows only where both figures may be shown. territories: added, removed, and
    those whose cells or manager changed.
    Raises InvalidInputError when more than MAX_VALUES figures changed.
    """
    first, second = (browse.cells(connection, actor, each) for each in (before, after))
    old, new = _base(first), _base(second)
    both = new.join(old, on="cell", how="inner", suffix="_before")
    moved = both.filter(pl.col("branch_id") != pl.col("branch_id_before"))
    measures = {name: _changed(first, second, both, name) for name in after.measures if name in before.measures}
    count = sum(table.height for table in measures.values())
    if count > MAX_VALUES:
        raise InvalidInputError(
            "{count} figures changed, at most {limit} are listed: download the table", count=count, limit=MAX_VALUES
        )
    return {
        "since": before.id,
        "publication": after.id,
        "published_at": after.published_at.isoformat(timespec="seconds"),
        "cells": {
            "added": _names(new.join(old, on="cell", how="anti")),
            "removed": _names(old.join(new, on="cell", how="anti")),
            "moved": _names(moved),
        },
        "measures": {name: _told(table) for name, table in measures.items() if table.height},
        "territories": _territories(connection, actor, before, after),
    }


def _base(scores: browse.CellScores) -> pl.DataFrame:
    branches = np.array(scores.branch_ids, dtype=object)[scores.branch_index].astype(str)
    return pl.DataFrame({"cell": scores.cells, "branch_id": branches}).with_row_index("row")


def _changed(first: browse.CellScores, second: browse.CellScores, both: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return cell, before, after of the cells in both whose figure is another one; hidden figures stay out."""
    at, was = both["row"].to_numpy(), both["row_before"].to_numpy()
    old, new = first.measures[name], second.measures[name]
    before, after = rounded(old.values[was]), rounded(new.values[at])
    shown = (old.reasons.gather(was).is_null() & new.reasons.gather(at).is_null()).to_numpy()
    differs = shown & (before != after) & ~(np.isnan(before) & np.isnan(after))
    table = pl.DataFrame({"cell": both["cell"], "before": before, "after": after})
    return table.filter(pl.Series(differs)).sort("cell")


def _told(table: pl.DataFrame) -> dict[str, Any]:
    return {
        "cells": _names(table),
        "before": table["before"].fill_nan(None).to_list(),
        "after": table["after"].fill_nan(None).to_list(),
    }


def _names(table: pl.DataFrame) -> list[str]:
    names: list[str] = cell_strings(np.sort(table["cell"].to_numpy()))
    return names


def _territories(
    connection: sa.Connection, actor: Actor, before: browse.Publication, after: browse.Publication
) -> dict[str, Any]:
    old, new = (_held(browse.territories(connection, actor, each)) for each in (before, after))
    gained = _count(new.join(old, on=["branch_id", "id", "cell"], how="anti"), "cells_gained")
    lost = _count(old.join(new, on=["branch_id", "id", "cell"], how="anti"), "cells_lost")
    ids = ["branch_id", "id"]
    was, now = (table.unique(ids).select(*ids, "rm_id").sort(ids) for table in (old, new))
    table = now.join(was, on=ids, how="inner", suffix="_before").join(gained, on=ids, how="left")
    table = table.join(lost, on=ids, how="left").with_columns(pl.col("cells_gained", "cells_lost").fill_null(0))
    other = pl.col("rm_id").ne_missing(pl.col("rm_id_before"))
    return {
        "added": now.join(was, on=ids, how="anti").select(ids).to_dicts(),
        "removed": was.join(now, on=ids, how="anti").select(ids).to_dicts(),
        "changed": table.filter(other | (pl.col("cells_gained") > 0) | (pl.col("cells_lost") > 0)).to_dicts(),
    }


def _held(plan: browse.Territories) -> pl.DataFrame:
    """Return one row a cell: branch_id, id, rm_id, cell."""
    named = plan.table.select("branch_id", "id", "rm_id")
    return named[plan.cells["position"].to_numpy()].with_columns(plan.cells["cell"])


def _count(table: pl.DataFrame, name: str) -> pl.DataFrame:
    return table.group_by("branch_id", "id").agg(pl.len().cast(pl.Int64).alias(name))
