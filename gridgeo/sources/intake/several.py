"""Several rows of one key that are right by design: their figures add up and their lists join, as was declared."""

from __future__ import annotations

import polars as pl

from gridgeo.domain.sums import sum_of
from gridgeo.sources.intake.account import Account, Batch
from gridgeo.sources.intake.fields import ImportKind

SEPARATOR = ";"
DIFFERING = "several rows of one key differ in a column that is not joined: the first value is taken"


def joined_rows(kind: ImportKind, batches: list[Batch], account: Account) -> Batch:
    """Return the whole file as one batch with one row a key.

    Numeric fields of `kind.sums` add up, text fields of `kind.lists` join, each value once; every other field takes its
    first value, and keys with more than one are a doubt. No row is lost: the account's `rows_out` is then smaller than
    `accepted`.
    """
    rows = pl.concat([batch.accepted for batch in batches])
    key = [name for name in kind.key if name in kind.contract]
    sums = [pl.when(pl.col(name).is_not_null().any()).then(sum_of(name)).alias(name) for name in kind.sums]
    lists = [
        pl.col(name).drop_nulls().unique(maintain_order=True).str.join(SEPARATOR).replace("", None)
        for name in kind.lists
    ]
    taken = (*key, *kind.sums, *kind.lists)
    others = [pl.col(name).drop_nulls().first() for name in kind.contract if name not in taken]
    groups = rows.group_by(key, maintain_order=True)
    differ = [pl.col(name).drop_nulls().n_unique() > 1 for name in kind.contract if name not in taken]
    account.doubt(DIFFERING, int(groups.agg(_differ=pl.any_horizontal(differ))["_differ"].sum()))
    merged = groups.agg(*sums, *lists, *others).select(list(kind.contract))
    account.rows_out = merged.height
    originals = pl.concat([batch.originals for batch in batches]).unique("id", keep="first", maintain_order=True)
    return Batch(merged, originals, pl.concat([batch.rejected for batch in batches]))
