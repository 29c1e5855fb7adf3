"""The shapes of answers, with an example each; a test holds real answers against them."""

from gridgeo_api.schemas.branches import Branch, Branches, Catchment, CatchmentProperties, Catchments, Geometry
from gridgeo_api.schemas.cells import CellDetail, CellMeasure, Cells, CellTerritory, Explain, Explanation, MeasureValues
from gridgeo_api.schemas.common import Problem
from gridgeo_api.schemas.session import Health, MeasureInfo, Measures, Notice, Ready, Session, SessionActor
from gridgeo_api.schemas.territories import Territories, Territory
from gridgeo_api.schemas.tiles import TileJson, VectorLayer

__all__ = [
    "Branch",
    "Branches",
    "Catchment",
    "CatchmentProperties",
    "Catchments",
    "CellDetail",
    "CellMeasure",
    "CellTerritory",
    "Cells",
    "Explain",
    "Explanation",
    "Geometry",
    "Health",
    "MeasureInfo",
    "MeasureValues",
    "Measures",
    "Notice",
    "Problem",
    "Ready",
    "Session",
    "SessionActor",
    "Territories",
    "Territory",
    "TileJson",
    "VectorLayer",
]
