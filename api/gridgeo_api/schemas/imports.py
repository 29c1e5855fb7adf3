"""Imports of files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gridgeo_api.limits import MAX_CURSOR, NO_CONTROL
from gridgeo_api.schemas.common import answer_config

IMPORTED: dict[str, Any] = {
    "version": 12,
    "table_kind": "customers",
    "file_name": "customers.csv",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size_bytes": 18241,
    "rows_in": 400,
    "accepted": 398,
    "rejected": 2,
    "created_by": "anna",
    "created_at": "2026-03-01T08:30:00+00:00",
}
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_CONTROL)]
Texts = Annotated[list[Text], Field(max_length=200)]


class Imported(BaseModel):
    """One imported file with its account: rows_in = accepted + rejected."""

    model_config = answer_config(IMPORTED)

    version: int
    table_kind: str
    file_name: str
    sha256: str
    size_bytes: int
    rows_in: int
    accepted: int
    rejected: int
    created_by: str
    created_at: datetime


class Imports(BaseModel):
    """Imported files, newest first."""

    model_config = answer_config({"imports": [IMPORTED], "next": None})

    imports: list[Imported]
    next: str | None


class ImportsAsked(BaseModel):
    """Which imports are listed."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=1000, description="The most entries of a page.", examples=[50])
    cursor: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_CURSOR,
        pattern=NO_CONTROL,
        description="`next` of the page before; the first page without it.",
        examples=["WyJpbXBvcnRzIiwxMl0"],
    )


class ImportDetail(Imported):
    """One imported file: what was declared about it, and the report of its import."""

    model_config = answer_config(
        IMPORTED | {"options": {"kind": "customers", "datum": "wgs84"}, "report": {"rows_in": 400, "accepted": 398}}
    )

    options: dict[str, Any]
    report: dict[str, Any] | None


class ImportPreview(BaseModel):
    """What an import would make of a file: how it was read, its account, the first rows taken and refused."""

    model_config = answer_config(
        {
            "kind": "customers",
            "file": "customers.csv",
            "notes": {"format": "csv", "encoding": "utf-8", "separator": ","},
            "account": {"rows_in": 2, "accepted": 1, "rejected": {"no id": 1}, "rows_out": 1},
            "rows": [{"id": "c1", "branch_id": "b1"}],
            "rejected": [{"row": 3, "field": "id", "value": None, "reason": "no id", "customer": None}],
        }
    )

    kind: str
    file: str
    notes: dict[str, Any]
    account: dict[str, Any]
    rows: list[dict[str, Any]]
    rejected: list[dict[str, Any]]


class UploadOptions(BaseModel):
    """What the sender declares about a file; the same words as `gridgeo import`."""

    model_config = ConfigDict(extra="forbid")

    file_name: Text = Field(description="Name of the file as people know it, without a path.", examples=["c.csv"])
    dry_run: bool = Field(False, description="Show what an import would make of it; write nothing.", examples=[True])
    datum: Text | None = Field(None, description="Datum of the coordinates; never guessed.", examples=["wgs84"])
    crs: Text | None = Field(None, description="Coordinate reference system instead.", examples=["EPSG:27700"])
    encoding: Text | None = Field(None, description="Encoding of a text file, if not UTF-8.", examples=["gb18030"])
    separator: Text | None = Field(None, description="Separator of a CSV file; found out without it.", examples=[";"])
    sheet: Text | None = Field(None, description="Sheet of a workbook.", examples=["客户"])
    header_rows: int | None = Field(None, ge=1, le=2, description="Rows of names above the data.", examples=[2])
    layer: Text | None = Field(None, description="Layer of a file with several.", examples=["boundaries"])
    map: Texts = Field([], description="FIELD=COLUMN, once for each field.", examples=[["id=客户号"]])
    set: Texts = Field([], description="FIELD=VALUE for every row.", examples=[["branch_id=b1"]])
    unit: Text | None = Field(None, description="Unit of money columns.", examples=["万元"])
    key: Texts = Field([], description="Fields that tell rows apart.", examples=[["id"]])
    one_row_per: Text | None = Field(
        None, description="Column by which one key has several rows.", examples=["product"]
    )
    duplicates: Literal["reject", "first", "last"] = Field(
        "reject", description="What becomes of rows with the same key and other values.", examples=["first"]
    )
    gone: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of rows that the file does not have any more.", examples=["keep"]
    )
    on_purpose: Texts = Field([], description="Personal fields taken on purpose.", examples=[["phone"]])
    merge_on: Texts = Field([], description="Fields that tell the same party in several files.", examples=[["phone"]])
    again: bool = Field(False, description="Import it although the store has it already.", examples=[True])
    cell_column: Text | None = Field(None, description="Column of H3 cells.", examples=["h3"])
    resolution: int | None = Field(None, ge=7, le=11, description="Resolution to bring cells to.", examples=[9])
    form: Literal["zones", "polygons", "points", "cells"] | None = Field(
        None, description="What rows of denominators are; found by their columns without it.", examples=["points"]
    )
    weights: Text | None = Field(
        None, description="What areas of denominators are spread by, with commas.", examples=["area"]
    )
    figures: Texts = Field([], description="Further columns of counts; all for each one.", examples=[["age_0_15"]])
    source: Text | None = Field(None, description="Where the figures come from.", examples=["census"])
    dated_on: date | None = Field(None, description="Day the figures are of.", examples=["2020-11-01"])

    def said(self) -> dict[str, str]:
        """Return source and date as fields that are the same in every row."""
        told = {"source": self.source, "dated_on": self.dated_on.isoformat() if self.dated_on else None}
        return {name: text for name, text in told.items() if text}
