"""Area grids: an immutable state, operations that answer with exact patches, a log to undo, redo and replay."""

from gridgeo.grids.check import Violation, check_partition
from gridgeo.grids.geometry import region_of, regions
from gridgeo.grids.log import LogEntry, redo_target, replay, undo_target
from gridgeo.grids.operations import NewGrid, begin, create, merge, paint
from gridgeo.grids.patches import GridChange, Patch, apply, difference, patch_from_json
from gridgeo.grids.rebase import Rebased, rebase
from gridgeo.grids.records import assign_owner, rename, set_code, set_kind, set_note, set_stage, set_status
from gridgeo.grids.split import pieces, split_by_line, split_parts
from gridgeo.grids.state import DATES, FIRST_NAME, GridRecord, GridSetState
from gridgeo.grids.stated import stated_outlines

__all__ = [
    "DATES",
    "FIRST_NAME",
    "GridChange",
    "GridRecord",
    "GridSetState",
    "LogEntry",
    "NewGrid",
    "Patch",
    "Rebased",
    "Violation",
    "apply",
    "assign_owner",
    "begin",
    "check_partition",
    "create",
    "difference",
    "merge",
    "paint",
    "patch_from_json",
    "pieces",
    "rebase",
    "redo_target",
    "region_of",
    "regions",
    "rename",
    "replay",
    "set_code",
    "set_kind",
    "set_note",
    "set_stage",
    "set_status",
    "split_by_line",
    "split_parts",
    "stated_outlines",
    "undo_target",
]
