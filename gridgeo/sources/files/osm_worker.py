"""Child process that reads one layer of an OpenStreetMap extract: see `child_main`.

request.json: file, layer. reply.json: rows_in and left_out (reason -> count), or broken. table.arrow: the layer.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from gridgeo.errors import GridgeoError
from gridgeo.sources.files.osm_layers import LAYERS
from gridgeo.sources.osm_tables import osm_tables


def main() -> None:
    """Answer the request in this folder."""
    request = json.loads(Path("request.json").read_text(encoding="utf-8"))
    try:
        frame, report = LAYERS[request["layer"]](osm_tables(Path(request["file"])))
        frame.write_ipc("table.arrow", compat_level=pl.CompatLevel.oldest())
        reply: dict[str, object] = {"objects": report.rows_in, "left_out": report.rejected}
    except GridgeoError as error:
        reply = {"broken": str(error)}
    Path("reply.json").write_text(json.dumps(reply), encoding="utf-8")


if __name__ == "__main__":
    main()
