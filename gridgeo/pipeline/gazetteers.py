"""Gazetteers built from files into the store: versions with a name, found again by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import GAZETTEER, checked
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.locate import gazetteer_from_table
from gridgeo.pipeline.geocode import GazetteerInUse
from gridgeo.pipeline.steps import require_planner
from gridgeo.sources.files import ReadOptions
from gridgeo.sources.files.detect import format_of
from gridgeo.sources.gazetteer_file import GazetteerFile, gazetteer_from_file
from gridgeo.storage import (
    VersionRecord,
    finish_version,
    house_datum,
    list_versions,
    new_version,
    read_frame,
    version_record,
    write_frame,
)

KIND = "gazetteer"
DEFAULT_NAME = "default"
OSM_LAYERS: Mapping[str, str] = {"addresses": "address", "roads": "street", "merchants": "place", "boundaries": "town"}
"""Layer of an OpenStreetMap extract -> kind of the gazetteer rows it makes."""


@dataclass(frozen=True)
class BuildRequest:
    """Files to build a gazetteer from; name: what it is found by. how, datum: of the files that are no extract."""

    files: Sequence[Path]
    name: str = DEFAULT_NAME
    how: ReadOptions = field(default_factory=ReadOptions)
    datum: str | None = None

    def __post_init__(self) -> None:
        if not self.files:
            raise InvalidInputError("name at least one file to build a gazetteer from")
        if not self.name.strip() or "/" in self.name:
            raise InvalidInputError("a gazetteer's name is a word without a slash, got {given}", given=repr(self.name))


def build_gazetteer(connection: sa.Connection, actor: Actor, request: BuildRequest, now: datetime) -> dict[str, Any]:
    """Write one gazetteer version out of all files; return its record: rows in = accepted + rejected, file by file.

    Positions come into the house datum; an extract is WGS 84, other files say theirs themselves or by the request. A
    row whose id another file has already goes by file and id. A source that the file does not name is the file.
    Raises InvalidInputError when a file cannot be read or holds nothing usable, NotAllowedError for other roles.
    """
    require_planner(actor)
    house = house_datum(connection)
    parts, accounts = [], []
    for path in request.files:
        for what, file in _read(path, request, house):
            parts.append(file.table)
            accounts.append({"file": path.name, "what": what, **file.account, "examples": file.examples})
    table = _distinct(parts)
    # Indexed once here: a table that matching would refuse is not written.
    gazetteer_from_table(table.head(0))
    params = {"name": request.name, "files": [path.name for path in request.files], "datum": house}
    version_id = new_version(connection, actor, KIND, params=params, now=now)
    write_frame(connection, "gazetteer", table, version_id=version_id)
    report = _account(table, accounts)
    finish_version(connection, version_id, report=report)
    return {"version": version_id, "name": request.name, "datum": house} | report


def list_gazetteers(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return every gazetteer, newest first: version, name, rows, datum, created_at, created_by, files."""
    return [
        {
            "version": record.id,
            "name": record.params["name"],
            "rows": (record.report or {}).get("rows", 0),
            "datum": record.params["datum"],
            "created_at": record.created_at.isoformat(),
            "created_by": record.actor_id,
            "files": record.params["files"],
        }
        for record in list_versions(connection, KIND)
        if record.report is not None
    ]


def show_gazetteer(connection: sa.Connection, name: str) -> dict[str, Any]:
    """Return the newest gazetteer of a name with its account; NotFoundError when there is none."""
    record = _named(connection, name)
    return {"version": record.id, "name": name, "datum": record.params["datum"]} | dict(record.report or {})


def gazetteer_named(connection: sa.Connection, name: str) -> GazetteerInUse:
    """Index the newest gazetteer of a name; NotFoundError when the store has none."""
    record = _named(connection, name)
    rows = read_frame(connection, "gazetteer", version_id=record.id)
    report = dict(record.report or {})
    said = {"name": name, "version": record.id, "rows": report.get("rows", 0), "datum": record.params["datum"]}
    return GazetteerInUse(gazetteer_from_table(rows), record.params["datum"], said)


def newest_gazetteer(connection: sa.Connection) -> int | None:
    """Return the version of the newest finished gazetteer, None without one."""
    return next((record.id for record in list_versions(connection, KIND) if record.report is not None), None)


def _named(connection: sa.Connection, name: str) -> VersionRecord:
    found = [
        record
        for record in list_versions(connection, KIND)
        if record.report is not None and record.params["name"] == name
    ]
    if not found:
        raise NotFoundError("the store has no gazetteer {name}: gridgeo gazetteer list shows those it has", name=name)
    return version_record(connection, found[0].id)


def _read(path: Path, request: BuildRequest, house: str) -> list[tuple[str, GazetteerFile]]:
    """Return what a file holds: one table, or one a layer of an extract."""
    if not path.is_file():
        raise InvalidInputError("no such file: {path}", path=path)
    if format_of(path) != "osm":
        return [("rows", gazetteer_from_file(path, request.how, request.datum, house=house))]
    layers = {request.how.layer: OSM_LAYERS.get(request.how.layer, "address")} if request.how.layer else OSM_LAYERS
    read = [
        (layer, gazetteer_from_file(path, replace(request.how, layer=layer), None, house=house, kind=kind))
        for layer, kind in layers.items()
    ]
    if not any(file.table.height for _, file in read):
        raise InvalidInputError("{path} holds no usable address: {reasons}", path=path.name, reasons=", ".join(layers))
    return read


def _distinct(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Put all rows together; an id that stands again, in another file or layer, is told apart by its part."""
    numbered = pl.concat(part.with_columns(part=pl.lit(number)) for number, part in enumerate(parts))
    again = ~pl.col("id").is_first_distinct()
    told = pl.when(again).then(pl.format("{}/{}", "part", "id")).otherwise("id")
    return checked(numbered.with_columns(told.alias("id")).drop("part"), GAZETTEER, "gazetteer").sort("id")


def _account(table: pl.DataFrame, accounts: list[dict[str, Any]]) -> dict[str, Any]:
    rejected: dict[str, int] = {}
    for account in accounts:
        for reason, count in account["rejected"].items():
            rejected[reason] = rejected.get(reason, 0) + count
    return {
        "rows_in": sum(account["rows_in"] for account in accounts),
        "accepted": sum(account["accepted"] for account in accounts),
        "rejected": dict(sorted(rejected.items())),
        "rows": table.height,
        "by_kind": dict(sorted(table["kind"].value_counts().iter_rows())),
        "by_source": dict(sorted(table["source"].value_counts().iter_rows())),
        "files": accounts,
    }
