"""The memory of answers is bounded, and a value wanted by many is made once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_api.cache import BoundedCache, packed_answer


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=200))
def test_the_cost_never_passes_the_bound(asked: list[tuple[int, int]]) -> None:
    cache = BoundedCache[tuple[int, int]](100, lambda value: value[1])
    for key, cost in asked:
        value = cache.get((key, cost), lambda key=key, cost=cost: (key, cost))  # type: ignore[misc]
        assert value == (key, cost)
        assert cache.total_cost <= 100


def test_the_least_recently_used_goes_first() -> None:
    made: list[str] = []
    cache = BoundedCache[str](2, lambda _: 1)
    for key in ("a", "b", "a", "c", "a", "b"):
        cache.get((key,), lambda key=key: made.append(key) or key)  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]


def test_a_value_larger_than_the_bound_is_given_but_not_kept() -> None:
    cache = BoundedCache[str](2, len)
    assert cache.get(("k",), lambda: "long") == "long"
    assert cache.total_cost == 0


def test_many_threads_make_a_value_once() -> None:
    cache = BoundedCache[int](10, lambda _: 1)
    gate, calls = threading.Barrier(8), []

    def make() -> int:
        calls.append(1)
        return 7

    def ask() -> int:
        gate.wait()
        return cache.get(("k",), make)

    with ThreadPoolExecutor(8) as pool:
        assert [each.result() for each in [pool.submit(ask) for _ in range(8)]] == [7] * 8
    assert len(calls) == 1


def test_an_error_is_kept_for_nobody() -> None:
    cache = BoundedCache[int](10, lambda _: 1)
    with pytest.raises(ZeroDivisionError):
        cache.get(("k",), lambda: 1 // 0)
    assert cache.get(("k",), lambda: 3) == 3


def test_the_same_body_packs_to_the_same_bytes() -> None:
    assert packed_answer("text/plain", b"x" * 500, 5) == packed_answer("text/plain", b"x" * 500, 5)
