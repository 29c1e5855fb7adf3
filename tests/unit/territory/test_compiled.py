"""Whatever the problem, kernels are compiled once: for a second form of an array all of them would be compiled anew."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gridgeo.territory import Params, Problem, Rounds, solve, warm_up

KERNELS = ("gridgeo.territory._dual", "gridgeo.territory.kernels")
Change = Callable[[Problem], Problem]
CHANGES: dict[str, Change] = {
    "several measures": lambda plain: plain,
    "one measure": lambda plain: replace(plain, weights=plain.weights[:, :1].copy(), tolerance=plain.tolerance[:1]),
    "homes": lambda plain: replace(plain, homes=np.array([0, 10], np.int32)),
    "travel": lambda plain: replace(plain, homes=np.array([0, 10], np.int32), objective="travel"),
    "an earlier plan": lambda plain: replace(plain, previous=np.zeros(plain.n, np.int32), change_cost=1.0),
    "locks": lambda plain: replace(plain, locks=np.where(np.arange(plain.n) == 3, 1, -1).astype(np.int32)),
    "a barred node": lambda plain: replace(plain, forbidden=np.array([[4, 1]], np.int64)),
}


def compiled() -> dict[str, int]:
    """How many forms of its arguments each kernel is compiled for."""
    modules = [importlib.import_module(name) for name in KERNELS]
    return {
        f"{module.__name__}.{name}": len(kernel.signatures)
        for module in modules
        for name, kernel in vars(module).items()
        if hasattr(kernel, "signatures")
    }


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_the_warm_up_nothing_is_compiled_for_any_kind_of_problem(
    scattered: Callable[..., Problem], quick: Params, change: Change
) -> None:
    warm_up()
    before = compiled()
    solve(change(scattered(40, 2, 7, 0.0)), Rounds(1), 7, quick)
    assert compiled() == before
