"""Files from outside: uploaded, shown as understood, taken by a job; and what became of earlier ones."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import anyio.to_thread
import polars as pl
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.jobs import uploads
from gridgeo.jobs.uploads import Upload, check_upload, preview_upload
from gridgeo.maps import formula_safe
from gridgeo.pipeline.intake.refused import rejected_rows
from gridgeo.pipeline.steps import require_planner
from gridgeo.sources.files import API_LIMITS, ReadOptions
from gridgeo.sources.intake import ImportOptions, import_kind
from gridgeo.storage import acting, reading
from gridgeo.storage.jobs import add_job
from gridgeo_api.deps import ActorKnown, Connected, KeyGiven, plain_answer, write_transaction
from gridgeo_api.errors import language_of
from gridgeo_api.openapi import accepted, problems, text_answer
from gridgeo_api.paging import BAD_CURSOR, cursor_of, parts_of
from gridgeo_api.params import ImportKindPath
from gridgeo_api.routes.jobs import taken
from gridgeo_api.schemas import ImportDetail, ImportPreview, Imports, ImportsAsked, UploadOptions

router = APIRouter(tags=["imports"])
READ = problems(401, 403, 404, 422, 503)
CSV = "text/csv; charset=utf-8"
VersionId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Version that the import made.", examples=[12])]
FILE_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself: CSV, Excel, GeoJSON, GeoPackage, shapefile zip, Parquet or OSM pbf.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/imports", summary="List imported files", response_model=Imports, responses=READ)
def list_imports(actor: ActorKnown, connection: Connected, asked: Annotated[ImportsAsked, Query()]) -> Response:
    """Files that were taken in, newest first, each with its account: rows in, accepted, rejected."""
    found = uploads.list_imports(connection, actor, asked.limit + 1, _place_of(asked.cursor))
    shown = found[: asked.limit]
    more = cursor_of("imports", shown[-1]["version"]) if len(found) > len(shown) else None
    return plain_answer({"imports": shown, "next": more})


@router.get("/imports/{version}", summary="Read one import", response_model=ImportDetail, responses=READ)
def read_import(actor: ActorKnown, connection: Connected, version: VersionId) -> Response:
    """Tell what was declared about a file, how it was understood, and what became of its rows."""
    return plain_answer(uploads.read_import(connection, actor, version))


@router.get(
    "/imports/{version}/rejected.csv",
    summary="Download the rejected rows",
    response_class=Response,
    responses=text_answer("text/csv", "The rows with their reasons.", "row,field,value,reason,id,name") | READ,
)
def read_rejected(request: Request, actor: ActorKnown, connection: Connected, version: VersionId) -> Response:
    """Rejected rows in the file's own columns, each with the reason; safe to open in a spreadsheet."""
    rows = rejected_rows(connection, actor, version, language_of(request))
    headers = {
        "content-disposition": f'attachment; filename="rejected-{version}.csv"',
        "cache-control": "no-store",
    }
    return Response(spreadsheet_csv(rows), media_type=CSV, headers=headers)


@router.post(
    "/imports/{kind}",
    summary="Upload a file",
    status_code=202,
    openapi_extra=FILE_BODY,
    responses=accepted("Job")
    | {200: {"description": "What an import would make of it (dry_run).", "model": ImportPreview}}
    | problems(401, 403, 404, 412, 413, 422, 503),
)
async def upload_file(
    request: Request,
    actor: ActorKnown,
    kind: ImportKindPath,
    key: KeyGiven,
    given: Annotated[UploadOptions, Query()],
) -> Response:
    """Check the file and queue its import (202), or show what would be made of it (dry_run=true)."""
    require_planner(actor)
    import_kind(kind)
    declared = _declared(kind, given)
    body = await request.body()
    work = partial(_taken, request, actor, key, given.dry_run, declared, body)
    answer: Response = await anyio.to_thread.run_sync(work, limiter=request.app.state.uploads)
    return answer


def spreadsheet_csv(rows: pl.DataFrame) -> bytes:
    """Return rows as CSV that spreadsheets open without running anything, out of the names of columns either."""
    names = formula_safe(pl.DataFrame({"name": rows.columns}))["name"].to_list()
    safe = formula_safe(rows).rename(dict(zip(rows.columns, names, strict=True)))
    return safe.write_csv(include_bom=True).encode()


def _place_of(cursor: str | None) -> int | None:
    """Return the last version of the page before."""
    if cursor is None:
        return None
    name, version = parts_of(cursor, 2)
    if name != "imports" or not isinstance(version, int) or not 0 < version < 2**63:
        raise InvalidInputError(BAD_CURSOR, given=cursor)
    return version


def _declared(kind: str, given: UploadOptions) -> dict[str, Any]:
    """Return all that an upload is but its bytes."""
    options = ImportOptions(
        kind=kind,
        datum=given.datum,
        crs=given.crs,
        mapping=_pairs("map", given.map),
        constants=_pairs("set", given.set) | given.said(),
        unit=given.unit,
        key=tuple(given.key),
        one_row_per=given.one_row_per,
        duplicates=given.duplicates,
        gone=given.gone,
        on_purpose=tuple(given.on_purpose),
        cell_column=given.cell_column,
        resolution=given.resolution,
        form=given.form,
        weights=given.weights,
        figures=tuple(given.figures),
    )
    how = ReadOptions(
        encoding=given.encoding,
        separator=given.separator,
        sheet=given.sheet,
        header_rows=given.header_rows,
        layer=given.layer,
        limits=API_LIMITS,
    )
    return {
        "file_name": given.file_name,
        "options": options,
        "how": how,
        "merge_on": tuple(given.merge_on),
        "again": given.again,
    }


def _pairs(name: str, texts: list[str]) -> dict[str, str]:
    parts = {text: [part.strip() for part in text.split("=", 1)] for text in texts}
    wrong = next((text for text, pair in parts.items() if len(pair) < 2 or not all(pair)), None)
    if wrong is not None:
        raise InvalidInputError("{field} takes FIELD=VALUE, got {given}", field=name, given=wrong)
    return dict(parts.values())


def _taken(
    request: Request, actor: Actor, key: str | None, dry_run: bool, declared: dict[str, Any], body: bytes
) -> Response:
    sent = Upload(payload=body, **declared)
    with reading(acting(request.app.state.engine, actor)) as connection:
        if dry_run:
            return plain_answer(preview_upload(connection, actor, sent, language_of(request)))
        check_upload(connection, actor, sent)
    with write_transaction(request, actor) as writing:
        job = add_job(writing.connection, actor, sent.as_job(key), writing.now)
    return taken(request, job)
