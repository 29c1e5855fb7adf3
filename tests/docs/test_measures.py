"""The worked example of measures.md is the sample that the tests run, and its mistake is answered as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gridgeo.domain.measures import MEASURES
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.stored_columns import COUNTED, MAKE_UP
from gridgeo.scoring.formula import FUNCTIONS
from gridgeo.scoring.measure_file import measures_from_toml
from gridgeo.scoring.measure_names import KnownNames, with_added

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [DOCS / "measures.md", DOCS / "zh/measures.md"]
SAMPLE = (DOCS / "samples/measures.toml").read_text(encoding="utf-8")
KNOWN = KnownNames({measure.id: measure.kind for measure in MEASURES}, MAKE_UP.union(COUNTED))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_page_shows_the_sample_word_for_word(page: Path) -> None:
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert shown == SAMPLE


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_the_page_names_every_function_and_column_of_formulas(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [name for name in FUNCTIONS if f"`{name}" not in text] == []
    assert [name for name in (MAKE_UP - {"merchants_public"}).union(COUNTED) if f"`{name}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_mistake_is_answered_as_the_page_says(page: Path) -> None:
    shown = re.search(r"^error: (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert shown
    wrong = measures_from_toml(SAMPLE.replace("1000 * merchants", "1000 * merchant"))
    with pytest.raises(InvalidInputError) as caught:
        with_added(wrong, {}, KNOWN)
    assert str(caught.value) == shown[1]
