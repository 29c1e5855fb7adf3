"""The page without a mouse: the sheet of keys, and the table that does what the map does."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from .conftest import PHONE, NewVisit, Visit
from .test_page import CHINESE, findings, speak, words_of

PENETRATION = "/api/v1/cells?measures=penetration"


def columns(visit: Visit) -> dict[str, Any]:
    """Return cells, values and evidence as the service gives them."""
    answer = visit.json(PENETRATION)
    return {"cells": answer["cells"], **answer["measures"]["penetration"]}


def as_table(page: Page) -> None:
    """Show the cells as a table."""
    page.click("[data-act=as-table]")
    page.wait_for_selector("table.cells tbody tr")


def test_the_table_holds_the_services_cells_highest_first_and_its_filters_count_right(visit: Visit) -> None:
    told = columns(visit)
    page = visit.open()
    as_table(page)
    shown = page.locator("table.cells tbody tr")
    cells = [row.get_attribute("data-cell") for row in shown.all()]
    values = dict(zip(told["cells"], told["values"], strict=True))
    highest = sorted((value for value in told["values"] if value is not None), reverse=True)[:50]
    assert [values[cell] for cell in cells] == highest
    assert [float(value.get_attribute("value") or "nan") for value in page.locator("table.cells data").all()] == highest
    page.select_option("select[name=cells-evidence]", "weak")
    assert page.get_attribute(".cell-table", "data-cells") == str(told["evidence"].count("weak"))
    page.select_option("select[name=cells-evidence]", "")
    page.select_option("select[name=cells-class]", "-1")
    assert page.get_attribute(".cell-table", "data-cells") == str(told["values"].count(None))
    page.select_option("select[name=branch]", label="Demo bank Vaduz (synthetic)")
    branch = visit.json(PENETRATION)["branches"].index("B1")
    inside = [at == branch for at in visit.json(PENETRATION)["branch_index"]]
    empty = sum(value is None and here for value, here in zip(told["values"], inside, strict=True))
    assert page.get_attribute(".cell-table", "data-cells") == str(empty)


def test_the_keyboard_walks_the_table_in_step_with_the_map(visit: Visit) -> None:
    page = visit.open()
    page.focus("#map")
    page.keyboard.press("ArrowRight")
    first = page.get_attribute("body", "data-selected-cell")
    page.keyboard.press("t")
    page.wait_for_selector(f'table.cells tr.current[data-cell="{first}"]')
    assert page.evaluate("document.activeElement.closest('tr').dataset.cell") == first
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f'table.cells tr.current:not([data-cell="{first}"])')
    second = page.get_attribute("table.cells tr.current", "data-cell")
    assert page.get_attribute("body", "data-selected-cell") == second
    page.keyboard.press("Enter")
    page.wait_for_selector(".figures")
    assert page.locator(".cell-name").inner_text() == second
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.wait_for_selector(".cell-table", state="hidden")
    page.focus("#map")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f'body:not([data-selected-cell="{second}"])')


def test_pages_of_the_table_lead_to_its_end_and_back(visit: Visit) -> None:
    page = visit.open()
    as_table(page)
    count = len(columns(visit)["cells"])
    first = page.get_attribute("table.cells tbody tr", "data-cell")
    page.click("[data-page=last]")
    assert page.locator("table.cells tbody tr").count() == (count % 50 or 50)
    page.click("[data-page=first]")
    assert page.get_attribute("table.cells tbody tr", "data-cell") == first
    page.click("[data-sort=value]")
    assert page.get_attribute("th:has([data-sort=value])", "aria-sort") == "ascending"


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_the_table_is_whole_in_both_languages_and_axe_finds_nothing(
    new_visit: NewVisit, size: dict[str, int] | None
) -> None:
    visit = new_visit(size=size) if size else new_visit()
    page = visit.open()
    # What was said of a selected cell is said again in the other language; that the map was ready is not.
    page.focus("#map")
    page.keyboard.press("ArrowRight")
    as_table(page)
    english = words_of(page)
    assert findings(page) == []
    speak(page, "zh")
    assert findings(page) == []
    assert [text for text in english if CHINESE.search(text)] == []
    assert len(words_of(page)) == len(english)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_the_sheet_of_keys_opens_by_its_key_closes_by_escape_and_gives_the_keyboard_back(visit: Visit) -> None:
    page = visit.open()
    page.focus("#map")
    page.keyboard.press("?")
    page.wait_for_selector(".sheet", state="visible")
    for language in ("en", "zh"):
        assert findings(page) == []
        assert page.locator(".key-list kbd").count() > 15
        if language == "en":
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.closest('.sheet') !== null")
            page.keyboard.press("Escape")
            page.wait_for_selector(".sheet", state="hidden")
            assert page.evaluate("document.activeElement.id") == "map"
            speak(page, "zh")
            page.click(".header-button")
            page.wait_for_selector(".sheet", state="visible")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.classList.contains('header-button')")
