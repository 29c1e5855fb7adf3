"""The comparison with tipg sees a difference in ids, geometry and properties."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from gridgeo.bench.serve_store import SCORES
from gridgeo.bench.serve_tipg import require_alike

RING = [[104.1, 30.6], [104.2, 30.6], [104.2, 30.7], [104.1, 30.6]]
TURNED = [[104.2, 30.7], [104.1, 30.6], [104.2, 30.6], [104.2, 30.7]]
CELL: dict[str, Any] = {
    "id": "8940e3c2017ffff",
    "geometry": {"type": "Polygon", "coordinates": [RING]},
    "properties": {"cell": "8940e3c2017ffff", "branch_id": "b0"} | dict.fromkeys(SCORES, 1.5),
}


def changed(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    feature = copy.deepcopy(CELL)
    change(feature)
    return feature


def test_the_same_feature_may_begin_its_ring_elsewhere_and_tell_more() -> None:
    other = changed(lambda one: one["geometry"].update(coordinates=[TURNED]))
    require_alike([changed(lambda one: one["properties"].update(territory="T-1"))], [other])


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.update(id="8940e3c2013ffff"),
        lambda one: one["geometry"].update(
            coordinates=[[[104.1, 30.6], [104.2, 30.6], [104.2, 30.70001], [104.1, 30.6]]]
        ),
        lambda one: one["properties"].update(people=1.6),
        lambda one: one["properties"].update(branch_id="b1"),
    ],
)
def test_a_difference_is_told(change: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(RuntimeError):
        require_alike([CELL], [changed(change)])


def test_nothing_is_not_alike() -> None:
    with pytest.raises(RuntimeError):
        require_alike([], [])
