"""What must be declared before a row is read: columns of required fields, datum, unit of money."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import shapely

from gridgeo.cells.datum import from_wgs84
from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import RawTable
from gridgeo.sources.files.raw import GEOMETRY
from gridgeo.sources.intake.fields import ImportKind
from gridgeo.sources.intake.mapping import ColumnMapping
from gridgeo.sources.intake.options import UNITS, ImportOptions
from gridgeo.sources.intake.personal import header_says_personal
from gridgeo.sources.intake.positions import Place, place_of

UNIT_WORDS = {**{word: word for word in UNITS}, "yuan": "元", "cny": "元", "rmb": "元"}
_ANY_UNIT = "|".join(sorted(UNIT_WORDS, key=len, reverse=True))
UNIT_IN_BRACKETS = re.compile(
    rf"[(\[【]\s*(?:(?:金额)?单位\s*:?)?\s*(?:人民币)?\s*({_ANY_UNIT})\s*[)\]】]", re.IGNORECASE
)
UNIT_AT_END = re.compile(r"(?:[_/\s,:-]\s*|(?<=[^\W\da-z_]))(" + _ANY_UNIT.replace("|分", "") + r")$", re.IGNORECASE)
"""Such as 余额万元, balance_yuan; 分 at the end is a score more often than money."""


def check_required(raw: RawTable, kind: ImportKind, mapping: ColumnMapping, options: ImportOptions) -> None:
    """Check that every required field has a column, a constant or a default, and that a kind of areas has shapes.

    Raises InvalidInputError naming the fields, or a mapped column whose header says that it holds identity-card or
    account numbers.
    """
    have = {*mapping.columns, *options.constants}
    missing = [item.name for item in kind.fields if item.required and item.default is None and item.name not in have]
    if kind.placed and not raw.has_geometry:
        missing += [name for name in ("lng", "lat") if name not in have]
    if missing:
        raise _no_column(raw, missing, mapping)
    if kind.shapes and not raw.has_geometry:
        raise InvalidInputError(
            "{path} holds no areas: boundaries come as GeoJSON, GeoPackage, shapefile, GeoParquet or OpenStreetMap",
            path=raw.path.name,
        )
    if "born_on" in have and "as_of" not in have:
        raise InvalidInputError(
            "{path}: column {column} holds births: name the day ages count for with --set as_of=YYYY-MM-DD",
            path=raw.path.name,
            column=mapping.columns.get("born_on", "-"),
        )
    _check_key(kind, options)
    for name, column in mapping.columns.items():
        if header_says_personal(column) and name not in options.on_purpose:
            raise refusal(raw, column, name)


def _no_column(raw: RawTable, missing: list[str], mapping: ColumnMapping) -> InvalidInputError:
    columns = ", ".join(raw.columns)
    flags = " ".join(f"--map {name}={column}" for name, column in mapping.guesses if name in missing)
    if flags:
        return InvalidInputError(
            "{path}: no column for {missing}; the columns are {columns}. Perhaps {flags}",
            path=raw.path.name,
            missing=", ".join(missing),
            columns=columns,
            flags=flags,
        )
    return InvalidInputError(
        "{path}: no column for {missing}; the columns are {columns}: name them with --map FIELD=COLUMN, or give all "
        "rows one value with --set FIELD=VALUE",
        path=raw.path.name,
        missing=", ".join(missing),
        columns=columns,
    )


def refusal(raw: RawTable, column: str, name: str) -> InvalidInputError:
    """Return the error for a column of identity-card or account numbers that nobody asked for."""
    return InvalidInputError(
        "{path}: column {column} holds identity-card or account numbers: leave field {field} out with --map {field}=-, "
        "or take them on purpose with --on-purpose {field}",
        path=raw.path.name,
        column=column,
        field=name,
    )


def money_unit(raw: RawTable, kind: ImportKind, mapping: ColumnMapping, options: ImportOptions) -> str | None:
    """Return the unit of the file's money: as declared, in the column's header, or in the title of the sheet.

    Raises InvalidInputError when there is money and none of these says its unit, or what is declared is not what the
    header says.
    """
    columns = [
        mapping.columns[item.name] for item in kind.fields if item.type == "money" and item.name in mapping.columns
    ]
    if not columns:
        return None
    own = unit_said(raw, columns[0])
    if options.unit and own and options.unit != own:
        raise InvalidInputError(
            "{path}: column {column} says its unit is {own}, declared is {given}: leave --unit out",
            path=raw.path.name,
            column=columns[0],
            own=own,
            given=options.unit,
        )
    found = options.unit or own or raw.notes.get("unit")
    if found is None:
        raise InvalidInputError(
            "{path}: column {column} holds money: declare its unit with --unit, one of {known}",
            path=raw.path.name,
            column=columns[0],
            known=", ".join(UNITS),
        )
    return str(found)


def place_if_any(
    raw: RawTable, kind: ImportKind, mapping: ColumnMapping, given: tuple[ImportOptions, str]
) -> Place | None:
    """Return what the positions of the file are in, None when it has none; given: the options, the house datum.

    Raises InvalidInputError when that is not declared, or the file says WGS 84 of places in mainland China.
    """
    options, house = given
    has_points = kind.positions and ("lng" in mapping.columns or "lng" in options.constants)
    has_shapes = raw.has_geometry and (kind.shapes or kind.positions)
    if not has_points and not has_shapes:
        return None
    place = place_of(options, raw.crs, house, raw.path.name)
    if not options.datum and not options.crs and raw.notes.get("format") != "osm" and _doubtful(raw, place):
        raise InvalidInputError(
            "{path} lies in mainland China and says {given}, as files in GCJ-02 and BD-09 do too: declare --datum",
            path=raw.path.name,
            given=place.words(),
        )
    return place


def _doubtful(raw: RawTable, place: Place) -> bool:
    """Tell whether a file says WGS 84 of itself, and its first shape lies where maps are shifted."""
    if place.words() not in ("EPSG:4326", "OGC:CRS84"):
        return False
    first = next((shape for batch in raw.batches() for shape in batch[GEOMETRY].drop_nulls().head(1)), None)
    shape = None if first is None else shapely.from_wkb(first, on_invalid="ignore")
    lng, lat = (np.nan, np.nan) if shape is None or shape.is_empty else shape.bounds[:2]
    if not (abs(lng) <= 180 and abs(lat) <= 90):
        return False
    moved_lng, moved_lat = from_wgs84(lng, lat, "gcj02")
    return bool(moved_lng != lng or moved_lat != lat)


def _check_key(kind: ImportKind, options: ImportOptions) -> None:
    unknown = [name for name in options.key if name not in kind.field_names]
    if unknown:
        raise InvalidInputError(
            "{kind} has no field {given}; it has {known}",
            kind=kind.name,
            given=unknown[0],
            known=", ".join(kind.field_names),
        )
    if options.one_row_per is not None and not (kind.sums or kind.lists):
        raise InvalidInputError(
            "{kind} takes one row a key; several rows of one key make sense for customers and denominators only",
            kind=kind.name,
        )


def unit_said(raw: RawTable, column: str) -> str | None:
    """Return the unit that the header of a column names, None where it names none."""
    header = unicodedata.normalize("NFKC", raw.headers[raw.columns.index(column)] if column in raw.columns else column)
    if header.casefold().endswith("_fen"):
        return "分"
    found = UNIT_IN_BRACKETS.search(header) or UNIT_AT_END.search(header)
    return UNIT_WORDS.get(found[1].casefold()) if found else None
