"""OGC API Features beside tipg: the same table, the same questions, the same server, the same load.

The table is made of the published scores; both must answer alike before either is timed.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import psycopg
import shapely
import sqlalchemy as sa

from gridgeo.bench.peers import peers_python
from gridgeo.bench.report import Case
from gridgeo.bench.serve_load import CLIENTS, Driven, drive, served
from gridgeo.bench.serve_store import SCORES
from gridgeo.cells import cell_polygons, cell_strings
from gridgeo.domain.arrays import FloatArray
from gridgeo.maps.columnar import rounded

CHILD = Path(__file__).with_name("serve_tipg_child.py")
TABLE = "bench_cell"
OURS, THEIRS = "/ogc/collections/cells/items", f"/collections/public.{TABLE}/items"
A_PAGE = 200
QUESTIONS, CHECKED, SPAN = 4_000, 12, 0.02
"""Different boxes that are asked for, those that are compared, and degrees a box is wide."""
LOAD_S, QUICK_S = 10, 2
LISTENS_WITHIN_S = 60.0
SAME_DEGREES = 1e-7
"""A centimetre: ours writes seven decimals, tipg nine."""
PIVOT = sa.text(
    "SELECT cell, branch_id, "  # noqa: S608 - names of our own
    + ", ".join(f"max(value) FILTER (WHERE measure = '{name}') AS {name}" for name in SCORES)
    + " FROM cell_score GROUP BY cell, branch_id ORDER BY cell"
)


def cases(quick: bool, owner_url: str, service_url: str) -> list[Case]:
    """Return the cases `tipg` (requests a second) and `tipg-p99` of a published store, none met without the peer.

    owner_url: who may read and write every table; tipg logs in with it. service_url: the login that ours runs with.
    Raises RuntimeError when the two answer differently.
    """
    python = peers_python()
    version = None if python is None else _version(python)
    if python is None or version is None:
        return _cases(None, None, None, quick)
    boxes = _filled(owner_url)
    seconds = QUICK_S if quick else LOAD_S
    with (
        tempfile.TemporaryDirectory(prefix="gridgeo-bench-") as folder,
        served(service_url) as (url, cookie),
        _tipg(python, owner_url) as other,
    ):
        for box in boxes[:CHECKED]:
            require_alike(_features(url + OURS, cookie, box), _features(other + THEIRS, "", box))
        ours = drive(url, cookie, _paths(OURS, boxes), seconds, Path(folder))
        theirs = drive(other, "", _paths(THEIRS, boxes), seconds, Path(folder))
    if ours.failed or theirs.failed:
        raise RuntimeError(f"answers that failed: {ours.failed} of ours, {theirs.failed} of tipg's")
    return _cases(ours, theirs, version, quick)


def require_alike(ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]]) -> None:
    """Raise RuntimeError unless both hold the same features: ids, geometries to a centimetre, what both tell."""
    mine, other = ({str(each["id"]): each for each in features} for features in (ours, theirs))
    if not mine or set(mine) != set(other):
        raise RuntimeError(
            f"ours has {len(mine)} features, tipg {len(other)}, {len(set(mine) & set(other))} are in both"
        )
    for name, each in mine.items():
        if _corners(each).shape != _corners(other[name]).shape or not np.allclose(
            _corners(each), _corners(other[name]), rtol=0.0, atol=SAME_DEGREES
        ):
            raise RuntimeError(f"feature {name} has another geometry at tipg")
        told = {key: each["properties"][key] for key in ("cell", "branch_id", *SCORES)}
        if told != {key: other[name]["properties"][key] for key in told}:
            raise RuntimeError(f"feature {name} has other properties at tipg")


def _corners(feature: dict[str, Any]) -> FloatArray:
    """Return the corners from the lowest on, so that it does not matter where a ring begins."""
    ring = np.array(feature["geometry"]["coordinates"][0])[:-1]
    start = int(np.lexsort(np.round(ring, 6).T)[0])
    return np.roll(ring, -start, axis=0)


def _cases(ours: Driven | None, theirs: Driven | None, version: str | None, quick: bool) -> list[Case]:
    """Return both cases; the floor is tipg's own figure."""
    rate, wait = ("tipg", "requests a s"), ("tipg-p99", f"ms, {CLIENTS} clients")
    if ours is None or theirs is None:
        return [
            Case(*rate, None, "higher", 0.0, "tipg", None, None),
            Case(*wait, None, "lower", 0.0, "tipg", None, None),
        ]
    floors = (None, None) if quick else (theirs.a_second, theirs.p99_ms)
    return [
        Case(*rate, ours.a_second, "higher", floors[0], "tipg", version, theirs.a_second),
        Case(*wait, ours.p99_ms, "lower", floors[1], "tipg", version, theirs.p99_ms),
    ]


def _filled(owner_url: str) -> list[str]:
    """Write the published cells as a table of polygons; return boxes to ask for, as the standard writes them."""
    engine = sa.create_engine(owner_url)
    with engine.connect() as connection:
        rows = connection.execute(PIVOT).all()
    engine.dispose()
    cells = np.array([row[0] for row in rows], dtype=np.uint64)
    shapes = cell_polygons(cells)
    figures = [rounded(np.array(column, dtype=np.float64)).tolist() for column in list(zip(*rows, strict=True))[2:]]
    columns = ", ".join(f"{name} double precision" for name in SCORES)
    with psycopg.connect(_plain(owner_url), autocommit=True) as connection:
        connection.execute(
            f"CREATE TABLE {TABLE} (cell text PRIMARY KEY, branch_id text, {columns}, shape geometry(Polygon, 4326))"
        )
        with connection.cursor() as cursor, cursor.copy(f"COPY {TABLE} FROM STDIN") as copy:
            wkb = shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True).tolist()
            for row in zip(cell_strings(cells), [row[1] for row in rows], *figures, wkb, strict=True):
                copy.write_row(row)
        connection.execute(f"CREATE INDEX ON {TABLE} USING gist (shape)")
        connection.execute(f"VACUUM ANALYZE {TABLE}")
    return _boxes(shapely.bounds(shapes))


def _boxes(bounds: npt.NDArray[np.float64]) -> list[str]:
    """Return boxes of one size at random places among the cells: each holds fewer than a page."""
    rng = np.random.default_rng(1)
    middle = bounds[rng.integers(0, len(bounds), QUESTIONS), :2] + rng.uniform(0.0, SPAN, (QUESTIONS, 2))
    return [f"{x:.6f},{y:.6f},{x + SPAN:.6f},{y + SPAN:.6f}" for x, y in (middle - SPAN / 2.0).tolist()]


def _paths(items: str, boxes: Sequence[str]) -> list[str]:
    form = "&f=geojson" if items == THEIRS else ""
    return [f"{items}?bbox={box}&limit={A_PAGE}{form}" for box in boxes]


def _features(items: str, cookie: str, box: str) -> list[dict[str, Any]]:
    answer = httpx.get(items, params={"bbox": box, "limit": A_PAGE}, headers={"cookie": cookie}, timeout=60.0)
    found: list[dict[str, Any]] = answer.raise_for_status().json()["features"]
    return found


@contextmanager
def _tipg(python: Path, owner_url: str) -> Iterator[str]:
    """Run tipg over the database for the length of a block; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = find_spec("granian")
    if found is None or found.origin is None:
        raise RuntimeError("the server that both run under is not installed")
    base = sa.make_url(owner_url)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "POSTGRES"))}
    environment |= {"DATABASE_URL": _libpq(base), "TIPG_CATALOG_TTL": "0"}
    command = [str(python), str(CHILD), str(Path(found.origin).parents[1]), str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + LISTENS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(address).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError("tipg does not listen")


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def _libpq(url: sa.URL) -> str:
    """Return the address with the folder of the socket as its host, as tipg's settings want it."""
    folder = str(url.query.get("host", ""))
    if not folder:
        return _plain(url.render_as_string(hide_password=False))
    who = f"{url.username}:{url.password}" if url.password else f"{url.username}"
    return f"postgresql://{who}@{folder.replace('/', '%2F')}/{url.database}"


def _version(python: Path) -> str | None:
    asked = "from importlib.metadata import version; print(version('tipg'))"
    done = subprocess.run([str(python), "-c", asked], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip() if done.returncode == 0 else None
