"""The first reading of a file: keys that stand again, ids that rows of the same file name, personal numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import RawTable
from gridgeo.sources.intake.declared import refusal
from gridgeo.sources.intake.judge import ROW, Judge
from gridgeo.sources.intake.personal import (
    ACCOUNT_SHARE,
    ID_CARD_SHARE,
    is_account,
    is_id_card,
    long_numbers,
)
from gridgeo.sources.intake.repeats import repeated_rows, row_hashes

PER = "_one_row_per"


@dataclass(frozen=True)
class Scan:
    """repeated: row, reason of the rows whose key stands more than once and that are not taken."""

    repeated: pl.DataFrame


def scan(raw: RawTable, judge: Judge) -> tuple[Judge, Scan]:
    """Read the whole file once; return the judge, who now knows the file's own ids, and what was seen.

    Raises InvalidInputError when a mapped column holds identity-card numbers (from ID_CARD_SHARE of its values on) or
    account numbers (from ACCOUNT_SHARE on) and its field is not taken on purpose.
    """
    kind, options = judge.kind, judge.options
    key = list(options.key or kind.key)
    watched = [
        name
        for name in judge.mapping.columns
        if kind.field(name).type == "text" and name not in options.on_purpose and kind.name != "cells"
    ]
    per = options.one_row_per
    if per is not None and per not in raw.columns:
        raise InvalidInputError(
            "the file has no column {given} for one row per; it has {known}", given=per, known=", ".join(raw.columns)
        )
    hashes, ids, counts = [], [], np.zeros((len(watched), 3), dtype=np.int64)
    own_ids = any(item.known == kind.name for item in kind.references)
    for batch in raw.batches():
        text = judge.text_of(batch)
        extra = [] if per is None else [batch[per].alias(PER)]
        hashes.append(row_hashes(text.with_columns(extra), key + ([] if per is None else [PER])))
        counts += np.array([_personal(text[name]) for name in watched], dtype=np.int64).reshape(-1, 3)
        if own_ids:
            ids.append(text[key[0]].drop_nulls())
    _refuse_personal(raw, judge, watched, counts)
    found = pl.concat(hashes) if hashes else row_hashes(pl.DataFrame({ROW: [], key[0]: []}), [key[0]])
    repeated = repeated_rows(found, options.duplicates).cast({ROW: pl.UInt32})
    return (_knowing(judge, pl.concat(ids)) if ids else judge), Scan(repeated)


def _personal(values: pl.Series) -> tuple[int, int, int]:
    """Count values, identity-card numbers, account numbers."""
    long = long_numbers(values)
    if long.is_empty():
        return values.len() - values.null_count(), 0, 0
    return values.len() - values.null_count(), int(is_id_card(long).sum()), int(is_account(long).sum())


def _refuse_personal(raw: RawTable, judge: Judge, watched: list[str], counts: np.ndarray) -> None:
    for name, (total, id_cards, accounts) in zip(watched, counts, strict=True):
        if (id_cards and id_cards >= ID_CARD_SHARE * total) or (accounts and accounts >= ACCOUNT_SHARE * total):
            raise refusal(raw, judge.mapping.columns[name], name)


def _knowing(judge: Judge, own: pl.Series) -> Judge:
    """Let rows name ids of the same file, such as a unit its parent."""
    name = judge.kind.name
    known = judge.known.ids.get(name)
    ids = own if known is None else pl.concat([known, own.rename(known.name)])
    return replace(judge, known=replace(judge.known, ids={**judge.known.ids, name: ids.unique()}))
