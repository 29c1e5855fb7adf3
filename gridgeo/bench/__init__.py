"""Benches: ours and a peer, measured side by side."""

from __future__ import annotations

from typing import Any

from gridgeo.bench import demo
from gridgeo.errors import InvalidInputError

BENCHES = {"demo": demo.bench}


def run_bench(name: str, *, quick: bool = False) -> dict[str, Any]:
    """Run one bench and return its report.

    Raises InvalidInputError when there is no bench of that name.
    """
    if name not in BENCHES:
        raise InvalidInputError("bench must be one of {known}, got {given}", known=", ".join(BENCHES), given=name)
    return BENCHES[name](quick=quick)
