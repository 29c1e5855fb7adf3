"""Write what waits for a person with the location version it came of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain.tables import LOCATION_REVIEWS
from gridgeo.pipeline.review.items import ITEMS
from gridgeo.storage import write_frame
from gridgeo.storage.reviews import put_items, put_links


def write_queue(connection: sa.Connection, version_id: int, items: Sequence[pl.DataFrame]) -> dict[str, Any]:
    """Write the items of an unfinished location version; return how many there are and how much they may change.

    items: from `review_items`, one frame a kind of party.
    """
    every = pl.concat(items)
    numbered = every.with_columns(put_items(connection, every.select(ITEMS)).alias("item_id"))
    write_frame(connection, "location_review", numbered.select(list(LOCATION_REVIEWS)), version_id=version_id)
    put_links(connection, numbered.select("item_id", "party_kind", party_id="party_ids").explode("party_id"))
    return {
        "items": every.height,
        "parties": int(every["parties"].sum()),
        "effect": round(float(every["effect"].sum()), 3),
    }
