"""A formula gives what arithmetic gives, knows what it does not know, and says where it goes wrong."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import error_text
from gridgeo.scoring.formula import MOST_CHARACTERS, MOST_DEPTH, MOST_PARTS, Place, parse_formula
from gridgeo.scoring.formula_values import Cells, formula_values

NAN = math.nan
PLACE = Place("mine")
BRANCH = np.array([0, 0, 0, 1, 1, 1])
# A line of six cells, each the neighbour of the next.
NEXT = (np.array([0, 1, 2, 3, 4, 1, 2, 3, 4, 5]), np.array([1, 2, 3, 4, 5, 0, 1, 2, 3, 4]))
CELLS = Cells(BRANCH, lambda distance: NEXT if distance == 1 else (NEXT[0][:0], NEXT[1][:0]))
COLUMNS = {
    "people": np.array([10.0, 0.0, 30.0, NAN, 50.0, 60.0]),
    "gap": np.array([-1.0, 2.0, 2.0, 4.0, NAN, 6.0]),
    "人口": np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
}


def value(text: str) -> list[float]:
    found: list[float] = formula_values(parse_formula(text, PLACE), COLUMNS, CELLS).tolist()
    return found


def same(text: str, expected: list[float]) -> None:
    np.testing.assert_allclose(value(text), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4 / 2", [5.0] * 6),
        ("-(1 - 3) * -2", [-4.0] * 6),
        ("2 - 3 - 4", [-5.0] * 6),
        ("12 / 3 / 2", [2.0] * 6),
        ("people / 10", [1, 0, 3, NAN, 5, 6]),
        ("人口 * 2", [2, 4, 6, 8, 10, 12]),
        ("`人口`×2", [2, 4, 6, 8, 10, 12]),
        ("max（people，20）", [20, 20, 30, NAN, 50, 60]),
        ("if_null(people, 7)", [10, 0, 30, 7, 50, 60]),
        ("where(people > 20 and gap < 6, 1, 0)", [0, 0, 1, NAN, NAN, 0]),
        ("where(people >= 0 or gap == 4, 1, 0)", [1, 1, 1, 1, 1, 1]),
        ("where(not people > 20, gap, people)", [-1, 2, 30, NAN, 50, 60]),
        ("where(人口 != 4, people, 99)", [10, 0, 30, 99, 50, 60]),
        ("min(people, gap, 人口)", [-1, 0, 2, NAN, NAN, 6]),
        ("abs(gap) + sqrt(人口 * 人口) - log1p(0)", [2, 4, 5, 8, NAN, 12]),
        ("1.5e1 + .5", [15.5] * 6),
    ],
)
def test_formulas_give_what_arithmetic_gives(text: str, expected: list[float]) -> None:
    same(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 / people", [0.1, NAN, 1 / 30, NAN, 1 / 50, 1 / 60]),
        ("people / 0", [NAN] * 6),
        ("0 / 0", [NAN] * 6),
        ("sqrt(gap)", [NAN, 2**0.5, 2**0.5, 2, NAN, 6**0.5]),
        ("log1p(gap)", [NAN, *np.log1p([2, 2, 4]), NAN, np.log1p(6)]),
        ("max(1e308 * 10, 5)", [NAN] * 6),
        ("min(5, 1 / (gap - gap))", [NAN] * 6),
        ("if_null(1 / 0, -1)", [-1.0] * 6),
    ],
)
def test_what_has_no_value_is_unknown_and_never_a_number(text: str, expected: list[float]) -> None:
    same(text, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The cell itself is left out, unknown neighbours too; a cell without a known neighbour has no sum.
        ("ring_sum(people, 1)", [0, 40, 0, 80, 60, 50]),
        ("ring_mean(people, 1)", [0, 20, 0, 40, 60, 50]),
        ("ring_sum(people, 2)", [NAN] * 6),
        ("share_of_branch(人口)", [1 / 6, 2 / 6, 3 / 6, 4 / 15, 5 / 15, 6 / 15]),
        ("share_of_branch(people)", [0.25, 0, 0.75, NAN, 50 / 110, 60 / 110]),
        ("share_of_branch(people * 0)", [NAN] * 6),
        ("share_of_branch(1e308)", [NAN] * 6),
        ("rank_in_branch(gap)", [3, 1, 1, 2, NAN, 1]),
        ("rank_in_branch(-人口)", [1, 2, 3, 1, 2, 3]),
    ],
)
def test_functions_of_the_surroundings(text: str, expected: list[float]) -> None:
    same(text, expected)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 1, "ends where a number, a name or ( is needed"),
        ("people +", 9, "ends where a number, a name or ( is needed"),
        ("people + * 2", 10, "a number, a name or ( is needed, got *"),
        ("(people", 8, "ends where ) is needed"),
        ("min(people gap)", 12, ") is needed, got gap"),
        ("people gap", 8, "gap stands after a formula that is complete"),
        ("2people", 2, "people stands after a formula that is complete"),
        ("people)", 7, ") stands after a formula that is complete"),
        ("people ^ 2", 8, "^ is no sign of the language"),
        ("`people", 1, "` is no sign of the language"),
        ("a.b", 2, ". is no sign of the language"),
        ("__import__('os')", 12, "' is no sign of the language"),
        ("sqr(people)", 1, "sqr is no function; did you mean sqrt?"),
        ("min", 4, "ends where ( is needed"),
        ("min + 1", 5, "( is needed, got +"),
        ("min(people)", 1, "min takes 2-20 values, got 1"),
        ("abs(1, 2)", 1, "abs takes 1 values, got 2"),
        ("where(people, 1, 0)", 7, "a number stands where a comparison is needed"),
        ("1 + (people > 2)", 13, "a comparison stands where a number is needed"),
        ("people > 2", 8, "a comparison stands where a number is needed"),
        ("where(1 < people < 3, 1, 0)", 18, "comparisons cannot follow one another"),
        ("where(not people, 1, 0)", 11, "a number stands where a comparison is needed"),
        ("ring_sum(people, 0)", 18, "a whole number of rings, 1 to 5"),
        ("ring_sum(people, 1.5)", 18, "a whole number of rings, 1 to 5"),
        ("ring_mean(people, gap)", 19, "a whole number of rings, 1 to 5"),
        ("1e400", 1, "the number 1e400 is too large"),
        ("and", 1, "a number, a name or ( is needed, got and"),
        ("(" * (MOST_DEPTH + 1) + "1", MOST_DEPTH + 1, "brackets are nested deeper"),
        ("+".join(["1"] * MOST_PARTS), MOST_PARTS, "more than 200 numbers"),
        ("-" * MOST_PARTS + "1", 1, "more than 200 numbers"),
    ],
)
def test_an_error_names_the_measure_the_field_and_the_place(text: str, position: int, words: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_formula(text, PLACE)
    said = str(caught.value)
    assert f"measure mine, formula, character {position}: " in said
    assert words in said
    assert "mine" in error_text(caught.value, "zh")
    assert error_text(caught.value, "zh") != said


def test_a_formula_that_is_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(InvalidInputError, match=f"at most {MOST_CHARACTERS}"):
        parse_formula("1 " * MOST_CHARACTERS, PLACE)


def test_names_are_listed_in_their_order_with_their_place() -> None:
    tree = parse_formula("b + a * b + `odd name` / ring_sum(c, 1)", PLACE)
    assert tree.names() == {"b": 1, "a": 5, "odd name": 13, "c": 35}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.text("people gap()+-*/,<>=!`.0129einfandotrwhesqlm_年（", max_size=60))
def test_any_text_is_a_formula_or_a_named_error(text: str) -> None:
    try:
        tree = parse_formula(text, PLACE)
    except InvalidInputError:
        return
    columns = {name: np.arange(6.0) for name in tree.names()}
    found = formula_values(tree, columns, CELLS)
    assert found.shape == (6,)
    assert not np.isinf(found).any()


Pair = tuple[str, Callable[[], FloatArray]]


def _known(values: object) -> FloatArray:
    array = np.array(values, dtype=np.float64) * np.ones(6)
    array[~np.isfinite(array)] = NAN
    return array


def _each(apply: Callable[..., float]) -> Callable[..., FloatArray]:
    """Return a function of arrays that works out one cell after the other in plain Python."""

    def work(*values: FloatArray) -> FloatArray:
        return np.array([apply(*row) for row in zip(*values, strict=True)])

    return work


def _unknown_if_any(apply: Callable[..., float]) -> Callable[..., float]:
    return lambda *row: NAN if any(math.isnan(value) for value in row) else apply(*row)


def _chosen(left: float, right: float, yes: float, no: float) -> float:
    if math.isnan(left) or math.isnan(right):
        return NAN
    return yes if left <= right else no


ORACLES: dict[str, tuple[int, Callable[..., FloatArray]]] = {
    "({} + {})": (2, np.add),
    "({} - {})": (2, np.subtract),
    "({} * {})": (2, np.multiply),
    "({} / {})": (2, _each(lambda top, bottom: NAN if bottom == 0 else top / bottom)),
    "-{}": (1, np.negative),
    "abs({})": (1, np.abs),
    "min({}, {}, {})": (3, _each(_unknown_if_any(min))),
    "max({}, {})": (2, _each(_unknown_if_any(max))),
    "sqrt({})": (1, _each(lambda x: math.sqrt(x) if x >= 0 else NAN)),
    "log1p({})": (1, _each(lambda x: math.log1p(x) if x > -1 else NAN)),
    "if_null({}, {})": (2, _each(lambda x, other: other if math.isnan(x) else x)),
    "where({} <= {}, {}, {})": (4, _each(_chosen)),
}
"""Formula -> how many parts it takes, and what works it out without our parser."""


def _grown(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    """Return formulas of one part more, each beside a function that works it out by numpy alone."""

    def made(template: str) -> st.SearchStrategy[Pair]:
        count, apply = ORACLES[template]
        return st.tuples(*[inner] * count).map(
            lambda parts: (
                template.format(*(text for text, _ in parts)),
                lambda: _known(apply(*(work() for _, work in parts))),
            )
        )

    return st.sampled_from(sorted(ORACLES)).flatmap(made)


LEAVES: st.SearchStrategy[Pair] = st.one_of(
    st.floats(0, 1e6).map(lambda number: (repr(number), lambda: _known(number))),
    st.sampled_from(sorted(COLUMNS)).map(lambda name: (name, lambda: _known(COLUMNS[name]))),
)


@settings(max_examples=200, deadline=None)
@given(st.recursive(LEAVES, _grown, max_leaves=12))
def test_a_random_formula_gives_what_numpy_gives(pair: Pair) -> None:
    text, work = pair
    with np.errstate(all="ignore"):
        expected = work()
    np.testing.assert_allclose(value(text), expected, rtol=1e-9, atol=1e-300)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["people", "gap", "人口", "2", "0.5"]), min_size=2, max_size=8), st.randoms())
def test_precedence_is_that_of_python(names: list[str], random: object) -> None:
    signs = [random.choice(["+", "-", "*"]) for _ in names[1:]]  # type: ignore[attr-defined]
    text = names[0] + "".join(f" {sign} {name}" for sign, name in zip(signs, names[1:], strict=True))
    expected = eval(text, {}, COLUMNS) * np.ones(6)  # noqa: S307 - the oracle, on a text made here
    np.testing.assert_allclose(value(text), expected)
