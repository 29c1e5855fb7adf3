"""The service under load: a whole branch read by many clients at once, then a mixture of requests for half a minute.

The load comes from wrk, a program of its own on the same cores; the store is PostGIS on the same cores too.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import orjson

from gridgeo.bench.report import Case
from gridgeo.bench.serve_store import SCORES, publish_made_up
from gridgeo.cells import cell_strings, centres
from gridgeo.domain import CellArray
from gridgeo.errors import InvalidInputError
from gridgeo.maps.mercator import world_xy
from gridgeo.storage import open_engine

BRANCHES, BRANCH_CELLS, QUICK_CELLS = 4, 5_000, 300
CLIENTS, THREADS = 16, 2
READ_S, MIXED_S, QUICK_S, WARM_S = 10, 30, 2, 2
P50_MS, P99_MS, MIXED_A_S = 15.0, 100.0, 300.0
TILE_ZOOM = 12
UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
# Every thread walks the same list; a request is a line of it.
SCRIPT = """\
local paths, at = {}, 0
for path in io.lines("%s") do paths[#paths + 1] = path end
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""


@dataclass(frozen=True)
class Driven:
    """What wrk says of a run; failed: answers that were no success, and connections that broke."""

    p50_ms: float
    p99_ms: float
    a_second: float
    failed: int


def cases(quick: bool, owner_url: str, service_url: str) -> list[Case]:
    """Return the cases branch-read and mixed-load of a service over a migrated, empty store.

    owner_url: who may write; service_url: the login that the service runs with.

    Raises InvalidInputError when wrk is missing, RuntimeError when an answer is not what was published.
    """
    if shutil.which("wrk") is None:
        raise InvalidInputError(
            "the bench of the service needs wrk, which drives its load: install the system package wrk"
        )
    size = QUICK_CELLS if quick else BRANCH_CELLS
    cells = _published(owner_url, size)
    with tempfile.TemporaryDirectory(prefix="gridgeo-bench-") as folder, served(service_url) as (url, cookie):
        branch = f"/api/v1/cells?branch_id=b0&measures={','.join(SCORES)}"
        _require_whole(url + branch, cookie, size)
        for_s = (QUICK_S, QUICK_S) if quick else (READ_S, MIXED_S)
        read = drive(url, cookie, [branch], for_s[0], Path(folder))
        mixed = drive(url, cookie, _mixture(url, cookie, cells), for_s[1], Path(folder))
    floors = (None, None, None) if quick else (P50_MS, P99_MS, MIXED_A_S)
    return [
        Case("branch-read", f"ms at p50, {CLIENTS} clients", read.p50_ms, "lower", floors[0]),
        Case("branch-read-p99", "ms", read.p99_ms, "lower", floors[1]),
        Case("branch-read-rate", "requests a s", read.a_second, "higher"),
        Case("branch-read-errors", "answers", float(read.failed), "lower", 0.0),
        Case("mixed-load", "requests a s", mixed.a_second, "higher", floors[2]),
        Case("mixed-load-p99", "ms", mixed.p99_ms, "lower"),
        Case("mixed-load-errors", "answers", float(mixed.failed), "lower", 0.0),
    ]


def _published(store_url: str, branch_cells: int) -> CellArray:
    engine = open_engine(store_url)
    with engine.begin() as connection:
        cells = publish_made_up(connection, BRANCHES, branch_cells)
    engine.dispose()
    return cells


@contextmanager
def served(store_url: str) -> Iterator[tuple[str, str]]:
    """Run `gridgeo serve` over a store for the length of a block; gives its address and a session's cookie."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gridgeo.cli.main", "serve", "--port", str(port), "--json"]
    # By the environment: a command line would show the password to everybody on the machine.
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "GRIDGEO_STORE_URL": store_url}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)  # noqa: S603 - our own
    try:
        line = process.stdout.readline() if process.stdout else b""
        if not line:
            raise RuntimeError("gridgeo serve has ended before it listened")
        told = orjson.loads(line)
        with httpx.Client() as client:
            _log_in(client, told["login"])
            name, value = next(iter(client.cookies.items()))
        yield told["url"], f"{name}={value}"
    finally:
        process.terminate()
        process.communicate()


def _log_in(client: httpx.Client, link: str) -> None:
    """Open the login link; RuntimeError when it lets nobody in."""
    answer = client.get(link, timeout=60.0)
    if not client.cookies:
        raise RuntimeError(f"the login link was answered with {answer.status_code}")


def _require_whole(address: str, cookie: str, size: int) -> None:
    """Raise RuntimeError unless the answer holds every cell of the branch with its scores."""
    body = httpx.get(address, headers={"cookie": cookie}).raise_for_status().json()
    if len(body["cells"]) != size or set(body["measures"]) != set(SCORES):
        raise RuntimeError(f"expected {size} cells with {len(SCORES)} scores, got {len(body['cells'])}")


def _mixture(url: str, cookie: str, cells: CellArray) -> list[str]:
    """Return what a page asks for: lists, a branch, single cells, tiles of two layers."""
    some = cells[:: max(1, len(cells) // 50)]
    column, row = (np.floor(axis * 2**TILE_ZOOM).astype(int) for axis in world_xy(*centres(some)))
    tiles = sorted(set(zip(column.tolist(), row.tolist(), strict=True)))[:8]
    paths = [f"/api/v1/cells/{name}" for name in cell_strings(some)]
    paths += [f"/tiles/cells/{TILE_ZOOM}/{x}/{y}.mvt?measure=penetration" for x, y in tiles] * 4
    paths += ["/api/v1/branches", "/api/v1/territories", "/api/v1/measures"] * 5
    paths += [f"/api/v1/cells?branch_id=b{at}&measures=penetration" for at in range(BRANCHES)] * 2
    with httpx.Client(headers={"cookie": cookie}) as client:
        return [path for path in paths if client.get(url + path).raise_for_status()]


def drive(url: str, cookie: str, paths: Sequence[str], seconds: int, folder: Path) -> Driven:
    """Ask for the paths in turn by many clients for some seconds, after a shorter run that is not counted."""
    listed, script = folder / "paths.txt", folder / "paths.lua"
    listed.write_text("\n".join(paths), encoding="utf-8")
    script.write_text(SCRIPT % listed, encoding="utf-8")
    command = ["wrk", f"-t{THREADS}", f"-c{CLIENTS}", "--latency", "-s", str(script), "-H", f"Cookie: {cookie}"]
    command += ["-H", "Accept-Encoding: gzip"]
    subprocess.run([*command, f"-d{WARM_S}s", url], check=True, capture_output=True)  # noqa: S603 - found before
    done = subprocess.run([*command, f"-d{seconds}s", url], check=True, capture_output=True, text=True)  # noqa: S603
    return driven_from_text(done.stdout)


def driven_from_text(text: str) -> Driven:
    """Read what wrk prints.

    Raises RuntimeError when it is not the form that is known.
    """
    found = dict(re.findall(r"^\s+(50|99)%\s+([\d.]+(?:us|ms|s|m))$", text, re.MULTILINE))
    rate = re.search(r"^Requests/sec:\s+([\d.]+)$", text, re.MULTILINE)
    if set(found) != {"50", "99"} or rate is None:
        raise RuntimeError(f"wrk said what cannot be read: {text!r}")
    failed = sum(int(count) for count in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    failed += sum(map(int, broken.groups())) if broken else 0
    return Driven(_ms(found["50"]), _ms(found["99"]), float(rate.group(1)), failed)


def _ms(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return round(float(number) * UNITS_MS[unit], 3)
