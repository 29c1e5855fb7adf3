"""From the columns of a file to the rows of a table: declared, mapped, judged, converted; every row accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl
import shapely

from gridgeo.domain.tables import ORIGINALS, checked, empty
from gridgeo.sources.files import RawTable
from gridgeo.sources.intake.account import Account, Batch
from gridgeo.sources.intake.declared import check_required, money_unit, place_if_any
from gridgeo.sources.intake.doubts import address_columns, doubts_of, doubts_of_rows
from gridgeo.sources.intake.fields import Field, ImportKind
from gridgeo.sources.intake.finish import FINISHES, NO_BUSINESS, tags_of_column, with_tags
from gridgeo.sources.intake.judge import CODE, FIELD, REASON, ROW, VALUE, Judge, refused
from gridgeo.sources.intake.kinds import import_kind
from gridgeo.sources.intake.mapping import ColumnMapping, propose_mapping
from gridgeo.sources.intake.options import ImportOptions, Known
from gridgeo.sources.intake.personal import header_says_personal
from gridgeo.sources.intake.positions import OFF_GLOBE, moved_points
from gridgeo.sources.intake.references import knowing_names
from gridgeo.sources.intake.scan import CATEGORY, Scan, scan
from gridgeo.sources.intake.several import joined_rows
from gridgeo.sources.intake.shapes import Shapes, judged_shapes, points_of
from gridgeo.sources.intake.values import more_than_fen

BLAMED = {ROW: pl.UInt32, FIELD: pl.String, VALUE: pl.String, REASON: pl.String}
GEOMETRY = "geometry"


@dataclass
class Understanding:
    """A file as its kind understands it; `batches` takes it apart, `account` then says what became of it."""

    raw: RawTable
    judge: Judge
    seen: Scan
    account: Account = field(default_factory=Account)

    @property
    def kind(self) -> ImportKind:
        """The kind of the file."""
        return self.judge.kind

    @cached_property
    def parts(self) -> dict[str, str]:
        """Columns of the file that hold a part of an address each."""
        return address_columns(self.raw.columns, self.kind, self.mapping)

    @property
    def mapping(self) -> ColumnMapping:
        """Which column is which field."""
        return self.judge.mapping

    def notes(self) -> dict[str, Any]:
        """Return how the file was read and understood, plain JSON values, for the person to look at."""
        mapping, place = self.mapping, self.judge.place
        return {
            **self.raw.notes,
            "mapping": {
                name: {"column": column, "class": self.kind.field(name).column_class}
                for name, column in mapping.columns.items()
            },
            "constants": dict(self.judge.options.constants),
            "defaults": {item.name: item.default for item in self._defaults() if item.name not in mapping.columns},
            "by_name": sorted(self.judge.by_name),
            "tag_columns": list(mapping.tags),
            "guesses": [{"field": name, "column": column} for name, column in mapping.guesses],
            "unmapped": list(mapping.unmapped),
            "unit": self.judge.unit,
            "positions_in": place.words() if place else None,
        }

    def batches(self) -> Iterator[Batch]:
        """Yield the file piece by piece; the account is complete when they are exhausted."""
        self.account = Account()
        pieces = (self._batch(batch) for batch in self.raw.batches())
        if self.judge.options.one_row_per is None and CATEGORY not in self.mapping.columns:
            yield from pieces
            return
        whole = list(pieces)
        if whole:
            yield joined_rows(self.kind, whole, self.account)

    def _batch(self, batch: pl.DataFrame) -> Batch:
        text = self._text(batch)
        judged = self.judge.judged(text)
        blamed = self._blamed(text, judged)
        rows, originals, lost = self._converted(batch, judged.filter(~pl.col(ROW).is_in(blamed[ROW].implode())))
        blamed = pl.concat([blamed, lost])
        hidden = tuple(name for name in self.raw.columns if header_says_personal(name))
        rejected = refused(batch, blamed, self.raw.columns, hidden)
        self._count_rounded(text, rows)
        self._count_doubts(batch.join(rows.select(ROW), on=ROW, how="semi"))
        accepted = checked(rows.select(list(self.kind.contract)), self.kind.contract, self.kind.name)
        self.account.take(batch.height, blamed, accepted.height)
        return Batch(accepted, originals, rejected)

    def _text(self, batch: pl.DataFrame) -> pl.DataFrame:
        text = self.judge.text_of(batch)
        if self.kind.tags and (self.mapping.tags or "osm_tag" in self.mapping.columns):
            found = with_tags(batch, self.mapping.tags) if self.mapping.tags else tags_of_column(text)
            given = "industry" in self.mapping.columns or "industry" in self.judge.options.constants
            industry = text["industry"] if given else found["industry"]
            text = text.with_columns(found["osm_tag"], industry.alias("industry"))
        if self._points_from_shapes:
            lng, lat = points_of(batch[GEOMETRY])
            # Through text, as every other number of a file: repr keeps each bit of a float.
            numbers = pl.DataFrame({"lng": lng, "lat": lat}).select(pl.all().fill_nan(None).cast(pl.String))
            text = text.with_columns(numbers)
        return text

    @property
    def _points_from_shapes(self) -> bool:
        return self.raw.has_geometry and self.kind.positions and "lng" not in self.mapping.columns

    def _blamed(self, text: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
        """Return row, field, value, reason of the rows that are refused before any conversion."""
        reasons = self.judge.reasons()
        names = pl.Series("field", [name for _, name, _ in reasons], dtype=pl.String)
        words = pl.Series("reason", [reason for _, _, reason in reasons], dtype=pl.String)
        code = judged.filter(pl.col(CODE).is_not_null()).select(ROW, CODE)
        own = code.select(ROW, names.gather(code[CODE]).alias(FIELD), words.gather(code[CODE]).alias(REASON))
        again = self.seen.repeated.join(text.select(ROW), on=ROW, how="inner").join(own, on=ROW, how="anti")
        key = self.kind.key[0] if not self.judge.options.key else self.judge.options.key[0]
        own = pl.concat([own, again.select(ROW, pl.lit(key).alias(FIELD), REASON)])
        all_blamed = pl.concat([own, self._untagged(text, own)])
        values = text.join(all_blamed, on=ROW, how="inner", maintain_order="left")
        value = pl.coalesce(pl.when(pl.col(FIELD) == name).then(pl.col(name)) for name in self.kind.field_names)
        return values.select(ROW, FIELD, value.alias(VALUE), REASON).cast(BLAMED)  # type: ignore[arg-type]

    def _untagged(self, text: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
        if not self.kind.tags or "industry" not in text.columns:
            return own.clear()
        bare = text.filter(pl.col("industry").is_null()).join(own, on=ROW, how="anti")
        return bare.select(ROW, pl.lit("osm_tag").alias(FIELD), pl.lit(NO_BUSINESS).alias(REASON))

    def _converted(self, batch: pl.DataFrame, good: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Return the rows in the house datum, their ORIGINALS, and what turned out to have no place (BLAMED)."""
        shapes, lost, originals = None, pl.DataFrame(schema=BLAMED), empty(ORIGINALS)
        if self.raw.has_geometry and (self.kind.shapes or self.kind.name == "buildings"):
            good, shapes, lost, originals = self._shaped(batch, good)
        if self.kind.positions and self.judge.place is not None:
            good = good.with_columns(self.kind.key_text("id")) if self.kind.numbered else good
            good, moved = moved_points(good, self.judge.place)
            if self.judge.place.moves:
                points = moved.select(pl.lit("point").alias("kind"), "id", "x", "y", shape=pl.lit(None, pl.String))
                originals = pl.concat([originals, checked(points, ORIGINALS, "original")])
            good, shapes, off = self._off_globe(good, shapes, moved)
            lost = pl.concat([lost, off])
        for what, count in doubts_of_rows(self.kind, good).items():
            self.account.doubt(what, count)
        finish = FINISHES.get(self.kind.name)
        return (finish(good, shapes) if finish else good), originals, lost

    def _off_globe(
        self, good: pl.DataFrame, shapes: Shapes | None, moved: pl.DataFrame
    ) -> tuple[pl.DataFrame, Shapes | None, pl.DataFrame]:
        """Take out the rows whose position the transformation could not take."""
        off = good["lng"].is_null() & good["id"].is_in(moved["id"].implode())
        if not off.any():
            return good, shapes, pl.DataFrame(schema=BLAMED)
        blamed = good.filter(off).select(
            ROW, pl.lit("lng").alias(FIELD), pl.lit(None, pl.String).alias(VALUE), pl.lit(OFF_GLOBE).alias(REASON)
        )
        return good.filter(~off), None if shapes is None else shapes[~off.to_numpy()], blamed

    def _shaped(
        self, batch: pl.DataFrame, good: pl.DataFrame
    ) -> tuple[pl.DataFrame, Shapes, pl.DataFrame, pl.DataFrame]:
        """Judge and convert the shapes of the good rows."""
        assert self.judge.place is not None  # noqa: S101 (for the type checker)
        wkb = good.select(ROW).join(batch.select(ROW, GEOMETRY), on=ROW, how="left", maintain_order="left")[GEOMETRY]
        outlines = judged_shapes(wkb, self.judge.place, points=not self.kind.shapes)
        self.account.repaired += outlines.repaired
        self.account.flattened += outlines.flattened
        fine = outlines.reason == ""
        lost = good.filter(pl.Series(~fine)).select(ROW, pl.lit(GEOMETRY).alias(FIELD))
        lost = lost.with_columns(
            pl.Series(VALUE, outlines.where[~fine].tolist(), dtype=pl.String),
            pl.Series(REASON, outlines.reason[~fine].tolist(), dtype=pl.String),
        )
        kept = good.filter(pl.Series(fine))
        originals = self._original_shapes(kept, outlines.given[fine]) if self.kind.shapes else empty(ORIGINALS)
        return kept, outlines.shapes[fine], lost, originals

    def _original_shapes(self, kept: pl.DataFrame, shapes: Shapes) -> pl.DataFrame:
        if self.judge.place is None or not self.judge.place.moves:
            return empty(ORIGINALS)
        table = kept.select(
            pl.lit("shape").alias("kind"),
            self.kind.key_text("id"),
            x=pl.lit(None, pl.Float64),
            y=pl.lit(None, pl.Float64),
        )
        wkb = shapely.to_wkb(shapes, hex=True).tolist()
        return checked(table.with_columns(pl.Series("shape", wkb, dtype=pl.String)), ORIGINALS, "original")

    def _defaults(self) -> list[Field]:
        """Return the fields whose empty rows take a default that says something of the row."""
        given = {*self.judge.options.constants, *(("industry",) if self.mapping.tags else ())}
        return [
            item
            for item in self.kind.fields
            if item.default is not None and item.name not in given and item.column_class != "general"
        ]

    def _count_doubts(self, taken: pl.DataFrame) -> None:
        """Count what looks odd in the taken rows of the file, and where a default filled in."""
        for what, count in doubts_of(taken, self.parts).items():
            self.account.doubt(what, count)
        for item in self._defaults():
            column = self.mapping.columns.get(item.name)
            empty_count = taken[column].null_count() if column in taken.columns else 0
            if empty_count:
                self.account.filled[item.name] = self.account.filled.get(item.name, 0) + empty_count

    def _count_rounded(self, text: pl.DataFrame, rows: pl.DataFrame) -> None:
        for item in self.kind.fields:
            if item.type == "money" and item.name in self.mapping.columns:
                taken = text.filter(pl.col(ROW).is_in(rows[ROW].implode()))
                self.account.rounded += int(
                    taken.select(more_than_fen(pl.col(item.name), self.judge.unit).sum()).item()
                )


def understand(raw: RawTable, options: ImportOptions, known: Known, kind: ImportKind | None = None) -> Understanding:
    """Return the file as its kind understands it; kind: another than the one that the options name.

    The file is read once here, for keys that stand again and for numbers of identity cards and accounts, and once more
    by `batches`. Raises InvalidInputError when the file as a whole does not fit: a required field without a column, no
    datum, money without a unit, personal numbers that were not mapped on purpose.
    """
    kind = kind or import_kind(options.kind)
    mapping = propose_mapping(raw.columns, kind, options.mapping, options.constants)
    check_required(raw, kind, mapping, options)
    place = place_if_any(raw, kind, mapping, (options, known.house))
    judge = Judge(kind, mapping, options, known, money_unit(raw, kind, mapping, options), place)
    return Understanding(raw, *scan(raw, knowing_names(raw, judge)))
