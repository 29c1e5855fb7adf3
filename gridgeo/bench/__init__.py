"""Benches: ours and a peer, measured side by side."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from gridgeo.errors import InvalidInputError

BENCHES = {
    "demo": "gridgeo.bench.demo",
    "import": "gridgeo.bench.imports",
    "geocode": "gridgeo.bench.geocode",
    "score": "gridgeo.bench.score",
    "territory": "gridgeo.bench.territory",
    "serve": "gridgeo.bench.serve",
    "page": "gridgeo.bench.page",
}
"""Name -> module with its `bench`; peers are slow to import."""


def run_bench(name: str, *, quick: bool = False, postgis_url: str | None = None) -> dict[str, Any]:
    """Run one bench and return its report.

    postgis_url: an empty PostGIS database for the cases that need one; by default one of a private server of this
    machine's PostgreSQL.
    Raises InvalidInputError when there is no bench of that name.
    """
    if name not in BENCHES:
        raise InvalidInputError("bench must be one of {known}, got {given}", known=", ".join(BENCHES), given=name)
    found: dict[str, Any] = import_module(BENCHES[name]).bench(quick=quick, postgis_url=postgis_url)
    return found
