"""The live publication as files for other programs."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from gridgeo.pipeline.export import export_publication
from gridgeo_api.audit_trail import audited_read
from gridgeo_api.deps import ReadingNow
from gridgeo_api.limits import MAX_TEXT, NO_CONTROL
from gridgeo_api.openapi import problems

router = APIRouter(tags=["exports"])
Kind = Literal["geopackage", "geoparquet", "csv", "html", "png"]
FILES: dict[str, tuple[str, str]] = {
    "geopackage": ("gridgeo.gpkg", "application/geopackage+sqlite3"),
    "geoparquet": ("gridgeo-parquet", "application/zip"),
    "csv": ("gridgeo-csv", "application/zip"),
    "html": ("gridgeo.html", "text/html; charset=utf-8"),
    "png": ("gridgeo.png", "image/png"),
}
"""Format -> what is written, a file or a folder that is sent as a zip, and its media type."""
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file; folders come as a zip.",
        "content": {
            media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}, "example": "PK"}
            for _, media_type in FILES.values()
        },
    }
}
KindPath = Annotated[Kind, Path(description="Format of the file.", examples=["csv"])]
ColouredBy = Annotated[
    str,
    Query(
        min_length=1,
        max_length=MAX_TEXT,
        pattern=NO_CONTROL,
        description="Measure that colours html and png.",
        examples=["penetration"],
    ),
]


@router.get(
    "/exports/{kind}",
    summary="Download the publication",
    response_class=Response,
    responses=ANSWER | problems(401, 404, 422, 503),
    dependencies=[Depends(audited_read)],
)
def download_export(reading: ReadingNow, kind: KindPath, measure: ColouredBy = "penetration") -> Response:
    """Cells, catchments, territories and branches in scope as GeoPackage, GeoParquet, CSV, a map or a picture."""
    name, media_type = FILES[kind]
    with tempfile.TemporaryDirectory(prefix="gridgeo-export-") as folder:
        out = FilePath(folder) / name
        export_publication(reading.connection, reading.actor, kind, out, measure=measure)
        payload = _zipped(out) if out.is_dir() else out.read_bytes()
        file_name = f"{name}.zip" if out.is_dir() else name
    headers = {"cache-control": "no-store", "content-disposition": f'attachment; filename="{file_name}"'}
    return Response(payload, media_type=media_type, headers=headers)


def _zipped(folder: FilePath) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return packed.getvalue()
