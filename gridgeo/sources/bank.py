"""What a bank brings: its units, its people, its customers, and the gazetteer to locate them with."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from gridgeo.domain.tables import CUSTOMERS, GAZETTEER, MERCHANTS, ORG_UNITS, STAFF, checked


@dataclass(frozen=True)
class Bank:
    """One bank's tables (contracts ORG_UNITS, STAFF, CUSTOMERS, MERCHANTS, GAZETTEER).

    synthetic: the bank is made up; everything that shows it says so.
    """

    org_units: pl.DataFrame
    staff: pl.DataFrame
    customers: pl.DataFrame
    merchants: pl.DataFrame
    gazetteer: pl.DataFrame
    synthetic: bool = False

    def __post_init__(self) -> None:
        for name, contract in (
            ("org_units", ORG_UNITS),
            ("staff", STAFF),
            ("customers", CUSTOMERS),
            ("merchants", MERCHANTS),
            ("gazetteer", GAZETTEER),
        ):
            object.__setattr__(self, name, checked(getattr(self, name), contract, name))
