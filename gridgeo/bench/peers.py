"""Where the peers live that ours must not depend on: an environment of their own."""

from __future__ import annotations

import os
from pathlib import Path

PEERS_VARIABLE = "GRIDGEO_BENCH_PEERS"
"""Python of the environment that `scripts/bench` makes for the peers; .venv-peers beside the source by default."""


def peers_python() -> Path | None:
    """Return the Python that has the peers installed, None where there is no such environment."""
    beside = Path(__file__).parents[2] / ".venv-peers" / "bin" / "python"
    python = Path(os.environ.get(PEERS_VARIABLE, str(beside)))
    return python if python.is_file() else None
