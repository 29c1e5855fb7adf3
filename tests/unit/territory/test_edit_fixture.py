"""What the page's tests hold its painting against is what gridgeo computes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.modules import module_at

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def script() -> Any:
    """The script that writes the fixture, as a module."""
    return module_at("edit_fixture", ROOT / "scripts/edit_fixture.py")


def test_the_committed_strokes_are_what_gridgeo_computes(script: Any) -> None:
    assert script.OUT.read_text(encoding="utf-8") == script.fixture_text(), "run scripts/edit_fixture.py"


def test_the_fixture_has_what_painting_must_get_right(script: Any) -> None:
    held = json.loads(script.OUT.read_text(encoding="utf-8"))
    assert any(stroke["to"] == -1 for stroke in held["strokes"])
    assert any(stroke["to"] in stroke["locked"] for stroke in held["strokes"])
    assert any(max(stroke["pieces"]) > 1 for stroke in held["strokes"])


def test_a_changed_stroke_makes_the_fixture_stale(script: Any) -> None:
    text = script.OUT.read_text(encoding="utf-8").replace('"to": 2', '"to": 3', 1)
    assert text != script.fixture_text()
