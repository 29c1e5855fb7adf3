"""Files of any format become columns of text, with limits; what the columns mean is not known here."""

from gridgeo.sources.files.limits import API_LIMITS, CLI_LIMITS, FileLimits
from gridgeo.sources.files.opening import open_table
from gridgeo.sources.files.raw import BATCH_ROWS, RawTable, ReadOptions

__all__ = ["API_LIMITS", "BATCH_ROWS", "CLI_LIMITS", "FileLimits", "RawTable", "ReadOptions", "open_table"]
