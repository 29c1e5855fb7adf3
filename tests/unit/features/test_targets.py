"""Target groups as sets of parties, and how far cohorts overlap."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gridgeo.domain import BoolArray
from gridgeo.errors import InvalidInputError
from gridgeo.features import CohortLeaf, IndustryLeaf, overlap_of, target_from_json, target_mask, target_words

PARTIES = pl.DataFrame(
    {
        "party_kind": ["customer", "customer", "customer", "merchant", "merchant"],
        "party_id": ["1", "2", "3", "m", "n"],
        "grid_id": ["g1", "g2", None, "g1", "g2"],
        "cohort:C-1": [True, None, True, False, False],
        "industry:I-1": [False, False, False, True, None],
    }
)
COHORT, INDUSTRY = {"cohort": "C-1"}, {"industry": "I-1"}
AREA = {"area": ["g1"]}


def held(where: dict[str, Any], **more: Any) -> list[bool | None]:
    rule = target_from_json({"where": where, **more})
    return PARTIES.select(target_mask(rule).alias("held"))["held"].to_list()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (AREA, [True, False, None, True, False]),
        ({"not": AREA}, [False, True, None, False, True]),
        (COHORT, [True, None, True, False, False]),
        ({"not": COHORT}, [False, None, False, True, True]),
        ({"all": [AREA, {"any": [COHORT, INDUSTRY]}]}, [True, False, None, True, False]),
        ({"all": [AREA, {"not": INDUSTRY}]}, [True, False, None, False, False]),
        ({"all": [COHORT, INDUSTRY]}, [False, False, False, False, False]),
    ],
)
def test_area_industry_and_cohort_join_as_sets(where: dict[str, Any], expected: list[bool | None]) -> None:
    assert held(where) == expected


def test_a_rule_may_keep_to_customers_or_to_merchants() -> None:
    assert held({"not": COHORT}, parties=["customer"]) == [False, None, False, False, False]
    assert held({"not": COHORT}, parties=["merchant"]) == [False, False, False, True, True]
    only = target_from_json({"where": AREA, "parties": ["merchant"]})
    assert target_words(only, {"g1": "East"}, "zh") == "仅商户：位于区域 East"


def test_a_rule_names_its_grids_once_and_in_words() -> None:
    rule = target_from_json({"where": {"all": [{"area": ["g2", "g1"]}, {"any": [COHORT, {"not": COHORT}, INDUSTRY]}]}})
    assert (rule.grid_ids, rule.feature_ids(CohortLeaf), rule.feature_ids(IndustryLeaf)) == (
        ("g1", "g2"),
        ("C-1",),
        ("I-1",),
    )
    names = {"g1": "East", "g2": "West", "C-1": "Seniors", "I-1": "Shops"}
    assert target_words(rule, names, "en") == (
        "in area East, West and (in cohort Seniors or not in cohort Seniors or in industry Shops)"
    )
    many = target_from_json({"where": {"area": [f"g{at}" for at in range(12)]}})
    assert target_words(many, {}, "en").endswith("and 4 more")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, "a target group is an object"),
        ({"where": AREA, "who": 1}, "a target group is an object"),
        ({"where": {"place": ["g1"]}}, "expected exactly one of all, any, not, area, industry, cohort, got place"),
        ({"where": {"area": ["g1"], "cohort": "C-1"}}, "expected exactly one of"),
        ({"where": {"area": []}}, "a list of 1 to 2000 values"),
        ({"where": {"area": "g1"}}, "a list of 1 to 2000 values"),
        ({"where": {"cohort": 1}}, "expected the id of a grid, got 1"),
        ({"where": AREA, "parties": []}, "parties must be a list out of customer, merchant"),
        ({"where": AREA, "parties": ["staff"]}, "parties must be a list out of customer, merchant"),
    ],
)
def test_a_rule_that_does_not_fit_is_named(body: object, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        target_from_json(body)


memberships = arrays(np.bool_, st.tuples(st.integers(0, 40), st.integers(1, 5)))


@given(memberships)
def test_the_overlap_matrix_is_symmetric_and_counts_as_sets_do(members: BoolArray) -> None:
    found = overlap_of(members)
    sets = [set(np.flatnonzero(members[:, at]).tolist()) for at in range(members.shape[1])]
    assert np.array_equal(found.common, found.common.T)
    assert np.array_equal(found.jaccard, found.jaccard.T, equal_nan=True)
    assert found.common.tolist() == [[len(one & other) for other in sets] for one in sets]
    shares = [[len(one & other) / len(one | other) if one | other else np.nan for other in sets] for one in sets]
    assert np.allclose(found.jaccard, shares, equal_nan=True)
