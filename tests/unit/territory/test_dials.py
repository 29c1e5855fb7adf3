"""Dials load from TOML, stop rules are values."""

from __future__ import annotations

import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.territory import (
    CpuSeconds,
    FirstOf,
    NoImprovement,
    Params,
    Progress,
    Rounds,
    WithinTolerance,
    params_from_toml,
)


def test_dials_load_from_toml() -> None:
    assert params_from_toml("sweeps = 10\nheat_start = 1") == Params(sweeps=10, heat_start=1)
    assert params_from_toml("") == Params()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sweeps =", "not TOML"),
        ("speed = 3", "speed is unknown; known are lloyd_rounds"),
        ("sweeps = 1.5", "sweeps must be a number, got 1.5"),
        ("sweeps = true", "sweeps must be a number"),
        ("heat_end = -1.0", "heat_end must be at least 0"),
        ("heat_end = 0.0", "heat_end must be above 0"),
    ],
)
def test_bad_dials_are_named(text: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        params_from_toml(text)


def progress(rounds: int, stale: int = 0, cpu_s: float = 1.0) -> Progress:
    """State after some rounds."""
    return Progress(rounds, stale, cpu_s, 0.0, 1.0)


def test_rules_stop_when_they_say() -> None:
    assert [Rounds(2)(progress(n)) for n in (1, 2, 3)] == [False, True, True]
    assert [NoImprovement(2)(progress(9, stale)) for stale in (1, 2)] == [False, True]
    assert [WithinTolerance()(Progress(1, 0, 1.0, excess, 9.0)) for excess in (0.01, 0.0)] == [False, True]
    either = FirstOf((Rounds(5), NoImprovement(2)))
    assert [either(progress(1, 1)), either(progress(5, 0)), either(progress(3, 2))] == [False, True, True]


def test_a_time_budget_leaves_room_for_the_next_round() -> None:
    assert not CpuSeconds(10.0)(progress(2, cpu_s=4.0))
    assert CpuSeconds(10.0)(progress(2, cpu_s=8.0))
