"""Identity-card and account numbers: recognised by their own check digits, refused unless they are meant to come in."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridgeo.domain import BoolArray

ID_CARD_HEADERS = ("身份证", "证件号", "identity card", "id card", "id_card", "idcard", "national id")
ACCOUNT_HEADERS = ("账号", "帐号", "卡号", "card number", "card no", "account number", "account no", "iban")
ID_CARD_SHARE = 0.01
"""From this share of valid identity-card numbers on, a column is one of them; one in eleven random numbers passes."""
ACCOUNT_SHARE = 0.5
"""From this share of numbers that pass the check digit of payment cards on; one in ten random numbers does."""
MASK = "***"

_LONG_NUMBER = r"^\d{15,19}$|^\d{17}[Xx]$"
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ID_CHECKS = "10X98765432"
_ID_DATE = r"^\d{6}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]$"
_OLD_ID_DATE = r"^\d{6}\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}$"


def is_id_card(values: pl.Series) -> BoolArray:
    """Tell which texts are identity-card numbers, shape (n,).

    18 digits with a date of birth and the check digit of ISO 7064 MOD 11-2 (GB 11643), or 15 digits with a date.
    """
    answer = np.zeros(len(values), dtype=np.bool_)
    at = np.flatnonzero(values.str.contains(_ID_DATE).fill_null(value=False).to_numpy())
    if len(at):
        digits = _digits(values.gather(at), 17)
        check = np.array(list(_ID_CHECKS))[(digits * _ID_WEIGHTS).sum(axis=1) % 11]
        answer[at] = check == values.gather(at).str.slice(17, 1).str.to_uppercase().to_numpy()
    return np.asarray(answer | values.str.contains(_OLD_ID_DATE).fill_null(value=False).to_numpy(), dtype=np.bool_)


def is_account(values: pl.Series) -> BoolArray:
    """Tell which texts are payment card numbers, shape (n,): 16 to 19 digits with the check digit of ISO/IEC 7812."""
    answer = np.zeros(len(values), dtype=np.bool_)
    lengths = values.str.len_chars().fill_null(0).to_numpy()
    numeric = values.str.contains(r"^\d{16,19}$").fill_null(value=False).to_numpy()
    for length in range(16, 20):
        at = np.flatnonzero(numeric & (lengths == length))
        if len(at):
            digits = _digits(values.gather(at), length)[:, ::-1]
            digits[:, 1::2] *= 2
            answer[at] = (digits // 10 + digits % 10).sum(axis=1) % 10 == 0
    return answer


def long_numbers(values: pl.Series) -> pl.Series:
    """Return the texts long enough to be a number of an identity card or an account."""
    return values.filter(values.str.contains(_LONG_NUMBER).fill_null(value=False))


def header_says_personal(header: str) -> bool:
    """Tell whether a header names identity-card or account numbers."""
    low = header.casefold()
    return any(word in low for word in (*ID_CARD_HEADERS, *ACCOUNT_HEADERS))


def masked(values: pl.Series) -> pl.Series:
    """Return the texts with identity-card and account numbers replaced by a mask."""
    hidden = pl.Series(is_id_card(values) | is_account(values))
    return values.set(hidden, MASK) if hidden.any() else values


def _digits(values: pl.Series, count: int) -> np.ndarray:
    """Return the first digits of each text, shape (n, count)."""
    return np.column_stack([values.str.slice(at, 1).cast(pl.Int64).to_numpy() for at in range(count)])
