"""The calibration that the docs show is the shipped model's."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridgeo.locate import DEFAULT_MODEL

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", ["method.md", "zh/method.md"])
def test_the_table_is_the_shipped_models(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    rows = [f"| {part.stated:.3f} | {part.observed:.3f} | {part.count:,} |" for part in DEFAULT_MODEL.bins]
    assert "\n".join(rows) in text
    assert str(DEFAULT_MODEL.ece) in text
    assert (DOCS / "images/calibration.png").is_file()
