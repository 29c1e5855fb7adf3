"""The known name that somebody who mistyped one is likely to have meant."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA


def nearest_name(given: str, known: Iterable[str]) -> str:
    """Return the known name with the fewest slips of the keyboard between it and the given one; the first of equals."""
    found = process.extractOne(given, list(known), scorer=OSA.normalized_distance)
    return str(found[0]) if found else ""
