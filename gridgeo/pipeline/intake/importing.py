"""One file into the store: read, understood, written under a version of its own, taken live; all in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.denominators.mass import mass_of
from gridgeo.pipeline.intake.compose import (
    PLACES,
    compose,
    is_synthetic,
    live_or_none,
    source_versions,
    standing_version,
)
from gridgeo.pipeline.intake.datum_check import datum_doubt
from gridgeo.pipeline.intake.denominators import rematch
from gridgeo.pipeline.intake.request import ImportReport, ImportRequest
from gridgeo.pipeline.intake.sources import source_key, standing_source
from gridgeo.pipeline.intake.staging import Staged, stage
from gridgeo.pipeline.intake.understood import FileUnderstood, understood
from gridgeo.pipeline.steps import Progress, no_progress, require_planner
from gridgeo.sources.intake import CellTable, ImportKind, form_of_file, import_kind
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
    table, before = _standing(connection, kind, request, file)
    params = _params(connection, request, digest, before)
    version_id = new_version(connection, actor, kind.name, params=params, now=now)
    with loading(connection):
        staged = stage(connection, file, request, (before, version_id), progress)
        progress("compare")
        changes = _compared(connection, request, file, table, (before, version_id), staged.written)
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
        source=staged.source,
        mass=mass_of(connection, version_id, staged.source) if staged.source else {},
    )
    finish_version(connection, version_id, report=report.as_dict())
    record_file(connection, _record(request, digest, report), staged.refused.packed())
    return replace(report, composed=_taken_live(connection, actor, report, now)) if report.live else report


TABLE_OF_FORM = {
    "zones": "denominator",
    "polygons": "denominator_unit",
    "points": "denominator_unit",
    "cells": "cell_value",
}
"""What the rows of a file of denominators are -> the table that holds a row of each."""


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
    current = _current(connection, kind)
    declared = request.declared()
    alike = files_alike(connection, kind, digest)
    return next((item for item in alike if item.version_id in current and item.options == declared), None)


def _current(connection: sa.Connection, kind: str) -> set[int]:
    """Return the versions whose rows readers get of a dataset, and those that these keep rows of."""
    if kind == "denominators":
        whole = live_or_none(connection, "ground")
        sides = source_versions(connection).values() if whole else ()
        found = [version_record(connection, version_id) for version_id in sides if version_id != whole.id]  # type: ignore[union-attr]
    else:
        own = live_or_none(connection, kind)
        found = [own] if own is not None and standing_version(connection, kind) == own.id else []
    return {each for record in found for each in (record.id, *record.params.get("lineage", []))}


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
        source=said.get("source", {}),
        mass=said.get("mass", {}),
    )


def _params(connection: sa.Connection, request: ImportRequest, digest: str, standing: int | None) -> dict[str, Any]:
    """Return what to note with the version; lineage: versions of the dataset whose rows it keeps."""
    before = live_or_none(connection, request.options.kind) if _keeps(request) else None
    if request.options.kind == "denominators" and before is not None:
        before = version_record(connection, standing) if standing else None
    lineage = [*before.params.get("lineage", []), before.id] if before else []
    return {"file": request.name, "sha256": digest, "options": request.declared(), "lineage": lineage}


def _standing(
    connection: sa.Connection, kind: ImportKind, request: ImportRequest, file: FileUnderstood
) -> tuple[str, int | None]:
    """Return the table that the rows go into, and the version whose rows they replace; sources stand side by side."""
    if kind.name != "denominators":
        return kind.table, standing_version(connection, kind.name)
    form = form_of_file(file)
    return TABLE_OF_FORM[form], standing_source(connection, source_key(file, request), form)


def _compared(
    connection: sa.Connection,
    request: ImportRequest,
    file: FileUnderstood,
    table: str,
    versions: tuple[int | None, int],
    written: int,
) -> dict[str, int]:
    """Count what changed in a table against the version before and keep of it what the person wants kept."""
    kind, (before, after) = import_kind(request.options.kind), versions
    if not file.account.accepted:
        standing = count_rows(connection, table, before) if before else 0
        return {"new": 0, "changed": 0, "unchanged": 0, "gone": 0, "kept": standing}
    if before is None or not count_rows(connection, table, before):
        return {"new": written, "changed": 0, "unchanged": 0, "gone": 0}
    pair, key = (before, after), _key_in_table(kind, request) if table == kind.table else ()
    if _keeps(request):
        keep_columns(connection, table, pair, _columns_left_out(kind, file) if table == kind.table else [])
    changes = changes_between(connection, table, pair, key)
    if not _keeps(request):
        return changes
    if "id" in kind.contract:
        keep_rows(connection, "original", pair, absent_from=kind.table)
    for side in ("zone_match", "party_match", "denominator_figure"):
        keep_rows(connection, side, pair)
    kept = keep_rows(connection, table, pair, key=key)
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
