"""The PNG: readable, labelled, and quiet with or without a Chinese font."""

from __future__ import annotations

from pathlib import Path

import matplotlib.image as mpimg
import numpy as np
import pytest
from PIL import Image

from gridgeo.errors import InvalidInputError
from gridgeo.maps import ExportNotes, ExportTables, choropleth, class_colours, export_png
from gridgeo.maps import picture as module


@pytest.mark.parametrize("fonts", ["as installed", "none with Chinese"])
def test_a_picture_is_drawn_without_a_warning_whatever_fonts_there_are(
    fonts: str, tables: ExportTables, notes: ExportNotes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fonts == "none with Chinese":
        monkeypatch.setattr(module, "cjk_font", lambda: None)
    path = export_png(tables, notes, tmp_path / "map.png", measure="people")
    assert mpimg.imread(path).shape[2] in (3, 4)


def test_the_files_metadata_carries_the_notes(tables: ExportTables, notes: ExportNotes, tmp_path: Path) -> None:
    with Image.open(export_png(tables, notes, tmp_path / "map.png")) as image:
        facts = {key.removeprefix("gridgeo:"): value for key, value in image.info.items()}
    assert facts["data_version"] == "7"
    assert facts["synthetic"] == "true"
    assert "仅供营销,不用于授信审批" in facts["notice"]
    assert facts["attribution"] == "© OpenStreetMap contributors"
    assert facts["Title"] == "渗透率 / Penetration"


def test_captions_are_english_only_without_a_chinese_font(notes: ExportNotes) -> None:
    assert all(line.isascii() or "©" in line for line in module._captions(notes, chinese=False))
    assert any("仅供营销" in line for line in module._captions(notes, chinese=True))


def test_every_class_colour_is_in_the_picture(tables: ExportTables, notes: ExportNotes, tmp_path: Path) -> None:
    path = export_png(tables, notes, tmp_path / "map.png")
    drawn = {tuple(pixel) for pixel in (mpimg.imread(path)[:, :, :3].reshape(-1, 3) * 255).round().astype(int)}
    for colour in choropleth(tables.cells, "penetration").colours:
        assert tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5)) in drawn


def test_colours_run_along_viridis_and_differ() -> None:
    colours = class_colours(7)
    assert (colours[0], colours[-1]) == ("#440154", "#fde725")
    assert len(set(colours)) == 7
    assert class_colours(0) == ()


def test_cells_without_a_value_are_grey(tables: ExportTables) -> None:
    classes = choropleth(tables.cells, "penetration")
    grey = np.array(classes.cell_colours()) == "#d9d9d9"
    np.testing.assert_array_equal(grey, tables.cells["penetration"].is_null().to_numpy())


def test_shares_are_labelled_in_percent(tables: ExportTables) -> None:
    assert all(label.endswith(" %") for label in choropleth(tables.cells, "penetration").labels())
    assert not any("%" in label for label in choropleth(tables.cells, "people").labels())


def test_a_measure_that_is_not_there_is_refused(tables: ExportTables, notes: ExportNotes, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="got gap"):
        export_png(tables, notes, tmp_path / "map.png", measure="gap")
