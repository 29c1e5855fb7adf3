"""Scores in the map room: where next, why a figure is what it is, classes, versions, search, and what is taken away."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from playwright.sync_api import Page, Route

from .conftest import NewVisit, Visit
from .screen import class_of
from .test_page import findings


def open_next(page: Page) -> list[str]:
    """Unfold the list of where to work next; return its cells in order."""
    page.click(".next .quiet-button")
    page.wait_for_selector(".next li button")
    return [each.get_attribute("data-cell") or "" for each in page.locator(".next li button").all()]


def choose_scheme(page: Page, scheme: str, measure: str = "penetration") -> None:
    """Choose how classes are made, and wait for the service's answer."""
    with page.expect_response(lambda answer: f"scheme={scheme}" in answer.url):
        page.select_option("select[name=scheme]", scheme)
    page.wait_for_selector(f'body[data-ready="true"][data-measure="{measure}"]')


def test_where_next_lists_the_services_cells_and_chooses_them_on_the_map(visit: Visit) -> None:
    page = visit.open()
    lists = visit.json("/api/v1/where-next?limit=5")["lists"]
    assert open_next(page) == [cell["cell"] for each in lists for cell in each["cells"]]
    first = lists[0]["cells"][0]
    entry = page.locator(f'.next [data-cell="{first["cell"]}"]')
    assert all(reason["en"] in entry.inner_text() for reason in first["reasons"])
    entry.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f'body[data-selected-cell="{first["cell"]}"]')
    page.wait_for_selector(f'.next [data-cell="{first["cell"]}"][aria-current]')
    branch = lists[1]["branch_id"]
    page.check("input[name=firm-only]")
    page.select_option("select[name=branch]", branch)
    longer = visit.json(f"/api/v1/where-next?limit=20&branch_id={branch}")["lists"][0]["cells"]
    firm = [cell["cell"] for cell in longer if cell["evidence"] == "firm"]
    page.wait_for_selector(f'.next ol:only-of-type li:nth-child({len(firm)}) [data-cell="{firm[-1]}"]')
    assert page.locator(".next li button").count() == len(firm)
    assert findings(page) == []


def test_reasons_of_a_figure_are_the_services_own(visit: Visit) -> None:
    page = visit.open()
    cell = open_next(page)[0]
    page.click(f'.next [data-cell="{cell}"]')
    page.wait_for_selector('[data-why="penetration"]')
    told = visit.json(f"/api/v1/cells/{cell}/explain?measure=penetration")
    page.click(".why summary")
    text = page.locator(".why").inner_text()
    assert told["formula"] in text
    assert all(note["en"] in text for note in told["notes"])
    assert page.locator(".why [data-part]").count() == len(told["parts"])
    page.select_option("select[name=measure]", "gap")
    page.wait_for_selector('[data-why="gap"]')
    gap = visit.json(f"/api/v1/cells/{cell}/explain?measure=gap")
    assert gap["formula"] in page.locator(".why").inner_text()


def test_classes_are_the_services_for_the_scheme_that_is_chosen(visit: Visit) -> None:
    page = visit.open()
    counts = {}
    for scheme in ("equal", "natural"):
        choose_scheme(page, scheme)
        column = visit.json(f"/api/v1/cells?measures=penetration&scheme={scheme}")["measures"]["penetration"]
        counted = Counter(class_of(column["breaks"], value) for value in column["values"] if value is not None)
        shown = page.locator(".legend tr[data-class] td").all_inner_texts()
        counts[scheme] = [int(text) for text in shown]
        assert counts[scheme] == [counted[at] for at in range(len(column["breaks"]) - 1)]
    assert counts["equal"] != counts["natural"]


def test_hidden_cells_have_their_line_in_the_legend_and_their_reason_in_the_panel(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.page

    def hide(route: Route) -> None:
        body: dict[str, Any] = route.fetch().json()
        column = body["measures"]["penetration"]
        column["reasons"] = ["small_count" if value is None else None for value in column["values"]]
        route.fulfill(content_type="application/json", body=json.dumps(body))

    page.route("**/api/v1/cells?measures=penetration", hide)
    visit.open()
    values = visit.json("/api/v1/cells?measures=penetration")["measures"]["penetration"]["values"]
    line = page.locator('.legend tr[data-hidden="small_count"]')
    assert "Hidden: small count" in line.inner_text()
    assert int(line.locator("td").inner_text().replace(",", "")) == sum(value is None for value in values)
    assert "No value" not in page.locator(".legend").inner_text()
