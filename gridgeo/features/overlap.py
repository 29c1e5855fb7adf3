"""How far groups share their members: counts and Jaccard's index, every pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo.domain import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Overlap:
    """Arrays of shape (n_groups, n_groups), symmetric.

    common: parties in both; on the diagonal those of the group. jaccard: common / those in either, 0 to 1;
    not-a-number where both groups are empty.
    """

    common: IntArray
    jaccard: FloatArray


def overlap_of(members: BoolArray) -> Overlap:
    """Compare groups pair by pair; members: shape (n_parties, n_groups)."""
    counted = members.astype(np.int64)
    common = counted.T @ counted
    size = np.diagonal(common)
    either = size[:, None] + size[None, :] - common
    jaccard = np.divide(common, either, out=np.full(common.shape, np.nan), where=either > 0)
    return Overlap(common, jaccard)
