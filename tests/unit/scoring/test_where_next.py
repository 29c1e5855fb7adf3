"""The list of next cells follows gap and evidence, and supply is shared out without loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.i18n import translate
from gridgeo.scoring import CellFacts, accessibility, customer_gap, next_cells, reasons, shrink_penetration

N_CELLS, N_SITES = 8, 3
matrix = st.lists(st.floats(0, 4000), min_size=N_CELLS * N_SITES, max_size=N_CELLS * N_SITES)


@given(
    travel_s=matrix,
    people=st.lists(st.floats(0, 1000), min_size=N_CELLS, max_size=N_CELLS),
    supply=st.lists(st.floats(0, 50), min_size=N_SITES, max_size=N_SITES),
)
def test_supply_is_shared_out_without_loss(travel_s: list[float], people: list[float], supply: list[float]) -> None:
    cell, site = np.divmod(np.arange(N_CELLS * N_SITES), N_SITES)
    found = accessibility(people, supply, (cell, site, travel_s), 1800.0)
    shared = float((np.array(people) * found.per_person).sum())
    assert shared + found.unused == pytest.approx(sum(supply), rel=1e-9, abs=1e-9)
    assert (found.per_person >= 0).all()


def test_nearer_people_get_more_and_those_out_of_reach_nothing() -> None:
    found = accessibility([100.0, 100.0, 100.0], [5.0], ([0, 1, 2], [0, 0, 0], [60.0, 900.0, 1801.0]), 1800.0)
    assert found.per_person[0] > found.per_person[1] > found.per_person[2] == 0
    assert np.isnan(accessibility([1.0], [0.0], ([0], [0], [1.0]), 10.0).load[0])


def test_wrong_travel_is_named() -> None:
    with pytest.raises(InvalidInputError, match="reach must be above 0"):
        accessibility([1.0], [1.0], ([0], [0], [1.0]), 0.0)
    with pytest.raises(InvalidInputError, match="travel_s must be finite"):
        accessibility([1.0], [1.0], ([0], [0], [float("nan")]), 10.0)
    with pytest.raises(InvalidInputError, match="site_index must be positions"):
        accessibility([1.0], [1.0], ([0], [1], [1.0]), 10.0)


@pytest.fixture(scope="module")
def scored_ground(ground: Any) -> Any:
    shrunk = shrink_penetration(ground.customers, ground.people, ground.pairs)
    cluster = (ground.features["trade"].to_numpy() > 2).astype(int)
    return shrunk, customer_gap(ground.customers, ground.people, shrunk, cluster, ground.areas)


def test_each_branch_lists_firm_gaps_first_and_then_by_size(ground: Any, scored_ground: Any) -> None:
    _, gap = scored_ground
    cells, place = next_cells(gap, ground.areas, 15)
    for branch in range(4):
        own = cells[ground.areas[cells] == branch]
        assert place[ground.areas[cells] == branch].tolist() == list(range(1, 16))
        firm = gap.evidence[own] == "firm"
        assert (np.diff(firm.astype(int)) <= 0).all()
        assert (np.diff(gap.value[own][firm]) <= 0).all()
        assert (gap.value[own] > 0).all()
    assert "none" not in set(gap.evidence[cells])


def test_reasons_are_given_in_both_languages(ground: Any, scored_ground: Any) -> None:
    shrunk, gap = scored_ground
    nothing = np.full(900, np.nan)
    facts = CellFacts(ground.customers, ground.people, np.full(900, 2.0), np.full(900, 600.0), nothing)
    at = int(next_cells(gap, ground.areas, 1)[0][0])
    told = reasons(at, gap, shrunk, facts)
    english = " / ".join(remark.text() for remark in told)
    assert f"this one {ground.customers[at]:.0f}" in english
    assert "10 minutes from the branch" in english
    assert "last contact" not in english
    chinese = [translate(remark.template, "zh", **dict(remark.values)) for remark in told]
    assert all(one != other.text() for one, other in zip(chinese, told, strict=True))


def test_lists_need_an_owner_for_each_cell(scored_ground: Any) -> None:
    with pytest.raises(InvalidInputError, match="owner must have shape"):
        next_cells(scored_ground[1], [0, 1])
    with pytest.raises(InvalidInputError, match="at least 1 entry"):
        next_cells(scored_ground[1], np.zeros(900, dtype=int), 0)
