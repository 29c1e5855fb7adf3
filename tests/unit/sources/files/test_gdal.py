"""GeoPackage and shapefile: read by GDAL in a child process that knows no other driver."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import polars as pl
import pyogrio
import pytest
import shapely

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import FileLimits, RawTable
from gridgeo.sources.files.gdal_formats import other_drivers


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    points = [shapely.Point(116.5, 39.9), shapely.Point(117.0, 40.0)]
    columns = {"名称": ["网点一", "支行二"], "n": [1.5, 2.0], "k": [7, 8]}
    return gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4490")


@pytest.fixture
def geopackage(tmp_path: Path, places: gpd.GeoDataFrame) -> Path:
    path = tmp_path / "places.bin"
    made = tmp_path / "places.gpkg"
    places.to_file(made, layer="网点", driver="GPKG")
    return made.rename(path)


@pytest.fixture
def shapefile(tmp_path: Path, places: gpd.GeoDataFrame, make_zip: Callable[..., Path]) -> Callable[..., Path]:
    """Write a shapefile into a zip: its encoding, suffixes to leave out, parts to add or replace."""

    def make(encoding: str = "UTF-8", without: tuple[str, ...] = (), **more: bytes) -> Path:
        folder = tmp_path / "shape"
        folder.mkdir(exist_ok=True)
        places.to_file(folder / "a.shp", driver="ESRI Shapefile", encoding=encoding)
        parts = {f"里/{file.name}": file.read_bytes() for file in folder.iterdir() if file.suffix not in without}
        parts |= {name.replace("__", "."): content for name, content in more.items()}
        return make_zip(parts)

    return make


ROWS = [(1, "网点一", "1.5", "7"), (2, "支行二", "2", "8")]


def check(frame: pl.DataFrame) -> None:
    assert frame.drop("geometry").rows() == ROWS
    assert frame.columns == ["row", "名称", "n", "k", "geometry"]
    assert shapely.from_wkb(frame["geometry"][1]) == shapely.Point(117.0, 40.0)


def test_a_geopackage_reads_with_its_layer_and_crs(
    geopackage: Path, opened: Callable[..., RawTable], frame_of: Callable[..., pl.DataFrame]
) -> None:
    table = opened(geopackage)
    assert (table.crs, table.notes["format"], table.notes["layer"]) == ("EPSG:4490", "gpkg", "网点")
    check(frame_of(geopackage))


def test_a_geopackage_of_several_layers_asks_for_one(
    geopackage: Path, places: gpd.GeoDataFrame, frame_of: Callable[..., pl.DataFrame]
) -> None:
    path = geopackage.rename(geopackage.with_suffix(".gpkg"))
    places.head(1).to_file(path, layer="b", driver="GPKG", mode="a")
    with pytest.raises(InvalidInputError, match=r"--layer. They are: 网点, b"):
        frame_of(path)
    with pytest.raises(InvalidInputError, match=r"--layer. They are: 网点, b"):
        frame_of(path, layer="c")
    check(frame_of(path, layer="网点"))


def test_a_table_without_shapes_reads_from_a_geopackage(
    tmp_path: Path, places: gpd.GeoDataFrame, opened: Callable[..., RawTable]
) -> None:
    pyogrio.write_dataframe(places.drop(columns="geometry"), tmp_path / "t.gpkg", layer="t", driver="GPKG")
    table = opened(tmp_path / "t.gpkg")
    assert not table.has_geometry
    assert next(table.batches()).rows() == ROWS


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB18030"])
def test_a_shapefile_reads_in_the_encoding_its_code_page_names(
    encoding: str,
    shapefile: Callable[..., Path],
    opened: Callable[..., RawTable],
    frame_of: Callable[..., pl.DataFrame],
) -> None:
    path = shapefile(encoding)
    table = opened(path)
    assert (table.crs, table.notes["encoding"], table.notes["layer"]) == ("EPSG:4490", encoding.lower(), "a")
    check(frame_of(path))


def test_a_shapefile_without_code_page_is_utf_8_or_declared(
    shapefile: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    check(frame_of(shapefile("UTF-8", without=(".cpg",))))
    chinese = shapefile("GBK", without=(".cpg",))
    with pytest.raises(InvalidInputError, match=r"add --encoding gb18030: 网点一 .* / 支行二"):
        frame_of(chinese)
    check(frame_of(chinese, encoding="gb18030"))


def test_a_wrong_code_page_is_no_silent_garbage(
    shapefile: Callable[..., Path], frame_of: Callable[..., pl.DataFrame]
) -> None:
    path = shapefile("GBK", without=(".cpg",))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("里/a.cpg", "UTF-8")
    with pytest.raises(InvalidInputError, match="does not decode as utf-8"):
        frame_of(path)


def test_a_shapefile_without_projection_says_no_crs(
    shapefile: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    assert opened(shapefile(without=(".prj",))).crs is None


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_missing_part_of_a_shapefile_is_named(
    suffix: str, shapefile: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    with pytest.raises(InvalidInputError, match=f"lacks {suffix}"):
        opened(shapefile(without=(suffix,)))


def test_other_files_of_the_archive_are_left_alone_and_noted(
    shapefile: Callable[..., Path], opened: Callable[..., RawTable]
) -> None:
    assert opened(shapefile(readme__txt=b"hello")).notes["ignored_files"] == "readme.txt"


def test_every_other_driver_is_off() -> None:
    off = other_drivers().split(",")
    assert {"OGR_VRT", "CSV", "GeoJSON", "HTTP", "SQLite", "WFS"} <= set(off)
    assert not {"GPKG", "ESRI Shapefile"} & set(off)


def test_rows_over_the_limit_stop_the_reading(
    geopackage: Path, opened: Callable[..., RawTable], within: Callable[..., FileLimits]
) -> None:
    with pytest.raises(InvalidInputError, match="rows, allowed are 1"):
        opened(geopackage, limits=within(rows=1))
    assert opened(geopackage, limits=within(rows=2)).columns == ("名称", "n", "k")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE VIRTUAL TABLE spy USING fts5(x)", "virtual table spy may read other files"),
        ("CREATE VIEW spy AS SELECT load_extension('x.so')", "view spy is not plain data"),
        (
            "CREATE TRIGGER spy AFTER INSERT ON 网点 BEGIN SELECT gdal_get_pixel_value('/x', 1, 'p', 0, 0); END",
            "trigger",
        ),
    ],
)
def test_a_geopackage_that_does_more_than_hold_tables_is_refused(
    statement: str, said: str, geopackage: Path, opened: Callable[..., RawTable]
) -> None:
    assert opened(geopackage).notes["layer"] == "网点"
    with sqlite3.connect(geopackage) as database:
        database.execute(statement)
    database.close()
    with pytest.raises(InvalidInputError, match=said):
        opened(geopackage)


def test_a_layer_that_is_a_view_is_refused(geopackage: Path, opened: Callable[..., RawTable]) -> None:
    with sqlite3.connect(geopackage) as database:
        database.execute("CREATE VIEW seen AS SELECT * FROM 网点")
        assert opened(geopackage).notes["layer"] == "网点"
        database.execute("INSERT INTO gpkg_contents (table_name, data_type) VALUES ('seen', 'attributes')")
    database.close()
    with pytest.raises(InvalidInputError, match="view seen is not plain data"):
        opened(geopackage)
