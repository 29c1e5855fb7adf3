"""Column contracts of the tables that travel between stages, in polars terms.

One contract per table. A stage that hands a table on calls `checked`; whatever reads it may rely on the columns, their
order and their types. Geometry columns hold WKB (lng, lat order, the store's house datum).
"""

from __future__ import annotations

import polars as pl

from gridgeo.errors import InvalidInputError

Contract = dict[str, pl.DataType | type[pl.DataType]]

ORG_UNITS: Contract = {
    "id": pl.String,
    "parent_id": pl.String,
    "name": pl.String,
    "kind": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "synthetic": pl.Boolean,
}
"""kind: head_office, branch, outlet. Positions may be null for a head office."""

STAFF: Contract = {
    "id": pl.String,
    "org_unit_id": pl.String,
    "name": pl.String,
    "post": pl.String,
    "hours_per_week": pl.Float64,
    "synthetic": pl.Boolean,
}
"""post: rm (relationship manager) or lead (outlet head)."""

BOUNDARIES: Contract = {"id": pl.String, "name": pl.String, "kind": pl.String, "geometry": pl.Binary}
"""kind: municipality, village, community, zone, or extract (the outline of a ground without administrative ones)."""

BOUNDARY_NOTES: Contract = {
    "code": pl.String,
    "parent_code": pl.String,
    "label": pl.String,
    "aliases": pl.String,
    "source": pl.String,
    "confirmed_by": pl.String,
}
"""What an imported or derived boundary says besides. label: derived until a person confirms, null for an official one.
aliases: old names, joined by ``;``."""

STREETS: Contract = {"id": pl.String, "name": pl.String, "highway": pl.String, "geometry": pl.Binary}
"""name is null for unnamed ways; highway is the OSM class."""

BUILDINGS: Contract = {
    "id": pl.String,
    "kind": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "area_m2": pl.Float64,
    "residential": pl.Boolean,
    "geometry": pl.Binary,
}
"""lng, lat: a point inside the building. area_m2 and geometry are null where only a point is known."""

BUILDING_NOTES: Contract = {
    "name": pl.String,
    "address": pl.String,
    "floors": pl.Int32,
    "dwellings": pl.Int32,
    "village_code": pl.String,
}
"""What a bank's own list says of a building. dwellings: homes in it; unknown households are counted, never named."""

MERCHANTS: Contract = {
    "id": pl.String,
    "name": pl.String,
    "industry": pl.String,
    "osm_tag": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "synthetic": pl.Boolean,
}
"""industry: one of gridgeo.domain.words.INDUSTRIES; name is null where the source has none."""

MERCHANT_NOTES: Contract = {
    "address": pl.String,
    "village_code": pl.String,
    "scheme": pl.String,
    "code": pl.String,
    "customer_id": pl.String,
}
"""scheme, code: the merchant's industry in a scheme such as gbt4754 or isic. customer_id: of a merchant that is one."""

DENOMINATORS: Contract = {
    "zone": pl.String,
    "people": pl.Float64,
    "dated_on": pl.Date,
    "source": pl.String,
    "assumed": pl.Boolean,
}
"""zone: name of a boundary of the same ground. people is null where only households or businesses are known."""

DENOMINATOR_NOTES: Contract = {
    "code": pl.String,
    "given_name": pl.String,
    "households": pl.Float64,
    "businesses": pl.Float64,
}
"""code, given_name: the zone as the file wrote it."""

DENOMINATOR_UNITS: Contract = {"id": pl.String, "geometry": pl.Binary}
DENOMINATOR_FIGURES: Contract = {"name": pl.String, "unit": pl.String, "value": pl.Float64}
"""Areas or points that denominators are counted by, and counts of them or of a zone as its file wrote it."""

ZONE_MATCHES: Contract = {
    "given": pl.String,
    "code": pl.String,
    "zone": pl.String,
    "score": pl.Float64,
    "rule": pl.String,
    "decision": pl.String,
}
"""How a zone of a file found its boundary.

rule: code, name, old_name, fuzzy, none. decision: taken, review, refused.
"""

PARTY_MATCHES: Contract = {
    "party_kind": pl.String,
    "id": pl.String,
    "into_id": pl.String,
    "rule": pl.String,
    "score": pl.Float64,
    "decision": pl.String,
}
"""Rows of several files that may be one party. decision: merged, review, refused."""

ORIGINALS: Contract = {
    "kind": pl.String,
    "id": pl.String,
    "x": pl.Float64,
    "y": pl.Float64,
    "shape": pl.String,
}
"""Positions as delivered, where their datum is not the house's.

kind: point (x, y) or shape (WKB in the source's CRS, as hexadecimal text).
"""

CELL_VALUES: Contract = {"name": pl.String, "cell": pl.UInt64, "value": pl.Float64}
"""Figures that came keyed by H3 cells."""

HOUSEHOLDS: Contract = {
    "id": pl.String,
    "address": pl.String,
    "building_id": pl.String,
    "head": pl.String,
    "members": pl.Int32,
    "status": pl.String,
    "village_code": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "source": pl.String,
    "dated_on": pl.Date,
}
"""status: one of gridgeo.domain.words.HOUSEHOLD_STATUS."""

PRODUCTS: Contract = {"id": pl.String, "name": pl.String, "kind": pl.String}

PRICES: Contract = {
    "id": pl.String,
    "margin_share": pl.Float64,
    "margin_fen": pl.Int64,
    "fee_fen": pl.Int64,
    "cost_fen": pl.Int64,
}
"""Internal prices. id: a product, or the word balance or contact. margin_share: of a balance, a year. margin_fen,
fee_fen, cost_fen: a holder of the product and month, but cost_fen of contact: each contact. Null counts as nothing."""

CONTACTS: Contract = {
    "id": pl.String,
    "party_kind": pl.String,
    "party_id": pl.String,
    "staff_id": pl.String,
    "channel": pl.String,
    "contacted_on": pl.Date,
    "outcome": pl.String,
}

INDUSTRY_CODES: Contract = {
    "scheme": pl.String,
    "edition": pl.String,
    "code": pl.String,
    "parent_code": pl.String,
    "level": pl.Int32,
    "name_zh": pl.String,
    "name_en": pl.String,
    "source": pl.String,
}
"""One row a code of an industry scheme; parent_code is null for a section."""

ROAD_NODES: Contract = {"id": pl.Int64, "lng": pl.Float64, "lat": pl.Float64}
"""id: position of the node in the road graph, 0 to n - 1."""

ROAD_EDGES: Contract = {"source": pl.Int64, "target": pl.Int64, "seconds": pl.Float64}
"""Directed; source and target are ids of road nodes; no pair stands twice."""

CUSTOMERS: Contract = {
    "id": pl.String,
    "branch_id": pl.String,
    "account_rm_id": pl.String,
    "tier": pl.String,
    "address": pl.String,
    "locality": pl.String,
    "age_band": pl.String,
    "products": pl.Int32,
    "balance_fen": pl.Int64,
    "last_contact_on": pl.Date,
    "contacts_12m": pl.Int32,
    "synthetic": pl.Boolean,
}
"""branch_id: the branch of the account. locality: town given with the row, may be null. tier: high_end, core, basic."""

CUSTOMER_NOTES: Contract = {
    "party": pl.String,
    "name": pl.String,
    "phone": pl.String,
    "occupation": pl.String,
    "tags": pl.String,
    "product_ids": pl.String,
    "village_code": pl.String,
    "household_id": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "consent": pl.Boolean,
    "do_not_contact": pl.Boolean,
    "source": pl.String,
    "basis": pl.String,
    "expires_on": pl.Date,
    "opened_on": pl.Date,
    "second_product_on": pl.Date,
}
"""What a file may say of a customer besides; every value may be null. party: customer or prospect (null is customer).
tags, product_ids: joined by ``;``. lng, lat: a position that came with the row.
source, basis, expires_on: of a prospect. opened_on: day of the first product; second_product_on: of the second one.
"""

GAZETTEER: Contract = {
    "id": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "street": pl.String,
    "number": pl.String,
    "unit": pl.String,
    "locality": pl.String,
    "city": pl.String,
    "postcode": pl.String,
    "name": pl.String,
    "kind": pl.String,
    "source": pl.String,
    "precision_m": pl.Float64,
}
"""kind: address, street, place, community, town. Text that does not apply is null.
precision_m: radius that holds the position."""

LOCATIONS: Contract = {
    "party_kind": pl.String,
    "party_id": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "tier": pl.String,
    "accuracy_m": pl.Float64,
    "confidence": pl.Float64,
    "matched": pl.String,
    "gazetteer_id": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
}
"""party_kind: customer, merchant. tier: exact, typo, interpolated, nearest, place, street, community, town, none, or
given (a coordinate delivered with the row). outcome: placed, unplaced, rejected; reason is null when placed."""

LOCATION_CELLS: Contract = {
    "party_kind": pl.String,
    "party_id": pl.String,
    "cell": pl.UInt64,
    "share": pl.Float64,
    "hard": pl.Boolean,
}
"""Shares of one placed party sum to 1; hard marks the one cell that holds the point itself."""

LOCATION_REVIEWS: Contract = {
    "item_id": pl.Int64,
    "reasons": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
    "tier": pl.String,
    "accuracy_m": pl.Float64,
    "confidence": pl.Float64,
    "matched": pl.String,
    "outcome": pl.String,
    "parties": pl.Int32,
    "effect": pl.Float64,
    "candidates": pl.String,
}
"""Doubtful locations of one version. reasons: joined by ``; ``. parties: how many share the house. effect: customers
whose count may stand in the wrong cell. candidates: JSON text ``{"list": [...]}``, likeliest first."""

MEMBERSHIPS: Contract = {
    "party_kind": pl.String,
    "party_id": pl.String,
    "grid_id": pl.String,
    "rule": pl.String,
    "by_code": pl.String,
    "by_boundary": pl.String,
    "by_cell": pl.String,
}
"""Which area grid a party belongs to. rule: code, boundary, cell or none; by_*: what each rule alone says."""

CATCHMENT_CELLS: Contract = {"branch_id": pl.String, "cell": pl.UInt64, "travel_s": pl.Float64}
"""Each cell of the ground exactly once; travel_s: seconds to the branch over the road network, null where unknown."""

CELL_SCORES: Contract = {
    "branch_id": pl.String,
    "measure": pl.String,
    "cell": pl.UInt64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "evidence": pl.String,
}
"""One row a cell and measure, zero-filled; value null where undefined; low, high: 90 % band, null where there is none;
evidence: firm, weak, none, or null for plain counts."""

SCORE_MEASURES: Contract = {
    "id": pl.String,
    "position": pl.Int32,
    "name_zh": pl.String,
    "name_en": pl.String,
    "unit": pl.String,
    "kind": pl.String,
    "direction": pl.String,
    "method": pl.String,
    "numerator": pl.String,
    "denominator": pl.String,
    "origin": pl.String,
    "formula": pl.String,
    "definition": pl.String,
}
"""What the measures of one score version meant when it was computed, in the order in which they are shown.

definition: JSON text of a user's measure as it was added, null for the built-in ones.
"""

PUBLIC_SCORES: Contract = CELL_SCORES | {"reason": pl.String}
"""What consumers are shown; reason: word of `gridgeo.domain.public.REASONS` where a figure is hidden, else null."""

PUBLIC_SUMS: Contract = {"measure": pl.String, "cell": pl.UInt64, "value": pl.Float64, "reason": pl.String}
"""Counts of the cells' ancestors as consumers are shown them."""

TERRITORY_CELLS: Contract = {"branch_id": pl.String, "territory_id": pl.String, "cell": pl.UInt64}

TERRITORIES: Contract = {
    "id": pl.String,
    "branch_id": pl.String,
    "rm_id": pl.String,
    "name": pl.String,
    "colour": pl.Int32,
}
"""colour: index into the palette; touching territories differ."""


def checked(frame: pl.DataFrame, contract: Contract, name: str) -> pl.DataFrame:
    """Return the contract's columns in order, cast to their types.

    Raises InvalidInputError when a column is missing or a value does not fit its type; extra columns are an error too,
    so that nothing is dropped unseen.
    """
    missing = [column for column in contract if column not in frame.columns]
    extra = [column for column in frame.columns if column not in contract]
    if missing or extra:
        raise InvalidInputError(
            "table {table}: missing columns {missing}, unknown columns {extra}",
            table=name,
            missing=missing,
            extra=extra,
        )
    try:
        return frame.select(pl.col(column).cast(dtype) for column, dtype in contract.items())
    except pl.exceptions.PolarsError as error:
        raise InvalidInputError("table {table}: {detail}", table=name, detail=str(error)) from error


def checked_with_notes(frame: pl.DataFrame, contract: Contract, notes: Contract, name: str) -> pl.DataFrame:
    """Return the contract's columns and those of its notes that the frame has, as `checked` does."""
    return checked(frame, contract | {note: dtype for note, dtype in notes.items() if note in frame.columns}, name)


def empty(contract: Contract) -> pl.DataFrame:
    """Return a table of the contract without rows."""
    return pl.DataFrame(schema=contract)
