"""The tiles of what a request reads: prepared once for a publication, cut tile by tile."""

from __future__ import annotations

from typing import Literal

import numpy as np

from gridgeo.cells import cells_from_points
from gridgeo.domain.measures import MEASURES
from gridgeo.maps.breaks import class_breaks
from gridgeo.maps.cell_tiles import cells_tile, tile_index
from gridgeo.maps.feature_tiles import FeatureIndex, features_tile
from gridgeo.pipeline.map_layers import draft_territories, grid_revisions, working_grids
from gridgeo.pipeline.tiles import Tile, TileSource, layer_index
from gridgeo_api.deps import Reading

LayerName = Literal[
    "cells", "territories", "grids", "catchments", "branches", "boundaries", "streets", "buildings", "all"
]


def tiles_of(reading: Reading) -> TileSource:
    """Return the tiles of what the request reads."""
    return TileSource(reading.connection, reading.actor, reading.published, reading.layer)


def grids_tile(reading: Reading, tile: Tile) -> bytes:
    """Return one tile of the area grids as they stand now."""
    now = repr(grid_revisions(reading.connection, reading.actor))
    index: FeatureIndex = reading.layer(
        f"grids {now}", lambda: layer_index("grids", working_grids(reading.connection, reading.actor))
    )
    return features_tile(index, *tile)


def draft_tile(reading: Reading, drawn: tuple[str, str], tile: Tile) -> bytes:
    """Return one tile of the territories of a scenario as it stands now; a draft is kept by nobody.

    drawn: the scenario, and the layer's name in the tile.
    """
    scenario, layer = drawn
    return features_tile(layer_index(layer, draft_territories(reading.connection, reading.actor, scenario)), *tile)


def warm_up() -> None:
    """Compile what the first request would otherwise wait for, on one made-up cell."""
    cells = cells_from_points([9.52], [47.14], 9)
    cells_tile(tile_index(cells, {measure.id: np.ones(1) for measure in MEASURES}), 12, 2156, 1438)
    class_breaks(np.arange(10.0))
