"""Addresses of a file located in a gazetteer, file to file: one row an address, in the order given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from gridgeo.cells import cell_strings, cells_from_points, check_datum, check_resolution
from gridgeo.errors import InvalidInputError
from gridgeo.locate import (
    COMPONENTS,
    DEFAULT_MODEL,
    ConfidenceModel,
    Gazetteer,
    gazetteer_from_table,
    locate_addresses,
    model_from_json,
    placeable,
)
from gridgeo.pipeline.chinese_units import chinese_units
from gridgeo.sources.files import RawTable, ReadOptions, open_table
from gridgeo.sources.gazetteer_file import gazetteer_from_file
from gridgeo.sources.intake import propose_mapping
from gridgeo.sources.query_file import QUERY_FILE

OUT = ("id", "lng", "lat", "tier", "accuracy_m", "confidence", "cell", "matched", "gazetteer_id", "reason")
UNDECLARED = "positions are in the gazetteer's datum, which nobody declared"
ODD_ID = "the id is missing or stands more than once"
CONTROL = "control characters were passed over"
CONTROL_CHARACTERS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]"
OTHER_DATUM = "the row's datum is not the gazetteer's"
DEGREE_DIGITS, METRE_DIGITS, SHARE_DIGITS = 7, 1, 4


@dataclass(frozen=True)
class GazetteerInUse:
    """An indexed gazetteer, the datum of its positions (None where nobody declared it), and what to say of it."""

    index: Gazetteer
    datum: str | None
    record: dict[str, Any]


@dataclass(frozen=True)
class GeocodeRequest:
    """What to locate, and how: the file of addresses, how it is read, cells' resolution, confidence model.

    aliases, year: a bank's own names of places, and the year whose names of Chinese units are read (None for all).
    """

    path: Path
    how: ReadOptions = field(default_factory=ReadOptions)
    resolution: int = 9
    model: ConfidenceModel = DEFAULT_MODEL
    aliases: Path | None = None
    year: int | None = None

    def __post_init__(self) -> None:
        check_resolution(self.resolution)


def gazetteer_in_file(path: Path, how: ReadOptions, datum: str | None = None) -> GazetteerInUse:
    """Index a file of address points; see `sources.gazetteer_file`."""
    if datum is not None:
        check_datum(datum)
    file = gazetteer_from_file(path, how, datum)
    record = {"file": path.name, **file.account, "datum": file.datum, "unmapped": file.notes["unmapped"]}
    return GazetteerInUse(gazetteer_from_table(file.table), file.datum, record | {"examples": file.examples})


def model_in_file(path: Path) -> ConfidenceModel:
    """Read a confidence model; InvalidInputError when there is none in the file."""
    try:
        return model_from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError("file {name} cannot be read: {detail}", name=path.name, detail=str(error)) from error


def locate_file(request: GeocodeRequest, gazetteer: GazetteerInUse) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Locate the addresses of a file.

    Returns the answers, columns OUT, one row an address in the order of the file, and the record of what came of them.
    cell is null for tiers that are never placed. Positions are in the gazetteer's datum; a row that states another gets
    a reason and no answer.
    Raises InvalidInputError when the file as a whole cannot be read or has no column of addresses.
    """
    units = chinese_units(request.aliases, request.year, request.how)
    queries, notes = read_queries(open_table(request.path, request.how))
    odd = queries.select(_other_datum(gazetteer.datum)).to_series()
    asked = queries.with_columns(
        pl.when(~odd).then(pl.col(name)).alias(name) for name in ("address", *COMPONENTS)
    ).drop("datum")
    located = locate_addresses(asked, gazetteer.index, request.model, units)
    answers = _shaped(located.hstack(_remarks(queries, odd)), request.resolution)
    return answers, {
        "in": answers.height,
        **_counts(answers),
        "resolution": request.resolution,
        "model": request.model.origin,
        "datum": gazetteer.datum,
        **({} if gazetteer.datum else {"note": UNDECLARED}),
        "addresses": {"file": request.path.name, **notes},
        "gazetteer": gazetteer.record,
    }


def write_answers(answers: pl.DataFrame, path: Path) -> None:
    """Write the answers as CSV; InvalidInputError when the file cannot be written."""
    try:
        answers.write_csv(path)
    except OSError as error:
        raise InvalidInputError("file {name} cannot be written: {detail}", name=str(path), detail=str(error)) from error


def read_queries(raw: RawTable) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return the addresses of a file, and how its columns were understood.

    The addresses have the columns id, address, locality (the hint), datum, and the components that `locate` reads, all
    text, null where the file has none. Raises InvalidInputError when there is no column of ids or of addresses.
    """
    mapping = propose_mapping(raw.columns, QUERY_FILE, {}, {})
    _check_columns(raw, mapping.columns)
    wanted = [
        (pl.col(mapping.columns[item.name]) if item.name in mapping.columns else pl.lit(None, pl.String)).alias(
            item.name
        )
        for item in QUERY_FILE.fields
    ]
    pieces = [batch.select("row", *wanted).drop("row") for batch in raw.batches()]
    if not pieces:
        raise InvalidInputError("file {name} has no rows", name=raw.path.name)
    whole = pl.concat(pieces).rename({"locality": "part", "hint": "locality"})
    return whole, {"mapping": mapping.columns, "unmapped": list(mapping.unmapped)}


def _check_columns(raw: RawTable, mapping: Mapping[str, str]) -> None:
    said = {"address", "street", "name", "locality", "city", "postcode"} & set(mapping)
    missing = [name for name, there in (("id", "id" in mapping), ("address", bool(said))) if not there]
    if missing:
        raise InvalidInputError(
            "file {name} has no column {column}; it has {known}",
            name=raw.path.name,
            column=missing[0],
            known=", ".join(raw.columns),
        )


def _other_datum(datum: str | None) -> pl.Expr:
    """Tell which rows state a datum that is not the gazetteer's; where that has none, rows may not state any."""
    stated = pl.col("datum").str.to_lowercase()
    return (stated.is_not_null() & stated.ne_missing(pl.lit(datum, pl.String))).alias("odd")


def _remarks(queries: pl.DataFrame, odd: pl.Series) -> pl.DataFrame:
    """Return what a person should know of a row besides its answer."""
    text = pl.concat_str(pl.col("address", *COMPONENTS), separator=" ", ignore_nulls=True)
    return queries.with_columns(odd).select(
        pl.when("odd").then(pl.lit(OTHER_DATUM))
        .when(pl.col("id").is_null() | pl.col("id").is_duplicated()).then(pl.lit(ODD_ID))
        .when(text.str.contains(CONTROL_CHARACTERS)).then(pl.lit(CONTROL))
        .alias("remark"),
        "odd",
    )  # fmt: skip


def _shaped(located: pl.DataFrame, resolution: int) -> pl.DataFrame:
    placed = located.select(placeable(pl.col("tier"))).to_series()
    points = located.filter(placed)
    cells = cell_strings(cells_from_points(points["lng"].to_numpy(), points["lat"].to_numpy(), resolution))
    cell = pl.DataFrame({"at": placed.arg_true(), "cell": pl.Series(cells, dtype=pl.String)})
    reason = pl.when("odd").then("remark").otherwise(pl.coalesce("reason", "remark"))
    return (
        located.with_row_index("at")
        .join(cell, on="at", how="left", maintain_order="left")
        .with_columns(
            pl.col("lng", "lat").round(DEGREE_DIGITS),
            pl.col("accuracy_m").round(METRE_DIGITS),
            pl.col("confidence").round(SHARE_DIGITS),
            reason.alias("reason"),
        )
        .select(OUT)
    )


def _counts(answers: pl.DataFrame) -> dict[str, Any]:
    placed = answers.filter(pl.col("cell").is_not_null()).height
    none = answers.filter(pl.col("tier") == "none").height
    return {
        "placed": placed,
        "to_an_area": answers.height - placed - none,
        "not_found": none,
        "by_tier": dict(sorted(answers["tier"].value_counts().iter_rows())),
        "by_reason": dict(sorted(answers["reason"].drop_nulls().value_counts().iter_rows())),
    }
