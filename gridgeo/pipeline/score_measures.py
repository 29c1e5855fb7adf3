"""Note with a score version what its measures mean, so that it can be read after the release or a user changes them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from gridgeo.domain.measures import MEASURES
from gridgeo.storage import write_score_measures


def note_measures(connection: sa.Connection, version_id: int, held: Iterable[str]) -> None:
    """Write the meaning of the measures that an unfinished score version holds, in the order they are shown."""
    names = set(held)
    write_score_measures(connection, version_id, [measure for measure in MEASURES if measure.id in names], {})
