"""Published things as collections of features: filtered by place, time and properties, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_polygons, cell_strings
from gridgeo.domain import Actor, BoolArray, CellArray, FloatArray, IntArray
from gridgeo.domain.public import sees_public_only
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.maps.columnar import rounded
from gridgeo.pipeline import browse
from gridgeo.pipeline.cell_table import wide, with_territories
from gridgeo.pipeline.map_layers import LayerTable, Shapes, published_layer, working_grids

COLLECTIONS = ("branches", "catchments", "cells", "grids", "territories")
ID_OF = {"branches": "id", "catchments": "branch_id", "cells": "cell", "grids": "id", "territories": "id"}
"""Collection -> the column that names a feature."""
Box = tuple[float, float, float, float]
"""West, south, east, north, degrees; west <= east."""
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True)
class FeatureSet:
    """A collection as one actor sees it.

    table: a row a feature. boxes: west, south, east, north, shape (n, 4). shapes: None for cells, whose shape follows
    from their id. cells: uint64, shape (n,), empty for others.
    """

    name: str
    table: pl.DataFrame
    boxes: FloatArray
    shapes: Shapes | None
    cells: CellArray

    @property
    def size_bytes(self) -> int:
        """Memory of the table and the boxes, about; shapes count by their corners."""
        corners = 0 if self.shapes is None else int(shapely.get_num_coordinates(self.shapes).sum())
        return int(self.table.estimated_size()) + self.boxes.nbytes + 32 * corners

    @property
    def bounds(self) -> Box | None:
        """Of all features, None where there is none."""
        if len(self.boxes) == 0:
            return None
        west, south = self.boxes[:, :2].min(axis=0).tolist()
        east, north = self.boxes[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    def shapes_of(self, rows: IntArray) -> Shapes:
        """Return the shapes of some rows, lng, lat degrees."""
        if self.shapes is None:
            return np.asarray(cell_polygons(self.cells[rows]), dtype=object)
        return self.shapes[rows]


@dataclass(frozen=True)
class Wanted:
    """Which features of a collection are asked for.

    boxes: features that touch one of them; none lets every feature through. equal: property -> its value as text.
    """

    boxes: tuple[Box, ...] = ()
    equal: Mapping[str, str] = field(default_factory=dict)


def collection_names(actor: Actor) -> tuple[str, ...]:
    """Return the collections that an actor has; area grids stay inside the bank."""
    return tuple(name for name in COLLECTIONS if name != "grids" or not sees_public_only(actor))


def require_collection(actor: Actor, name: str) -> None:
    """Raise NotFoundError for a collection that the actor does not have."""
    if name not in collection_names(actor):
        raise NotFoundError(
            "there is no collection {name}; there are {known}", name=name, known=", ".join(collection_names(actor))
        )


def feature_set(connection: sa.Connection, actor: Actor, published: browse.Publication, name: str) -> FeatureSet:
    """Return a collection of a publication inside the actor's scope; area grids are those of this moment.

    Raises NotFoundError for a collection that the actor does not have.
    """
    require_collection(actor, name)
    if name == "cells":
        return _cells(connection, actor, published)
    if name == "grids":
        return _drawn(name, working_grids(connection, actor))
    return _drawn(name, published_layer(connection, actor, published, name))


def matching(features: FeatureSet, wanted: Wanted) -> IntArray:
    """Return the rows of the features that are asked for, in the order of the collection.

    Raises InvalidInputError for a property that the collection does not have, or a value that it cannot take.
    """
    chosen = np.ones(features.table.height, dtype=np.bool_)
    for name, text in wanted.equal.items():
        chosen &= _equal(features.table, name, text)
    if wanted.boxes:
        chosen &= _touching(features, np.flatnonzero(chosen), wanted.boxes)
    rows: IntArray = np.flatnonzero(chosen)
    return rows


def row_of(features: FeatureSet, feature_id: str) -> int:
    """Return the row of one feature; NotFoundError when there is none of that name."""
    found = np.flatnonzero((features.table[ID_OF[features.name]] == feature_id).fill_null(value=False).to_numpy())
    if len(found) == 0:
        raise NotFoundError("collection {name} has no feature {feature}", name=features.name, feature=feature_id)
    return int(found[0])


def property_types(features: FeatureSet) -> dict[str, str]:
    """Return the properties of a collection's features and the JSON type of each."""
    return {name: _json_type(kind) for name, kind in features.table.schema.items()}


def _cells(connection: sa.Connection, actor: Actor, published: browse.Publication) -> FeatureSet:
    plan = browse.territories(connection, actor, published)
    table = with_territories(wide(connection, actor, published), plan)
    cells = table["cell"].to_numpy()
    figures = [
        pl.Series(each.name, rounded(each.fill_null(np.nan).to_numpy())) for each in table.select(pl.col(pl.Float64))
    ]
    named = table.with_columns(pl.Series("cell", cell_strings(cells), pl.String), *figures)
    return FeatureSet(
        "cells", named.with_columns(pl.col(pl.Float64).fill_nan(None)), _boxes(cell_polygons(cells)), None, cells
    )


def _drawn(name: str, layer: LayerTable) -> FeatureSet:
    return FeatureSet(name, layer.table, _boxes(layer.shapes), layer.shapes, np.empty(0, dtype=np.uint64))


def _boxes(shapes: Shapes) -> FloatArray:
    boxes: FloatArray = shapely.bounds(shapes).reshape(-1, 4)
    return boxes


def _touching(features: FeatureSet, rows: IntArray, boxes: tuple[Box, ...]) -> BoolArray:
    """Tell which features touch one of the boxes: by their own boxes first, then by their shapes."""
    touching = np.zeros(features.table.height, dtype=np.bool_)
    west, south, east, north = features.boxes[rows].T
    for box in boxes:
        near = rows[(west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])]
        if len(near):
            touching[near[shapely.intersects(features.shapes_of(near), shapely.box(*box))]] = True
    return touching


def _equal(table: pl.DataFrame, name: str, text: str) -> BoolArray:
    if name not in table.columns:
        raise InvalidInputError(
            "there is no property {name}; there are {known}", name=name, known=", ".join(table.columns)
        )
    value = _value(name, table.schema[name], text)
    equal: BoolArray = (table[name] == value).fill_null(value=False).to_numpy()
    return equal


def _value(name: str, kind: pl.DataType, text: str) -> Any:  # noqa: ANN401 - of the column's type
    read: Callable[[str], Any] = str
    if kind.is_numeric():
        read = float
    elif kind == pl.Boolean:
        read = _WORDS.__getitem__
    try:
        return read(text)
    except (KeyError, ValueError) as error:
        raise InvalidInputError(
            "property {name} is a {kind}, got {given}", name=name, kind=_json_type(kind), given=text
        ) from error


def _json_type(kind: pl.DataType) -> str:
    if kind.is_integer():
        return "integer"
    if kind.is_numeric():
        return "number"
    return "boolean" if kind == pl.Boolean else "string"
