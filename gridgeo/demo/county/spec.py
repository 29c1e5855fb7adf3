"""How large the fictional county is, where it lies and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gridgeo.demo.bank_spec import DEFAULT_AS_OF
from gridgeo.errors import InvalidInputError

COUNTY = "county"
DEFAULT_HOUSEHOLDS = 20_000
MIN_HOUSEHOLDS, MAX_HOUSEHOLDS = 2_000, 10_000_000
PROVINCE, CITY, DISTRICT = "澜岫省", "霁州市", "昙溪县"
"""None of them exists, nor does any town or village of the county (`gridgeo.demo.county.words`)."""
LABEL = "虚构 / synthetic, fictional"
DISTRICT_CODE = "580121"
"""No division of China has a code that begins with 58."""
CENTRE_LNG, CENTRE_LAT = 107.2, 31.9
"""Where the county is laid down: anywhere inland would do; what really lies there has nothing to do with it."""
BANK_NAME = "昙溪农村商业银行(虚构)"
SOURCE = "synthetic county register (虚构)"
CHUNK_HOUSEHOLDS = 200_000
"""Towns are made in groups of about this many households, so that a large county needs no more memory."""
LARGEST = {"villages": 16_000, "offices": 90, "towns": 500}
"""A town number has three digits."""


@dataclass(frozen=True)
class CountySpec:
    """What the county looks like; everything else follows from these and nothing else.

    households: in all, exactly. seed: of every draw. customer_share: customers a household. held_out: share of houses
    the gazetteer does not know. given_share: customers whose row brings a position. coded_share: customers whose row
    brings the code of their village. far_account: customers whose account is not at their town's branch. as_of: day of
    balances and contacts.
    """

    households: int = DEFAULT_HOUSEHOLDS
    seed: int = 1
    customer_share: float = 0.36
    held_out: float = 0.12
    given_share: float = 0.25
    coded_share: float = 0.60
    far_account: float = 0.08
    merchant_share: float = 0.075
    as_of: date = DEFAULT_AS_OF

    def __post_init__(self) -> None:
        if not MIN_HOUSEHOLDS <= self.households <= MAX_HOUSEHOLDS:
            raise InvalidInputError(
                "households must be {low} to {high}, got {given}",
                low=MIN_HOUSEHOLDS,
                high=MAX_HOUSEHOLDS,
                given=self.households,
            )

    @property
    def villages(self) -> int:
        """Villages and communities together."""
        return min(max(round(self.households / 320), 16), LARGEST["villages"])

    @property
    def communities(self) -> int:
        """Communities of the county seat."""
        return max(round(0.16 * self.villages), 4)

    @property
    def offices(self) -> int:
        """Street offices that the seat is divided into."""
        return min(max(round(self.communities / 9), 2), LARGEST["offices"])

    @property
    def rural_towns(self) -> int:
        """Towns around the seat."""
        return min(max(round((self.villages - self.communities) / 10), 3), LARGEST["towns"])

    @property
    def managers(self) -> int:
        """Relationship managers of all branches; there is one branch a town or street office."""
        return max(self.offices + self.rural_towns, round(self.households / 1400))
