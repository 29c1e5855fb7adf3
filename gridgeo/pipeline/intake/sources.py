"""Which source of denominators a file is, what stands of it, and what came of its sums."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import areas_m2
from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.denominators.registry import ZONES
from gridgeo.pipeline.intake.compose import live_or_none, source_versions
from gridgeo.pipeline.intake.request import ImportRequest
from gridgeo.pipeline.intake.zones import plain_code, plain_name
from gridgeo.sources.files import RawTable
from gridgeo.sources.intake import CellTable, Understanding, form_of_file, found_form, zone_texts
from gridgeo.sources.osm_objects import shapes_of, small_areas_m2
from gridgeo.sources.units import DEFAULT_WEIGHTS, weights_from_text
from gridgeo.storage import read_frame, version_record

NAMED = 5
"""Sources that one file cites, at most, in its description."""


def form_on_ground(connection: sa.Connection, raw: RawTable, request: ImportRequest) -> str:
    """Return what the rows of a file are; where names of zones stand beside own positions, the ground decides.

    Areas that all bear the name or code of a boundary are these boundaries, points of which any does are a list of
    zones; all others are spread from where they lie.
    """
    found = found_form(raw, request.options)
    if found.sure:
        return found.form
    ground = _live_ground(connection)
    known = read_frame(connection, "boundary", version_id=ground, columns=["id", "name", "code"]) if ground else None
    if known is None or known.is_empty():
        return found.form
    texts = zone_texts(raw, request.options)
    codes = known.select(plain_code(pl.coalesce("code", "id"))).to_series()
    names = known.select(plain_name(pl.col("name"))).to_series()
    hits = texts.select(
        plain_code(pl.coalesce("code", "zone")).is_in(codes.implode())
        | plain_name(pl.col("zone")).is_in(names.implode())
    ).to_series()
    met = int(hits.fill_null(value=False).sum())
    return "zones" if (met == texts.height if found.form == "polygons" else met > 0) else found.form


def source_key(file: Understanding | CellTable, request: ImportRequest) -> str:
    """Return the name that tells a source from others: as declared, the only one in the file's column, else its form.

    Zones without a source are one list that a newer file replaces; areas, points and cells go by the file's name.
    """
    declared = request.options.constants.get("source")
    if declared:
        return declared
    column = None if isinstance(file, CellTable) else file.mapping.columns.get("source")
    if column in file.raw.columns:
        found = pl.concat([batch.select(pl.col(str(column))).unique() for batch in file.raw.batches()]).to_series()
        if found.n_unique() == 1 and found[0] is not None:
            return str(found[0])
    return ZONES if form_of_file(file) == "zones" else request.name.partition(".")[0]


def standing_source(connection: sa.Connection, key: str, form: str) -> int | None:
    """Return the version that the ground has of a source, None where there is none or its rows are of another form."""
    version_id = source_versions(connection).get(key)
    if version_id is None:
        return None
    said = (version_record(connection, version_id).report or {}).get("source") or {"form": "zones"}
    return version_id if said["form"] == form else None


def described(file: Understanding | CellTable, request: ImportRequest, rows: pl.DataFrame) -> dict[str, Any]:
    """Return what is to be known of a source besides its rows.

    It is key, form, source, dated_on, undated (rows without a date), weights and unit_m2 (mean area of its units).
    rows: as accepted. Raises InvalidInputError for unknown weights or a date that is none.
    """
    form, fixed = form_of_file(file), request.options.constants
    has_own = "dated_on" in rows.columns
    dates = rows["dated_on"].drop_nulls() if has_own else pl.Series([], dtype=pl.Date)
    dated = dates.max() if len(dates) else _date(fixed.get("dated_on"))
    cited = rows["source"].drop_nulls().unique().sort() if has_own else pl.Series([], dtype=pl.String)
    undated = rows.height - len(dates) if has_own else 0 if dated else rows.height
    weights = ",".join(weights_from_text(request.options.weights or DEFAULT_WEIGHTS))
    return {
        "key": source_key(file, request),
        "form": form,
        "source": "; ".join(cited.head(NAMED)) or fixed.get("source"),
        "dated_on": dated.isoformat() if isinstance(dated, date) else None,
        "undated": undated,
        "weights": weights,
        "unit_m2": _unit_m2(form, rows),
    }


def check_weights(request: ImportRequest) -> None:
    """Raise InvalidInputError for options of denominators that do not fit, before anything is read."""
    options = request.options
    if options.weights is not None:
        weights_from_text(options.weights)
    if options.constants.get("dated_on"):
        _date(options.constants["dated_on"])


def _date(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError("a date is written YYYY-MM-DD, got {given}", given=text) from error


def _unit_m2(form: str, rows: pl.DataFrame) -> float | None:
    """Return the mean area of the units, 0 for points; None for zones, whose boundaries the ground has."""
    if form == "zones" or rows.is_empty():
        return None
    if form == "points":
        return 0.0
    if form == "cells":
        return float(areas_m2(rows["cell"].head(1).to_numpy())[0])
    shapes = shapes_of(rows["geometry"])
    return float(small_areas_m2(shapes, _middle_lat(shapes)).mean())


def _middle_lat(shapes: np.ndarray) -> FloatArray:
    return np.asarray(shapely.get_y(shapely.centroid(shapes)), dtype=np.float64)


def _live_ground(connection: sa.Connection) -> int | None:
    whole = live_or_none(connection, "ground")
    return whole.id if whole else None
