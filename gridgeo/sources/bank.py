"""What a bank brings: its units, its people, its customers, and the gazetteer to locate them with."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from gridgeo.domain.tables import (
    CUSTOMER_NOTES,
    CUSTOMERS,
    GAZETTEER,
    HOUSEHOLDS,
    MERCHANT_NOTES,
    MERCHANTS,
    ORG_UNITS,
    PRICES,
    PRODUCTS,
    STAFF,
    Contract,
    checked_with_notes,
    empty,
)


@dataclass(frozen=True)
class Bank:
    """One bank's tables (contracts ORG_UNITS, STAFF, CUSTOMERS, MERCHANTS, GAZETTEER, HOUSEHOLDS, PRODUCTS, PRICES).

    Customers and merchants may carry columns of their notes besides.
    synthetic: the bank is made up; everything that shows it says so.
    """

    org_units: pl.DataFrame
    staff: pl.DataFrame
    customers: pl.DataFrame
    merchants: pl.DataFrame
    gazetteer: pl.DataFrame
    synthetic: bool = False
    households: pl.DataFrame = field(default_factory=lambda: empty(HOUSEHOLDS))
    products: pl.DataFrame = field(default_factory=lambda: empty(PRODUCTS))
    prices: pl.DataFrame = field(default_factory=lambda: empty(PRICES))

    def __post_init__(self) -> None:
        contracts: tuple[tuple[str, Contract, Contract], ...] = (
            ("org_units", ORG_UNITS, {}),
            ("staff", STAFF, {}),
            ("customers", CUSTOMERS, CUSTOMER_NOTES),
            ("merchants", MERCHANTS, MERCHANT_NOTES),
            ("gazetteer", GAZETTEER, {}),
            ("households", HOUSEHOLDS, {}),
            ("products", PRODUCTS, {}),
            ("prices", PRICES, {}),
        )
        for name, contract, notes in contracts:
            object.__setattr__(self, name, checked_with_notes(getattr(self, name), contract, notes, name))
