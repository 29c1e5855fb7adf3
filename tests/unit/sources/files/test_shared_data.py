"""The shared real files read whole, with the counts of their README."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import shapely

from gridgeo.sources.files import RawTable

DATA = Path(__file__).parents[5] / "shared" / "data"
ISLE_OF_MAN = {
    "addresses": 4_231, "food-and-drink": 362, "fuel": 21, "healthcare": 72, "land_addresses": 27_975,
    "named-highways": 6_148, "offices": 216, "postal_codes": 1_246, "shops": 707, "tourism": 524,
}  # fmt: skip
MERCHANTS = ("food-and-drink", "fuel", "healthcare", "offices", "shops", "tourism")


@pytest.fixture
def data() -> Path:
    if not DATA.is_dir():
        reason = f"shared data is not at {DATA}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return DATA


@pytest.mark.parametrize(("name", "rows"), ISLE_OF_MAN.items())
def test_every_isle_of_man_table_reads_whole(
    name: str, rows: int, data: Path, frame_of: Callable[..., pl.DataFrame]
) -> None:
    path = data / "isle_of_man" / f"{name}.csv"
    frame = frame_of(path)
    assert frame.height == rows
    texts = pl.read_csv(path, infer_schema=False).select(pl.all().str.strip_chars().replace("", None))
    assert frame.drop("row").equals(texts)


def test_the_merchants_of_the_isle_of_man_are_1902() -> None:
    assert sum(ISLE_OF_MAN[name] for name in MERCHANTS) == 1_902


def test_the_isle_of_man_boundaries_read_with_their_shapes(data: Path, frame_of: Callable[..., pl.DataFrame]) -> None:
    frame = frame_of(data / "isle_of_man" / "admin_boundaries.geojson")
    kinds = shapely.get_type_id(shapely.from_wkb(frame["geometry"].to_numpy()))
    areas = [int(kind) in (3, 6) for kind in kinds]
    assert frame.filter(areas).height == 31


def test_the_london_zones_read_with_their_shapes_and_people(
    data: Path, opened: Callable[..., RawTable], frame_of: Callable[..., pl.DataFrame]
) -> None:
    path = data / "london" / "lsoa.parquet"
    table, frame = opened(path), frame_of(path)
    assert (table.crs, frame.height) == ("EPSG:4326", 4_835)
    assert round(frame["Persons_All-Ages"].cast(pl.Int64).sum() / 1e6, 1) == 9.0
    assert shapely.is_valid_input(shapely.from_wkb(frame["geometry"].to_numpy())).all()


def test_porto_alegre_reads_with_its_cells_and_roads(
    data: Path, opened: Callable[..., RawTable], frame_of: Callable[..., pl.DataFrame]
) -> None:
    assert frame_of(data / "porto_alegre" / "poa_hexgrid.csv").height == 1_227
    roads = opened(data / "porto_alegre" / "poa_osm.pbf", layer="roads")
    rows = sum(frame.height for frame in roads.batches())
    assert rows + sum(roads.notes["left_out"].values()) == 15_886
    assert rows > 15_800
