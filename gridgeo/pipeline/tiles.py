"""Vector tiles of a publication: the same bytes for the service, for one-file archives and on either store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.maps.cell_tiles import TileIndex, cells_tile, tile_index
from gridgeo.maps.columnar import rounded
from gridgeo.maps.feature_tiles import FeatureIndex, feature_index, features_tile
from gridgeo.maps.tilejson import FIELDS_OF_LAYER, ZOOMS_OF_LAYER
from gridgeo.pipeline import browse
from gridgeo.pipeline.map_layers import LayerTable, layer_names, published_layer

ALL = "all"
"""The layer that is every layer of a publication in one tile, but buildings: they are many, and not of the bank."""
MOST_BUILDINGS = 2_000
"""Buildings of one tile: in a denser one the smallest are left out."""
Keep = Callable[[str, Callable[[], Any]], Any]
"""Returns what is kept under a name, made now if it is the first time."""
Tile = tuple[int, int, int]
"""Zoom, column, row."""


def memory() -> Keep:
    """Return a `Keep` that forgets nothing as long as it lives."""
    kept: dict[str, Any] = {}

    def keep(name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - each layer has a type of its own
        if name not in kept:
            kept[name] = make()
        return kept[name]

    return keep


@dataclass(frozen=True)
class TileSource:
    """One publication as one actor sees it, cut into tiles; what is prepared once is kept by `keep`."""

    connection: sa.Connection
    actor: Actor
    published: browse.Publication
    keep: Keep

    def scores(self) -> browse.CellScores:
        """Return every cell in scope with every measure, rounded as answers show them."""

        def make() -> browse.CellScores:
            found = browse.cells(self.connection, self.actor, self.published)
            return replace(found, measures={name: _rounded(item) for name, item in found.measures.items()})

        made: browse.CellScores = self.keep("scores", make)
        return made

    def tile(self, layer: str, measure: str | None, tile: Tile) -> bytes:
        """Return one tile of one layer, or of all layers, empty where there is nothing.

        measure: the one that cells carry, all of them when None.
        Raises InvalidInputError when the tile does not exist or the measure is unknown, NotAllowedError for a layer
        that is closed to the actor.
        """
        if layer == ALL:
            # Layers of a tile stand one after the other, so tiles of single layers are simply put together.
            return b"".join(self.tile(name, measure, tile) for name in layer_names(self.actor))
        if layer == "cells":
            return self._cells(measure, tile)
        if layer in ZOOMS_OF_LAYER and tile[0] < ZOOMS_OF_LAYER[layer].low:
            return b""
        index: FeatureIndex = self.keep(f"tiles {layer}", lambda: layer_index(layer, self.table(layer)))
        return features_tile(index, *tile, most=MOST_BUILDINGS if layer == "buildings" else None)

    def table(self, layer: str) -> LayerTable:
        """Return a layer's features, the cells apart."""
        made: LayerTable = self.keep(
            f"table {layer}", lambda: published_layer(self.connection, self.actor, self.published, layer)
        )
        return made

    def fields(self, layer: str, measure: str | None) -> dict[str, dict[str, str]]:
        """Return layer -> the properties of its features, each String, Number or Boolean."""
        names = layer_names(self.actor) if layer == ALL else (layer,)
        return {name: self._fields(name, measure) for name in names}

    def _fields(self, layer: str, measure: str | None) -> dict[str, str]:
        if layer != "cells":
            return dict(FIELDS_OF_LAYER[layer])
        wanted = browse.check_measures(None if measure is None else (measure,), self.published)
        return {"cell": "String"} | dict.fromkeys(wanted, "Number")

    def _cells(self, measure: str | None, tile: Tile) -> bytes:
        names = browse.check_measures(None if measure is None else (measure,), self.published)
        everything = self.scores()
        if len(everything.cells) == 0:
            return b""
        index: TileIndex = self.keep("tiles cells", self._cell_index)
        return cells_tile(index, *tile, names=names)

    def _cell_index(self) -> TileIndex:
        everything = self.scores()
        columns = {name: item.values for name, item in everything.measures.items()}
        # To consumers parents are not what their cells show added up.
        sums = browse.sums_shown(self.connection, self.actor, self.published)
        return tile_index(everything.cells, columns, sums, self.published.measures)


def layer_index(layer: str, found: LayerTable) -> FeatureIndex:
    """Prepare a layer for tiles with the properties that it is known to have."""
    names: Mapping[str, str] = FIELDS_OF_LAYER[layer]
    return feature_index(layer, found.shapes, {name: found.table[name].to_list() for name in names})


def _rounded(item: browse.MeasureColumns) -> browse.MeasureColumns:
    return replace(item, values=rounded(item.values), low=rounded(item.low), high=rounded(item.high))
