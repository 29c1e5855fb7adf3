"""The tables of the store as SQLAlchemy models, one module a family."""

from gridgeo.storage.models.access import ApiKey, AuditLine, RoleRuleRow, WebSession
from gridgeo.storage.models.agreements import Dispute, Overlay, PlanningPolicy
from gridgeo.storage.models.bank import Contact, Customer, GazetteerEntry, Household, OrgUnit, Price, Product, Staff
from gridgeo.storage.models.base import Base, Versioned
from gridgeo.storage.models.catchments import Catchment, CatchmentCell
from gridgeo.storage.models.grids import FeatureGrid, Grid, GridCell, GridOperation, GridSet, Snapshot, SnapshotMember
from gridgeo.storage.models.grounds import (
    Boundary,
    Building,
    Denominator,
    DenominatorFigure,
    DenominatorUnit,
    Merchant,
    RoadEdge,
    RoadNode,
    Street,
)
from gridgeo.storage.models.imports import (
    CellValue,
    ImportFile,
    IndustryCode,
    Original,
    PartyMatch,
    StoreSetting,
    ZoneMatch,
)
from gridgeo.storage.models.jobs import Job
from gridgeo.storage.models.locations import Location, LocationCell, Membership
from gridgeo.storage.models.replies import Reply
from gridgeo.storage.models.reviews import LocationReview, ProviderAnswer, ReviewDecision, ReviewItem, ReviewParty
from gridgeo.storage.models.runs import Run, RunStep
from gridgeo.storage.models.scenarios import Scenario, ScenarioEvent
from gridgeo.storage.models.scores import (
    CellScore,
    MeasureRow,
    PublicScore,
    PublicSum,
    ScoreBasis,
    ScoreMeasure,
    ScoreModelBody,
    UserMeasure,
)
from gridgeo.storage.models.territories import Certificate, Territory, TerritoryCell
from gridgeo.storage.models.versions import Live, LiveLog, Version

__all__ = [
    "ApiKey",
    "AuditLine",
    "Base",
    "Boundary",
    "Building",
    "Catchment",
    "CatchmentCell",
    "CellScore",
    "CellValue",
    "Certificate",
    "Contact",
    "Customer",
    "Denominator",
    "DenominatorFigure",
    "DenominatorUnit",
    "Dispute",
    "FeatureGrid",
    "GazetteerEntry",
    "Grid",
    "GridCell",
    "GridOperation",
    "GridSet",
    "Household",
    "ImportFile",
    "IndustryCode",
    "Job",
    "Live",
    "LiveLog",
    "Location",
    "LocationCell",
    "LocationReview",
    "MeasureRow",
    "Membership",
    "Merchant",
    "OrgUnit",
    "Original",
    "Overlay",
    "PartyMatch",
    "PlanningPolicy",
    "Price",
    "Product",
    "ProviderAnswer",
    "PublicScore",
    "PublicSum",
    "Reply",
    "ReviewDecision",
    "ReviewItem",
    "ReviewParty",
    "RoadEdge",
    "RoadNode",
    "RoleRuleRow",
    "Run",
    "RunStep",
    "Scenario",
    "ScenarioEvent",
    "ScoreBasis",
    "ScoreMeasure",
    "ScoreModelBody",
    "Snapshot",
    "SnapshotMember",
    "Staff",
    "StoreSetting",
    "Street",
    "Territory",
    "TerritoryCell",
    "UserMeasure",
    "Version",
    "Versioned",
    "WebSession",
    "ZoneMatch",
]
