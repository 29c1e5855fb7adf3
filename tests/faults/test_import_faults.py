"""An import that is killed anywhere, or that fills the disk, leaves the version before live and whole."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import BusyError
from gridgeo.pipeline.intake import ImportRequest, import_file
from gridgeo.sources.intake import ImportOptions
from gridgeo.storage import live, open_engine, read_frame
from gridgeo.storage.models import ImportFile, Version
from tests.warm_commands import WarmCommands

ORGS = "id,name,kind,lng,lat\nA,North,branch,9.52,47.21\n"
ROWS = 120_000
"""Several batches: the kill must be able to come between two of them."""

DYING = """
import os, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from gridgeo.domain import local_actor
from gridgeo.pipeline.intake import ImportRequest, import_file
from gridgeo.sources.intake import ImportOptions
from gridgeo.storage import open_engine

url, path, moment = sys.argv[1:4]
seen = []

def progress(step):
    seen.append(step)
    if f"{step} {seen.count(step)}" == moment:
        os.kill(os.getpid(), signal.SIGKILL)

with open_engine(url).begin() as connection:
    request = ImportRequest(Path(path), ImportOptions("customers"))
    import_file(connection, local_actor(), request, datetime.now(UTC), progress)
    progress("commit")
"""
"""An import that kills itself at a moment: the n-th time that it names a step."""
MOMENTS = ["read 1", "write 1", "write 2", "compare 1", "finish 1", "commit 1"]

See = Callable[[], tuple[int, int, int]]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Units, few customers, and many other ones."""
    few = pl.DataFrame({"id": ["C1", "C2"], "branch_id": "A"})
    many = pl.DataFrame({"id": pl.int_range(ROWS, eager=True).cast(pl.String), "branch_id": "A"})
    (tmp_path / "orgs.csv").write_text(ORGS)
    few.write_csv(tmp_path / "few.csv")
    many.write_csv(tmp_path / "many.csv")
    return {name: tmp_path / f"{name}.csv" for name in ("orgs", "few", "many")}


def take(engine: sa.Engine, actor: Actor, kind: str, path: Path, now: datetime) -> None:
    with engine.begin() as connection:
        import_file(connection, actor, ImportRequest(path, ImportOptions(kind, datum="wgs84")), now)


@pytest.fixture
def see(engine: sa.Engine, actor: Actor, files: dict[str, Path], now: datetime) -> See:
    """A store with few customers; tells what is live, how many customers readers see, and what else there is."""
    take(engine, actor, "orgs", files["orgs"], now)
    take(engine, actor, "customers", files["few"], now)

    def look() -> tuple[int, int, int]:
        with engine.connect() as connection:
            bank = live(connection, "bank").id
            versions = connection.scalar(sa.select(sa.func.count()).select_from(Version)) or 0
            files_kept = connection.scalar(sa.select(sa.func.count()).select_from(ImportFile)) or 0
            return bank, read_frame(connection, "customer", version_id=bank).height, versions * 100 + files_kept

    return look


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_import_killed_anywhere_leaves_the_version_before(
    store_url: str,
    engine: sa.Engine,
    actor: Actor,
    files: dict[str, Path],
    now: datetime,
    see: See,
    moment: str,
    warm_commands: WarmCommands,
) -> None:
    before = see()
    done = warm_commands.run([store_url, files["many"], moment], code=DYING)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert see() == before
    take(engine, actor, "customers", files["many"], now)
    assert see()[1] == ROWS


def test_an_import_that_is_not_killed_goes_live(
    store_url: str, files: dict[str, Path], see: See, warm_commands: WarmCommands
) -> None:
    """The control of the kills: the same program, told to die at a moment that never comes."""
    assert warm_commands.run([store_url, files["many"], "never 1"], code=DYING).returncode == 0
    assert see()[1] == ROWS


@contextmanager
def full_disk(url: str) -> Iterator[sa.Engine]:
    """Open a SQLite store whose file may grow by a hundred pages and no more."""
    engine = open_engine(url)

    @sa.event.listens_for(engine, "connect")
    def limit(connection: object, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA max_page_count={pages + 100}")  # type: ignore[attr-defined]

    engine.pool.dispose()
    yield engine
    engine.dispose()


@pytest.mark.parametrize("store_kind", ["sqlite"], indirect=False)
def test_a_full_disk_leaves_the_version_before(
    store_url: str, engine: sa.Engine, actor: Actor, files: dict[str, Path], now: datetime, see: See
) -> None:
    before = see()
    with full_disk(store_url) as small, pytest.raises(BusyError, match="the disk of the store is full"):
        take(small, actor, "customers", files["many"], now)
    assert see() == before
    take(engine, actor, "customers", files["many"], now)
    assert see()[1] == ROWS


LIMITED = """
import resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from gridgeo.cli.main import run
sys.exit(run(sys.argv[2:]))
"""


@pytest.mark.parametrize("store_kind", ["sqlite"], indirect=False)
def test_a_file_system_that_refuses_more_bytes_leaves_the_version_before(
    store_url: str, engine: sa.Engine, files: dict[str, Path], see: See, warm_commands: WarmCommands
) -> None:
    before = see()
    size = Path(store_url.removeprefix("sqlite:///")).stat().st_size
    arguments = ["import", "customers", str(files["many"]), "--store", store_url, "--json"]
    done = warm_commands.run([str(size + (1 << 20)), *arguments], code=LIMITED)
    assert done.returncode != 0
    assert see() == before
    engine.dispose()
    whole = warm_commands.run([str(1 << 40), *arguments], code=LIMITED)
    assert json.loads(whole.stdout)["accepted"] == ROWS, whole.stderr
    assert see()[1] == ROWS
