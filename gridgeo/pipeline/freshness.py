"""How fresh a publication is: when it was published, and from when the data is that it was made of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gridgeo.maps.notes import ExportNotes
from gridgeo.pipeline.published import Publication
from gridgeo.storage import read_frame, version_record


def freshness(connection: sa.Connection, published: Publication) -> dict[str, Any]:
    """Return published_at and data_dates: when each version that was published was made, as ISO text.

    data_dates.denominators: the newest date that the sources of people and other counts carry, null where none does.
    """
    made = {
        kind: version_record(connection, version).created_at.isoformat(timespec="seconds")
        for kind, version in published.versions.items()
    }
    dated = read_frame(connection, "denominator", version_id=published.versions["ground"], columns=["dated_on"])
    newest: Any = dated["dated_on"].max()
    return {
        "published_at": published.published_at.isoformat(timespec="seconds"),
        "data_dates": made | {"denominators": newest.isoformat() if newest else None},
    }


def notes_of(published: Publication) -> ExportNotes:
    """Return what every file and picture of a publication says about itself."""
    return ExportNotes(
        version=published.id,
        ground=published.ground,
        published_at=published.published_at.isoformat(timespec="seconds"),
        synthetic=published.synthetic,
        datum=published.datum,
        fictional=published.fictional,
    )
