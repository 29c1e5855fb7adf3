"""Find a place on the map by what somebody types: a cell, a branch, a place, a street, a customer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_strings, centres
from gridgeo.domain import Actor
from gridgeo.domain.personal import sees_names, shown_to
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline import browse
from gridgeo.pipeline.published import branches_in_scope, read_published
from gridgeo.storage import read_frame, whole_bank
from gridgeo.storage.parties import customers_named

MOST = 50
"""What is found at most: nobody reads a longer list while typing."""
FOUND = ("kind", "id", "name", "branch_id", "lng", "lat", "cell")
_TYPES = dict(zip(FOUND, (*[pl.String] * 4, pl.Float64, pl.Float64, pl.String), strict=True))
_IS_CELL = re.compile(r"[0-9a-fA-F]{15}")
_GAZETTEER_KINDS = {"town": "place", "community": "place", "place": "place", "street": "street"}
_ONE_NAME_DEGREES = 0.05
"""A street in many pieces is found once; one of the same name some kilometres on is another street."""


@dataclass(frozen=True)
class NamedPlaces:
    """Places and streets of the ground with a point each. table: FOUND and `folded`, the name as it is compared."""

    table: pl.DataFrame

    @property
    def size_bytes(self) -> int:
        """Memory of the table, about."""
        return int(self.table.estimated_size())


def search(
    connection: sa.Connection,
    actor: Actor,
    published: browse.Publication,
    places: Callable[[], NamedPlaces],
    asked: tuple[str, int],
) -> list[dict[str, Any]]:
    """Return what a text may mean inside the actor's scope, the likeliest first: records of FOUND.

    places: `named_places` of the publication, asked for when they are needed. asked: the text, and the most records, 1
    to MOST. A cell is found by its id, branches by id or name, places and streets by name; customers by the beginning
    of their id or their whole name, by roles that work with them alone, and their names stay masked. cell is null where
    the cell lies outside the actor's scope.
    Raises InvalidInputError for an empty text or a limit out of range.
    """
    text, limit = asked[0].strip(), asked[1]
    if not text:
        raise InvalidInputError("there is nothing to look for: type a name or an id")
    if not 1 <= limit <= MOST:
        raise InvalidInputError("limit must be 1 to {most}, got {given}", most=MOST, given=limit)
    if _IS_CELL.fullmatch(text):
        found = _cell(connection, actor, published, int(text, 16))
        if not found.is_empty():
            return found.to_dicts()
    parts = [_ranked(_branches(connection, actor, published), text), _ranked(places().table, text)]
    named = pl.concat(parts).sort("rank", maintain_order=True).select(FOUND).head(limit)
    if sees_names(actor):
        # A name is also that of a street: customers keep a third of the list.
        customers = _customers(connection, actor, published, (text, limit))
        kept = named.head(max(limit - customers.height, limit - limit // 3))
        named = pl.concat([kept, customers]).head(limit)
    return named.to_dicts()


def named_places(connection: sa.Connection, published: browse.Publication) -> NamedPlaces:
    """Return boundaries, streets and the gazetteer's own places of a publication; they belong to no branch."""
    ground = published.versions["ground"]
    areas = read_frame(connection, "boundary", version_id=ground, columns=["id", "name", "geometry"])
    streets = read_frame(connection, "street", version_id=ground, columns=["id", "name", "geometry"])
    columns = ["id", "name", "street", "locality", "city", "kind", "lng", "lat"]
    wanted = {"kind": list(_GAZETTEER_KINDS)}
    listed = read_frame(
        connection, "gazetteer", version_id=published.versions["bank"], columns=columns, where=wanted
    ).with_columns(
        name=pl.coalesce("name", "street", "locality", "city"), kind=pl.col("kind").replace_strict(_GAZETTEER_KINDS)
    )
    parts = [
        _at(areas, "place", shapely.point_on_surface),
        _at(streets, "street", lambda lines: shapely.line_interpolate_point(lines, 0.5, normalized=True)),
        listed.select("kind", "id", "name", "lng", "lat"),
    ]
    named = pl.concat(parts).drop_nulls()
    near = [(pl.col(axis) / _ONE_NAME_DEGREES).round() for axis in ("lng", "lat")]
    once = named.with_columns(_x=near[0], _y=near[1]).unique(["kind", "name", "_x", "_y"], keep="first")
    ordered = once.sort("kind", "name", "lng", "lat")
    whole = ordered.with_columns(branch_id=pl.lit(None, pl.String), cell=pl.lit(None, pl.String))
    return NamedPlaces(whole.select(FOUND).with_columns(folded=pl.col("name").str.to_lowercase()))


def _at(rows: pl.DataFrame, kind: str, point: Callable[[Any], Any]) -> pl.DataFrame:
    named = rows.filter(pl.col("name").is_not_null())
    where = point(shapely.from_wkb(named["geometry"].to_numpy()))
    lng, lat = (pl.Series(np.asarray(axis(where), dtype=np.float64)) for axis in (shapely.get_x, shapely.get_y))
    return named.select(pl.lit(kind).alias("kind"), "id", "name", lng.alias("lng"), lat.alias("lat"))


def _branches(connection: sa.Connection, actor: Actor, published: browse.Publication) -> pl.DataFrame:
    units = branches_in_scope(connection, actor, published)
    texts = pl.concat_str("name", pl.lit("\n"), "id").str.to_lowercase()
    return units.select(
        pl.lit("branch").alias("kind"), "id", "name", pl.col("id").alias("branch_id"), "lng", "lat",
        pl.lit(None, pl.String).alias("cell"), texts.alias("folded"),
    )  # fmt: skip


def _ranked(rows: pl.DataFrame, text: str) -> pl.DataFrame:
    """Keep the rows that hold the text, with a rank: the whole name, its beginning, somewhere in it."""
    folded, wanted = pl.col("folded"), text.lower()
    rank = pl.when(folded == wanted).then(0).when(folded.str.starts_with(wanted)).then(1).otherwise(2)
    return rows.filter(folded.str.contains(wanted, literal=True)).select(*FOUND, rank=rank)


def _cell(connection: sa.Connection, actor: Actor, published: browse.Publication, cell: int) -> pl.DataFrame:
    home = read_published(connection, actor, published, "catchment_cell", where={"cell": cell})
    lng, lat = centres(home["cell"].to_numpy())
    names = cell_strings(home["cell"].to_numpy())
    columns = dict(zip(FOUND, (["cell"] * home.height, names, names, home["branch_id"], lng, lat, names), strict=True))
    return pl.DataFrame(columns, schema=_TYPES)


def _customers(
    connection: sa.Connection, actor: Actor, published: browse.Publication, asked: tuple[str, int]
) -> pl.DataFrame:
    """Return customers of the actor's branches with the cell that holds them, where it lies in the actor's scope."""
    rows = customers_named(connection, actor, published.versions["bank"], *asked)
    if rows.is_empty():
        return pl.DataFrame(schema=_TYPES)
    wanted = {"party_kind": "customer", "party_id": rows["id"], "hard": True}
    with whole_bank(connection):
        held = read_frame(
            connection, "location_cell", version_id=published.versions["location"], columns=["party_id", "cell"],
            where=wanted,
        )  # fmt: skip
    seen = read_published(connection, actor, published, "catchment_cell", where={"cell": held["cell"]})["cell"]
    inside = held.filter(pl.col("cell").is_in(seen.implode()))
    lng, lat = centres(inside["cell"].to_numpy())
    placed = inside.select(id="party_id").with_columns(
        lng=pl.Series(lng), lat=pl.Series(lat), cell=pl.Series(cell_strings(inside["cell"].to_numpy()), dtype=pl.String)
    )
    named = shown_to(actor, rows).join(placed, on="id", how="left").with_columns(kind=pl.lit("customer"))
    return named.select(pl.col(name).cast(kind) for name, kind in _TYPES.items())
