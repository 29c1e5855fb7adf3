"""Run benches, each in a process of its own, and write docs/benchmarks.md from what they print."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from gridgeo.bench import BENCHES
from gridgeo.bench.markdown import benchmark_page

ROOT = Path(__file__).resolve().parents[1]

GRIDGEO = str(Path(sys.executable).parent / "gridgeo")


def main(names: list[str]) -> None:
    """Run the named benches, or all."""
    objects = []
    for name in names or BENCHES:
        command = [GRIDGEO, "bench", name, "--json"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
        objects.append(json.loads(done.stdout))
    page = benchmark_page(objects, datetime.now(UTC).date())
    (ROOT / "docs/benchmarks.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
