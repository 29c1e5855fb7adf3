"""What a customer brings in a month at internal prices: margins and fees less the cost of service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gridgeo.domain import FloatArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.checks import one_column

MONTHS = 12.0


@dataclass(frozen=True)
class CustomerPrices:
    """balance_share: margin of a balance, a year; contact_fen: cost of a contact. Null prices count as nothing."""

    balance_share: float = 0.0
    contact_fen: float = 0.0


def gross_fen(balance_fen: ArrayLike, product_fen: ArrayLike, prices: CustomerPrices) -> FloatArray:
    """Return margins and fees of each customer a month, in fen; shape (n_customers,).

    balance_fen: not-a-number where unknown, which adds nothing. product_fen: margins and fees of the products held, a
    month. Raises InvalidInputError where a price is no number.
    """
    if not (np.isfinite(prices.balance_share) and np.isfinite(prices.contact_fen)):
        raise InvalidInputError("an internal price is no number")
    balance, products = one_column(balance_fen, "balance_fen"), one_column(product_fen, "product_fen")
    gross: FloatArray = np.nan_to_num(balance) * prices.balance_share / MONTHS + np.nan_to_num(products)
    return gross


def contribution_fen(
    gross: ArrayLike, product_cost_fen: ArrayLike, contacts_12m: ArrayLike, prices: CustomerPrices
) -> FloatArray:
    """Return what each customer brings a month, in fen: margins and fees less the cost of products and of contacts.

    gross: as `gross_fen` gives it. product_cost_fen: a month. contacts_12m: not-a-number where unknown, which costs
    nothing. Shape (n_customers,); may be negative.
    """
    service = np.nan_to_num(one_column(contacts_12m, "contacts_12m")) / MONTHS * prices.contact_fen
    return one_column(gross, "gross") - np.nan_to_num(one_column(product_cost_fen, "product_cost_fen")) - service
