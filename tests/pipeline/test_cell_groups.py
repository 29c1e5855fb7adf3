"""Catchments with finer cells for some branches: nothing is shared, nothing is lost, figures roll up exactly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import h3
import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.cells import cells_from_points, parents
from gridgeo.cells.points import resolutions
from gridgeo.domain import local_actor
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.maps import cells_tile, tile_index
from gridgeo.pipeline.catchments.edit import Fineness, draw_again, redraw
from gridgeo.pipeline.cell_groups import coarse_cells, groups, nearest_cells, refined, share_of_parent, touching_cells
from gridgeo.pipeline.run import run
from gridgeo.pipeline.steps import RunParams, run_params
from gridgeo.storage import read_frame

from .conftest import Finished

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HQ = local_actor()


@pytest.fixture
def table() -> pl.DataFrame:
    """A disc of cells around Vaduz: its west for one branch, its east for another."""
    disc = [h3.str_to_int(cell) for cell in h3.grid_disk(h3.latlng_to_cell(47.14, 9.52, 9), 4)]
    cells = np.sort(np.array(disc, dtype=np.uint64))
    west = np.array([h3.cell_to_latlng(h3.int_to_str(int(cell)))[1] < 9.52 for cell in cells])
    return pl.DataFrame({"branch_id": np.where(west, "W", "E"), "cell": cells, "travel_s": np.arange(len(cells)) * 1.0})


@pytest.mark.parametrize("finer", [{"W": 10}, {"W": 11, "E": 10}, {}])
def test_refined_cells_roll_up_to_the_cells_they_come_from(finer: dict[str, int], table: pl.DataFrame) -> None:
    fine = refined(table, finer)
    assert fine["cell"].n_unique() == fine.height
    up = fine.with_columns(cell=pl.Series(parents(fine["cell"].to_numpy(), 9)))
    assert up.unique().sort("cell").equals(table)
    sizes = up.group_by("branch_id").len()
    for branch, count in sizes.iter_rows():
        assert count == table.filter(pl.col("branch_id") == branch).height * 7 ** (finer.get(branch, 9) - 9)
    found = groups(fine["cell"].to_numpy())
    assert [resolution for resolution, _ in found] == sorted({finer.get(branch, 9) for branch in ("W", "E")})
    for _, cells in found:
        assert np.isin(coarse_cells(cells, 9), table["cell"].to_numpy()).all()


def test_parts_of_a_parent_add_up_by_weight_or_by_area(table: pl.DataFrame) -> None:
    fine = refined(table, {"W": 10, "E": 10})["cell"].to_numpy()
    home = np.searchsorted(table["cell"].to_numpy(), parents(fine, 9))
    weights = np.random.default_rng(2).random(len(fine)) * (home % 3 > 0)
    share = share_of_parent(fine, weights, home)
    np.testing.assert_allclose(np.bincount(home, weights=share), 1.0)
    bare = home % 3 == 0
    np.testing.assert_allclose(share[bare], 1 / 7, rtol=0.02)
    heavy = ~bare & (weights > 0)
    np.testing.assert_allclose(share[heavy], weights[heavy] / np.bincount(home, weights=weights)[home[heavy]])


def test_cells_of_one_resolution_touch_as_h3_says(table: pl.DataFrame) -> None:
    cells = table["cell"].to_numpy()
    one, other = touching_cells(cells)
    expected = {
        (a, b)
        for a, cell in enumerate(cells.tolist())
        for b, near in enumerate(cells.tolist())
        if h3.are_neighbor_cells(h3.int_to_str(cell), h3.int_to_str(near))
    }
    assert set(zip(one.tolist(), other.tolist(), strict=True)) == expected


def test_branches_that_touch_still_touch_when_one_has_finer_cells(table: pl.DataFrame) -> None:
    fine = refined(table, {"W": 10})
    one, other = touching_cells(fine["cell"].to_numpy())
    branch = fine["branch_id"].to_numpy()
    across = branch[one] != branch[other]
    assert across.any()
    up = parents(fine["cell"].to_numpy(), 9)
    pairs = zip(up[one[across]].tolist(), up[other[across]].tolist(), strict=True)
    assert all(h3.are_neighbor_cells(h3.int_to_str(a), h3.int_to_str(b)) for a, b in set(pairs))


def test_the_nearest_cell_of_a_point_inside_is_its_own(table: pl.DataFrame) -> None:
    cells = table["cell"].to_numpy()
    lng, lat = 9.52 + np.linspace(-0.003, 0.003, 25), 47.14 + np.linspace(0.002, -0.002, 25)
    assert (cells[nearest_cells(lng, lat, cells)] == cells_from_points(lng, lat, 9)).all()


def test_a_tile_shows_each_cell_at_its_own_resolution_or_rolled_up(table: pl.DataFrame) -> None:
    fine = refined(table, {"W": 10})
    cells = fine["cell"].to_numpy()
    index = tile_index(cells, {"people": np.ones(len(cells))})
    assert max(index.levels) == 10
    assert set(index.levels[10].cells.tolist()) == set(cells.tolist())
    assert set(resolutions(index.levels[9].cells).tolist()) == {9}
    for level in index.levels.values():
        assert level.columns["people"].sum() == len(cells)
    zoom, at = 14, (int((9.52 + 180) / 360 * 2**14), 5775)
    assert any(cells_tile(index, zoom, at[0], at[1] + step) for step in range(-40, 40))


def test_a_tile_index_without_cells_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no cells given"):
        tile_index(np.empty(0, dtype=np.uint64), {})


@pytest.mark.parametrize(
    ("chosen", "said"), [({"B1": 8}, "is coarser than 9"), ({"B1": 12}, "resolution must be 7 to 11")]
)
def test_a_branch_s_resolution_that_does_not_fit_is_refused(chosen: dict[str, int], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        RunParams(branch_resolutions=chosen)


def test_the_parameters_read_back_from_their_json() -> None:
    params = RunParams(branch_resolutions={"B1": 10})
    assert run_params(**params.as_dict()) == params


def test_the_whole_job_keeps_every_figure_with_finer_cells_for_one_branch(
    demo_on: Callable[[str], Finished], copy_of_demo: Callable[[str], sa.Engine]
) -> None:
    plain = demo_on("sqlite")
    engine = copy_of_demo("sqlite")
    report = run(engine, HQ, RunParams(branch_resolutions={"B3": 10}, starts=1), lambda: NOW)
    before = plain.table("catchment_cell", "catchment")
    people = report.reports["score"]["people"]
    assert people["spread"] == pytest.approx(people["in"], rel=1e-9)
    assert people["outside_catchments"] == pytest.approx(0.0, abs=1e-6)
    with engine.connect() as connection:
        cells = read_frame(connection, "catchment_cell", version_id=report.inputs.catchment)
        scores = read_frame(connection, "cell_score", version_id=report.inputs.score)
        territories = read_frame(connection, "territory_cell", version_id=report.inputs.plan)
    engine.dispose()
    up = cells.with_columns(cell=pl.Series(parents(cells["cell"].to_numpy(), 9))).unique().sort("cell")
    assert up.equals(before.sort("cell"))
    assert set(territories["cell"]) == set(cells["cell"])
    counted = pl.col("measure").is_in(["people", "customers_hard", "merchants"])
    sums = [
        frame.filter(counted).group_by("branch_id", "measure").agg(pl.col("value").sum()).sort("branch_id", "measure")
        for frame in (scores, plain.table("cell_score", "score"))
    ]
    assert sums[0].select("branch_id", "measure").equals(sums[1].select("branch_id", "measure"))
    np.testing.assert_allclose(sums[0]["value"].to_numpy(), sums[1]["value"].to_numpy(), rtol=1e-9)
    assert scores.select("measure", "cell").is_duplicated().sum() == 0


def test_resolutions_are_kept_when_catchments_are_drawn_again(finished: Finished) -> None:
    with finished.engine.connect() as connection:
        transaction = connection.begin()
        drawn = draw_again(connection, HQ, NOW, None, Fineness(8, {"B2": 10}))
        assert set(resolutions(_cells(connection, drawn.version_id, "B2")).tolist()) == {10}
        assert set(resolutions(_cells(connection, drawn.version_id, "B1")).tolist()) == {8}
        again = redraw(connection, HQ, NOW)
        assert (again.changed, again.version_id) == (False, drawn.version_id)
        same = draw_again(connection, HQ, NOW)
        assert same.report["cells_by_branch"] == drawn.report["cells_by_branch"]
        back = draw_again(connection, HQ, NOW, None, Fineness(9, {}))
        assert back.report["cells"] == 1_570
        with pytest.raises(NotFoundError, match="there is no branch B9"):
            draw_again(connection, HQ, NOW, None, Fineness(by_branch={"B9": 10}))
        transaction.rollback()


def _cells(connection: object, version: int, branch: str) -> np.ndarray:
    rows = read_frame(connection, "catchment_cell", version_id=version, where={"branch_id": branch})  # type: ignore[arg-type]
    return rows["cell"].to_numpy()
