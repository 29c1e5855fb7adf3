"""Benches: ours and a peer, measured side by side."""

from __future__ import annotations

from typing import Any

from gridgeo.bench import demo, imports
from gridgeo.errors import InvalidInputError

BENCHES = {"demo": demo.bench, "import": imports.bench}


def run_bench(name: str, *, quick: bool = False, postgis_url: str | None = None) -> dict[str, Any]:
    """Run one bench and return its report.

    postgis_url: an empty PostGIS database for the cases that need one.
    Raises InvalidInputError when there is no bench of that name.
    """
    if name not in BENCHES:
        raise InvalidInputError("bench must be one of {known}, got {given}", known=", ".join(BENCHES), given=name)
    return BENCHES[name](quick=quick, postgis_url=postgis_url)
