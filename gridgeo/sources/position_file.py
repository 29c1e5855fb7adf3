"""The columns of a file whose positions are to be looked over, and the headers that mean them."""

from __future__ import annotations

from dataclasses import replace

from gridgeo.sources.intake import import_kind
from gridgeo.sources.query_file import QUERY_FILE

_ADDRESSES = import_kind("addresses")
POSITION_FILE = replace(
    QUERY_FILE,
    name="positions",
    fields=(
        *(item for item in QUERY_FILE.fields if item.name in ("id", "address", "hint")),
        _ADDRESSES.field("lng"),
        _ADDRESSES.field("lat"),
    ),
)
