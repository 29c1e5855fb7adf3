"""The bank's words as frozen records and column contracts."""

from gridgeo.domain.actor import Actor, local_actor
from gridgeo.domain.arrays import BoolArray, CellArray, FloatArray, IntArray, LabelArray

__all__ = ["Actor", "BoolArray", "CellArray", "FloatArray", "IntArray", "LabelArray", "local_actor"]
