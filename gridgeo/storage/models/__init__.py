"""The tables of the store as SQLAlchemy models, one module a family."""

from gridgeo.storage.models.bank import Customer, GazetteerEntry, OrgUnit, Staff
from gridgeo.storage.models.base import Base, Versioned
from gridgeo.storage.models.catchments import Catchment, CatchmentCell
from gridgeo.storage.models.grounds import (
    Boundary,
    Building,
    Denominator,
    Merchant,
    RoadEdge,
    RoadNode,
    Street,
)
from gridgeo.storage.models.locations import Location, LocationCell
from gridgeo.storage.models.runs import Run, RunStep
from gridgeo.storage.models.scores import CellScore, MeasureRow
from gridgeo.storage.models.territories import Certificate, Territory, TerritoryCell
from gridgeo.storage.models.versions import Live, LiveLog, Version

__all__ = [
    "Base",
    "Boundary",
    "Building",
    "Catchment",
    "CatchmentCell",
    "CellScore",
    "Certificate",
    "Customer",
    "Denominator",
    "GazetteerEntry",
    "Live",
    "LiveLog",
    "Location",
    "LocationCell",
    "MeasureRow",
    "Merchant",
    "OrgUnit",
    "RoadEdge",
    "RoadNode",
    "Run",
    "RunStep",
    "Staff",
    "Street",
    "Territory",
    "TerritoryCell",
    "Version",
    "Versioned",
]
