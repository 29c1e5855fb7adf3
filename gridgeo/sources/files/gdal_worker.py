"""Child process that lets GDAL read one layer: see `child_main`; it imports nothing of gridgeo.

GDAL_SKIP in the environment names every driver but the two that are allowed; the worker refuses to open anything when
another driver is loaded all the same. request.json: drivers true (list what this GDAL has), or file, layer, encoding,
rows. reply.json: drivers; or layers, and where one layer is chosen: layer, crs, geometry, sizes; or broken.
table.arrow: the layer.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio

ALLOWED = {"GPKG", "ESRI Shapefile"}
CALLS = re.compile(r"\b(?:gdal_\w+|ogr_\w+|load_extension|readfile|writefile|virtual(?!\s+table)\w+)\b", re.IGNORECASE)
BROKEN = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pa.ArrowException, sqlite3.Error, ValueError)


def main() -> None:
    """Answer the request in this folder."""
    request = json.loads(Path("request.json").read_text(encoding="utf-8"))
    drivers = set(pyogrio.list_drivers())
    if request.get("drivers"):
        reply: dict[str, Any] = {"drivers": sorted(drivers - ALLOWED)}
    elif not drivers <= ALLOWED:
        reply = {"broken": f"drivers loaded that are not allowed: {sorted(drivers - ALLOWED)}"}
    else:
        try:
            reply = answer(request)
        except BROKEN as error:
            reply = {"broken": str(error).splitlines()[0]}
    Path("reply.json").write_text(json.dumps(reply), encoding="utf-8")


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Choose the layer and write it to table.arrow."""
    file, wanted = request["file"], request["layer"]
    listed = geopackage_layers(file) if file.endswith(".gpkg") else None
    names = [str(name) for name, _ in pyogrio.list_layers(file) if listed is None or name in listed]
    chosen = [name for name in names if wanted in (None, name)]
    reply: dict[str, Any] = {"layers": names}
    return reply | written(request, chosen[0]) if len(chosen) == 1 else reply


def geopackage_layers(file: str) -> set[str]:
    """Return the layers in the package's list of contents, styles left out.

    A database that does more than hold tables is refused: layers that are views, virtual tables, calls that open files.
    """
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as database:
        made = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        layers = {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
    for kind, name, sql in made:
        virtual = re.match(r"\s*create\s+virtual\s+table", sql, re.IGNORECASE)
        if virtual and not re.search(r"\busing\s+rtree\b", sql, re.IGNORECASE):
            raise ValueError(f"virtual table {name} may read other files")
        if (kind == "view" and name in layers) or CALLS.search(sql):
            raise ValueError(f"{kind} {name} is not plain data")
    return layers - {"layer_styles"}


def written(request: dict[str, Any], layer: str) -> dict[str, Any]:
    """Write the layer batch by batch, no further than the limit of rows."""
    encoding = {} if request["encoding"] is None else {"encoding": request["encoding"]}
    rows = 0
    with pyogrio.open_arrow(request["file"], layer=layer, use_pyarrow=True, **encoding) as (meta, reader):
        geometry = (meta["geometry_name"] or "wkb_geometry") if meta["geometry_type"] else None
        # Without the fields' own notes: the shapes are plain WKB.
        schema = pa.schema([(field.name, field.type) for field in reader.schema])
        with pa.OSFile("table.arrow", "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in reader:
                rows += batch.num_rows
                if rows > request["rows"]:
                    break
                writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    return {"layer": layer, "crs": meta["crs"], "geometry": geometry, "sizes": {"rows": rows}}


if __name__ == "__main__":
    main()
