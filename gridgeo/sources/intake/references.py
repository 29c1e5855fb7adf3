"""Lists that name a branch or a person by name instead of number: read as the number where the name stands once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from gridgeo.sources.files import RawTable
from gridgeo.sources.intake.judge import Judge

NOBODY = pl.DataFrame(schema={"id": pl.String, "name": pl.String})


def knowing_names(raw: RawTable, judge: Judge) -> Judge:
    """Return the judge, who now reads a column of names as the ids that bear them.

    A column may hold names where one of its first rows is one; ids in it stay what they are. A name that several bear
    says nothing; rows of a file that name each other, such as units their parents, may go by names of the same file.
    """
    fields = [item for item in judge.kind.references if item.field in judge.mapping.columns]
    first = next(raw.batches(), None) if fields else None
    if first is None:
        return judge
    text = judge.text_of(first)
    found = {}
    for item in fields:
        rows = [judge.known.names[item.known]] if item.known in judge.known.names else []
        rows += [text.select("id", "name")] if item.known == judge.kind.name else []
        known = pl.concat([NOBODY, *rows])
        given, names = text[item.field].drop_nulls(), names_that_stand_once(known)
        if given.is_in(list(names)).any():
            found[item.field] = names
    return replace(judge, by_name=found)


def names_that_stand_once(rows: pl.DataFrame) -> Mapping[str, str]:
    """Return name -> id of the names that one id bears and that are no id themselves; rows: id, name."""
    known = rows.drop_nulls().unique()
    alone = known.filter(pl.col("name").is_unique() & ~pl.col("name").is_in(known["id"].implode()))
    return dict(alone.select("name", "id").iter_rows())
