"""A file with random damage is read or refused; no other failure comes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pytest
import shapely

from gridgeo.demo import ground_path
from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import RawTable

COUNTS = {"csv": 60, "geojson": 60, "parquet": 60, "xlsx": 12, "html": 6, "gpkg": 8, "shapefile": 30, "osm": 6}
"""Damaged copies a format; those read in a child process cost most."""


def places() -> gpd.GeoDataFrame:
    columns = {"名称": ["网点一", "支行二"], "n": [1.5, 2.0]}
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(1, 2), shapely.Point(3, 4)], crs="EPSG:4490")


def shapefile(folder: Path, make_zip: Callable[..., Path]) -> Path:
    (folder / "shape").mkdir()
    places().to_file(folder / "shape" / "a.shp", driver="ESRI Shapefile", encoding="UTF-8")
    return make_zip({file.name: file.read_bytes() for file in (folder / "shape").iterdir()})


def geopackage(folder: Path) -> Path:
    places().to_file(folder / "a.gpkg", layer="a", driver="GPKG")
    return folder / "a.gpkg"


def geoparquet(folder: Path) -> Path:
    places().to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


@pytest.fixture
def sound(
    tmp_path: Path, make_file: Callable[..., Path], make_workbook: Callable[..., Path], make_zip: Callable[..., Path]
) -> dict[str, Callable[[], Path]]:
    """Format -> writer of a sound file."""

    def fill(_book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:B1", "title")
        sheet.write_row("A2", ["a", "b"])
        sheet.write_row("A3", [1, "x"])

    features = [
        {"type": "Feature", "properties": {"a": [1, "x"]}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    ]
    return {
        "csv": lambda: make_file('名,b\n1,"2\n3"\n4,5\n'),
        "geojson": lambda: make_file(orjson.dumps({"type": "FeatureCollection", "features": features})),
        "parquet": lambda: geoparquet(tmp_path),
        "xlsx": lambda: make_workbook(S=fill),
        "html": lambda: make_file("<html><table><tr><td colspan=2>t<tr><td>a<td>b<tr><td>1<td>2</table></html>"),
        "gpkg": lambda: geopackage(tmp_path),
        "shapefile": lambda: shapefile(tmp_path, make_zip),
        "osm": lambda: ground_path("helsinki"),
    }


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Change, cut out and put in some bytes."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 6))):
        at, length = int(rng.integers(len(data))), int(rng.integers(1, 20))
        kind = rng.integers(3)
        if kind == 0:
            data[at : at + length] = rng.bytes(length)
        elif kind == 1 and len(data) > length:
            del data[at : at + length]
        else:
            data[at:at] = rng.bytes(length)
    return bytes(data)


@pytest.mark.parametrize("kind", COUNTS)
def test_damage_is_read_or_refused(
    kind: str, sound: dict[str, Callable[[], Path]], opened: Callable[..., RawTable], tmp_path: Path
) -> None:
    content = sound[kind]().read_bytes()
    rng = np.random.default_rng(len(kind))
    outcomes = set()
    for number in range(COUNTS[kind]):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(content if number == 0 else damaged(content, rng))
        try:
            rows = sum(frame.height for frame in opened(path, layer="roads" if kind == "osm" else None).batches())
            outcomes.add("read" if rows else "empty")
        except InvalidInputError as error:
            outcomes.add("refused" if str(error) else "without a word")
    assert {"read", "refused"} <= outcomes <= {"read", "refused", "empty"}
