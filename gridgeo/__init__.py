"""Grid mapping and territory planning for bank branches on H3 cells.

What notebooks and scripts import; everything loads on first use, so that a command line call does not pay for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Actor": "gridgeo.domain",
    "GridgeoError": "gridgeo.errors",
    "RunParams": "gridgeo.pipeline.steps",
    "choropleth": "gridgeo.pipeline.notebook",
    "connect": "gridgeo.pipeline.notebook",
    "explain": "gridgeo.pipeline.notebook",
    "export": "gridgeo.pipeline.notebook",
    "read_branches": "gridgeo.pipeline.notebook",
    "read_cells": "gridgeo.pipeline.notebook",
    "read_territories": "gridgeo.pipeline.notebook",
    "run": "gridgeo.pipeline.notebook",
    "run_demo": "gridgeo.pipeline.notebook",
    "score_plots": "gridgeo.pipeline.notebook",
    "summary": "gridgeo.pipeline.notebook",
    "where_next": "gridgeo.pipeline.notebook",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name not in _HOME:
        raise AttributeError(f"module 'gridgeo' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
