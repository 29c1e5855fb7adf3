"""Sums of groups of rows that are the same to the last digit in every run.

polars may cut a table in parts, sum each group in each part and then add the parts up in whichever order threads end;
whether it does is guessed from a sample. Floats then differ in their last digits from run to run. The values of a group
taken together first are added up in the order of the rows.
"""

from __future__ import annotations

import polars as pl


def sum_of(values: pl.Expr | str) -> pl.Expr:
    """Return the sum of each group's values, 0 for a group without any; within `group_by(...).agg(...)`."""
    return _together(values).list.sum()


def mean_of(values: pl.Expr | str) -> pl.Expr:
    """Return the mean of each group's values, null for a group without any; within `group_by(...).agg(...)`."""
    return _together(values).list.mean()


def _together(values: pl.Expr | str) -> pl.Expr:
    return (pl.col(values) if isinstance(values, str) else values).implode()
