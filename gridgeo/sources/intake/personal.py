"""Identity-card and account numbers: recognised by their own check digits, refused unless they are meant to come in."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from gridgeo.domain import BoolArray, IntArray

ID_CARD_HEADERS = ("身份证", "证件号", "identitycard", "idcard", "nationalid")
ACCOUNT_HEADERS = (
    *("账号", "帐号", "账户号", "卡号", "cardnumber", "cardno", "bankcard"),
    *("accountnumber", "accountno", "acctno", "acctnumber", "bankaccount", "iban"),
)
ID_CARD_SHARE = 0.01
"""From this share of valid identity-card numbers among the filled values on, a column holds them."""
ACCOUNT_SHARE = 0.5
"""From this share of valid card numbers among the numbers of 16 to 19 digits on, they are cards: of random numbers one
in ten has the right check digit. And these must be at least ID_CARD_SHARE of the filled values."""
MASK = "***"

_MAYBE = r"\d{15}|\d[ \-]\d{3,8}[ \-]\d"
"""Cheap look for texts worth a closer one; \\d takes full-width digits too."""
_SPACED = r"^[0-9Xx \-]+$"
_RUN = r"(?:^|[^0-9])([0-9]{14,18}[0-9Xx])(?:[^0-9]|$)"
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_ID_CHECKS = "10X98765432"
_ID_DATE = r"^[0-9]{6}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]$"
_OLD_ID_DATE = r"^[1-9][0-9]{5}[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}$"


@dataclass
class PersonalCounts:
    """What the values of one column look like, counted batch by batch."""

    filled: int = 0
    id_cards: int = 0
    long_numbers: int = 0
    accounts: int = 0

    def take(self, values: pl.Series) -> None:
        """Count the values of a batch."""
        self.filled += values.len() - values.null_count()
        numbers = numbers_in(values).drop_nulls()
        if numbers.is_empty():
            return
        self.id_cards += int(is_id_card(numbers).sum())
        self.long_numbers += int(numbers.str.contains(r"^[0-9]{16,19}$").sum())
        self.accounts += int(is_account(numbers).sum())

    @property
    def personal(self) -> bool:
        """Whether the column holds numbers of identity cards (ID_CARD_SHARE) or accounts (ACCOUNT_SHARE)."""
        least = ID_CARD_SHARE * self.filled
        cards = self.accounts >= max(ACCOUNT_SHARE * self.long_numbers, least) and self.accounts > 0
        return cards or (self.id_cards > 0 and self.id_cards >= least)


def numbers_in(values: pl.Series) -> pl.Series:
    """Return the first number of 15 to 19 digits of each text, without its blanks and hyphens; null where none is."""
    maybe = values.str.contains(_MAYBE).fill_null(value=False)
    if not maybe.any():
        return pl.Series(values.name, [None], dtype=pl.String).new_from_index(0, values.len())
    plain = pl.col("text").str.normalize("NFKC")
    bare = pl.when(plain.str.contains(_SPACED)).then(plain.str.replace_all(r"[ \-]", "")).otherwise(plain)
    found = values.filter(maybe).alias("text").to_frame().select(bare.str.extract(_RUN, 1)).to_series()
    at = maybe.arg_true()
    return pl.Series(values.name, [None], dtype=pl.String).new_from_index(0, values.len()).scatter(at, found)


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
    numeric = values.str.contains(r"^[0-9]{16,19}$").fill_null(value=False).to_numpy()
    for length in range(16, 20):
        at = np.flatnonzero(numeric & (lengths == length))
        if len(at):
            digits = _digits(values.gather(at), length)[:, ::-1]
            digits[:, 1::2] *= 2
            answer[at] = (digits // 10 + digits % 10).sum(axis=1) % 10 == 0
    return answer


def header_says_personal(header: str) -> bool:
    """Tell whether a header names identity-card or account numbers."""
    low = re.sub(r"[\s_\-.]+", "", header.casefold())
    return any(word in low for word in (*ID_CARD_HEADERS, *ACCOUNT_HEADERS))


def masked(values: pl.Series) -> pl.Series:
    """Return the texts with those that hold a number of an identity card or an account replaced by a mask."""
    numbers = numbers_in(values)
    if numbers.null_count() == numbers.len():
        return values
    hidden = pl.Series(is_id_card(numbers) | is_account(numbers))
    return values.set(hidden, MASK) if hidden.any() else values


def _digits(values: pl.Series, count: int) -> IntArray:
    """Return the first digits of each text, shape (n, count)."""
    return np.column_stack([values.str.slice(at, 1).cast(pl.Int64).to_numpy() for at in range(count)])
