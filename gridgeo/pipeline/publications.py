"""Which publications there are, for whoever compares the live one with earlier ones."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gridgeo.pipeline.published import publication_id
from gridgeo.storage import list_versions


def publications(connection: sa.Connection, limit: int) -> list[dict[str, Any]]:
    """Return the finished publications, newest first: id, published_at, resolution, score (version), live.

    Raises NotFoundError when nothing has been published yet.
    """
    live = publication_id(connection)
    finished = [each for each in list_versions(connection, "publication") if each.report is not None]
    return [
        {
            "id": each.id,
            "published_at": each.created_at.isoformat(timespec="seconds"),
            "resolution": int(each.params["resolution"]),
            "score": int(each.params["score"]),
            "live": each.id == live,
        }
        for each in finished[:limit]
    ]
