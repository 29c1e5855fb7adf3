"""How the room of grids shows its grids, and what it says of what is typed wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from .conftest import NewVisit, Visit
from .grids_room import TOLD, after, cells_of, settled
from .screen import colour_at, picture, pixels_of, settle
from .test_grids import begun
from .test_page import speak


@pytest.fixture
def room(new_visit: NewVisit) -> Iterator[Visit]:
    """The room of grids, begun where there are none."""
    yield from begun(new_visit())


def test_a_grid_of_streets_shows_what_belongs_to_it_without_hexagons(room: Visit) -> None:
    page, before = room.page, settled(room)
    page.click('[data-fold="create"] summary')
    page.fill("[name=places]", "Landstrasse")
    page.click('[data-act="places"]')
    page.click('[data-act="apply"]')
    found = after(room, before["revision"] + 1)
    places = pixels_of(page, sorted(cells_of(found, "Landstrasse")))
    assert len(places) > 5
    seen = []
    for with_hexagons in (True, False):
        page.set_checked("[name=hexagons]", with_hexagons)
        settle(page)
        screen = picture(page)
        seen.append([colour_at(screen, (left + 4, top + 6)) for left, top in places])
    # Names and streets lie over some of them.
    (colour, count), *_ = Counter(seen[0]).most_common()
    assert count > 2
    assert [one == colour for one in seen[1]] == [one == colour for one in seen[0]]


def test_what_is_wrong_with_a_field_is_said_in_the_pages_language_not_the_browsers(room: Visit) -> None:
    page = room.page
    wrong = {
        ("places", "units", ""): ("Fill in this field.", "请填写此项。"),
        ("buffer", "radius", "0"): ("Enter a whole number of 1 or more.", "请输入不小于 1 的整数。"),
    }
    page.click('[data-fold="catchment"] summary')
    for (method, name, typed), sayings in wrong.items():
        page.select_option('[name="catchment-method"]', method)
        page.fill(f"[name={name}]", typed)
        for language, said in zip(("en", "zh"), sayings, strict=True):
            speak(page, language)
            page.click('[data-act="try-catchment"]')
            assert page.evaluate("document.activeElement.name") == name
            assert page.evaluate(TOLD) == said
