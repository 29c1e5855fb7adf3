"""Put a location that somebody knows to be wrong on the list, however sure the geocoder is of it."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.tables import LOCATION_REVIEWS
from gridgeo.errors import ConflictError, InvalidInputError, NotFoundError
from gridgeo.pipeline.locate import towns_of
from gridgeo.pipeline.positions import PARTIES, with_keys
from gridgeo.pipeline.review.decisions import READERS, read_item, require_role
from gridgeo.pipeline.review.items import ITEMS, review_items
from gridgeo.pipeline.steps import Inputs
from gridgeo.storage import read_frame, version_record
from gridgeo.storage.frames import append_rows
from gridgeo.storage.reviews import OPEN, add_links, how_it_stands, newest_location, put_items, review_item

REPORTED = "reported as wrong"


def report_location(connection: sa.Connection, actor: Actor, party_id: str) -> dict[str, Any]:
    """Put the house of a customer on the list of what waits, with everybody of the same branch who shares it.

    Returns the item as `read_item` does. Its effect is the number of parties: somebody knows that they are elsewhere.
    Raises NotFoundError for a customer that is not there or not in scope, InvalidInputError when neither address nor
    point names a place, ConflictError when the house waits already or was decided.
    """
    require_role(actor, READERS)
    version_id = newest_location(connection)
    inputs = Inputs(**version_record(connection, version_id).params["inputs"])
    items = review_items(_neighbours(connection, actor, inputs, version_id, party_id), "customer")
    item_id = int(put_items(connection, items.select(ITEMS))[0])
    item = review_item(connection, actor, item_id)
    if item.status != OPEN or how_it_stands(connection, version_id, item_id) is not None:
        raise ConflictError("location {item} is on the list already: {status}", item=item_id, status=item.status)
    numbered = items.with_columns(item_id=pl.lit(item_id, pl.Int64))
    # The list grows under a finished version: what was computed under it stays as it is.
    append_rows(connection, "location_review", numbered.select(list(LOCATION_REVIEWS)), version_id=version_id)
    add_links(connection, numbered.select("item_id", "party_kind", party_id="party_ids").explode("party_id"))
    return read_item(connection, actor, item_id)


def _neighbours(
    connection: sa.Connection, actor: Actor, inputs: Inputs, version_id: int, party_id: str
) -> pl.DataFrame:
    """Return the customers of a branch at the house of one of them, as `review_items` takes them."""
    who = read_frame(connection, "customer", version_id=inputs.bank, where={"id": party_id}, actor=actor)
    if who.is_empty():
        raise NotFoundError("there is no customer {customer}", customer=party_id)
    where = {"branch_id": who["branch_id"][0]}
    people = read_frame(connection, "customer", version_id=inputs.bank, where=where, columns=list(PARTIES))
    keyed = with_keys(people.rename({"lng": "given_lng", "lat": "given_lat"}), towns_of(connection, inputs))
    key = keyed.filter(pl.col("id") == party_id)["key"][0]
    if key is None:
        raise InvalidInputError("customer {customer} has neither a house in the address nor a point", customer=party_id)
    same = keyed.filter(pl.col("key") == key)
    stands = {"party_kind": "customer", "party_id": same["id"].to_list()}
    located = read_frame(connection, "location", version_id=version_id, where=stands).drop("party_kind", "reason")
    rows = same.join(located, left_on="id", right_on="party_id", how="inner", maintain_order="left")
    return rows.with_columns(
        pl.lit([REPORTED]).alias("why"),
        pl.lit(1.0).alias("effect"),
        pl.lit([], pl.List(pl.String)).alias("reasons"),
        *(pl.lit(None, pl.Float64).alias(f"own_{name}") for name in ("lng", "lat", "accuracy_m", "confidence")),
        *(pl.lit(None, pl.String).alias(f"own_{name}") for name in ("tier", "matched")),
    )
