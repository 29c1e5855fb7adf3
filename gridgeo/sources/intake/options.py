"""What the person declares about an import, and what the store knows already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import polars as pl

from gridgeo.cells import DATUMS
from gridgeo.errors import InvalidInputError

DUPLICATE_RULES = ("reject", "first", "last")
GONE_RULES = ("drop", "keep")
FORMS = ("zones", "polygons", "points", "cells")
"""What the rows of a file of denominators are."""
UNITS = {"元": 2, "千元": 5, "万元": 6, "百万元": 8, "亿元": 10, "分": 0}
"""Unit of money -> powers of ten to the fen."""


@dataclass(frozen=True)
class ImportOptions:
    """How one file is to be understood.

    kind: a key of KINDS. datum or crs: of the positions; never guessed. mapping: field -> column. constants: field ->
    value for every row. unit: of money columns. key: fields that tell rows apart, the kind's own by default.
    one_row_per: column that makes several rows of one key right. duplicates: what becomes of rows with the same key and
    other values. gone: what becomes of rows of the live version that the file does not have. on_purpose: personal
    fields taken although they look like identity-card or account numbers. cell_column: of a table keyed by H3 cells.
    resolution: that such a table is brought to; its own by default. Of denominators: form: one of FORMS, found by the
    file's columns by default; weights: what areas are spread by; figures: further columns of counts, or the word all.
    """

    kind: str
    datum: str | None = None
    crs: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    key: tuple[str, ...] = ()
    one_row_per: str | None = None
    duplicates: Literal["reject", "first", "last"] = "reject"
    gone: Literal["drop", "keep"] = "drop"
    on_purpose: tuple[str, ...] = ()
    cell_column: str | None = None
    resolution: int | None = None
    form: str | None = None
    weights: str | None = None
    figures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _one_of("duplicates", self.duplicates, DUPLICATE_RULES)
        _one_of("gone", self.gone, GONE_RULES)
        if self.unit is not None:
            _one_of("unit", self.unit, tuple(UNITS))
        if self.datum is not None:
            _one_of("datum", self.datum, DATUMS)
        if self.form is not None:
            _one_of("form", self.form, FORMS)
        if self.datum and self.crs:
            raise InvalidInputError("declare a datum or a coordinate reference system, not both")

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {"mapping": dict(self.mapping), "constants": dict(self.constants)}


@dataclass(frozen=True)
class Known:
    """What the store holds already.

    house: its datum. ids: name of a table -> ids that references may name; a name that is absent is not checked.
    names: name of a table -> the id and name of what it holds.
    """

    house: str = "wgs84"
    ids: Mapping[str, pl.Series] = field(default_factory=dict)
    names: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def _one_of(option: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise InvalidInputError(
            "option {option} must be one of {known}, got {given}", option=option, known=", ".join(known), given=given
        )
