"""Files of any format into the store: checked, accounted for row by row, taken live in one transaction."""

from gridgeo.pipeline.intake.importing import import_file
from gridgeo.pipeline.intake.request import IMPORT_STEPS, ImportReport, ImportRequest
from gridgeo.pipeline.intake.understood import preview_file

__all__ = ["IMPORT_STEPS", "ImportReport", "ImportRequest", "import_file", "preview_file"]
