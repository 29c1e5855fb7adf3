"""A private PostgreSQL with PostGIS for benches and tests: on a Unix socket, no TCP, as an unprivileged user.

Knows nothing of gridgeo. ``GRIDGEO_TEST_POSTGRES`` names a running server to use instead: a URL of a role that may
create databases.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

REMEDY = "install the system packages postgresql-15 and postgresql-15-postgis-3 (or run scripts/test as root)"
SUPERUSER = "gridgeo"
SCHEME = "postgresql+psycopg"
START_WITHIN_S = 30.0
SETTINGS = {
    "listen_addresses": "",
    # Nothing here outlives its owner, so nothing needs to reach the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
}
PROGRAM_FOLDERS = Path("/usr/lib/postgresql")
"""Where Debian puts each version's programs."""


class NoServerError(RuntimeError):
    """There can be no PostGIS here; the message says what to install."""


@dataclass(frozen=True)
class PostgisServer:
    """A running server.

    folder: data, log and socket of a private one; None for somebody else's server. base: URL without a database,
    with a ``{database}`` field. made: databases made here.
    """

    base: str
    folder: Path | None = None
    made: list[str] = field(default_factory=list)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return self.base.format(database=database)

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Return an autocommitting connection of the superuser."""
        return psycopg.connect(self.url(database).replace(f"{SCHEME}://", "postgresql://"), autocommit=True)

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, empty or as a copy, and return its URL."""
        origin = f' TEMPLATE "{template}"' if template else " TEMPLATE template0 ENCODING 'UTF8'"
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"{origin}')  # type: ignore[call-overload,unused-ignore]
        self.made.append(name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[call-overload,unused-ignore]


@contextlib.contextmanager
def postgis_server() -> Iterator[PostgisServer]:
    """Yield a server with PostGIS and remove every trace of it at the end, whatever happened in between."""
    given = os.environ.get("GRIDGEO_TEST_POSTGRES")
    if given:
        yield from _somebody_elses(given)
        return
    folder = Path(tempfile.mkdtemp(prefix="gridgeo-pg-"))
    process: subprocess.Popen[bytes] | None = None
    try:
        process = _start(folder)
        server = PostgisServer(f"{SCHEME}://{SUPERUSER}@/{{database}}?host={folder}", folder)
        _wait(server, process)
        _require_postgis(server)
        yield server
    finally:
        if process is not None:
            _stop(process)
        remove(folder)


def _somebody_elses(url: str) -> Iterator[PostgisServer]:
    """Yield a running server and drop what was made in it."""
    parts = urlsplit(url)
    server = PostgisServer(f"{SCHEME}://{parts.netloc}/{{database}}?{parts.query}")
    try:
        _require_postgis(server)
    except psycopg.OperationalError as error:
        raise NoServerError(f"the server of GRIDGEO_TEST_POSTGRES does not answer: {error}") from None
    try:
        yield server
    finally:
        for name in server.made:
            server.drop_database(name)


@contextlib.contextmanager
def empty_database(url: str | None) -> Iterator[str | None]:
    """Yield the URL of an empty PostGIS database: the given one, else one of a private server, else None."""
    if url is not None:
        yield url
        return
    with contextlib.ExitStack() as held:
        try:
            server = held.enter_context(postgis_server())
        except NoServerError:
            made = None
        else:
            made = server.create_database(f"gridgeo_bench_{os.getpid()}")
        yield made


def remove(folder: Path) -> None:
    """Remove the folder of a private server that has stopped."""
    shutil.rmtree(folder, ignore_errors=True)


def gone_within(process_id: int, limit_s: float) -> bool:
    """Wait until a process has ended; tell whether it did in time."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL programs; NoServerError when there are none."""
    folders = sorted(PROGRAM_FOLDERS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if folders:
        return folders[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise NoServerError(f"PostgreSQL is not installed: {REMEDY}")


def _account() -> dict[str, Any]:
    """Return whom to run as: initdb refuses root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoServerError("PostgreSQL does not run as root and there is neither a postgres nor a nobody account")


def _start(folder: Path) -> subprocess.Popen[bytes]:
    programs, account, data = binaries(), _account(), folder / "data"
    if account:
        os.chown(folder, account["user"], account["group"])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {
        "LC_ALL": "C.UTF-8"
    }
    common: dict[str, Any] = {"cwd": folder, "env": environment, "stdin": subprocess.DEVNULL, **account}
    made = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [
            programs / "initdb",
            "-D",
            data,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        ],
        capture_output=True,
        check=False,
        **common,
    )
    if made.returncode:
        raise NoServerError(f"initdb failed: {made.stderr.decode(errors='replace').strip()}")
    options = SETTINGS | {"unix_socket_directories": str(folder)}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
            [programs / "postgres", "-D", data, *arguments],
            stdout=log,
            stderr=log,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            **common,
        )


def _die_with_parent() -> None:
    """Have the kernel stop the server when its owner is killed and cannot do it themselves."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGQUIT)


def _wait(server: PostgisServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        try:
            server.connect().close()
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                log = (server.folder or Path()) / "server.log"
                last = log.read_text(errors="replace").strip().splitlines()[-3:]
                raise NoServerError(f"PostgreSQL did not start: {error}; {' / '.join(last)}") from None
            time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=10)


def _require_postgis(server: PostgisServer) -> None:
    with server.connect() as connection:
        row = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'").fetchone()
    if row is None:
        raise NoServerError(f"PostgreSQL has no PostGIS: {REMEDY}")
