"""`gridgeo bench page`: 20,000 cells in a real Chromium without a graphics card, beside folium and MapLibre.

Times are taken from outside the page, by listeners around its own and by its performance measures; a picture counts as
drawn when its pixels can be read. Painting goes through the page's own tools, driven by a real mouse.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from gridgeo.bench.page_peers import peer_cases
from gridgeo.bench.page_visit import FLAGS, Figures, browsers, page_figures
from gridgeo.bench.report import Case, report, yardstick
from gridgeo.bench.serve_load import served
from gridgeo.bench.serve_store import publish_made_up
from gridgeo.errors import InvalidInputError
from gridgeo.storage import open_engine
from gridgeo.storage.making import make_store

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "api/gridgeo_api/static"
BRANCHES, BRANCH_CELLS, QUICK_CELLS = 4, 5_000, 200
REMEDIES = {
    "playwright": "pip install playwright (it is in requirements-dev.txt)",
    "chromium": "install the system package chromium",
    "page": "scripts/npm ci && scripts/npm run build",
}
FLOORS: dict[str, tuple[str, float]] = {
    "ready": ("s", 4.0),
    "geometry": ("ms", 600.0),
    "redraw": ("ms", 120.0),
    "paint-1": ("ms", 16.0),
    "paint-500": ("ms", 30.0),
    "brush-40": ("s", 3.0),
    "brush-40-step": ("ms", 16.0),
}
"""Unit and most that is allowed; brush-40-step is the worst step of each stroke, in the middle of the strokes."""
PANS: dict[str, float | None] = {"pan-20k": 15.0, "pan-3k": 30.0, "pan-two-maps": None}
"""Least that is allowed; two plans on two maps, 20,000 cells in view on each, have no floor in the issue."""
BUNDLE_KB = 220.0


def bench(*, quick: bool = False, postgis_url: str | None = None) -> dict[str, Any]:
    """Run every case and return the bench's report.

    quick: a small ground and few repeats, the same checks. postgis_url: taken for the sake of the other benches; the
    page is measured over SQLite.
    Raises InvalidInputError when Playwright, Chromium or the built page is missing, saying what to install.
    """
    require_tools()
    measure = yardstick(100_000 if quick else 1_000_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = _made_store(folder, QUICK_CELLS if quick else BRANCH_CELLS)
        script = _bench_script(folder)
        with served(url) as (address, cookie), browsers() as start:
            figures = page_figures(start(FLAGS), address, cookie, script, quick)
            peers, notes = peer_cases(start, folder, url, figures, quick)
    checks = figures.checks | {"postgis_url": postgis_url, "peers": notes}
    return report("page", [*_cases(figures), *peers], measure) | {"checks": checks}


def require_tools() -> None:
    """Raise InvalidInputError unless Playwright, Chromium and the built page are there."""
    from importlib.util import find_spec

    there = {
        "playwright": find_spec("playwright") is not None,
        "chromium": shutil.which("chromium") is not None or shutil.which("chromium-browser") is not None,
        "page": (STATIC / "app.js").is_file() and (ROOT / "api/web/node_modules").is_dir(),
    }
    missing = [REMEDIES[name] for name, found in there.items() if not found]
    if missing:
        raise InvalidInputError("the bench of the page lacks what it runs with: {remedy}", remedy="; ".join(missing))


def _made_store(folder: Path, branch_cells: int) -> str:
    url = f"sqlite:///{folder}/page.db"
    engine = open_engine(url)
    make_store(engine, {}, {})
    with engine.begin() as connection:
        publish_made_up(connection, BRANCHES, branch_cells)
    engine.dispose()
    return url


def _bench_script(folder: Path) -> Path:
    """Bundle the page with the bench's room."""
    out = folder / "bench.js"
    command = [str(ROOT / "scripts/npm"), "run", "--silent", "bench", "--", str(out)]
    subprocess.run(command, check=True, capture_output=True, env=dict(os.environ))  # noqa: S603 - our own
    return out


def _cases(figures: Figures) -> list[Case]:
    cases = [Case(name, unit, figures.medians[name], "lower", floor) for name, (unit, floor) in FLOORS.items()]
    cases += [Case(name, "frames/s", figures.medians[name], "higher", floor) for name, floor in PANS.items()]
    # What one person loads: the script and the words of one language, the longer one, as the build counts it.
    sizes = [len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in ("app.js", "words-en.js", "words-zh.js")]
    size = (sizes[0] + max(sizes[1:])) / 1024
    return [*cases, Case("bundle", "KB", round(size, 1), "lower", BUNDLE_KB)]
