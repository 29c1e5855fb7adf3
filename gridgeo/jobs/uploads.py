"""Uploaded files: held as a job's payload, imported by a worker along the same path as files on the command line."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import GridgeoError, InvalidInputError
from gridgeo.i18n import Language, translate
from gridgeo.jobs.tasks import Task
from gridgeo.pipeline.intake.importing import import_file
from gridgeo.pipeline.intake.request import IMPORT_STEPS, ImportRequest
from gridgeo.pipeline.intake.understood import preview_file, understood
from gridgeo.pipeline.steps import require_overseer, require_planner
from gridgeo.sources.files import API_LIMITS, ReadOptions
from gridgeo.sources.intake import ImportOptions
from gridgeo.storage.imports import file_record
from gridgeo.storage.jobs import NewJob
from gridgeo.storage.models import ImportFile, Version

_PLAIN_NAME = re.compile(r"[^/\\:\x00-\x1f\x7f]{1,200}")
LISTED = ("table_kind", "file_name", "sha256", "size_bytes", "rows_in", "accepted", "rejected")


@dataclass(frozen=True)
class Upload:
    """One uploaded file and what its sender declares about it."""

    payload: bytes
    file_name: str
    options: ImportOptions
    how: ReadOptions = field(default_factory=lambda: ReadOptions(limits=API_LIMITS))
    merge_on: tuple[str, ...] = ()
    again: bool = False

    def as_job(self, key: str | None) -> NewJob:
        """Return the job that imports it; key: the sender's name for the request."""
        how = {name: value for name, value in asdict(self.how).items() if name != "limits"}
        declared = {
            "options": self.options.as_dict(),
            "how": how,
            "merge_on": self.merge_on,
            "again": self.again,
            "sha256": hashlib.sha256(self.payload).hexdigest(),
        }
        return NewJob("import", json.loads(json.dumps(declared)), self.payload, self.file_name, key)


@contextmanager
def as_request(upload: Upload) -> Iterator[ImportRequest]:
    """Write an uploaded file to a place of its own for as long as the block lasts.

    Raises InvalidInputError for a name that is more than a name, or for nothing at all.
    """
    if not upload.payload:
        raise InvalidInputError("the request has no file in its body")
    if not _PLAIN_NAME.fullmatch(upload.file_name) or upload.file_name.strip(". ") == "":
        raise InvalidInputError("file_name must be a plain name without a path, got {given}", given=upload.file_name)
    with tempfile.TemporaryDirectory(prefix="gridgeo-upload-") as folder:
        # The sender's name never becomes a path; readers go by content.
        path = Path(folder) / "upload"
        path.write_bytes(upload.payload)
        try:
            yield ImportRequest(
                path, upload.options, upload.how, upload.file_name, merge_on=upload.merge_on, again=upload.again
            )
        except GridgeoError as error:
            if str(error.values.get("path")) not in (path.name, str(path)):
                raise
            raise type(error)(error.template, **error.values | {"path": upload.file_name}) from None


def check_upload(connection: sa.Connection, actor: Actor, upload: Upload) -> None:
    """Look at an uploaded file before it is taken: format, limits, and whether it can be understood as declared.

    Raises InvalidInputError when it is hostile, broken, of no known format, over a limit, or lacks what its kind needs;
    NotAllowedError for a role that may not import. Single rows are judged when it is imported.
    """
    require_planner(actor)
    with as_request(upload) as request:
        understood(connection, request)


def preview_upload(connection: sa.Connection, actor: Actor, upload: Upload, language: Language) -> dict[str, Any]:
    """Return what `preview_file` says of an uploaded file, reasons in the language; nothing is written."""
    with as_request(upload) as request:
        shown = preview_file(connection, actor, request)
    return shown | {"rejected": [row | {"reason": translate(row["reason"], language)} for row in shown["rejected"]]}


def upload_of(task: Task) -> Upload:
    """Return the upload that a job was queued for."""
    declared: dict[str, Any] = dict(task.params)
    options = declared["options"]
    lists = {name: tuple(options[name]) for name, value in options.items() if isinstance(value, list)}
    how = ReadOptions(**declared["how"], limits=API_LIMITS)
    return Upload(
        task.payload or b"",
        task.file_name or "upload",
        ImportOptions(**options | lists),
        how,
        tuple(declared["merge_on"]),
        declared["again"],
    )


def do_import(task: Task) -> None:
    """Import the file that came with a job, in one transaction with the job's end."""
    steps = list(IMPORT_STEPS)

    def progress(step: str) -> None:
        task.progress(step, steps.index(step) / len(steps) if step in IMPORT_STEPS else None)

    with as_request(upload_of(task)) as request, task.engine.begin() as connection:
        report = import_file(connection, task.actor, request, task.clock(), progress)
        task.finish(connection, report.as_dict())


def list_imports(
    connection: sa.Connection, actor: Actor, limit: int, before: int | None = None
) -> list[dict[str, Any]]:
    """Return the imported files, newest first: version, kind, file, account, and who took it in when.

    before: a version that the list begins behind.
    """
    require_overseer(actor)
    query = _imports().order_by(ImportFile.version_id.desc()).limit(limit)
    if before is not None:
        query = query.where(ImportFile.version_id < before)
    return [_listed(row) for row in connection.execute(query).mappings()]


def read_import(connection: sa.Connection, actor: Actor, version_id: int) -> dict[str, Any]:
    """Return one imported file with everything declared about it, and the report of its import.

    Raises NotFoundError for a version that no file stands behind.
    """
    require_overseer(actor)
    file_record(connection, version_id)
    query = _imports().add_columns(ImportFile.options, Version.report)
    row = connection.execute(query.where(ImportFile.version_id == version_id)).mappings().one()
    return _listed(row) | {"options": row["options"], "report": row["report"]}


def _imports() -> sa.Select[Any]:
    columns = [getattr(ImportFile, name) for name in LISTED]
    return sa.select(ImportFile.version_id, *columns, Version.actor_id, Version.created_at).join(
        Version, Version.id == ImportFile.version_id
    )


def _listed(row: sa.RowMapping) -> dict[str, Any]:
    return {
        "version": row["version_id"],
        **{name: row[name] for name in LISTED},
        "created_by": row["actor_id"],
        "created_at": row["created_at"].isoformat(),
    }
