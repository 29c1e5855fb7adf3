"""`gridgeo bench import`: a million customers into either store, edits of area grids, members of small areas."""

from __future__ import annotations

import json
import subprocess  # an import's peak memory is that of a process of its own
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import sqlalchemy as sa

from gridgeo.bench import membership, partition
from gridgeo.bench.postgis_server import empty_database
from gridgeo.bench.report import Case, report, yardstick
from gridgeo.storage import open_engine, upgrade

FLOOR_ROWS_PER_S = 100_000.0
FLOOR_MEMORY_MIB = 1024.0
FULL, QUICK = 1_000_000, 20_000
PEER_SHARE = 5
"""The peer takes one row in so many: it is slow, and its rate does not depend on the number."""
ORGS = "id,name,kind,lng,lat\nHQ,Head office,head_office,,\nB1,North,branch,9.5,47.1\nB2,South,branch,9.5,47.0\n"


def bench(*, quick: bool = False, postgis_url: str | None = None) -> dict[str, Any]:
    """Run every case of imports and grids and return the bench's report.

    quick: small files, for the checks and not for the figures. postgis_url: an empty PostGIS database, by default one
    of a private server; where PostgreSQL is not installed the cases that need one are not met.
    """
    with empty_database(postgis_url) as url:
        return _measured(quick, url)


def _measured(quick: bool, postgis_url: str | None) -> dict[str, Any]:
    measure = yardstick(100_000 if quick else 1_000_000)
    rows = QUICK if quick else FULL
    with tempfile.TemporaryDirectory() as folder:
        files = _write_files(Path(folder), rows)
        sqlite = _imported(f"sqlite:///{folder}/bench.db", files, rows)
        postgis = _imported(postgis_url, files, rows) if postgis_url else None
        floor = FLOOR_ROWS_PER_S / measure["scale"]
        cases = [
            _speed("import-1m-sqlite", sqlite, rows, floor, _peer(f"sqlite:///{folder}/peer.db", files, rows)),
            _speed("import-1m-postgis", postgis, rows, floor, _peer(postgis_url, files, rows) if postgis_url else None),
            Case(
                "import-memory", "MiB", round(sqlite["peak_mib"], 1), "lower", floor=None if quick else FLOOR_MEMORY_MIB
            ),
        ]
    cases += partition.cases(quick, postgis_url) + membership.cases(quick)
    checks = {"accepted": sqlite["account"]["accepted"], "rejected": sqlite["account"]["rejected"]}
    return report("import", cases, measure) | {"checks": checks}


def _speed(name: str, done: dict[str, Any] | None, rows: int, floor: float, theirs: float | None) -> Case:
    return Case(
        name,
        "rows/s",
        round(rows / done["seconds"]) if done else None,
        "higher",
        floor=round(floor),
        peer="pandas.read_csv and DataFrame.to_sql, no check of any value",
        peer_version=pd.__version__,
        theirs=None if theirs is None else round(theirs),
    )


def _write_files(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write the units and the customers, invented, with two bad rows in a thousand."""
    rng = np.random.default_rng(7)
    index = np.arange(rows)
    table = pl.DataFrame(
        {
            "id": pl.Series(index, dtype=pl.String).str.zfill(8),
            "branch_id": np.where(rng.random(rows) < 0.002, "B9", np.where(index % 2 == 0, "B1", "B2")),
            "tier": np.array(["high_end", "core", "basic"])[rng.choice(3, rows, p=[0.05, 0.25, 0.7])],
            "address": pl.Series(index % 997, dtype=pl.String) + " Main Street",
            "locality": np.array(["North", "South"])[index % 2],
            "products": rng.integers(0, 6, rows),
            "balance_fen": rng.integers(0, 10**9, rows),
            "last_contact_on": np.array(["2025-03-01", "2025-07-12", None], dtype=object)[index % 3],
            "village_code": pl.Series(100_000 + index % 500, dtype=pl.String),
            "lng": np.round(rng.uniform(9.48, 9.62, rows), 6),
            "lat": np.round(rng.uniform(47.06, 47.26, rows), 6),
            "synthetic": np.full(rows, "yes"),
        }
    )
    orgs, customers = folder / "orgs.csv", folder / "customers.csv"
    orgs.write_text(ORGS, encoding="utf-8")
    table.write_csv(customers)
    return orgs, customers


def _imported(url: str, files: tuple[Path, Path], rows: int) -> dict[str, Any]:
    engine = open_engine(url, create=True)
    upgrade(engine)
    engine.dispose()
    command = [sys.executable, "-m", "gridgeo.bench.import_child", url, *map(str, files)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 - our own module
    body: dict[str, Any] = json.loads(done.stdout)
    if body["account"]["rows_in"] != rows:
        raise RuntimeError(f"{rows} rows were written and {body['account']['rows_in']} read")
    return body


def _peer(url: str, files: tuple[Path, Path], rows: int) -> float:
    """Return rows a second of pandas on its own."""
    count = max(rows // PEER_SHARE, 1)
    engine = sa.create_engine(url)
    began = time.perf_counter()
    table = pd.read_csv(files[1], nrows=count, dtype={"id": str, "village_code": str})
    with engine.begin() as connection:
        table.to_sql("peer_customer", connection, index=False, if_exists="replace", chunksize=10_000)
    seconds = time.perf_counter() - began
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE peer_customer"))
    engine.dispose()
    return count / seconds
