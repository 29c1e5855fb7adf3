"""Columns that name a person, how they are masked, and who may see them whole."""

from __future__ import annotations

import polars as pl

from gridgeo.domain.actor import Actor

PERSONAL = ("name", "phone", "address")
"""Columns of a customer that name a person or lead to the door."""
SEES_NAMES = ("hq", "branch_manager", "rm")
"""Roles that work with the customers themselves; everybody else sees them masked."""
HIDDEN = "*"
SHOWN_DIGITS = 2


def sees_names(actor: Actor) -> bool:
    """Tell whether an actor may have personal columns unmasked."""
    return actor.role in SEES_NAMES


def masked_personal(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with its personal columns masked: the first letter of a name, the last two digits of a phone.

    An address is masked whole. What is null stays null.
    """
    rules = {
        "name": pl.col("name").str.slice(0, 1) + HIDDEN * 2,
        "phone": pl.lit(HIDDEN * 4) + pl.col("phone").str.tail(SHOWN_DIGITS),
        "address": pl.when(pl.col("address").is_not_null()).then(pl.lit(HIDDEN * 4)),
    }
    return table.with_columns(**{name: rule for name, rule in rules.items() if name in table.columns})
