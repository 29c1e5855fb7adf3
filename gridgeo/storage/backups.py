"""Back a store up into a file and bring it back: by SQLite's own copy, or PostgreSQL's pg_dump and pg_restore.

Beside the file stands a manifest, which says what it holds: after a restore every table is held against it.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from gridgeo import __version__
from gridgeo.errors import ConflictError, GridgeoError, InvalidInputError, NotFoundError
from gridgeo.storage import backup_file, backup_server
from gridgeo.storage.engine import reading, store_name
from gridgeo.storage.migrations import check_schema, store_revision
from gridgeo.storage.moving import as_owner
from gridgeo.storage.whole import PartDone, TableDigest, digests, nothing_told

KINDS = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}
"""How a backup begins -> the kind of store that it is of."""


@dataclass(frozen=True)
class BackupReport:
    """What a backup holds. compared: whether every table came back as it was; None when nothing said how that was."""

    store: str
    file: str
    size_bytes: int
    revision: str
    tables: dict[str, TableDigest]
    compared: bool | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        rows = sum(each.rows for each in self.tables.values())
        return asdict(self) | {"rows": rows}


def backup(engine: sa.Engine, file: Path, told: PartDone = nothing_told) -> BackupReport:
    """Write a store as it is at one moment into a new file, and the manifest beside it; others go on working.

    Raises ConflictError when the file is there already, InvalidInputError when its folder is missing, the store has
    another schema, or the programs of PostgreSQL are missing or too old.
    """
    check_schema(engine)
    if file.exists():
        raise ConflictError("file {file} exists already: name another one", file=str(file))
    if not file.parent.is_dir():
        raise InvalidInputError("folder {folder} does not exist", folder=str(file.parent))
    partial = file.with_name(f"{file.name}.partial")
    try:
        found = (_of_file if engine.dialect.name == "sqlite" else _of_server)(engine, partial, told)
        report = BackupReport(store_name(engine.url), str(file), partial.stat().st_size, *found)
        manifest_of(file).write_bytes(_manifest(engine, report, partial))
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return report


def restore(engine: sa.Engine, file: Path, told: PartDone = nothing_told) -> BackupReport:
    """Fill an empty store from a backup and hold every table against its manifest.

    Of an older release's backup the rows come back as they were then: `upgrade` is the next step. Without its manifest
    a file is taken too, and nothing is compared.
    Raises NotFoundError for a missing file, ConflictError when the store holds data, InvalidInputError when the file is
    no backup of this kind of store, has changed since or is of a newer release. The store is empty then, as it was.
    """
    manifest = _read_manifest(engine, file)
    side = backup_file if engine.dialect.name == "sqlite" else backup_server
    with side.restored(engine, file):
        revision = store_revision(engine)
        wanted = {name: TableDigest(**each) for name, each in manifest["tables"].items()} if manifest else {}
        same_schema = manifest is not None and _is_current(engine)
        found = _digests(engine, told) if same_schema else {}
        if same_schema and found != wanted:
            wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
            raise GridgeoError("the backup came back otherwise than it was made: {tables}", tables=", ".join(wrong))
    size = file.stat().st_size
    return BackupReport(store_name(engine.url), str(file), size, revision or "", found or wanted, same_schema or None)


def manifest_of(file: Path) -> Path:
    """Return where the manifest of a backup stands."""
    return file.with_name(f"{file.name}.json")


def _of_file(engine: sa.Engine, partial: Path, told: PartDone) -> tuple[str, dict[str, TableDigest]]:
    """Copy a SQLite file; what it holds is read out of the copy."""
    with backup_file.copied(engine, partial) as copy:
        return store_revision(copy) or "", _digests(copy, told)


def _of_server(engine: sa.Engine, partial: Path, told: PartDone) -> tuple[str, dict[str, TableDigest]]:
    """Dump a PostgreSQL store; what it holds is read in the same moment."""
    revision = store_revision(engine) or ""
    with reading(engine) as connection:
        as_owner(connection)
        connection.execute(sa.text("SELECT set_config('idle_in_transaction_session_timeout', '0', true)"))
        backup_server.dump(connection, partial)
        return revision, digests(connection, told)


def _digests(engine: sa.Engine, told: PartDone) -> dict[str, TableDigest]:
    with reading(engine) as connection:
        as_owner(connection)
        return digests(connection, told)


def _is_current(engine: sa.Engine) -> bool:
    try:
        check_schema(engine)
    except InvalidInputError:
        return False
    return True


def _manifest(engine: sa.Engine, report: BackupReport, partial: Path) -> bytes:
    body = {
        "format": 1,
        "gridgeo": __version__,
        "kind": engine.dialect.name,
        "revision": report.revision,
        "sha256": _sha256(partial),
        "tables": {name: asdict(each) for name, each in report.tables.items()},
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2)


def _read_manifest(engine: sa.Engine, file: Path) -> dict[str, Any] | None:
    if not file.is_file():
        raise NotFoundError("there is no file {file}", file=str(file))
    with file.open("rb") as opened:
        head = opened.read(16)
    kind = next((name for begin, name in KINDS.items() if head.startswith(begin)), None)
    if kind is None:
        raise InvalidInputError("file {file} is no backup of a store", file=str(file))
    if kind != engine.dialect.name:
        raise InvalidInputError(
            "backup {file} is of a {kind} store: restore it into one, then run gridgeo db move",
            file=str(file),
            kind=kind,
        )
    beside = manifest_of(file)
    if not beside.is_file():
        return None
    try:
        manifest: dict[str, Any] = orjson.loads(beside.read_bytes())
        known = manifest["sha256"], manifest["tables"], manifest["revision"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise InvalidInputError("manifest {file} cannot be read", file=str(beside)) from error
    if known[0] != _sha256(file):
        raise InvalidInputError("backup {file} is not what its manifest says: it has changed since", file=str(file))
    return manifest


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
