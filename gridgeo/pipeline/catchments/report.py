"""What catchments share and what nobody has, in cells, people and customers, before it was settled."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from gridgeo.cells import areas_m2, centres
from gridgeo.domain import IntArray
from gridgeo.domain.sums import mean_of, sum_of
from gridgeo.pipeline.catchments.areas import Areas
from gridgeo.pipeline.catchments.specs import SettleRules
from gridgeo.pipeline.catchments.terrain import Terrain
from gridgeo.sources.settling import pieces, shared_cells


def settlement_report(areas: Areas, rules: SettleRules, terrain: Terrain) -> dict[str, Any]:
    """Return rules, the pairs of branches that claimed the same cells, and the holes, largest first.

    people and customers are null where the ground or the bank does not know them.
    """
    return {
        "rules": rules.as_dict(),
        "overlaps": _overlaps(areas, terrain),
        "holes": _holes(areas, terrain),
    }


def overlap_rows(areas: Areas) -> pl.DataFrame:
    """Return the cells two branches claimed: first, second, at, and owner (positions)."""
    shared = shared_cells(areas.claims)
    return shared.with_columns(owner=areas.owner[shared["at"].to_numpy()])


def hole_labels(areas: Areas, terrain: Terrain) -> IntArray:
    """Return the number of the hole each cell was in before settling, largest first, -1 for claimed cells."""
    return pieces(terrain.touching, (areas.owner < 0) | areas.by_rule)


def _overlaps(areas: Areas, terrain: Terrain) -> list[dict[str, Any]]:
    rows = overlap_rows(areas)
    if rows.is_empty():
        return []
    at = rows["at"].to_numpy()
    counted = rows.with_columns(_known_at(at, terrain)).with_columns(
        to_first=pl.col("owner") == pl.col("first"), to_second=pl.col("owner") == pl.col("second")
    )
    sums = counted.group_by("first", "second").agg(
        pl.len().alias("cells"), pl.col("to_first", "to_second").sum(), *_sums()
    )
    return [
        row | {"first": terrain.ids[row["first"]], "second": terrain.ids[row["second"]]}
        for row in sums.sort("cells", "first", "second", descending=[True, False, False]).iter_rows(named=True)
    ]


def _holes(areas: Areas, terrain: Terrain) -> list[dict[str, Any]]:
    label = hole_labels(areas, terrain)
    at = np.flatnonzero(label >= 0)
    if len(at) == 0:
        return []
    lng, lat = centres(terrain.cells[at])
    rows = pl.DataFrame(
        {"hole": label[at], "lng": lng, "lat": lat, "area_m2": areas_m2(terrain.cells[at]), "left": areas.owner[at] < 0}
    ).with_columns(_known_at(at, terrain))
    sums = rows.group_by("hole").agg(
        pl.len().alias("cells"), pl.col("left").sum(), mean_of(pl.col("lng", "lat")), sum_of("area_m2"), *_sums()
    )
    ordered = sums.sort("hole").with_columns(area_km2=(pl.col("area_m2") / 1e6).round(3)).drop("hole", "area_m2")
    return ordered.rename({"left": "cells_left"}).to_dicts()


def _known_at(at: IntArray, terrain: Terrain) -> list[pl.Series]:
    people = pl.Series("people", terrain.people[at]) if terrain.people is not None else _nobody("people", len(at))
    return [people, pl.Series("customers", terrain.customers[at])]


def _nobody(name: str, count: int) -> pl.Series:
    return pl.Series(name, [None] * count, dtype=pl.Float64)


def _sums() -> list[pl.Expr]:
    """Return the sums of people and customers; unknown stays unknown instead of nought."""
    return [
        pl.when(pl.col("people").null_count() == 0).then(sum_of("people").round(1)).alias("people"),
        sum_of("customers").cast(pl.Int64),
    ]
