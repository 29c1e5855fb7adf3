"""Sums of floats by group, however polars goes about it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.domain.sums import mean_of, sum_of

WAYS = ("POLARS_NO_PARTITION", "POLARS_FORCE_PARTITION")
"""Settings of polars under which a table is grouped as a whole, and in parts that are added up as threads end."""


def answers(ask: pl.Expr, monkeypatch: pytest.MonkeyPatch) -> set[bytes]:
    """The figures of 300 groups asked for 40 times in each of the two ways, every different one once."""
    rng = np.random.default_rng(5)
    table = pl.DataFrame({"group": rng.integers(0, 300, 3_000), "value": rng.random(3_000) + 9})
    found = set()
    for way in WAYS:
        with monkeypatch.context() as set_up:
            set_up.setenv(way, "1")
            for _ in range(40):
                found.add(table.group_by("group").agg(ask).sort("group")["value"].to_numpy().tobytes())
    return found


@pytest.mark.parametrize("ask", [sum_of("value"), mean_of("value"), sum_of(pl.col("value").pow(2))])
def test_a_group_has_the_same_figure_to_the_last_digit_every_time(
    ask: pl.Expr, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(answers(ask, monkeypatch)) == 1


@pytest.mark.parametrize("ask", [pl.col("value").sum(), pl.col("value").mean()])
def test_sums_that_polars_adds_up_in_parts_differ_in_their_last_digits(
    ask: pl.Expr, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(answers(ask, monkeypatch)) > 1


@given(st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(-1_000, 1_000)), max_size=30))
def test_sum_and_mean_are_those_of_polars(rows: list[tuple[int, int | None]]) -> None:
    table = pl.DataFrame(rows, schema={"group": pl.Int64, "value": pl.Float64}, orient="row")
    groups = table.group_by("group", maintain_order=True)
    ours = groups.agg(sum_of("value"), mean_of("value").alias("mean"))
    assert ours.equals(groups.agg(pl.col("value").sum(), pl.col("value").mean().alias("mean")))
