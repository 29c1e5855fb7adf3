"""Where a ground notes which sources of denominators it has side by side."""

from __future__ import annotations

from gridgeo.storage import VersionRecord

ZONES = "zones"
"""Key of the source of denominators that has no name of its own."""


def sources_of_ground(ground: VersionRecord) -> dict[str, int]:
    """Return key -> version of the sources of denominators of a ground.

    Zones that came with the ground itself, or before there were several sources, go by ZONES.
    """
    noted: dict[str, int] | None = ground.params.get("sources")
    if noted is not None:
        return dict(noted)
    parts: dict[str, int] | None = ground.params.get("parts")
    part = ground.id if parts is None else parts.get("denominator")
    return {} if part is None else {ZONES: part}
