"""What an operator writes of the tile server is read whole, or refused with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.maps.tile_server import TileServer, tile_server_from_file

URL = "https://tiles.bank.example:8443/map/{z}/{x}/{y}.png"


def read(folder: Path, **given: str | int) -> TileServer:
    """Write the keys as TOML and read them."""
    file = folder / "tiles.toml"
    values = {"url": URL, "datum": "gcj02"} | given
    file.write_text("".join(f"{key} = {value!r}\n" for key, value in values.items()), encoding="utf-8")
    return tile_server_from_file(file)


def test_web_mercator_is_the_grid_unless_said_otherwise(tmp_path: Path) -> None:
    found = read(tmp_path, approval_number="GS(2024)0000号")
    assert (found.projection, found.rows, found.tile_size) == ("mercator", "down", 256)
    assert (found.min_zoom, found.max_zoom) == (0, 18)
    assert found.origin == pytest.approx((-20037508.342789244, 20037508.342789244))
    assert found.tile_span == pytest.approx(40075016.685578488)
    assert (found.approval_number, found.attribution) == ("GS(2024)0000号", None)
    assert found.host == "https://tiles.bank.example:8443"


def test_baidus_grid_goes_with_its_datum(tmp_path: Path) -> None:
    found = read(tmp_path, datum="bd09")
    assert (found.projection, found.origin, found.rows, found.tile_span) == ("baidu", (0.0, 0.0), "up", 67_108_864.0)
    assert read(tmp_path, datum="bd09", matrix="mercator").projection == "mercator"


@pytest.mark.parametrize(("columns", "span"), [(1, 360.0), (2, 180.0)])
def test_a_grid_in_degrees_begins_at_the_north_pole(tmp_path: Path, columns: int, span: float) -> None:
    found = read(tmp_path, datum="cgcs2000", matrix="geographic", columns_at_zoom_0=columns)
    assert (found.projection, found.origin, found.rows, found.tile_span) == ("degrees", (-180.0, 90.0), "down", span)


def test_rows_from_the_south_are_counted_upwards_from_there(tmp_path: Path) -> None:
    found = read(tmp_path, url=URL.replace("{y}", "{-y}"))
    assert (found.url, found.rows) == (URL, "up")
    assert found.origin[1] == -20037508.342789244


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "https://tiles.bank.example/{z}/{x}.png"}, "url in .* must be one address such as"),
        ({"url": "ftp://tiles.bank.example/{z}/{x}/{y}.png"}, "url in .* must be one address"),
        ({"url": "https://{s}.bank.example/{z}/{x}/{y}.png"}, "url in .* must be one address"),
        ({"url": "https://a.example;script-src/{z}/{x}/{y}.png"}, "url in .* must be one address"),
        ({"url": "https://who:secret@a.example/{z}/{x}/{y}.png"}, "url in .* must be one address"),
        ({"datum": "beijing54"}, "datum in .* must be one of wgs84, cgcs2000, gcj02, bd09, got beijing54"),
        ({"matrix": "baidu"}, "datum in .* must be bd09 where matrix is baidu, got gcj02"),
        ({"matrix": "utm"}, "matrix in .* must be one of mercator, geographic, baidu, got utm"),
        ({"columns_at_zoom_0": 2}, "columns_at_zoom_0 in .* must be a whole number from 1 to 1, got 2"),
        ({"min_zoom": 9, "max_zoom": 8}, "max_zoom in .* must be a whole number from 9 to 22, got 8"),
        ({"tile_size": "256"}, "tile_size in .* must be a whole number"),
        ({"approval_number": 7}, "approval_number in .* must be one line"),
        ({"datums": "gcj02"}, "has datums, which is not known; known are url, datum"),
    ],
)
def test_what_does_not_fit_is_said_with_the_remedy(tmp_path: Path, given: dict[str, str | int], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read(tmp_path, **given)


def test_a_file_without_url_or_datum_says_which_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "tiles.toml"
    file.write_text('datum = "gcj02"\n')
    with pytest.raises(InvalidInputError, match=r"url in .*got -"):
        tile_server_from_file(file)
    file.write_text(f'url = "{URL}"\n')
    with pytest.raises(InvalidInputError, match=r"datum in .*got -"):
        tile_server_from_file(file)


def test_a_file_that_is_not_there_or_no_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"GRIDGEO_TILE_SERVER names .*gone\.toml, which cannot be read"):
        tile_server_from_file(tmp_path / "gone.toml")
    file = tmp_path / "tiles.toml"
    file.write_text("url: no\n")
    with pytest.raises(InvalidInputError, match="is not a TOML file"):
        tile_server_from_file(file)
