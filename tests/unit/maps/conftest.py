"""A scored patch of cells, and the tables of a small export with hostile names."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely

from gridgeo.cells import cells_from_polygon, centres, merged_polygons
from gridgeo.domain.arrays import CellArray, FloatArray
from gridgeo.maps import ExportNotes, ExportTables

GROUND = shapely.box(9.47, 47.05, 9.63, 47.27)
HOSTILE = "{{ 7*7 }}{% raw %}</script><script>alert(1)</script><img src=x onerror=alert(1)>`${1}`"


@pytest.fixture(scope="session")
def patch() -> CellArray:
    """About 2,900 cells of resolution 9."""
    return cells_from_polygon(GROUND, 9)


@pytest.fixture(scope="session")
def columns(patch: CellArray) -> dict[str, FloatArray]:
    return _scores(len(patch))


def _scores(n_cells: int) -> dict[str, FloatArray]:
    """Return made-up scores; half of the cells have no people, and so no penetration."""
    rng = np.random.default_rng(1)
    people = np.where(rng.random(n_cells) < 0.5, rng.gamma(0.5, 40.0, n_cells), 0.0)
    customers = np.floor(people * rng.random(n_cells) * 0.3)
    penetration = np.full(n_cells, np.nan)
    np.divide(customers, people, out=penetration, where=people > 0.0)
    return {"people": people, "customers": customers, "penetration": penetration}


@pytest.fixture(scope="session")
def hostile() -> str:
    return HOSTILE


@pytest.fixture(scope="session")
def tables() -> ExportTables:
    """About 400 cells of resolution 8 in two territories."""
    patch = cells_from_polygon(GROUND, 8)
    group = (centres(patch)[0] > 9.55).astype(np.int64)
    outlines = merged_polygons(patch, group, 2)
    cells = pl.DataFrame(
        {
            "cell": patch,
            "branch_id": pl.Series(["b1"] * len(patch)),
            "rm_name": pl.Series([HOSTILE, "张三"]).gather(pl.Series(group)),
            **{name: pl.Series(values).fill_nan(None) for name, values in _scores(len(patch)).items()},
        }
    )
    territories = {"id": ["t1", "t2"], "name": ["=1+1", HOSTILE], "geometry": shapely.to_wkb(outlines).tolist()}
    catchments = {"branch_id": ["b1"], "name": [HOSTILE], "geometry": [shapely.to_wkb(GROUND)]}
    return ExportTables(
        cells=cells,
        territories=pl.DataFrame(territories, schema_overrides={"geometry": pl.Binary}),
        catchments=pl.DataFrame(catchments, schema_overrides={"geometry": pl.Binary}),
        branches=pl.DataFrame(
            {"id": ["b1", "hq"], "name": [HOSTILE, "总行"], "lng": [9.52, None], "lat": [47.14, None]}
        ),
    )


@pytest.fixture(scope="session")
def notes() -> ExportNotes:
    return ExportNotes(version=7, ground="liechtenstein", synthetic=True, published_at="2026-01-02T03:04:05+00:00")
