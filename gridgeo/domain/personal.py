"""Columns about people: the class of each, and what of a class a role is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import polars as pl

from gridgeo.domain.actor import Actor, Role

ColumnClass = Literal["name", "phone", "address", "fact", "money"]
Sight = Literal["whole", "masked", "nothing"]
CLASSES: dict[str, ColumnClass] = {
    "name": "name",
    "phone": "phone",
    "address": "address",
    "age_band": "fact",
    "born_on": "fact",
    "occupation": "fact",
    "balance_fen": "money",
}
"""The one table of column classes of parties: what is not here names nobody and is shown to everybody in scope."""

_MASKED: dict[ColumnClass, Sight] = dict.fromkeys(("name", "phone", "address"), "masked")
_FIRST_LETTERS: dict[ColumnClass, Sight] = {"name": "masked", "phone": "nothing", "address": "masked"}
SIGHTS: dict[Role, Mapping[ColumnClass, Sight]] = {
    "hq": _MASKED,
    "branch_manager": _MASKED,
    "rm": _MASKED,
    "planner": _FIRST_LETTERS,
    "helper": _FIRST_LETTERS | {"fact": "nothing", "money": "nothing"},
    "auditor": _FIRST_LETTERS | {"fact": "nothing"},
    "consumer": dict.fromkeys(("name", "phone", "address", "fact", "money"), "nothing"),
}
"""Role -> class -> what it is shown unasked; a class that is not named is shown whole."""
PERSONAL = ("name", "phone", "address")
"""Columns of a customer that name a person or lead to the door."""
SEES_NAMES: tuple[Role, ...] = ("hq", "branch_manager", "rm")
"""Roles that work with the customers themselves, and get personal columns whole when they ask; each request is
audited."""
HIDDEN = "*"
SHOWN_DIGITS = 2


def sees_names(actor: Actor) -> bool:
    """Tell whether an actor may have personal columns unmasked."""
    return actor.role in SEES_NAMES


def sight_of(actor: Actor, column: str, *, unmask: bool = False) -> Sight:
    """Return how an actor is shown a column; unmask: asked for whole, which counts for `SEES_NAMES` alone."""
    kind = CLASSES.get(column)
    if kind is None or (unmask and sees_names(actor)):
        return "whole"
    return SIGHTS[actor.role].get(kind, "whole")


def shown_to(actor: Actor, table: pl.DataFrame, *, unmask: bool = False) -> pl.DataFrame:
    """Return a table of parties as an actor is shown it: columns whole, masked or null by class and role."""
    sights = {name: sight_of(actor, name, unmask=unmask) for name in table.columns}
    masked = masked_personal(table.select(name for name, sight in sights.items() if sight == "masked"))
    nothing = [pl.lit(None, table.schema[name]).alias(name) for name, sight in sights.items() if sight == "nothing"]
    return table.with_columns(*masked.get_columns(), *nothing)


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
