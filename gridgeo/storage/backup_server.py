"""A PostgreSQL store dumped and brought back by PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from psycopg.conninfo import make_conninfo

from gridgeo.errors import InvalidInputError
from gridgeo.storage.engine import store_name
from gridgeo.storage.grants import application_login, functions_of_ours, note_application, settle_grants
from gridgeo.storage.logins import owner_to_become
from gridgeo.storage.migrations import require_known, upgrade
from gridgeo.storage.models import Base
from gridgeo.storage.moving import as_owner, require_empty_store

PROGRAM_FOLDERS = Path("/usr/lib/postgresql")
"""Where Debian puts each version's programs."""
SEES_EVERYTHING = "-c gridgeo.scope=all -c gridgeo.parties=all"
"""Settings of the session: the policies hold for whoever dumps, too."""
LEFT_OUT = re.compile(r"^\d+; \d+ \d+ (SCHEMA|EXTENSION|COMMENT|ACL|DEFAULT ACL|TABLE DATA \S+ spatial_ref_sys) ")
"""Lines of a dump's list that belong to the database it came from."""


def dump(connection: sa.Connection, file: Path) -> None:
    """Write the store as the transaction of the connection sees it, in pg_dump's custom format."""
    program = _program("pg_dump", connection)
    schema = str(connection.scalar(sa.text("SELECT current_schema()")))
    snapshot = str(connection.scalar(sa.text("SELECT pg_export_snapshot()")))
    options = ["--format=custom", "--no-owner", "--no-acl", "--enable-row-security", f"--snapshot={snapshot}"]
    _run(connection, [program, *options, f"--schema={schema}", f"--file={file}"])


@contextmanager
def restored(engine: sa.Engine, file: Path) -> Iterator[None]:
    """Fill an empty store from a dump; it is empty again, with the tables of this release, when the block fails.

    Raises ConflictError when the store holds data, InvalidInputError when the dump is damaged or of a newer release.
    """
    require_empty_store(engine)
    with engine.begin() as connection:
        program = _program("pg_restore", connection)
        as_owner(connection)
        application = application_login(connection)
        _drop(connection)
    try:
        with engine.connect() as connection, tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
            chosen.write(_chosen(connection, program, file))
            chosen.flush()
            options = ["--no-owner", "--no-acl", "--single-transaction", "--exit-on-error"]
            _run(connection, [program, *options, f"--use-list={chosen.name}", str(file)], into=True)
        require_known(engine)
        with engine.begin() as connection:
            as_owner(connection)
            note_application(connection, application)
            settle_grants(connection)
        yield
    except BaseException:
        _empty_again(engine, application)
        raise


def _empty_again(engine: sa.Engine, application: str | None) -> None:
    with engine.begin() as connection:
        as_owner(connection)
        _drop(connection)
    upgrade(engine)
    with engine.begin() as connection:
        as_owner(connection)
        note_application(connection, application)
        settle_grants(connection)


def _drop(connection: sa.Connection) -> None:
    names = ", ".join([*Base.metadata.tables, "alembic_version"])
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {names} CASCADE")
    for function in connection.scalars(functions_of_ours()).all():
        connection.exec_driver_sql(f"DROP FUNCTION {function}")


def _chosen(connection: sa.Connection, program: str, file: Path) -> str:
    """Return the dump's list without what belongs to the database it came from."""
    listed = _run(connection, [program, "--list", str(file)])
    return "".join(f"{line}\n" for line in listed.splitlines() if not LEFT_OUT.match(line))


def _program(name: str, connection: sa.Connection) -> str:
    """Return the newest program of PostgreSQL's of a name.

    Raises InvalidInputError when there is none, or none as new as the server.
    """
    folders = [str(path) for path in PROGRAM_FOLDERS.glob("*/bin")]
    found = {path for folder in (*folders, None) if (path := shutil.which(name, path=folder))}
    versions = {path: _version(path) for path in found}
    server = int(str(connection.scalar(sa.text("SHOW server_version_num")))) // 10_000
    best = max(versions, key=lambda path: versions[path], default=None)
    if best is None:
        raise InvalidInputError(
            "{program} is not installed here: install the system package postgresql-client-{version}",
            program=name,
            version=server,
        )
    if versions[best] < server:
        raise InvalidInputError(
            "{program} {found} is older than the server ({version}): install the system package "
            "postgresql-client-{version}",
            program=name,
            found=versions[best],
            version=server,
        )
    return best


def _version(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0


def _run(connection: sa.Connection, command: Sequence[str], *, into: bool = False) -> str:
    """Run a program of PostgreSQL's against the store of the connection and return what it prints.

    into: it writes into the database rather than reads a file. The password goes by the environment, which other
    people of the machine do not see.
    Raises InvalidInputError with its last words.
    """
    url = connection.engine.url
    where = {name: str(value) for name, value in url.query.items()}
    parts = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    where |= {name: str(value) for name, value in parts.items() if value is not None}
    password = where.pop("password", None) or url.password
    program, *rest = command
    options = [] if "--list" in rest else [f"--dbname={make_conninfo(**where)}", *_as_owner(connection)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment = inherited | {"PGOPTIONS": SEES_EVERYTHING} | ({"PGPASSWORD": str(password)} if password else {})
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [program, *options, *rest], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
        raise InvalidInputError(
            "{program} failed at {place}: {detail}",
            program=Path(program).name,
            place=store_name(url) if into or "--list" not in rest else rest[-1],
            detail=lines[0] if lines else str(done.returncode),
        )
    return done.stdout


def _as_owner(connection: sa.Connection) -> list[str]:
    now, at_login = connection.execute(sa.text("SELECT current_user, session_user")).one()
    owner = str(now) if now != at_login else owner_to_become(connection)
    return [] if owner is None else [f"--role={owner}"]
