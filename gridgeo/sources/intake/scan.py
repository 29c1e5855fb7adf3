"""The first reading of a file: keys that stand again, ids that rows of the same file name, personal numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import RawTable
from gridgeo.sources.intake.declared import refusal
from gridgeo.sources.intake.judge import CODE, ROW, Judge
from gridgeo.sources.intake.personal import PersonalCounts
from gridgeo.sources.intake.repeats import Hashed, repeated_rows, row_hashes

PER = "_one_row_per"
CATEGORY = "category"


@dataclass(frozen=True)
class Scan:
    """repeated: row, reason of the rows whose key stands more than once and that are not taken."""

    repeated: pl.DataFrame


def scan(raw: RawTable, judge: Judge) -> tuple[Judge, Scan]:
    """Read the whole file once; return the judge, who now knows the file's own ids, and what was seen.

    Raises InvalidInputError when a mapped column holds identity-card or account numbers (`PersonalCounts`) and its
    field is not taken on purpose.
    """
    _check_per(raw, judge)
    kind, own_ids = judge.kind, any(item.known == judge.kind.name for item in judge.kind.references)
    watched = _watched(judge)
    hashes: list[pl.DataFrame] = []
    ids: list[pl.Series] = []
    for batch in raw.batches():
        text = judge.text_of(batch)
        hashes.append(_hashed(judge, batch, text))
        for name, counts in watched.items():
            counts.take(text[name])
        if own_ids:
            ids.append(text[kind.key[0]].drop_nulls())
    _refuse_personal(raw, judge, watched)
    if ids:
        judge = _knowing(judge, pl.concat(ids))
    found = pl.concat(hashes) if hashes else pl.DataFrame(schema=Hashed)
    return judge, Scan(_repeated(raw, judge, found))


def _check_per(raw: RawTable, judge: Judge) -> None:
    per = judge.options.one_row_per
    if per is not None and per not in raw.columns:
        raise InvalidInputError(
            "the file has no column {given} for one row per; it has {known}", given=per, known=", ".join(raw.columns)
        )


def _watched(judge: Judge) -> dict[str, PersonalCounts]:
    return {
        name: PersonalCounts()
        for name in judge.mapping.columns
        if judge.kind.field(name).type == "text" and name not in judge.options.on_purpose
    }


def _hashed(judge: Judge, batch: pl.DataFrame, text: pl.DataFrame) -> pl.DataFrame:
    """Return the hashes of a batch; what makes several rows of one key right is a part of the key here."""
    key, per = list(judge.options.key or judge.kind.key), judge.options.one_row_per
    extra = [] if per is None else [batch[per].alias(PER)]
    more = [*([] if per is None else [PER]), *([CATEGORY] if CATEGORY in judge.mapping.columns else [])]
    known = text.with_columns(*(judge.kind.key_text(name) for name in key), *extra)
    return row_hashes(known, key, more)


def _repeated(raw: RawTable, judge: Judge, hashes: pl.DataFrame) -> pl.DataFrame:
    """Settle the rows of one key; where one of them is to be taken, it must be one that can be."""
    rule = judge.options.duplicates
    if rule != "reject":
        several = repeated_rows(hashes, "reject")[ROW]
        if not several.is_empty():
            hashes = hashes.filter(~pl.col(ROW).is_in(_bad_rows(raw, judge, several).implode()))
    return repeated_rows(hashes, rule).cast({ROW: pl.UInt32})


def _bad_rows(raw: RawTable, judge: Judge, several: pl.Series) -> pl.Series:
    """Return which of the rows are refused for their own values; the file is read once more for them."""
    bad = [pl.Series(ROW, [], dtype=pl.UInt32)]
    for batch in raw.batches():
        some = batch.filter(pl.col(ROW).is_in(several.implode()))
        judged = judge.judged(judge.text_of(some))
        bad.append(judged.filter(pl.col(CODE).is_not_null())[ROW])
    return pl.concat(bad)


def _refuse_personal(raw: RawTable, judge: Judge, watched: Mapping[str, PersonalCounts]) -> None:
    for name, counts in watched.items():
        if counts.personal:
            raise refusal(raw, judge.mapping.columns[name], name)


def _knowing(judge: Judge, own: pl.Series) -> Judge:
    """Let rows name ids of the same file, such as a unit its parent."""
    name = judge.kind.name
    known = judge.known.ids.get(name)
    ids = own if known is None else pl.concat([known, own.rename(known.name)])
    return replace(judge, known=replace(judge.known, ids={**judge.known.ids, name: ids.unique()}))
