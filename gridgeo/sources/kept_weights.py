"""The weights of a ground's zones, kept for the grounds that were asked about last.

They take most of the time of drawing a catchment or a grid and depend on the ground and its cells alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

from gridgeo.domain import CellArray
from gridgeo.sources.osm_objects import shapes_of
from gridgeo.sources.settlement import Settled, Weights, area_unit_weights

KEPT = 4
"""Grounds whose weights are held: some 24 bytes a cell each."""

_kept: dict[bytes, Weights] = {}


def zone_weights(ground: Settled, cells: CellArray, by: Sequence[str]) -> Weights:
    """Return what `area_unit_weights` says of the zones themselves; arrays that nobody may write to.

    Kept by what the ground holds and not by its version, since numbers of versions are those of one store.
    """
    key = _digest(ground, cells, by)
    weights = _kept.pop(key, None)
    if weights is None:
        zones = shapes_of(ground.boundaries.get_column("geometry"))
        weights = area_unit_weights(zones, ground, cells, by)
        for column in weights:
            column.flags.writeable = False
    _kept[key] = weights
    # What was asked for longest ago stands first. Another thread may have removed it.
    for oldest in list(_kept)[:-KEPT]:
        _kept.pop(oldest, None)
    return weights


def _digest(ground: Settled, cells: CellArray, by: Sequence[str]) -> bytes:
    """Return what stands for all that the weights depend on."""
    read = (
        ground.boundaries.select("geometry"),
        ground.streets.select("highway", "geometry"),
        ground.buildings.select("lng", "lat", "area_m2", "residential"),
        pl.DataFrame({"cell": cells}),
    )
    told = hashlib.blake2b(repr((tuple(by), [frame.height for frame in read])).encode())
    for frame in read:
        told.update(frame.hash_rows().to_numpy().tobytes())
    return told.digest()
