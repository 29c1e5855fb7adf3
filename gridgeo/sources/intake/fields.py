"""What a kind of import consists of: its fields, the words they go by, and the rules a row must keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from gridgeo.domain.tables import Contract

FieldType = Literal["text", "number", "whole", "date", "birth", "yes_no", "word", "money"]
ColumnClass = Literal["core", "important", "personal", "general"]

Rule = tuple[pl.Expr, str, str]
"""Condition of a bad row over the typed columns, the field to blame, and the reason."""


@dataclass(frozen=True)
class Field:
    """One field of a kind.

    column_class: core (keys and places), important (money, tiers), personal (names, phones), general. names: headers
    that mean it, Chinese and English, apart by blanks; an underscore stands for a blank, a sign or nothing. words:
    accepted word -> stored value, for type word; an underscore stands for blanks. required: to be filled in every row.
    low, high: range of a number. default: text that stands for an empty field.
    """

    name: str
    type: FieldType = "text"
    column_class: ColumnClass = "general"
    names: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    low: float | None = None
    high: float | None = None
    default: str | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers that mean the field, its own name first."""
        return (self.name, *self.names.split())


@dataclass(frozen=True)
class Reference:
    """A field whose value must be known elsewhere; known: key of `Known.ids`. Empty is fine unless required."""

    field: str
    known: str
    reason: str


@dataclass(frozen=True)
class ImportKind:
    """One kind of file.

    table: of the store; contract: its columns. key: fields that tell rows apart. shapes: whether rows are polygons.
    positions: whether rows have lng and lat; placed: whether a row without them is refused. tags: whether headers that
    are OpenStreetMap keys name the row's tag. sums: numeric fields that add up over `one_row_per`; lists: text fields
    that join there. instead: key field -> the field that stands in for it where it is empty. numbered: a row whose key
    is empty even so goes by the number of its record. together: fields that are proposed only when the file has columns
    for all of them.
    """

    name: str
    table: str
    contract: Contract
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ("id",)
    rules: tuple[Rule, ...] = ()
    references: tuple[Reference, ...] = ()
    shapes: bool = False
    positions: bool = False
    placed: bool = False
    tags: bool = False
    sums: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    numbered: bool = False
    together: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """Return the field of that name; KeyError when there is none."""
        return {item.name: item for item in self.fields}[name]

    def key_text(self, name: str) -> pl.Expr:
        """Return the text that a field of the key goes by, over rows with `row` and the fields."""
        texts = [pl.col(name), *([pl.col(self.instead[name])] if name in self.instead else [])]
        return pl.coalesce(*texts, *([pl.format("row-{}", "row")] if self.numbered else [])).alias(name)

    @property
    def field_names(self) -> tuple[str, ...]:
        """Names of the fields, in order."""
        return tuple(item.name for item in self.fields)
