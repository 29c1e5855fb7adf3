"""One batch of a file judged: typed values, and for every row the first reason to refuse it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from gridgeo.sources.files.raw import unique_names
from gridgeo.sources.intake.fields import ImportKind
from gridgeo.sources.intake.mapping import ColumnMapping, columns_of
from gridgeo.sources.intake.options import ImportOptions, Known
from gridgeo.sources.intake.personal import MASK, masked
from gridgeo.sources.intake.positions import Place, position_reasons
from gridgeo.sources.intake.values import DAMAGED, EMPTY, FORMULA, OUT_OF_RANGE, REASONS, is_damaged, is_formula, typed

ROW, FIELD, VALUE, REASON = "row", "field", "value", "reason"
CODE = "_code"
JOINED_BY = ", "
"""Between columns that a mapping joins."""

Judgement = tuple[pl.Expr, str, str]
"""Condition over text (`field`) and typed (`field:typed`) columns, the field to blame, the reason."""


@dataclass(frozen=True)
class Judge:
    """All that a batch is judged by; unit: of money; place: of positions, None where there are none.

    by_name: field whose column holds names -> the id of each name.
    """

    kind: ImportKind
    mapping: ColumnMapping
    options: ImportOptions
    known: Known
    unit: str | None
    place: Place | None
    by_name: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def text_of(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return `row` and one String column a field: the file's, the constant, or the default where it is empty.

        ``{row}`` in a constant stands for the number of the record.
        """
        return batch.select(ROW, *(self._text(name, batch.columns) for name in self.kind.field_names))

    def _text(self, name: str, columns: list[str]) -> pl.Expr:
        constant, column = self.options.constants.get(name), self.mapping.columns.get(name)
        text = pl.lit(None)
        if constant is not None:
            before, row, after = constant.partition("{row}")
            text = pl.concat_str(pl.lit(before), pl.col(ROW), pl.lit(after)) if row else pl.lit(constant)
        elif column:
            parts = columns_of(column, columns)
            joined = pl.concat_str(*parts, separator=JOINED_BY, ignore_nulls=True).replace("", None)
            text = pl.col(column) if parts == [column] else joined
            text = text.replace(self.by_name[name]) if name in self.by_name else text
        default = self.kind.field(name).default
        return (text.fill_null(default) if default is not None else text).cast(pl.String).alias(name)

    def judged(self, text: pl.DataFrame) -> pl.DataFrame:
        """Return row, the typed fields, and `_code`: the position of the first reason that holds, null for a good row.

        The reasons are those of `reasons`, in that order.
        """
        values = text.select(ROW, *(self._typed(name) for name in self.kind.field_names))
        both = text.rename({name: f"{name}:text" for name in self.kind.field_names}).hstack(values.drop(ROW))
        codes = [
            pl.when(bad.fill_null(value=False)).then(pl.lit(at, pl.Int32))
            for at, (bad, _, _) in enumerate(self.reasons())
        ]
        return both.select(ROW, *self.kind.field_names, pl.coalesce(codes).alias(CODE))

    def _typed(self, name: str) -> pl.Expr:
        item = self.kind.field(name)
        dtype = self.kind.contract.get(name, pl.String)
        return typed(item, pl.col(name), dtype, self.unit).alias(name)

    def reasons(self) -> list[Judgement]:
        """Return every condition of a bad row over the columns `field` (typed) and `field:text`, most telling first."""
        return [
            *self._damaged(),
            *self._formulas(),
            *self._required(),
            *self._unread(),
            *self._ranges(),
            *self._places(),
            *self._rules(),
        ]

    def _damaged(self) -> list[Judgement]:
        texts = [
            item.name
            for item in self.kind.fields
            if item.type == "text" and (item.column_class == "core" or item.name in (*self.kind.key, "phone"))
        ]
        return [(is_damaged(pl.col(f"{name}:text")), name, DAMAGED) for name in texts]

    def _formulas(self) -> list[Judgement]:
        texts = [name for name in self.mapping.columns if self.kind.field(name).type == "text"]
        return [(is_formula(pl.col(f"{name}:text")), name, FORMULA) for name in texts]

    def _required(self) -> list[Judgement]:
        return [(pl.col(f"{item.name}:text").is_null(), item.name, EMPTY) for item in self.kind.fields if item.required]

    def _unread(self) -> list[Judgement]:
        return [
            (pl.col(f"{item.name}:text").is_not_null() & pl.col(item.name).is_null(), item.name, REASONS[item.type])
            for item in self.kind.fields
            if item.type in REASONS
        ]

    def _ranges(self) -> list[Judgement]:
        low = [
            (pl.col(item.name) < item.low, item.name, OUT_OF_RANGE) for item in self.kind.fields if item.low is not None
        ]
        high = [
            (pl.col(item.name) > item.high, item.name, OUT_OF_RANGE)
            for item in self.kind.fields
            if item.high is not None
        ]
        return [*low, *high]

    def _places(self) -> list[Judgement]:
        if not self.kind.positions:
            return []
        geographic = self.place is None or self.place.geographic
        rules = position_reasons(pl.col("lng"), pl.col("lat"), geographic=geographic, required=self.kind.placed)
        return [(bad, "lng", reason) for bad, reason in rules]

    def _rules(self) -> list[Judgement]:
        unknown = [
            (
                pl.col(item.field).is_not_null() & ~pl.col(item.field).is_in(self.known.ids[item.known].implode()),
                item.field,
                item.reason,
            )
            for item in self.kind.references
            if item.known in self.known.ids
        ]
        return [*unknown, *self.kind.rules]


def refused(
    batch: pl.DataFrame, blamed: pl.DataFrame, columns: tuple[str, ...], hidden: tuple[str, ...]
) -> pl.DataFrame:
    """Return rejected rows: row, field, value, reason, and the file's own columns as text.

    batch: of the reader. blamed: row, field, value, reason. hidden: columns that hold numbers of identity cards or
    accounts; these, and single values that look like one, are masked. A column of the file that is called like one of
    the first four has a number behind its name.
    """
    names = dict(zip(columns, unique_names(columns, reserved=(ROW, FIELD, VALUE, REASON)), strict=True))
    own = batch.select(ROW, *columns).rename(names).join(blamed, on=ROW, how="inner", maintain_order="left")
    shown = [
        pl.lit(MASK).alias(name) if column in hidden else pl.col(name).map_batches(masked, return_dtype=pl.String)
        for column, name in names.items()
    ]
    return own.select(ROW, FIELD, pl.col(VALUE).map_batches(masked, return_dtype=pl.String), REASON, *shown)
