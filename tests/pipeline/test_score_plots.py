"""The published scores as pictures: every file is there, says what it is not for, and hides what is hidden."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gridgeo.domain import Actor, local_actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.score_plots import score_plots

from .conftest import Finished

HQ = local_actor()
NOTICE = "仅供营销,不用于授信审批"


@pytest.fixture(scope="module")
def demo(demo_on: Callable[[str], Finished]) -> Finished:
    return demo_on("sqlite")


def metadata(path: Path) -> dict[str, str]:
    """The texts of a PNG file."""
    body, at, found = path.read_bytes(), 8, {}
    while at < len(body):
        (size,), kind = struct.unpack(">I", body[at : at + 4]), body[at + 4 : at + 8]
        chunk = body[at + 8 : at + 8 + size]
        if kind == b"tEXt":
            key, _, text = chunk.partition(b"\0")
            found[key.decode("latin-1")] = text.decode("latin-1")
        elif kind == b"iTXt":
            key, _, rest = chunk.partition(b"\0")
            packed, text = rest[0], rest[2:].split(b"\0", 2)[2]
            found[key.decode("latin-1")] = (zlib.decompress(text) if packed else text).decode("utf-8")
        at += size + 12
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_picture_is_drawn_and_says_what_it_is_for(demo: Finished, tmp_path: Path, language: str) -> None:
    with demo.engine.connect() as connection:
        body = score_plots(connection, HQ, tmp_path / "report", ("gap",), "zh" if language == "zh" else "en")
    files = body["files"]
    pictures = [*files["choropleths"].values(), files["distribution"], files["reliability"], files["waterfall"]]
    page = Path(files["index"]).read_text(encoding="utf-8")
    assert NOTICE in page
    assert "synthetic" in page
    for path in map(Path, pictures):
        said = metadata(path)
        assert NOTICE in said["gridgeo:notice"]
        assert said["gridgeo:synthetic"] == "true"
        assert f"({path.name})" in page
    assert ("提升空间" in page) == (language == "zh")


def test_a_picture_is_drawn_without_a_chinese_font(
    demo: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridgeo.maps.score_pictures.cjk_font", lambda: None)
    monkeypatch.setattr("gridgeo.maps.picture.cjk_font", lambda: None)
    with demo.engine.connect() as connection:
        assert score_plots(connection, HQ, tmp_path, ("gap",), "zh")["files"]["waterfall"]


def test_a_consumers_pictures_hold_no_truth(demo: Finished, tmp_path: Path) -> None:
    with demo.engine.connect() as connection:
        body = score_plots(connection, Actor("c", "consumer"), tmp_path, ("penetration", "workload"))
    assert set(body["files"]) == {"choropleths", "distribution", "index"}
    assert body["without_values"] == ["workload"]


def test_unknown_measures_and_impossible_folders_are_refused(demo: Finished, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with demo.engine.connect() as connection:
        with pytest.raises(InvalidInputError, match="measure must be one of"):
            score_plots(connection, HQ, tmp_path, ("luck",))
        with pytest.raises(InvalidInputError, match="cannot be made"):
            score_plots(connection, HQ, tmp_path / "file", ("gap",))
