"""The layers of the vector tiles: what each is made of, prepared once, cut tile by tile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from gridgeo.cells import cells_from_points, merged_polygons
from gridgeo.domain.measures import MEASURES
from gridgeo.maps.breaks import class_breaks
from gridgeo.maps.cell_tiles import Counts, TileIndex, cells_tile, tile_index
from gridgeo.maps.feature_tiles import FeatureIndex, feature_index, features_tile
from gridgeo.maps.tilejson import FIELDS_OF_LAYER
from gridgeo.pipeline import browse
from gridgeo_api.deps import Reading
from gridgeo_api.layers import scores

LayerName = Literal["cells", "territories", "catchments", "branches", "boundaries", "streets"]


def encode_tile(reading: Reading, layer: LayerName, measure: str | None, tile: tuple[int, int, int]) -> bytes:
    """Return one tile of one layer, empty where it has nothing.

    measure: the one that cells carry, all of them when None. tile: zoom, column, row.
    Raises InvalidInputError when the tile does not exist or the measure is unknown.
    """
    if layer != "cells":
        made: FeatureIndex = reading.layer(f"tiles {layer}", lambda: SOURCES[layer](reading))
        return features_tile(made, *tile)
    names = browse.check_measures(None if measure is None else (measure,), reading.published)
    everything = scores(reading)
    if len(everything.cells) == 0:
        return b""
    columns = {name: item.values for name, item in everything.measures.items()}

    def make() -> TileIndex:
        return tile_index(everything.cells, columns, _sums(reading), reading.published.measures)

    index: TileIndex = reading.layer("tiles cells", make)
    return cells_tile(index, *tile, names=names)


def _sums(reading: Reading) -> Mapping[str, Counts] | None:
    """Return the counts of parents where they are not what their cells show added up: for consumers."""
    return browse.sums_shown(reading.connection, reading.actor, reading.published)


def fields_of(reading: Reading, layer: LayerName, measure: str | None) -> dict[str, str]:
    """Return the properties of a layer's features: name -> String, Number or Boolean."""
    if layer != "cells":
        return dict(FIELDS_OF_LAYER[layer])
    names = browse.check_measures(None if measure is None else (measure,), reading.published)
    return {"cell": "String"} | dict.fromkeys(names, "Number")


def warm_up() -> None:
    """Compile what the first request would otherwise wait for, on one made-up cell."""
    cells = cells_from_points([9.52], [47.14], 9)
    cells_tile(tile_index(cells, {measure.id: np.ones(1) for measure in MEASURES}), 12, 2156, 1438)
    class_breaks(np.arange(10.0))


def _territories(reading: Reading) -> FeatureIndex:
    found = browse.territories(reading.connection, reading.actor, reading.published)
    positions = found.cells["position"].to_numpy()
    outlines = merged_polygons(found.cells["cell"].to_numpy(), positions, found.table.height)
    return _index("territories", outlines, found.table)


def _catchments(reading: Reading) -> FeatureIndex:
    table = browse.catchments(reading.connection, reading.actor, reading.published)
    return _index("catchments", shapely.from_wkb(table["geometry"].to_numpy()), table)


def _branches(reading: Reading) -> FeatureIndex:
    table = browse.branches(reading.connection, reading.actor, reading.published).drop_nulls(["lng", "lat"])
    points: npt.NDArray[np.object_] = np.array(shapely.points(table.select("lng", "lat").to_numpy()), dtype=np.object_)
    return _index("branches", points, table)


def _boundaries(reading: Reading) -> FeatureIndex:
    table = browse.ground_layer(reading.connection, "boundary", reading.published)
    return _index("boundaries", shapely.from_wkb(table["geometry"].to_numpy()), table)


def _streets(reading: Reading) -> FeatureIndex:
    table = browse.ground_layer(reading.connection, "street", reading.published)
    return _index("streets", shapely.from_wkb(table["geometry"].to_numpy()), table)


def _index(layer: str, shapes: npt.NDArray[np.object_], table: pl.DataFrame) -> FeatureIndex:
    """Index shapes with the properties that the layer is known to have."""
    return feature_index(layer, shapes, {name: table[name].to_list() for name in FIELDS_OF_LAYER[layer]})


SOURCES: dict[str, Callable[[Reading], FeatureIndex]] = {
    "territories": _territories,
    "catchments": _catchments,
    "branches": _branches,
    "boundaries": _boundaries,
    "streets": _streets,
}
