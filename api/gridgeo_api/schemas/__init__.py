"""The shapes of answers, with an example each; a test holds real answers against them."""

from gridgeo_api.schemas.branches import Branch, Branches, Catchment, CatchmentProperties, Catchments, Geometry
from gridgeo_api.schemas.catchments import (
    CatchmentCard,
    CatchmentDrawing,
    CatchmentList,
    CatchmentPreview,
    DrawnCatchment,
    Overlaps,
    SettleWanted,
)
from gridgeo_api.schemas.cells import CellDetail, CellMeasure, Cells, CellTerritory, Explain, Explanation, MeasureValues
from gridgeo_api.schemas.common import Problem
from gridgeo_api.schemas.grids import (
    GridDetail,
    GridEdit,
    GridLog,
    GridMembers,
    Grids,
    GridSets,
    GridsWanted,
    OperationWanted,
)
from gridgeo_api.schemas.imports import ImportDetail, Imported, ImportPreview, Imports, UploadOptions
from gridgeo_api.schemas.jobs import Job, Jobs, RunWanted
from gridgeo_api.schemas.session import Health, MeasureInfo, Measures, Notice, Ready, Session, SessionActor
from gridgeo_api.schemas.territories import Territories, Territory
from gridgeo_api.schemas.tiles import TileJson, VectorLayer

__all__ = [
    "Branch",
    "Branches",
    "Catchment",
    "CatchmentCard",
    "CatchmentDrawing",
    "CatchmentList",
    "CatchmentPreview",
    "CatchmentProperties",
    "Catchments",
    "CellDetail",
    "CellMeasure",
    "CellTerritory",
    "Cells",
    "DrawnCatchment",
    "Explain",
    "Explanation",
    "Geometry",
    "GridDetail",
    "GridEdit",
    "GridLog",
    "GridMembers",
    "GridSets",
    "Grids",
    "GridsWanted",
    "Health",
    "ImportDetail",
    "ImportPreview",
    "Imported",
    "Imports",
    "Job",
    "Jobs",
    "MeasureInfo",
    "MeasureValues",
    "Measures",
    "Notice",
    "OperationWanted",
    "Overlaps",
    "Problem",
    "Ready",
    "RunWanted",
    "Session",
    "SessionActor",
    "SettleWanted",
    "Territories",
    "Territory",
    "TileJson",
    "UploadOptions",
    "VectorLayer",
]
