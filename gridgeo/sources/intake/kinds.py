"""Every kind of import."""

from __future__ import annotations

from gridgeo.errors import InvalidInputError
from gridgeo.sources.intake.fields import ImportKind
from gridgeo.sources.intake.kinds_bank import (
    ADDRESSES_KIND,
    CONTACTS_KIND,
    ORGS,
    PRICES_KIND,
    PRODUCTS_KIND,
    STAFF_KIND,
)
from gridgeo.sources.intake.kinds_ground import (
    BOUNDARIES_KIND,
    BUILDINGS_KIND,
    CELLS_KIND,
    DENOMINATORS_KIND,
    INDUSTRIES_KIND,
)
from gridgeo.sources.intake.kinds_parties import CUSTOMERS_KIND, HOUSEHOLDS_KIND, MERCHANTS_KIND

KINDS: dict[str, ImportKind] = {
    kind.name: kind
    for kind in (
        ORGS,
        STAFF_KIND,
        BOUNDARIES_KIND,
        BUILDINGS_KIND,
        HOUSEHOLDS_KIND,
        CUSTOMERS_KIND,
        MERCHANTS_KIND,
        PRODUCTS_KIND,
        PRICES_KIND,
        CONTACTS_KIND,
        ADDRESSES_KIND,
        DENOMINATORS_KIND,
        CELLS_KIND,
        INDUSTRIES_KIND,
    )
}


def import_kind(name: str) -> ImportKind:
    """Return the kind of that name; InvalidInputError naming all kinds for another."""
    if name not in KINDS:
        raise InvalidInputError("import kind must be one of {known}, got {given}", known=", ".join(KINDS), given=name)
    return KINDS[name]
