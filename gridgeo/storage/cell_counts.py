"""How many cells an answer would hold, counted by the store before anything of it is read or worked out."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from gridgeo.storage.conditions import matching
from gridgeo.storage.contracts import stored
from gridgeo.storage.rescored import holders


def count_cells(connection: sa.Connection, table: str, version_id: int, where: Mapping[str, object]) -> int:
    """Return how many cells a version's rows of a table are of. where: as for `read_frame`."""
    model = stored(table)
    held = sa.select(model.columns["cell"]).where(sa.or_(*holders(connection, version_id, model))).distinct()
    found = matching(held, model, where, connection.dialect.name)
    return int(connection.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0)
