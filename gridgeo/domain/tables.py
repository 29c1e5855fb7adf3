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
"""kind: municipality, or extract (the outline of a ground that has no administrative boundary)."""

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
"""lng, lat: a point inside the building."""

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

DENOMINATORS: Contract = {
    "zone": pl.String,
    "people": pl.Float64,
    "dated_on": pl.Date,
    "source": pl.String,
    "assumed": pl.Boolean,
}
"""zone: name of a boundary of the same ground."""

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


def empty(contract: Contract) -> pl.DataFrame:
    """Return a table of the contract without rows."""
    return pl.DataFrame(schema=contract)
