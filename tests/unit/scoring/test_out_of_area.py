"""Areas are left out whole, nothing of theirs is learned, and what tells the target is found."""

from __future__ import annotations

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.cells import common_resolution, parents
from gridgeo.domain import CellArray
from gridgeo.scoring.folds import Folds, group_folds, merged, parent_folds
from gridgeo.scoring.judged import judge
from gridgeo.scoring.leaks import closeness, find_leaks
from gridgeo.scoring.learners import PENALTIES, Training, regression_path
from gridgeo.scoring.out_of_area import CellTable, forecast_areas


@pytest.fixture(scope="module")
def disk() -> CellArray:
    """271 cells of resolution 8 around one."""
    return np.array(sorted(int(cell, 16) for cell in h3.grid_disk(h3.latlng_to_cell(47.1, 9.5, 8), 9)), np.uint64)


@pytest.fixture(scope="module")
def table(disk: CellArray) -> CellTable:
    rng = np.random.default_rng(5)
    people, shops = rng.poisson(np.exp(rng.normal(3, 1, len(disk)))), rng.poisson(2, len(disk))
    target = rng.poisson(0.2 * people * (1 + shops)).astype(float)
    return CellTable(disk, ("people", "shops"), np.column_stack([people, shops]).astype(float), target, "people")


def test_parents_are_two_or_more_levels_up_and_never_torn(disk: CellArray) -> None:
    folds = parent_folds(disk)
    assert folds is not None
    assert folds.resolution is not None
    assert folds.resolution <= common_resolution(disk) - 2
    blocks = parents(disk, folds.resolution)
    pairs = set(zip(blocks.tolist(), folds.fold_of_cells.tolist(), strict=True))
    assert len(pairs) == len(folds.areas) == len(set(blocks.tolist()))


def test_one_block_or_one_group_cannot_be_left_out(disk: CellArray) -> None:
    inside = disk[parents(disk, 6) == parents(disk, 6)[0]]
    assert parent_folds(inside) is None
    assert group_folds(np.array(["a"] * 5)) is None
    assert group_folds(np.array(["", "a", "a"])) is None


def test_cells_without_a_group_belong_to_no_fold() -> None:
    folds = group_folds(np.array(["b", "", "a", "b"]))
    assert folds is not None
    assert folds.areas == ("a", "b")
    assert folds.area_of.tolist() == [1, -1, 0, 1]
    assert (folds.fold_of_cells >= 0).tolist() == [True, False, True, True]


@given(st.lists(st.integers(1, 500), min_size=2, max_size=60), st.integers(2, 12))
def test_folds_hold_every_area_and_are_of_like_size(sizes: list[int], most: int) -> None:
    area_of = np.repeat(np.arange(len(sizes)), sizes)
    fold_of = merged(area_of, len(sizes), most)
    cells = np.bincount(fold_of, weights=sizes)
    assert len(fold_of) == len(sizes)
    assert len(cells) == min(most, len(sizes))
    assert cells.min() > 0
    assert cells.max() <= cells.min() + 2 * max(sizes)


@pytest.mark.parametrize("scheme", ["groups", "parents"])
def test_the_target_of_an_area_never_reaches_its_own_forecast(table: CellTable, scheme: str) -> None:
    groups = np.array([f"g{cell % 4}" for cell in (parents(table.cells, 6) >> np.uint64(30)).tolist()])
    folds = group_folds(groups) if scheme == "groups" else parent_folds(table.cells)
    assert folds is not None
    left_out = folds.fold_of_cells == 1
    changed = np.where(left_out, table.target + 1 + table.target % 2, table.target)
    one, two = (
        forecast_areas(CellTable(table.cells, table.names, table.matrix, target, "people"), folds, (0.03,))
        for target in (table.target, changed)
    )
    # Given the penalty, which is chosen once from all areas, the area's own forecasts must not move.
    for name in ("regression", "boosting", "ring_mean"):
        np.testing.assert_array_equal(getattr(one, name)[left_out], getattr(two, name)[left_out])
        assert not np.array_equal(getattr(one, name)[~left_out], getattr(two, name)[~left_out])


def test_the_strongest_penalty_leaves_the_rule_people_only(table: CellTable) -> None:
    data = Training(table.names, table.matrix, table.target, free="people")
    (strong,) = regression_path(data, "negative binomial", (1e6,))
    forecast = strong.predict(table.matrix)
    order = np.argsort(table.matrix[:, 0], kind="stable")
    assert (np.diff(forecast[order]) >= -1e-4 * forecast.max()).all()
    weak = regression_path(data, "negative binomial", PENALTIES)[0].predict(table.matrix)
    assert not (np.diff(weak[order]) >= 0).all()


def test_copies_order_and_sums_of_the_target_are_found_and_others_are_not() -> None:
    rng = np.random.default_rng(2)
    target = rng.poisson(3, 400).astype(float)
    other = rng.poisson(3, 400).astype(float)
    part = np.floor(target / 2)
    names = ("copy", "log", "other", "part", "rest")
    matrix = np.column_stack([-2 * target, np.log1p(target), other, part + other, target - part - other])
    leaks = find_leaks(names, matrix, target)
    assert [name for name, _ in leaks.certain] == ["copy", "log"]
    assert find_leaks(names[2:], matrix[:, 2:], target).together == ("part", "rest")
    clean = find_leaks(("other", "part"), matrix[:, 2:4], target)
    assert (clean.certain, clean.together) == ((), ())
    assert closeness(other, target) < 0.3
    assert closeness(np.zeros(400), target) == 0.0


def test_an_outlier_that_two_columns_share_is_no_leak() -> None:
    rng = np.random.default_rng(4)
    target, feature = rng.poisson(2, 300).astype(float), rng.poisson(2, 300).astype(float)
    target[7], feature[7] = 1e6, 1e6
    leaks = find_leaks(("feature",), feature[:, None], target)
    assert (leaks.certain, leaks.together) == ((), ())


def test_noise_that_happens_to_win_is_not_called_predictive() -> None:
    rng = np.random.default_rng(0)
    area = np.repeat(np.arange(8), 40)
    folds = Folds("group", tuple("abcdefgh"), area, np.arange(8))
    called = 0
    for _ in range(60):
        truth = rng.normal(size=320)
        noise = {name: rng.normal(size=320) for name in ("model", "people_only", "ring_mean")}
        called += judge(folds, noise, truth).verdict == "predictive"
    assert called <= 6
    good = {"model": truth + rng.normal(size=320), "people_only": noise["people_only"], "ring_mean": noise["ring_mean"]}
    assert judge(folds, good, truth).evidence == "firm"
