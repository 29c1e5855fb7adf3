"""The shape of every bench's answer, and the yardstick that makes machines comparable."""

from __future__ import annotations

import platform
import time
from dataclasses import asdict, dataclass
from typing import Any, Literal

import h3
import numpy as np

YARDSTICK_POINTS = 1_000_000
YARDSTICK_REFERENCE_PER_S = 1_500_000.0
"""Points a CPU second of h3-py's loop on the machine that the floors were set on."""


@dataclass(frozen=True)
class Case:
    """One figure, with the floor it must reach; `met` is None where there is none.

    ours, theirs: median of the runs, in `unit`. ratio: theirs / ours where less is better, ours / theirs otherwise.
    """

    id: str
    unit: str
    ours: float | None
    better: Literal["higher", "lower"]
    floor: float | None = None
    peer: str | None = None
    peer_version: str | None = None
    theirs: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times better than the peer; None without one."""
        if not self.ours or not self.theirs:
            return None
        return self.theirs / self.ours if self.better == "lower" else self.ours / self.theirs

    @property
    def met(self) -> bool | None:
        """Whether the floor is reached; a case that could not run has not reached it."""
        if self.floor is None:
            return None
        if self.ours is None:
            return False
        return self.ours <= self.floor if self.better == "lower" else self.ours >= self.floor

    def as_dict(self) -> dict[str, Any]:
        """Return the case as it stands in the JSON."""
        return asdict(self) | {"ratio": self.ratio, "met": self.met}


def yardstick(points: int = YARDSTICK_POINTS) -> dict[str, float]:
    """Time h3-py's loop over points, the measure that absolute floors scale by.

    Returns points_per_cpu_s and scale (1 on the machine the floors were set on, larger on a slower one).
    """
    rng = np.random.default_rng(0)
    lats, lngs = rng.uniform(-60, 60, points).tolist(), rng.uniform(-180, 180, points).tolist()
    began = time.process_time()
    for lat, lng in zip(lats, lngs, strict=True):
        h3.latlng_to_cell(lat, lng, 9)
    rate = points / (time.process_time() - began)
    return {"points_per_cpu_s": round(rate), "scale": round(YARDSTICK_REFERENCE_PER_S / rate, 3)}


def report(bench: str, cases: list[Case], measure: dict[str, float]) -> dict[str, Any]:
    """Return the one object that a bench prints."""
    machine = {"python": platform.python_version(), "system": platform.system(), "processor": platform.machine()}
    return {"bench": bench, "machine": machine, "yardstick": measure, "cases": [case.as_dict() for case in cases]}
