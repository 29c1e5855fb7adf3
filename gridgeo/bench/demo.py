"""`gridgeo bench demo`: seconds and peak memory of each step of the demo."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gridgeo.bench.report import Case, report, yardstick
from gridgeo.domain import local_actor
from gridgeo.pipeline.demo import run_demo
from gridgeo.storage import open_engine, upgrade

INSTALLED_DEMO_FLOOR_S = 60.0
"""The whole demo, once installed, ends within a minute."""
STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")


@dataclass
class Watch:
    """Takes the time and the peak memory between one step's beginning and the next one's."""

    seconds: dict[str, float] = field(default_factory=dict)
    peak_mib: dict[str, float] = field(default_factory=dict)
    _step: str | None = None
    _began: float = 0.0

    def begin(self, step: str) -> None:
        """Close the step before and open this one."""
        self.end()
        self._step, self._began = step, time.perf_counter()
        _reset_peak()

    def end(self) -> None:
        """Close the open step."""
        if self._step is not None:
            self.seconds[self._step] = time.perf_counter() - self._began
            self.peak_mib[self._step] = _peak_mib()
            self._step = None


def bench(*, quick: bool = False, postgis_url: str | None = None) -> dict[str, Any]:  # noqa: ARG001 - every bench is called alike
    """Run the default demo once on a fresh SQLite store and return the bench's report.

    quick: a smaller yardstick and the smaller ground; the demo itself is whole, since its totals are what is checked.
    """
    measure = yardstick(100_000 if quick else 1_000_000)
    watch = Watch()
    with _fresh_store() as url:
        engine = open_engine(url, create=True)
        upgrade(engine)
        began = time.perf_counter()
        ground = "helsinki" if quick else "liechtenstein"
        result = run_demo(engine, local_actor(), ground, seed=1, clock=lambda: datetime.now(UTC), progress=watch.begin)
        watch.end()
        total_s = time.perf_counter() - began
        engine.dispose()
    cases = [
        Case("demo-total", "s", round(total_s, 2), "lower", floor=round(INSTALLED_DEMO_FLOOR_S * measure["scale"], 1))
    ]
    cases += [Case(f"demo-{step}-time", "s", round(value, 3), "lower") for step, value in watch.seconds.items()]
    cases += [Case(f"demo-{step}-memory", "MiB", round(value, 1), "lower") for step, value in watch.peak_mib.items()]
    return report("demo", cases, measure) | {"checks": {"customers": result["customers"]}}


@contextmanager
def _fresh_store() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/bench.db"


def _reset_peak() -> None:
    # Linux forgets a process's peak when 5 is written here; elsewhere the peak is that of the whole run.
    if CLEAR_REFS.exists():
        CLEAR_REFS.write_text("5")


def _peak_mib() -> float:
    if not STATUS.exists():
        return float("nan")
    line = next(text for text in STATUS.read_text().splitlines() if text.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
