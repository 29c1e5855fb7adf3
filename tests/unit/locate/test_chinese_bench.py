"""The Chinese cases of the geocoder's bench."""

from __future__ import annotations

import pytest

from gridgeo.bench.geocode_chinese import cases, labelled
from gridgeo.bench.peers import PEERS_VARIABLE


def test_every_floor_is_a_case_and_a_peer_that_is_not_there_leaves_its_side_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(PEERS_VARIABLE, "/nowhere/python")
    found, checks = cases(quick=True)
    by_id = {case.id: case for case in found}
    assert {"zh-district", "zh-district-wrong", "zh-number"} <= set(by_id)
    assert (by_id["zh-district"].floor, by_id["zh-district-wrong"].floor, by_id["zh-number"].floor) == (
        0.95,
        0.015,
        0.95,
    )
    assert all(by_id[name].met for name in ("zh-district", "zh-district-wrong", "zh-number"))
    assert by_id["zh-district"].theirs is None
    assert checks["chinese"] == {"addresses": labelled("held").height, "peers": []}
