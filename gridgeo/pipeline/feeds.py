"""What other systems of the bank take regularly: polygons in a declared datum, and who belongs to whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import shape_from_house
from gridgeo.domain import Actor, IntArray
from gridgeo.domain.personal import masked_personal
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.maps.crs import CRS84, in_crs
from gridgeo.pipeline import browse
from gridgeo.pipeline.map_layers import LayerTable, published_layer, working_grids
from gridgeo.pipeline.membership import members_of
from gridgeo.pipeline.steps import require_insider
from gridgeo.storage import read_frame
from gridgeo.storage.grids import grid_frame

POLYGONS = ("grids", "territories")
OUT_DATUMS = ("wgs84", "gcj02", "bd09")
MOST_SHAPES, MOST_CORNERS = 10_000, 1_000_000
"""What one GeoJSON answer holds at most: about 40 MB of text."""


def require_room(shapes: np.ndarray[Any, Any], layer: str) -> None:
    """Let pass what fits into one GeoJSON answer.

    shapes: shapely geometries, shape (n,). Raises InvalidInputError that says where the layer is read by pages.
    """
    corners = int(shapely.get_num_coordinates(shapes).sum())
    if len(shapes) > MOST_SHAPES or corners > MOST_CORNERS:
        raise InvalidInputError(
            "{layer} has {count} shapes with {corners} corners in your scope, and one answer holds {most} with "
            "{most_corners}: read /ogc/collections/{layer}/items page by page",
            layer=layer,
            count=len(shapes),
            corners=corners,
            most=MOST_SHAPES,
            most_corners=MOST_CORNERS,
        )


def polygons_geojson(
    connection: sa.Connection,
    actor: Actor,
    published: browse.Publication,
    layer: str,
    datum: str,
    *,
    stated: bool = False,
) -> dict[str, Any]:
    """Return area grids as they stand, or published territories, as GeoJSON whose coordinates are in a datum.

    stated: grids with the border that they are shown with, streets as lines, in place of their ground; where there are
    lines a feature has its `ground` beside its geometry, since lines enclose nothing. The answer names the datum.
    Raises NotAllowedError for a consumer, InvalidInputError for a datum into which the store's positions are not
    converted (a store in GCJ-02 is never de-shifted), and for more than one answer holds.
    """
    require_insider(actor)
    if layer not in POLYGONS:
        raise NotFoundError("there is no layer {layer}; there are {known}", layer=layer, known=", ".join(POLYGONS))
    found = (
        working_grids(connection, actor, stated=stated)
        if layer == "grids"
        else published_layer(connection, actor, published, layer)
    )
    at = _with_lines(found)
    drawn = found.shapes if found.ground is None else np.concatenate([found.shapes, found.ground[at]])
    require_room(drawn, layer)
    texts = shapely.to_geojson(in_crs(_in_datum(drawn, published.datum, datum), CRS84)).tolist()
    beneath = dict(zip(at.tolist(), texts[found.table.height :], strict=True))
    return {
        "type": "FeatureCollection",
        "layer": layer,
        "datum": datum,
        "house_datum": published.datum,
        "publication": published.id,
        "features": [
            {"type": "Feature", "id": row["id"], "geometry": orjson.Fragment(texts[place]), "properties": row}
            | ({"ground": orjson.Fragment(beneath[place])} if place in beneath else {})
            for place, row in enumerate(found.table.iter_rows(named=True))
        ],
    }


def _with_lines(found: LayerTable) -> IntArray:
    """Return the positions of features that are drawn by lines although ground belongs to them."""
    if found.ground is None:
        return np.empty(0, dtype=np.int64)
    parts, of = shapely.get_parts(found.shapes, return_index=True)
    at: IntArray = np.unique(of[shapely.get_dimensions(parts) == 1])
    return at


def _in_datum(shapes: np.ndarray[Any, Any], house: str, datum: str) -> np.ndarray[Any, Any]:
    if datum not in OUT_DATUMS:
        raise InvalidInputError(
            "datum must be one of {known}, got {given}", known=", ".join(OUT_DATUMS), given=repr(datum)
        )
    return shape_from_house(shapes, house, datum)


def party_feed(connection: sa.Connection, actor: Actor) -> pl.DataFrame:
    """Return one row a party of the actor's branches: its grid, branch and managers, without its name.

    Columns: party_kind, party_id, name (the first character alone, the rest masked), grid_id, grid_name, branch_id (of
    the grid), area_rm_id (who owns the grid), account_branch_id, account_rm_id (of customers). Accounts of other
    branches are not told.
    Raises NotFoundError when nobody was assigned to grids yet, NotAllowedError for a role that sees no parties.
    """
    members = members_of(connection, actor).select("party_kind", "party_id", "grid_id")
    grids = grid_frame(connection, actor.branch_ids).select(
        "branch_id", grid_id="id", grid_name="name", area_rm_id="owner_id"
    )
    bank = browse.publication(connection).versions["bank"]
    columns = ["id", "branch_id", "account_rm_id", "name"]
    accounts = masked_personal(
        read_frame(connection, "customer", version_id=bank, columns=columns, actor=actor)
    ).select(
        pl.lit("customer").alias("party_kind"),
        party_id="id",
        account_branch_id="branch_id",
        account_rm_id="account_rm_id",
        name="name",
    )
    joined = members.join(grids, on="grid_id", how="left").join(accounts, on=["party_kind", "party_id"], how="left")
    return joined.select(
        *("party_kind", "party_id", "name", "grid_id", "grid_name", "branch_id", "area_rm_id"),
        *("account_branch_id", "account_rm_id"),
    ).sort("party_kind", "party_id")
