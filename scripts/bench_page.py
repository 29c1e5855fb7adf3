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
sys.path.insert(0, str(ROOT))

from tests.postgis_server import postgis_server  # noqa: E402 - found through the line above

GRIDGEO = str(Path(sys.executable).parent / "gridgeo")


def main(names: list[str]) -> None:
    """Run the named benches, or all."""
    objects = []
    # The server that the tests start for themselves, so that both stores are measured on one machine.
    with postgis_server() as server:
        for number, name in enumerate(names or list(BENCHES)):
            command = [GRIDGEO, "bench", name, "--postgis", server.create_database(f"bench_{number}"), "--json"]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
            objects.append(json.loads(done.stdout))
    page = benchmark_page(objects, datetime.now(UTC).date())
    (ROOT / "docs/benchmarks.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
