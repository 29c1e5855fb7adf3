"""AND, OR and NOT keep the laws of sets, unknown ones too; what is too large or of another form is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.features.expressions import AllOf, AnyOf, Is, Limits, Not, Tree, leaves, tree_from_json, tree_mask

LEAVES = ("a", "b", "c")


def read_leaf(body: Mapping[str, object], where: str) -> str:
    if body.get("leaf") not in LEAVES:
        raise InvalidInputError("{where}: expected the id of a grid, got {given}", where=where, given=str(body))
    return str(body["leaf"])


def trees() -> st.SearchStrategy[Tree[str]]:
    leaf: st.SearchStrategy[Tree[str]] = st.sampled_from(LEAVES).map(Is)
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=8,
    )


def tables() -> st.SearchStrategy[pl.DataFrame]:
    """Parties of whom each leaf holds, does not hold, or is not known."""
    column = st.lists(st.sampled_from([True, False, None]), min_size=9, max_size=9)
    return st.fixed_dictionaries(dict.fromkeys(LEAVES, column)).map(
        lambda columns: pl.DataFrame(columns, schema=dict.fromkeys(LEAVES, pl.Boolean))
    )


def held(tree: Tree[str], table: pl.DataFrame) -> list[bool | None]:
    return table.select(tree_mask(tree, pl.col).alias("held"))["held"].to_list()


def as_json(tree: Tree[str]) -> dict[str, Any]:
    if isinstance(tree, AllOf):
        return {"all": [as_json(part) for part in tree.parts]}
    if isinstance(tree, AnyOf):
        return {"any": [as_json(part) for part in tree.parts]}
    return {"not": as_json(tree.part)} if isinstance(tree, Not) else {"leaf": tree.leaf}


@given(trees(), tables())
def test_not_not_is_the_same_group(tree: Tree[str], table: pl.DataFrame) -> None:
    assert held(Not(Not(tree)), table) == held(tree, table)


@given(trees(), trees(), tables())
def test_de_morgan_holds_on_memberships(left: Tree[str], right: Tree[str], table: pl.DataFrame) -> None:
    assert held(Not(AllOf((left, right))), table) == held(AnyOf((Not(left), Not(right))), table)
    assert held(Not(AnyOf((left, right))), table) == held(AllOf((Not(left), Not(right))), table)


@given(trees(), tables())
def test_a_group_and_its_opposite_share_nobody_and_miss_only_the_undecided(
    tree: Tree[str], table: pl.DataFrame
) -> None:
    pairs = list(zip(held(tree, table), held(Not(tree), table), strict=True))
    assert all((one is None and other is None) or (one is (not other)) for one, other in pairs)


@given(trees())
def test_a_tree_is_read_as_it_was_written(tree: Tree[str]) -> None:
    again = tree_from_json(as_json(tree), read_leaf, Limits(depth=50))
    assert again == tree
    assert list(leaves(again)) == list(leaves(tree))


def test_depth_and_number_of_conditions_are_limited() -> None:
    body: dict[str, Any] = {"leaf": "a"}
    for _ in range(3):
        body = {"not": body}
    assert tree_from_json(body, read_leaf, Limits(depth=3))
    with pytest.raises(InvalidInputError, match="at most 2 deep"):
        tree_from_json(body, read_leaf, Limits(depth=2))
    wide = {"any": [{"all": [{"leaf": "a"}] * 3}] * 2}
    assert tree_from_json(wide, read_leaf, Limits(leaves=6))
    with pytest.raises(InvalidInputError, match="at most 5 conditions"):
        tree_from_json(wide, read_leaf, Limits(leaves=5))


def test_a_rule_nested_far_too_deep_is_refused_and_not_followed() -> None:
    body: dict[str, Any] = {"leaf": "a"}
    for _ in range(100_000):
        body = {"not": body}
    with pytest.raises(InvalidInputError, match="at most 6 deep"):
        tree_from_json(body, read_leaf)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, "rule: expected an object"),
        ([], "rule: expected an object"),
        ({}, "rule: expected an object"),
        ({"all": []}, r"rule\.all: expected a list with at least one part"),
        ({"any": {"leaf": "a"}}, r"rule\.any: expected a list"),
        ({"all": [{"leaf": "a"}], "leaf": "b"}, "all stands alone"),
        ({"not": {"all": [{"leaf": "x"}]}}, r"rule\.not\.all\[0\]"),
        ({"all": [{"leaf": "a"}] * 51}, "at most 50 conditions"),
    ],
)
def test_what_is_no_rule_is_named_with_its_place(body: object, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        tree_from_json(body, read_leaf)
