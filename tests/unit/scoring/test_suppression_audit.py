"""An auditor that knows everything a consumer is given finds no small count; without the guard it finds hundreds."""

from __future__ import annotations

import numpy as np
import pytest

from gridgeo.bench.audit import Claim, Knowledge
from gridgeo.bench.score_suppression import SEEDS, found_by_naive_rate, found_in_one, found_in_two


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_small_count_of_a_version_can_be_worked_out(seed: int) -> None:
    assert found_in_one(seed) == 0


@pytest.mark.parametrize("seed", range(SEEDS))
def test_comparing_two_versions_gives_nothing_away(seed: int) -> None:
    assert found_in_two(seed) == 0


def test_without_a_memory_the_second_version_gives_counts_of_the_first_away() -> None:
    assert sum(found_in_two(seed, remember=False) for seed in range(3)) > 2


def test_hiding_the_small_counts_alone_gives_hundreds_away() -> None:
    assert sum(found_in_one(seed, "small only") for seed in range(3)) > 200


def test_hiding_nothing_gives_hundreds_away() -> None:
    assert sum(found_in_one(seed, "off") for seed in range(3)) > 200


def test_a_rate_shrunk_towards_the_true_neighbours_gives_every_count_away() -> None:
    assert found_by_naive_rate(1) == 36


def test_the_auditor_finds_a_count_that_is_one_equation_away() -> None:
    knowledge = Knowledge()
    for name, value in (("all", 12.0), ("shown", 8.0), ("hidden", None)):
        knowledge.number(name, value, 1.0)
    knowledge.adds_up([(1.0, "all"), (-1.0, "shown"), (-1.0, "hidden")])
    low, high = knowledge.intervals()["hidden"]
    assert low == pytest.approx(4.0, abs=1e-5)
    assert high == pytest.approx(4.0, abs=1e-5)
    assert Claim({"hidden": 4.0}, 10).broken(knowledge) == ["hidden"]


def test_the_auditor_lets_an_open_count_pass() -> None:
    knowledge = Knowledge()
    for name, value in (("all", 30.0), ("one", None), ("other", None)):
        knowledge.number(name, value, 1.0)
    knowledge.adds_up([(1.0, "all"), (-1.0, "one"), (-1.0, "other")])
    assert Claim({"one": 4.0, "other": 26.0}, 10).broken(knowledge) == []


def test_the_auditor_says_when_shown_numbers_contradict_each_other() -> None:
    knowledge = Knowledge()
    knowledge.number("one", 3.0)
    knowledge.adds_up([(1.0, "one")], 4.0)
    with pytest.raises(ValueError, match="do not add up"):
        knowledge.intervals()
    assert np.isinf(Knowledge(least={"free": 1.0}).intervals()["free"][1])
