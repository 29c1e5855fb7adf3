"""Users' measures give what they say, with bands where they can, and nothing where they cannot."""

from __future__ import annotations

import numpy as np
import pytest

from gridgeo.cells import cells_around, cells_from_points, ring_pairs
from gridgeo.domain.user_measures import Part, UserMeasure
from gridgeo.scoring import Component, composite, shrink_penetration, wilson_band
from gridgeo.scoring.composite import contributions
from gridgeo.scoring.formula_values import Cells
from gridgeo.scoring.user_figures import Figure, user_figures

GROUND = np.sort(cells_around(cells_from_points([9.52], [47.14], 9), 5))
N = len(GROUND)
RNG = np.random.default_rng(4)
PEOPLE = RNG.poisson(60, N).astype(float)
CUSTOMERS = RNG.binomial(PEOPLE.astype(int), 0.3).astype(float)
PEOPLE[3] = 0.0
CUSTOMERS[3] = 0.0
COLUMNS = {"people": PEOPLE, "customers": CUSTOMERS, "gap": RNG.gamma(2.0, 5.0, N)}
CELLS = Cells(np.arange(N) % 3, lambda distance: ring_pairs(GROUND, distance))


def measure(name: str, **fields: object) -> UserMeasure:
    kind = "share" if "numerator" in fields else "index"
    return UserMeasure(name, "名", "Name", "unit", kind, "up", **fields)  # type: ignore[arg-type]


def figures(*measures: UserMeasure, columns: dict[str, np.ndarray] = COLUMNS) -> tuple[dict[str, Figure], list[str]]:
    made, notes = user_figures({each.id: each for each in measures}, columns, CELLS)
    return made, [each.text() for each in notes]


def test_measures_build_on_each_other_whatever_their_order() -> None:
    made, notes = figures(measure("b", formula="a / 2"), measure("a", formula="people + customers"))
    np.testing.assert_allclose(made["b"].value, (PEOPLE + CUSTOMERS) / 2)
    assert made["b"].evidence is None
    assert notes == []


def test_an_unknown_value_has_evidence_none() -> None:
    made, _ = figures(measure("a", formula="customers / people"))
    assert np.isnan(made["a"].value[3])
    assert made["a"].evidence is not None
    assert [word for word in made["a"].evidence.tolist() if word is not None] == ["none"]


def test_a_share_may_be_shrunk_like_penetration_or_left_as_it_is() -> None:
    fields = {"numerator": "customers", "denominator": "people"}
    made, _ = figures(measure("raw", **fields), measure("shrunk", shrink=True, **fields))
    expected = shrink_penetration(CUSTOMERS, PEOPLE, ring_pairs(GROUND, 2))
    np.testing.assert_array_equal(made["shrunk"].value, expected.value)
    np.testing.assert_array_equal(made["shrunk"].low, expected.low)
    assert made["shrunk"].evidence is not None
    assert made["shrunk"].evidence.tolist() == expected.evidence.tolist()
    np.testing.assert_array_equal(made["raw"].value, expected.raw)
    np.testing.assert_array_equal(made["raw"].high, wilson_band(CUSTOMERS, PEOPLE)[1])
    assert made["raw"].evidence is not None
    assert {"weak", "none"} <= set(made["raw"].evidence.tolist()) <= {"firm", "weak", "none"}


@pytest.mark.parametrize("shrink", [True, False])
def test_a_cell_with_a_negative_or_unknown_count_has_no_share_and_spoils_no_other(shrink: bool) -> None:
    odd = CUSTOMERS.copy()
    odd[5], odd[6] = -1.0, np.nan
    share = measure("share", numerator="customers", denominator="people", shrink=shrink)
    made, notes = figures(share, columns=COLUMNS | {"customers": odd})
    figure = made["share"]
    assert np.isnan(figure.value[[3, 5, 6]]).all()
    assert np.isfinite(np.delete(figure.value, [3, 5, 6])).all()
    assert figure.evidence is not None
    assert set(figure.evidence[[3, 5, 6]]) == {"none"}
    assert notes == ["measure share: 1 cells have a negative count; their share is unknown"]
    left = np.delete(np.arange(N), [5, 6])
    place = {cell: at for at, cell in enumerate(left.tolist())}
    pairs = [(i, j) for i, j in zip(*ring_pairs(GROUND, 2), strict=True) if i in place and j in place]
    kept = np.array([[place[i], place[j]] for i, j in pairs]).T
    if shrink:
        expected = shrink_penetration(odd[left], PEOPLE[left], (kept[0], kept[1]))
        np.testing.assert_array_equal(figure.value[left], expected.value)


@pytest.mark.parametrize("shrink", [True, False])
def test_a_column_that_is_not_there_makes_a_measure_unknown_and_is_named(shrink: bool) -> None:
    share = measure("share", numerator="customers", denominator="households", shrink=shrink)
    index = measure("index", components=(Part("gap", 1.0, "up"), Part("share", 1.0, "up")))
    made, notes = figures(share, index)
    for name in ("share", "index", "index_rank"):
        assert np.isnan(made[name].value).all()
        assert made[name].evidence is not None
        assert set(made[name].evidence.tolist()) == {"none"}
    assert notes == ["measure share: column households is not there, so the measure is unknown"]


def test_a_composite_gives_its_score_and_the_place_with_its_interval() -> None:
    parts = (Part("gap", 3.0, "up"), Part("people", 1.0, "down"))
    made, _ = figures(measure("first", components=parts, top=5, draws=200))
    components = (Component("gap", 3.0, "up"), Component("people", 1.0, "down"))
    values = np.column_stack([COLUMNS["gap"], PEOPLE])
    expected = composite(values, components, CELLS.branch, n_top=5, draws=200)
    np.testing.assert_array_equal(made["first"].value, expected.score)
    rank = made["first_rank"]
    np.testing.assert_array_equal(rank.value, expected.rank)
    np.testing.assert_array_equal(rank.low, expected.rank_low)
    np.testing.assert_array_equal(rank.high, expected.rank_high)
    assert rank.evidence is not None
    assert ((rank.evidence == "firm") == expected.firm).all()
    assert (rank.evidence[~expected.firm] == "weak").all()
    np.testing.assert_array_equal(contributions(values, components), expected.parts)


def test_contributions_of_a_cell_without_a_component_are_unknown() -> None:
    values = np.column_stack([COLUMNS["gap"], PEOPLE])
    values[4, 1] = np.nan
    components = (Component("gap", 3.0), Component("people", 1.0))
    found = contributions(values, components)
    assert np.isnan(found[4]).all()
    np.testing.assert_allclose(
        np.delete(found, 4, 0).sum(axis=1), np.delete(composite(values, components, CELLS.branch, draws=1).score, 4)
    )
