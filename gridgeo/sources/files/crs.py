"""The CRS a file names, in its shortest form."""

from __future__ import annotations

import orjson
import pyproj

LONGEST = 20_000
SURE = 70
"""Below this confidence (percent) pyproj's authority code is only similar to what the file says."""


def crs_name(given: object) -> str | None:
    """Return "EPSG:4490" or another authority's code of a CRS given as text, WKT or PROJJSON; else its WKT.

    None when nothing is given or nothing can be made of it.
    """
    text = orjson.dumps(given).decode() if isinstance(given, dict) else given
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        return None
    try:
        crs = pyproj.CRS.from_user_input(text.strip())
    except pyproj.exceptions.CRSError:
        return None
    authority = crs.to_authority(min_confidence=SURE)
    return ":".join(authority) if authority else str(crs.to_wkt())
