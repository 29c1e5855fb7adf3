"""What cannot work is named before anything is solved, with the smallest tolerance that could."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gridgeo.i18n import catalogue
from gridgeo.territory import Problem, check, check_problem

ROW = np.array([[i, i + 1] for i in range(11)])


@pytest.fixture
def row(from_pairs: Callable[..., Problem]) -> Problem:
    """Twelve equal nodes in a row, three territories."""
    xy = np.column_stack([np.arange(12.0), np.zeros(12)])
    return from_pairs(xy, np.ones((12, 1)), ROW, 3, tolerance=np.array([0.05]))


def test_nothing_is_found_where_nothing_is_wrong(row: Problem) -> None:
    assert check_problem(row) == []


def test_a_cell_above_a_target_is_named_with_the_smallest_tolerance(row: Problem) -> None:
    weights = np.ones((12, 1))
    weights[4] = 6.9
    (finding,) = (found for found in check_problem(replace(row, weights=weights)) if "alone" in found.template)
    assert finding.smallest_tolerance == pytest.approx(6.9 / (17.9 / 3) - 1)
    assert finding.message == "4 alone holds 115.6 % of a target of 0; the smallest tolerance is 15.7 %"
    assert check_problem(replace(row, weights=weights, tolerance=[finding.smallest_tolerance + 0.2])) == []


def test_locks_above_a_target_are_named(row: Problem) -> None:
    locks = [1] * 6 + [-1] * 6
    (finding,) = check_problem(replace(row, locks=locks, territories=("A", "B", "C")))
    assert finding.territory == "B"
    assert finding.smallest_tolerance == pytest.approx(0.5)


def test_locks_that_nothing_can_connect_are_named(row: Problem) -> None:
    locks = np.full(12, -1)
    locks[[0, 2, 1]] = [0, 0, 1]
    (finding,) = check_problem(replace(row, locks=locks))
    assert "territory 0 lie in 2 parts" in finding.message
    locks[1] = -1
    assert check_problem(replace(row, locks=locks)) == []


def test_more_parts_than_territories_are_named(from_pairs: Callable[..., Problem]) -> None:
    xy = np.column_stack([np.arange(12.0), np.zeros(12)])
    cut = from_pairs(xy, np.ones((12, 1)), ROW[[0, 2, 4, 6, 8, 10]], 3)
    assert "6 separate parts and only 3 territories" in check_problem(cut)[0].message


def test_a_part_without_a_whole_number_of_territories_is_named(from_pairs: Callable[..., Problem]) -> None:
    xy = np.column_stack([np.arange(12.0), np.zeros(12)])
    cut = from_pairs(xy, np.ones((12, 1)), np.delete(ROW, 5, 0), 3, tolerance=np.array([0.05]))
    findings = check_problem(cut)
    assert {round(finding.smallest_tolerance or 0, 3) for finding in findings} == {0.25}
    unequal = replace(cut, target_shares=[[0.25], [0.25], [0.5]])
    assert check_problem(unequal) == []


def test_a_part_without_a_home_is_named(from_pairs: Callable[..., Problem]) -> None:
    xy = np.column_stack([np.arange(12.0), np.zeros(12)])
    cut = from_pairs(xy, np.ones((12, 1)), np.delete(ROW, 5, 0), 2, homes=[0, 2])
    assert any("6 nodes has no home" in finding.message for finding in check_problem(cut))


def test_a_tolerance_below_the_step_of_a_measure_is_named(row: Problem) -> None:
    findings = check_problem(replace(row, k=5))
    assert findings[0].smallest_tolerance == pytest.approx(0.25)
    assert "comes in steps of 1 and a target is 2.4" in findings[0].message


def test_fewer_nodes_with_load_than_territories_are_named(row: Problem) -> None:
    weights = np.zeros((12, 1))
    weights[[0, 1]] = 1.0
    messages = [finding.message for finding in check_problem(replace(row, weights=weights, measures=("people",)))]
    assert "only 2 nodes have any people, for 3 territories" in messages


def test_a_measure_that_is_not_balanced_is_not_checked(row: Problem) -> None:
    weights = np.ones((12, 2))
    weights[4, 1] = 1000.0
    assert check_problem(replace(row, weights=weights, tolerance=[0.05, np.nan])) == []


def test_every_finding_has_its_chinese() -> None:
    templates = [text for name, text in vars(check).items() if name.isupper() and isinstance(text, str)]
    assert len(templates) >= 8
    assert [text for text in templates if text not in catalogue()] == []
