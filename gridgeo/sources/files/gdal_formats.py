"""GeoPackage and shapefile: the two formats GDAL reads, in a child process, under a name and a folder of our own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.children import ask_child, private_folder
from gridgeo.sources.files.crs import crs_name
from gridgeo.sources.files.limits import CLI_LIMITS
from gridgeo.sources.files.raw import RawTable, ReadOptions
from gridgeo.sources.files.shaped import table_of_reply
from gridgeo.sources.files.shapefile_zip import unpacked_shapefile

NO_NETWORK = {
    "PROJ_NETWORK": "OFF",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_DRIVER_PATH": "disable",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "GDAL_NUM_THREADS": "1",
}


@cache
def other_drivers() -> str:
    """Return the names of all drivers of this GDAL but GPKG and ESRI Shapefile, as GDAL_SKIP takes them."""
    reply = ask_child("gdal_worker", Path("gdal"), {"drivers": True}, CLI_LIMITS, NO_NETWORK)
    return ",".join(reply.values["drivers"])


def table_from_geopackage(path: Path, how: ReadOptions) -> RawTable:
    """Open a layer of a GeoPackage; views, virtual tables and calls in its schema are refused.

    Raises InvalidInputError when several layers are there and none is named, the file is broken, or a limit is reached.
    """
    with private_folder() as folder:
        link = folder / "data.gpkg"
        link.symlink_to(path.resolve())
        return _table(path, how, link, {"format": "gpkg", "encoding": "utf-8"})


def table_from_shapefile(path: Path, how: ReadOptions) -> RawTable:
    """Open the shapefile in a zip, unpacked by us; its texts are in the encoding declared, in .cpg, or strictly UTF-8.

    Raises InvalidInputError when parts are missing, the archive is hostile, or a limit is reached.
    """
    with private_folder() as folder:
        shapefile = unpacked_shapefile(path, how, folder)
        notes = {"format": "shapefile", "encoding": shapefile.encoding, "layer": shapefile.name}
        if shapefile.ignored:
            notes["ignored_files"] = ", ".join(shapefile.ignored)
        return _table(path, how, shapefile.file, notes)


def _table(path: Path, how: ReadOptions, file: Path, notes: dict[str, Any]) -> RawTable:
    """Ask GDAL for the one layer, or for the one the person names."""
    shapefile = notes["format"] == "shapefile"
    request = {
        "file": str(file),
        "layer": None if shapefile else how.layer,
        "encoding": notes["encoding"] if shapefile else None,
        "rows": how.limits.rows,
    }
    reply = ask_child("gdal_worker", path, request, how.limits, NO_NETWORK | {"GDAL_SKIP": other_drivers()})
    values = reply.values
    if "layer" not in values:
        raise InvalidInputError(
            "{path} has several layers or not the one you name: name one with --layer. They are: {layers}",
            path=path.name,
            layers=", ".join(values["layers"]) or "-",
        )
    layer = notes.get("layer", values["layer"])
    more = {"layer": layer} | ({} if shapefile else {"layers": values["layers"]})
    return table_of_reply(path, how, reply, notes | more, (values["geometry"], crs_name(values["crs"])))
