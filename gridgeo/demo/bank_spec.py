"""The synthetic banks of the demo grounds: how many branches, people and customers, and how their data is spoiled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

DEFAULT_AS_OF = date(2026, 6, 30)
"""The day the synthetic bank's figures are of, unless the caller says otherwise."""

ADDRESS_FORMS = {
    "clean": 0.60,
    "no_town": 0.06,
    "bare": 0.03,
    "abbreviated": 0.06,
    "typo": 0.07,
    "swapped": 0.04,
    "case": 0.03,
    "no_number": 0.05,
    "wrong_town": 0.03,
    "empty": 0.03,
}
"""Share of customers whose address is written so. no_town: the town stands in its own column; bare: nowhere."""


@dataclass(frozen=True)
class BranchPlan:
    """One branch: at a bank point of the source (`site`), or at a position of our own where there is none."""

    id: str
    place: str
    site: str | None = None
    lng: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class BankSpec:
    """What the synthetic bank of a ground looks like.

    managers: relationship managers of all branches. customers: asked for; never more than `adult_cap` of the adults
    (`adult_share` of the people, an assumption). held_out: share of house numbers the gazetteer does not know.
    far_account: share of customers whose account is not at the nearest branch. postcodes: of towns.
    other_towns: what wrong addresses name where the ground has a single town. as_of: day the balances and contacts
    are of.
    """

    branches: tuple[BranchPlan, ...]
    managers: int
    customers: int
    adult_share: float = 0.82
    adult_cap: float = 0.25
    held_out: float = 0.15
    far_account: float = 0.10
    forms: dict[str, float] = field(default_factory=lambda: dict(ADDRESS_FORMS))
    postcodes: dict[str, str] = field(default_factory=dict)
    other_towns: tuple[str, ...] = ()
    as_of: date = DEFAULT_AS_OF


BANKS: dict[str, BankSpec] = {
    "liechtenstein": BankSpec(
        branches=(
            BranchPlan("B1", "Vaduz", site="n6254"),
            BranchPlan("B2", "Schaan", site="n22526"),
            BranchPlan("B3", "Eschen", site="n10132"),
            BranchPlan("B4", "Balzers", lng=9.5055, lat=47.0672),
        ),
        managers=12,
        customers=8_000,
        postcodes={
            "Balzers": "9496",
            "Eschen": "9492",
            "Gamprin": "9487",
            "Mauren": "9493",
            "Planken": "9498",
            "Ruggell": "9491",
            "Schaan": "9494",
            "Schellenberg": "9488",
            "Triesen": "9495",
            "Triesenberg": "9497",
            "Vaduz": "9490",
        },
    ),
    "helsinki": BankSpec(
        branches=(
            BranchPlan("B1", "Hakaniemi", site="n495761527"),
            BranchPlan("B2", "Kluuvi", site="n3062694623"),
            BranchPlan("B3", "Kamppi", site="n4736792285"),
            BranchPlan("B4", "Kaartinkaupunki", site="n2282944026"),
        ),
        managers=8,
        customers=4_000,
        other_towns=("Espoo", "Vantaa"),
    ),
}
