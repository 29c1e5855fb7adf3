"""GeoJSON by our own parser: depth is counted on the bytes before anything is built; no other file is ever opened."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import shapely

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.limits import CLI_LIMITS, FileLimits, check_limit
from gridgeo.sources.files.raw import GEOMETRY, ROW, RawTable, ReadOptions, unique_names
from gridgeo.sources.files.values import json_texts

TEXT = re.compile(rb'"[^"]*"')
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
STEP = np.zeros(256, dtype=np.int8)
STEP[list(b"[{")], STEP[list(b"]}")] = 1, -1
CRS_NAME = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC):(?:[\w.]*:)?(\w+)", re.IGNORECASE)
SHOWN_ROWS = 10


def geojson_object(path: Path, limits: FileLimits = CLI_LIMITS) -> dict[str, Any]:
    """Parse a file that must hold one JSON object.

    Raises InvalidInputError when it is missing, too large, nested too deep, not JSON (UTF-8), or not an object.
    """
    if not path.is_file():
        raise InvalidInputError("no such file: {path}", path=path)
    check_limit("whole_bytes", path, path.stat().st_size, limits)
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    check_limit("depth", path, nesting_depth(data), limits)
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError("{path} is not JSON: {detail}", path=path, detail=str(error)) from error
    if not isinstance(body, dict):
        raise InvalidInputError("{path} must hold a GeoJSON object, got {given}", path=path, given=type(body).__name__)
    return body


def nesting_depth(data: bytes) -> int:
    """Return how deep brackets nest outside of texts, without parsing."""
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = TEXT.sub(b"", data).translate(None, NOT_BRACKETS)
    steps = STEP[np.frombuffer(brackets, dtype=np.uint8)]
    return int(np.cumsum(steps, dtype=np.int64).max(initial=0))


def table_from_geojson(path: Path, how: ReadOptions) -> RawTable:
    """Open the features of a file: properties are columns, a feature's own `id` too where no property has that name.

    A shape that cannot be built comes as null and is counted in the notes with its first rows.
    Raises InvalidInputError when the file is no GeoJSON or over a limit.
    """
    body = geojson_object(path, how.limits)
    features = _features(body, path)
    check_limit("rows", path, len(features), how.limits)
    records = [_properties(feature) for feature in features]
    headers = list(dict.fromkeys(itertools.chain.from_iterable(records)))
    check_limit("columns", path, len(headers), how.limits)
    check_limit("cells", path, len(headers) * len(features), how.limits)
    names = unique_names(headers, reserved=(ROW, GEOMETRY))
    columns = [
        json_texts([record.get(header) for record in records]).alias(name)
        for header, name in zip(headers, names, strict=True)
    ]
    shapes, broken = _shapes([feature.get("geometry") for feature in features])
    frame = pl.DataFrame([*columns, shapes]).with_row_index(ROW, offset=1)
    crs = _crs(body)
    notes = {"format": "geojson", "encoding": "utf-8", "crs": crs} | _broken_note(broken)

    def frames(rows: int) -> Iterator[pl.DataFrame]:
        return frame.iter_slices(rows)

    return RawTable(path, names, tuple(headers), notes, how.limits, frames, crs=crs, has_geometry=True)


def _features(body: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    kind = body.get("type")
    if kind == "FeatureCollection":
        features = body.get("features")
        if isinstance(features, list) and all(isinstance(feature, dict) for feature in features):
            return features
    elif kind == "Feature":
        return [body]
    elif "coordinates" in body or "geometries" in body:
        return [{"geometry": body}]
    raise InvalidInputError(
        "{path} is no GeoJSON: it must be a FeatureCollection, a Feature or a geometry, got type {given}",
        path=path.name,
        given=str(kind)[:40],
    )


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    given = feature.get("properties")
    properties = given if isinstance(given, dict) else {}
    return {"id": feature["id"]} | properties if "id" in feature else properties


def _shapes(geometries: Sequence[object]) -> tuple[pl.Series, list[int]]:
    """Return the WKB of the shapes and the rows (from 1) whose shape cannot be built."""
    texts = [None if geometry is None else orjson.dumps(geometry).decode() for geometry in geometries]
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    given = np.array([text is not None for text in texts], dtype=np.bool_)
    broken = np.flatnonzero(given & shapely.is_missing(shapes)) + 1
    wkb = pl.Series(GEOMETRY, shapely.to_wkb(shapes).tolist(), dtype=pl.Binary)
    return wkb, broken.tolist()


def _broken_note(broken: Sequence[int]) -> dict[str, Any]:
    return {"broken_shapes": len(broken), "broken_shape_rows": list(broken[:SHOWN_ROWS])} if broken else {}


def _crs(body: dict[str, Any]) -> str | None:
    """Return what the old `crs` member names; a link is never followed, a file without it says nothing."""
    member = body.get("crs")
    properties = member.get("properties") if isinstance(member, dict) and member.get("type") == "name" else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return None
    match = CRS_NAME.fullmatch(name.strip())
    return f"{match[1].upper()}:{match[2].upper()}" if match else name.strip()[:200]
