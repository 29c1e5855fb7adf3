"""Which tables travel as frames, and the columns they then have."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import tables
from gridgeo.domain.tables import Contract
from gridgeo.errors import InvalidInputError
from gridgeo.storage.models import Base
from gridgeo.storage.types import Shape

CATCHMENTS: Contract = {
    "branch_id": pl.String,
    "method": pl.String,
    "label": pl.String,
    "params": pl.String,
    "geometry": pl.Binary,
    "border": pl.Binary,
}
"""params: JSON text; may be left out when written. border: WKB, streets as lines; null where there is none."""

CERTIFICATES: Contract = {"branch_id": pl.String, "body": pl.String}
"""body: JSON text."""

CONTRACTS: dict[str, Contract] = {
    "org_unit": tables.ORG_UNITS,
    "staff": tables.STAFF,
    "boundary": tables.BOUNDARIES | tables.BOUNDARY_NOTES,
    "street": tables.STREETS,
    "building": tables.BUILDINGS | tables.BUILDING_NOTES,
    "merchant": tables.MERCHANTS | tables.MERCHANT_NOTES,
    "denominator": tables.DENOMINATORS | tables.DENOMINATOR_NOTES,
    "denominator_unit": tables.DENOMINATOR_UNITS,
    "denominator_figure": tables.DENOMINATOR_FIGURES,
    "road_node": tables.ROAD_NODES,
    "road_edge": tables.ROAD_EDGES,
    "customer": tables.CUSTOMERS | tables.CUSTOMER_NOTES,
    "gazetteer": tables.GAZETTEER,
    "household": tables.HOUSEHOLDS,
    "product": tables.PRODUCTS,
    "price": tables.PRICES,
    "contact": tables.CONTACTS,
    "industry_code": tables.INDUSTRY_CODES,
    "cell_value": tables.CELL_VALUES,
    "original": tables.ORIGINALS,
    "zone_match": tables.ZONE_MATCHES,
    "party_match": tables.PARTY_MATCHES,
    "location": tables.LOCATIONS,
    "location_cell": tables.LOCATION_CELLS,
    "location_review": tables.LOCATION_REVIEWS,
    "membership": tables.MEMBERSHIPS,
    "catchment": CATCHMENTS,
    "catchment_cell": tables.CATCHMENT_CELLS,
    "cell_score": tables.CELL_SCORES,
    "score_measure": tables.SCORE_MEASURES,
    "public_score": tables.PUBLIC_SCORES,
    "public_sum": tables.PUBLIC_SUMS,
    "territory": tables.TERRITORIES,
    "territory_cell": tables.TERRITORY_CELLS,
    "certificate": CERTIFICATES,
}
"""Table of the store -> its columns without the version."""

MAY_BE_LEFT_OUT: dict[str, tuple[str, ...]] = {
    "catchment": ("params", "border"),
    "boundary": tuple(tables.BOUNDARY_NOTES),
    "building": tuple(tables.BUILDING_NOTES),
    "merchant": tuple(tables.MERCHANT_NOTES),
    "denominator": tuple(tables.DENOMINATOR_NOTES),
    "customer": tuple(tables.CUSTOMER_NOTES),
}
"""Table -> columns that a writer who knows nothing of them need not name; they are then null."""


def contract_of(table: str) -> Contract:
    """Return the columns of a table's frames; InvalidInputError for a table that has none."""
    if table not in CONTRACTS:
        raise InvalidInputError(
            "table must be one of {known}, got {given}", known=", ".join(sorted(CONTRACTS)), given=table
        )
    return CONTRACTS[table]


def stored(table: str) -> sa.Table:
    """Return the table as SQLAlchemy knows it."""
    return Base.metadata.tables[table]


def keys_of(table: str) -> list[list[str]]:
    """Return the sets of columns that tell the rows of one version apart, the primary key first."""
    model = stored(table)
    unique = [item for item in model.constraints if isinstance(item, sa.UniqueConstraint)]
    keys = [list(model.primary_key.columns), *(list(item.columns) for item in unique)]
    return [[column.name for column in key if column.name != "version_id"] for key in keys]


def required_of(table: str) -> list[str]:
    """Return the columns that may not be null."""
    return [column.name for column in stored(table).columns if not column.nullable and column.name != "version_id"]


def columns_of_type(table: str, kind: type[sa.types.TypeEngine[object]] | type[Shape]) -> list[str]:
    """Return the names of a table's columns of a SQLAlchemy type."""
    return [column.name for column in stored(table).columns if isinstance(column.type, kind)]
