"""How many there are: people, households, customers by tier, merchants by industry."""

from __future__ import annotations

from gridgeo.domain.words import INDUSTRIES, TIERS
from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.scoring.checks import counts
from gridgeo.scoring.groups import counts_by_group
from gridgeo.scoring.notes import note

NO_HOUSEHOLDS = note("households are not known of every zone: import denominators with households")


def counted(basis: Basis) -> Found:
    """Return people, households, customers and merchants, and the parts of the latter two."""
    given = basis.given
    by_industry = counts_by_group(
        given.merchant_rows["at"].to_numpy(),
        given.merchant_rows["industry"],
        INDUSTRIES,
        len(given.cells),
    )
    columns = {
        "people": Column(counts(given.people, "people")),
        "customers": Column(given.customers),
        "customers_hard": Column(given.customers_hard),
        "merchants": Column(given.merchants),
    }
    columns |= {f"customers_{tier}": Column(given.by_tier[:, at].copy()) for at, tier in enumerate(TIERS)}
    columns |= {f"merchants_{name}": Column(by_industry[:, at].copy()) for at, name in enumerate(INDUSTRIES)}
    if given.households is None:
        return Found(columns, absent={"households": NO_HOUSEHOLDS})
    return Found(columns | {"households": Column(counts(given.households, "households"))})
