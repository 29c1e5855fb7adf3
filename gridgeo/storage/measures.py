"""Keep the table of measures what this release says it is."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa

from gridgeo.domain.measures import MEASURES
from gridgeo.storage.models import MeasureRow


def sync_measures(connection: sa.Connection) -> int:
    """Write the measures of this release in place of what the table holds; return how many there are."""
    connection.execute(sa.delete(MeasureRow))
    connection.execute(sa.insert(MeasureRow), [asdict(measure) for measure in MEASURES])
    return len(MEASURES)
