"""Counts, means and shares of parties by cell, and rivals near: figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gridgeo.cells import cells_around, cells_from_points, centres, ring_pairs
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.groups import counts_by_group, mean_by_cell
from gridgeo.scoring.rivals import count_near, rivals_among
from gridgeo.scoring.shares import share_by_cell

NAN = float("nan")
AT = [0, 0, 1, 1, 1]
SHARE = [1.0, 0.5, 1.0, 1.0, 0.25]


def test_rows_are_counted_by_cell_and_group_with_their_shares() -> None:
    table = counts_by_group(AT, ["a", "b", "a", "a", "b"], ("a", "b"), 3, SHARE)
    assert table.tolist() == [[1.0, 0.5], [2.0, 0.25], [0.0, 0.0]]
    assert counts_by_group(AT, ["a", "b", "a", "a", "b"], ("a", "b"), 3)[1].tolist() == [2.0, 1.0]


def test_a_group_outside_the_list_is_refused_by_name() -> None:
    with pytest.raises(InvalidInputError, match="mine"):
        counts_by_group([0], ["mine"], ("a", "b"), 1)


def test_a_mean_weighs_by_share_and_leaves_out_whom_nothing_is_known_of() -> None:
    mean = mean_by_cell(AT, SHARE, [4.0, 1.0, 2.0, NAN, 6.0], 3)
    assert mean.value[0] == pytest.approx((4.0 + 0.5) / 1.5)
    assert mean.value[1] == pytest.approx((2.0 + 1.5) / 1.25)
    assert np.isnan(mean.value[2])
    assert mean.evidence.tolist() == ["weak", "weak", "none"]
    assert mean_by_cell(np.zeros(20, int), np.ones(20), np.ones(20), 1).evidence[0] == "firm"


@pytest.mark.parametrize(("share", "value"), [([-1.0], [1.0]), ([NAN], [1.0]), ([1.0], [np.inf])])
def test_a_share_or_figure_that_is_none_is_refused(share: list[float], value: list[float]) -> None:
    with pytest.raises(InvalidInputError):
        mean_by_cell([0], share, value, 1)


def test_a_share_has_wilsons_band_and_is_undefined_where_nothing_is_known() -> None:
    part = share_by_cell([0] * 10 + [1], np.ones(11), [1] * 4 + [0] * 6 + [NAN], 2)
    assert part.value[0] == pytest.approx(0.4)
    # z = 1.6449, n = 10: middle (4 + z2/2) / (10 + z2), half z sqrt(2.4 + z2/4) / (10 + z2)
    assert (part.low[0], part.high[0]) == (pytest.approx(0.1942, abs=1e-4), pytest.approx(0.6484, abs=1e-4))
    assert np.isnan(part.value[1])
    assert part.evidence.tolist() == ["weak", "none"]


def test_the_nearest_place_at_an_own_branch_is_no_rival() -> None:
    lng, lat = np.array([9.52, 9.5201, 9.53]), np.array([47.14, 47.14, 47.14])
    assert rivals_among((lng, lat), ([9.52], [47.14])).tolist() == [False, True, True]
    assert rivals_among((lng, lat), ([9.60], [47.14])).tolist() == [True, True, True]
    assert rivals_among(([], []), ([9.60], [47.14])).tolist() == []


def test_rivals_count_for_cells_within_two_rings_also_from_outside_the_cells() -> None:
    whole = cells_around(cells_from_points([9.52], [47.14], 9), 3)
    cells = cells_around(cells_from_points([9.52], [47.14], 9), 1)
    lng, lat = (axis[np.searchsorted(whole, cells_from_points([9.52], [47.14], 9)[0])] for axis in centres(whole))
    near = count_near([lng], [lat], cells, ring_pairs(cells, 2), 2)
    assert near.tolist() == [1.0] * 7, "all are within two steps of the middle"
    far = np.setdiff1d(whole, cells_around(cells_from_points([9.52], [47.14], 9), 2))[:1]
    outside = count_near(*centres(far), cells, ring_pairs(cells, 2), 2)
    within = np.isin(cells, cells_around(far, 2))
    assert outside.tolist() == within.astype(float).tolist()
    assert 0 < outside.sum() < 7
