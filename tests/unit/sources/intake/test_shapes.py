"""An area that cannot be where or what it says is rejected, not mended by guessing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import shapely

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import open_table
from gridgeo.sources.intake import ImportOptions, Known, Understanding, understand

SQUARE = [[105.0, 30.0], [105.1, 30.0], [105.1, 30.1], [105.0, 30.1], [105.0, 30.0]]


def areas(folder: Path, geometries: list[Any], says: str | None = None, **options: Any) -> Understanding:
    """Write features with these geometries and have them understood as boundaries."""
    features = [
        {"type": "Feature", "properties": {"name": f"V{at}", "code": f"5199{at}"}, "geometry": geometry}
        for at, geometry in enumerate(geometries)
    ]
    path = folder / "areas.geojson"
    own = {"crs": {"type": "name", "properties": {"name": says}}} if says else {}
    path.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": features} | own))
    return understand(open_table(path), ImportOptions("boundaries", **{"datum": "wgs84"} | options), Known())


def polygon(corners: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [corners]}


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (polygon([[lat, lng] for lng, lat in SQUARE]), "position looks swapped: longitude comes first, then latitude"),
        (polygon([[x + 900, y] for x, y in SQUARE]), "position off the globe"),
        ({"type": "Point", "coordinates": [105.0, 30.0]}, "not an area: a polygon is needed"),
        ({"type": "LineString", "coordinates": SQUARE}, "not an area: a polygon is needed"),
    ],
)
def test_a_shape_that_is_no_area_on_the_globe_is_rejected(tmp_path: Path, geometry: Any, reason: str) -> None:
    read = areas(tmp_path, [polygon(SQUARE), geometry])
    batch = next(read.batches())
    assert batch.accepted["name"].to_list() == ["V0"]
    assert batch.rejected["reason"].to_list() == [reason]
    assert (read.account.rows_in, read.account.accepted) == (2, 1)


def test_a_small_outline_that_crosses_itself_is_repaired_and_counted(tmp_path: Path) -> None:
    bowtie = polygon([[105.0, 30.0], [105.1, 30.1], [105.1, 30.0], [105.0, 30.1], [105.0, 30.0]])
    read = areas(tmp_path, [bowtie])
    shape = shapely.from_wkb(next(read.batches()).accepted["geometry"][0])
    assert shape.is_valid
    assert shape.area == pytest.approx(0.005)
    assert read.account.as_dict()["repaired"] == 1


def test_the_shape_as_delivered_is_kept_where_the_datum_moves_it(tmp_path: Path) -> None:
    batch = next(areas(tmp_path, [polygon(SQUARE)], datum="gcj02").batches())
    kept = batch.originals.row(0, named=True)
    assert (kept["kind"], kept["id"]) == ("shape", "51990")
    assert shapely.from_wkb(kept["shape"]).equals(shapely.Polygon(SQUARE))
    assert not shapely.from_wkb(batch.accepted["geometry"][0]).equals(shapely.Polygon(SQUARE))
    assert next(areas(tmp_path, [polygon(SQUARE)]).batches()).originals.is_empty()


@pytest.mark.parametrize("crs", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"])
def test_a_chinese_boundary_that_says_wgs84_of_itself_needs_a_declared_datum(tmp_path: Path, crs: str) -> None:
    with pytest.raises(InvalidInputError, match=r"lies in mainland China and says .*: declare --datum"):
        areas(tmp_path, [polygon(SQUARE)], crs, datum=None)
    assert areas(tmp_path, [polygon(SQUARE)], crs, datum="gcj02").notes()["positions_in"] == "gcj02"
    assert areas(tmp_path, [polygon(SQUARE)], crs, datum=None, crs="EPSG:4326").notes()["positions_in"] == "EPSG:4326"


@pytest.mark.parametrize(
    ("corners", "crs"),
    [
        (SQUARE, "EPSG:4490"),
        ([[x - 100, y] for x, y in SQUARE], "EPSG:4326"),
        ([[x + 900, y] for x, y in SQUARE], "EPSG:4326"),
    ],
)
def test_elsewhere_and_in_cgcs2000_the_file_is_believed(tmp_path: Path, corners: list[list[float]], crs: str) -> None:
    assert areas(tmp_path, [polygon(corners)], crs, datum=None).notes()["positions_in"] == crs
