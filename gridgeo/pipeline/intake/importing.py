"""One file into the store: read, understood, written under a version of its own, taken live; all in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.intake.compose import PLACES, compose, is_synthetic, live_or_none, standing_version
from gridgeo.pipeline.intake.datum_check import datum_doubt
from gridgeo.pipeline.intake.denominators import rematch
from gridgeo.pipeline.intake.request import ImportReport, ImportRequest
from gridgeo.pipeline.intake.staging import Staged, stage
from gridgeo.pipeline.intake.understood import FileUnderstood, understood
from gridgeo.pipeline.steps import Progress, no_progress, require_planner
from gridgeo.sources.intake import CellTable, ImportKind, import_kind
from gridgeo.storage import finish_version, new_version, version_record
from gridgeo.storage.imports import (
    FileRecord,
    changes_between,
    count_rows,
    files_alike,
    keep_columns,
    keep_rows,
    loading,
    record_file,
)


def import_file(
    connection: sa.Connection,
    actor: Actor,
    request: ImportRequest,
    now: datetime,
    progress: Progress = no_progress,
) -> ImportReport:
    """Take a file into the store as a new version of its dataset, and into the bank or ground that readers see.

    Everything happens in the caller's transaction: after a kill, a full disk or an error the version before is live.
    The same bytes with the same declarations, still live, are recognised and not written again. A file of which no row
    is taken is kept with its rejected rows and not taken live.
    Raises InvalidInputError when the file as a whole does not fit, NotAllowedError for roles that may not import; rows
    that do not fit are kept with their reasons.
    """
    require_planner(actor)
    kind = import_kind(request.options.kind)
    digest = request.digest()
    found = None if request.again else _had_already(connection, request, digest)
    if found is not None:
        return _repeated(connection, request, found)
    progress("read")
    file = understood(connection, request)
    before = standing_version(connection, kind.name)
    version_id = new_version(connection, actor, kind.name, params=_params(connection, request, digest), now=now)
    with loading(connection):
        staged = stage(connection, file, request, (before, version_id), progress)
        progress("compare")
        changes = _compared(connection, request, file, (before, version_id), staged.written)
    progress("finish")
    account = file.account.as_dict() | {"rows_out": staged.written}
    report = ImportReport(
        kind=kind.name,
        file=request.name,
        version_id=version_id,
        composed={},
        account=account,
        changes=changes,
        notes=file.notes() | _doubts(connection, kind, staged, before),
        matches=staged.matches,
        examples=staged.refused.first,
        synthetic=staged.synthetic or (_keeps(request) and is_synthetic(connection, before)),
        live=file.account.accepted > 0,
    )
    finish_version(connection, version_id, report=report.as_dict())
    record_file(connection, _record(request, digest, report), staged.refused.packed())
    return replace(report, composed=_taken_live(connection, actor, report, now)) if report.live else report


def import_needed(
    connection: sa.Connection,
    actor: Actor,
    request: ImportRequest,
    now: datetime,
    progress: Progress = no_progress,
) -> ImportReport:
    """Take a file as `import_file` does, where others that come with it make no sense without a row of it.

    Raises InvalidInputError when no row is taken, naming the most frequent reason.
    """
    report = import_file(connection, actor, request, now, progress)
    if not report.live:
        rejected: dict[str, int] = report.account["rejected"]
        raise InvalidInputError(
            "{path}: none of {count} rows can be taken: {reason}",
            path=report.file,
            count=report.account["rows_in"],
            reason=max(rejected, key=lambda name: rejected[name], default="-"),
        )
    return report


def _doubts(connection: sa.Connection, kind: ImportKind, staged: Staged, before: int | None) -> dict[str, Any]:
    found = None if staged.sample is None else datum_doubt(connection, kind, staged.sample, before)
    return {"datum_doubt": found} if found else {}


def _had_already(connection: sa.Connection, request: ImportRequest, digest: str) -> FileRecord | None:
    """Return the import of the same bytes under the same declarations whose rows are still what readers get."""
    kind = request.options.kind
    own = live_or_none(connection, kind)
    if own is None or standing_version(connection, kind) != own.id:
        return None
    current = {own.id, *own.params.get("lineage", [])}
    declared = request.declared()
    alike = files_alike(connection, kind, digest)
    return next((item for item in alike if item.version_id in current and item.options == declared), None)


def _repeated(connection: sa.Connection, request: ImportRequest, found: FileRecord) -> ImportReport:
    said = version_record(connection, found.version_id).report or {}
    account = {name: said[name] for name in ("rows_in", "accepted", "rejected", "rows_out")}
    rows = int(account["rows_out"])
    return ImportReport(
        kind=found.table_kind,
        file=request.name,
        version_id=found.version_id,
        composed={},
        account=account,
        changes={"new": 0, "changed": 0, "unchanged": rows, "gone": 0},
        notes=said["notes"],
        matches=said["matches"],
        repeated=True,
    )


def _params(connection: sa.Connection, request: ImportRequest, digest: str) -> dict[str, Any]:
    """Return what to note with the version; lineage: versions of the dataset whose rows it keeps."""
    before = live_or_none(connection, request.options.kind) if _keeps(request) else None
    lineage = [*before.params.get("lineage", []), before.id] if before else []
    return {"file": request.name, "sha256": digest, "options": request.declared(), "lineage": lineage}


def _compared(
    connection: sa.Connection,
    request: ImportRequest,
    file: FileUnderstood,
    versions: tuple[int | None, int],
    written: int,
) -> dict[str, int]:
    """Count what changed against the version before and keep of it what the person wants kept."""
    kind, (before, after) = import_kind(request.options.kind), versions
    if not file.account.accepted:
        standing = count_rows(connection, kind.table, before) if before else 0
        return {"new": 0, "changed": 0, "unchanged": 0, "gone": 0, "kept": standing}
    if before is None or not count_rows(connection, kind.table, before):
        return {"new": written, "changed": 0, "unchanged": 0, "gone": 0}
    pair, key = (before, after), _key_in_table(kind, request)
    if _keeps(request):
        keep_columns(connection, kind.table, pair, _columns_left_out(kind, file))
    changes = changes_between(connection, kind.table, pair, key)
    if not _keeps(request):
        return changes
    if "id" in kind.contract:
        keep_rows(connection, "original", pair, absent_from=kind.table)
    for table in ("zone_match", "party_match"):
        keep_rows(connection, table, pair)
    kept = keep_rows(connection, kind.table, pair, key=key)
    return changes | {"gone": 0, "kept": kept}


def _keeps(request: ImportRequest) -> bool:
    return request.options.gone == "keep"


def _key_in_table(kind: ImportKind, request: ImportRequest) -> tuple[str, ...]:
    """Return the declared key where it tells rows of the table apart, else nothing: the table's own."""
    declared = request.options.key
    return declared if declared and all(name in kind.contract for name in declared) else ()


def _columns_left_out(kind: ImportKind, file: FileUnderstood) -> list[str]:
    """Return the columns that the file says nothing of; an upsert leaves them as they are."""
    if isinstance(file, CellTable):
        return []
    said = {*file.mapping.columns, *file.judge.options.constants, *kind.key}
    if file.mapping.tags or "osm_tag" in file.mapping.columns:
        said |= {"osm_tag", "industry"}
    if file.raw.has_geometry:
        said |= {"lng", "lat", "area_m2"}
    return [name for name in kind.field_names if name in kind.contract and name not in said]


def _record(request: ImportRequest, digest: str, report: ImportReport) -> FileRecord:
    return FileRecord(
        version_id=report.version_id,
        table_kind=report.kind,
        file_name=request.name,
        sha256=digest,
        size_bytes=request.path.stat().st_size,
        options=request.declared(),
        rows_in=report.account["rows_in"],
        accepted=report.account["accepted"],
        rejected=sum(report.account["rejected"].values()),
    )


def _taken_live(connection: sa.Connection, actor: Actor, report: ImportReport, now: datetime) -> dict[str, int]:
    """Take the dataset live and return the bank or ground that holds it; boundaries bring their denominators along."""
    composed = compose(connection, actor, report.kind, report.version_id, now)
    if report.kind == "boundaries" and rematch(connection, actor, now) is not None:
        whole = live_or_none(connection, "ground")
        composed = whole.id if whole else composed
    return {PLACES[report.kind][0]: composed} if composed is not None else {}
