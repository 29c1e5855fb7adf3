"""A bank's own CSV files in the columns of the contracts: every row accepted, or rejected with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from gridgeo.cells import DATUMS, to_wgs84
from gridgeo.domain.tables import CUSTOMERS, GAZETTEER, MERCHANTS, ORG_UNITS, STAFF, Contract, checked
from gridgeo.domain.words import AGE_BANDS, INDUSTRIES, TIERS
from gridgeo.errors import InvalidInputError
from gridgeo.sources.csv_text import text_columns
from gridgeo.sources.ground import LayerReport, account

UNIT_KINDS = ("head_office", "branch", "outlet")
POSTS = ("rm", "lead")
GAZETTEER_KINDS = ("address", "street", "place", "community", "town")
YES, NO = ("true", "1", "yes"), ("false", "0", "no")
MOST_HOURS_A_WEEK = 168.0
OWN_PRECISION_M = 25.0
OWN_ADDRESS = (("kind", "address"), ("precision_m", str(OWN_PRECISION_M)), ("source", "own"))
NUMBER_WORDS = {pl.Float64: "a number", pl.Int32: "a whole number", pl.Int64: "a whole number", pl.Date: "YYYY-MM-DD"}

Rule = tuple[pl.Expr, str]
"""Condition of a bad row (over the read columns) and its reason."""


@dataclass(frozen=True)
class TableRead:
    """A file taken apart.

    accepted: the contract's columns. rejected: row (line of the record; the header is 1), reason, and the text of every
    column. report: rows_in = accepted + rejected.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    report: LayerReport


@dataclass(frozen=True)
class _Plan:
    """How one kind of file is read: required columns must be there, and filled in every row.

    defaults: text that stands for an empty field.
    """

    name: str
    contract: Contract
    required: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    defaults: tuple[tuple[str, str], ...] = ()


def org_units_from_csv(path: Path, datum: str | None = None) -> TableRead:
    """Read ORG_UNITS: id, name, kind, and parent_id, lng, lat where known.

    datum: of the coordinates (wgs84, gcj02, bd09); they come back as WGS 84.
    Rejected: a missing id, name or kind, an id that stands twice, an unknown kind or parent, a branch without a
    position, a position off the globe. Raises InvalidInputError when the file cannot be read or its datum is not given.
    """
    kind, parent = pl.col("kind"), pl.col("parent_id")
    rules = (
        (~kind.is_in(UNIT_KINDS), "unknown kind"),
        (parent.is_not_null() & ~parent.is_in(pl.col("id").implode()), "unknown parent"),
        ((kind != "head_office") & pl.col("lng").is_null(), "no position"),
    )
    return _read(path, _Plan("org_units", ORG_UNITS, ("id", "name", "kind"), rules), datum)


def staff_from_csv(path: Path, org_units: pl.DataFrame) -> TableRead:
    """Read STAFF: id, org_unit_id, name, post, hours_per_week.

    Rejected: an unknown org unit or post, hours that are no number between 0 and 168, an id that stands twice.
    """
    hours = pl.col("hours_per_week")
    rules = (
        (~_known("org_unit_id", org_units), "unknown org unit"),
        (~pl.col("post").is_in(POSTS), "unknown post"),
        ((hours <= 0) | (hours > MOST_HOURS_A_WEEK), "hours out of range"),
    )
    return _read(path, _Plan("staff", STAFF, ("id", "org_unit_id", "name", "post", "hours_per_week"), rules), None)


def customers_from_csv(path: Path, org_units: pl.DataFrame, staff: pl.DataFrame) -> TableRead:
    """Read CUSTOMERS: id, branch_id, tier, and the other columns where known.

    Rejected: an unknown branch, account manager, tier or age band, a number that is none or is below zero, an id that
    stands twice. A customer without an address is accepted: locating it is another step's matter.
    """
    rm, age = pl.col("account_rm_id"), pl.col("age_band")
    branches = org_units.filter(pl.col("kind") != "head_office")
    rules = (
        (~_known("branch_id", branches), "unknown branch"),
        (rm.is_not_null() & ~_known("account_rm_id", staff), "unknown account manager"),
        (~pl.col("tier").is_in(TIERS), "unknown tier"),
        (age.is_not_null() & ~age.is_in(AGE_BANDS), "unknown age band"),
        ((pl.col("products") < 0) | (pl.col("contacts_12m") < 0), "number below zero"),
    )
    return _read(path, _Plan("customers", CUSTOMERS, ("id", "branch_id", "tier"), rules), None)


def merchants_from_csv(path: Path, datum: str | None = None) -> TableRead:
    """Read MERCHANTS: id, industry, lng, lat, and name and osm_tag where known; datum as in `org_units_from_csv`.

    Rejected: an unknown industry, no position or one off the globe, an id that stands twice.
    """
    rules = ((~pl.col("industry").is_in(INDUSTRIES), "unknown industry"),)
    return _read(path, _Plan("merchants", MERCHANTS, ("id", "industry", "lng", "lat"), rules), datum)


def addresses_from_csv(path: Path, datum: str | None = None) -> TableRead:
    """Read GAZETTEER: id, lng, lat, and the parts of the address where known.

    kind is address and precision_m OWN_PRECISION_M where the file does not say.
    Rejected: an unknown kind, an address without street and name, a precision below zero, an id that stands twice.
    """
    kind = pl.col("kind")
    rules = (
        (~kind.is_in(GAZETTEER_KINDS), "unknown kind"),
        ((kind == "address") & pl.col("street").is_null() & pl.col("name").is_null(), "neither street nor name"),
        (pl.col("precision_m") < 0, "number below zero"),
    )
    return _read(path, _Plan("addresses", GAZETTEER, ("id", "lng", "lat"), rules, OWN_ADDRESS), datum)


def _known(column: str, table: pl.DataFrame) -> pl.Expr:
    return pl.col(column).is_in(table.get_column("id").implode())


def _read(path: Path, plan: _Plan, datum: str | None) -> TableRead:
    optional = [column for column in plan.contract if column not in plan.required]
    read = text_columns(path, plan.required, optional)
    text = read.with_columns(pl.col(column).fill_null(value) for column, value in plan.defaults)
    if "lng" in plan.contract and text.get_column("lng").drop_nulls().len():
        _require_datum(path, datum)
    judged = text.select("row", *(_typed(column, dtype) for column, dtype in plan.contract.items())).with_columns(
        _reason(text, plan)
    )
    good = judged.get_column("reason").is_null()
    accepted = _in_wgs84(judged.filter(good).select(list(plan.contract)), datum)
    rejected = text.with_columns(judged.get_column("reason")).filter(~good).select("row", "reason", *plan.contract)
    return TableRead(checked(accepted, plan.contract, plan.name), rejected, account(plan.name, judged))


def _require_datum(path: Path, datum: str | None) -> None:
    if datum not in DATUMS:
        raise InvalidInputError(
            "{path} holds coordinates: declare their datum as one of {known}, got {given}",
            path=path,
            known=", ".join(DATUMS),
            given=datum or "-",
        )


def _typed(column: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """Read a text column as the contract's type; null where it does not fit."""
    text = pl.col(column)
    if dtype == pl.Boolean:
        low = text.str.to_lowercase()
        return pl.when(low.is_in(YES)).then(True).when(low.is_in(NO) | low.is_null()).then(False).alias(column)
    if dtype == pl.Date:
        return text.str.to_date("%Y-%m-%d", strict=False)
    if dtype == pl.Float64:
        number = text.cast(pl.Float64, strict=False)
        return pl.when(number.is_finite()).then(number).alias(column)
    return text.cast(dtype, strict=False)


def _reason(text: pl.DataFrame, plan: _Plan) -> pl.Series:
    """Return why each row is refused, the first reason that holds; null for a good row."""
    typed = text.select(_typed(column, dtype) for column, dtype in plan.contract.items())
    empty = [(text.get_column(column).is_null(), f"{column} is empty") for column in plan.required]
    unread = [
        (text.get_column(column).is_not_null() & typed.get_column(column).is_null(), f"{column} is not {word}")
        for column, dtype in plan.contract.items()
        if (word := _word_for(dtype))
    ]
    ruled = [(typed.select(bad).to_series().fill_null(value=False), reason) for bad, reason in plan.rules]
    places = [(_off_globe(typed), "position off the globe")] if "lng" in plan.contract else []
    repeated = [(~typed.get_column("id").is_first_distinct(), "id stands twice")]
    found = [*empty, *unread, *places, *ruled, *repeated]
    first = pl.coalesce(pl.when(bad.rename(f"bad_{at}")).then(pl.lit(reason)) for at, (bad, reason) in enumerate(found))
    return text.select(first.alias("reason")).to_series()


def _word_for(dtype: pl.DataType | type[pl.DataType]) -> str | None:
    if dtype == pl.Boolean:
        return "yes or no"
    return next((word for known, word in NUMBER_WORDS.items() if dtype == known), None)


def _off_globe(typed: pl.DataFrame) -> pl.Series:
    lng, lat = typed.get_column("lng"), typed.get_column("lat")
    return (
        (lng.is_null() != lat.is_null())
        | (lng.abs() > 180).fill_null(value=False)
        | (lat.abs() > 90).fill_null(value=False)
    )


def _in_wgs84(frame: pl.DataFrame, datum: str | None) -> pl.DataFrame:
    if "lng" not in frame.columns or datum in (None, "wgs84"):
        return frame
    placed = frame.get_column("lng").is_not_null().to_numpy()
    lng, lat = (np.array(frame.get_column(name).to_numpy()) for name in ("lng", "lat"))
    lng[placed], lat[placed] = to_wgs84(lng[placed], lat[placed], str(datum))
    return frame.with_columns(pl.Series("lng", lng).fill_nan(None), pl.Series("lat", lat).fill_nan(None))
