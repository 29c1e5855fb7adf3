"""Names for the numpy arrays that travel between modules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CellArray = NDArray[np.uint64]
"""H3 cells as 64-bit identifiers."""
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LabelArray = NDArray[np.int32]
"""Positions of territories; -1 is none."""
BoolArray = NDArray[np.bool_]
