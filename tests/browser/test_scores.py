"""Scores in the map room: where next, why a figure is what it is, classes, versions, search, and what is taken away."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.api.small_bank import publish_small_bank, write_small_bank

from .conftest import NewVisit, Service, Visit, gridgeo, serving, signed_in
from .screen import class_of, colour_at, picture, picture_when, pixels_of, settle
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


@pytest.fixture
def twice_published(browser: Browser, tmp_path: Path) -> Iterator[Service]:
    """The service over a small store with two publications: in the second every cell has 25 people more."""
    store = f"sqlite:///{tmp_path / 'twice.db'}"
    gridgeo("db", "upgrade", "--store", store)
    publish_small_bank(store)
    engine = sa.create_engine(store)
    with engine.begin() as connection:
        write_small_bank(connection, more_people=25.0)
    engine.dispose()
    with serving(store) as link:
        yield signed_in(browser, link)


def test_slider_shows_earlier_scores_and_what_changed(new_visit: NewVisit, twice_published: Service) -> None:
    visit = new_visit(at=twice_published)
    page = visit.open()
    page.select_option("select[name=measure]", "people")
    page.wait_for_selector('body[data-ready="true"][data-measure="people"]')
    slider = page.locator("input[name=version]")
    slider.wait_for()
    first = visit.json("/api/v1/publications")["publications"][-1]["id"]
    with page.expect_response(lambda answer: f"publication={first}" in answer.url):
        slider.press("ArrowLeft")
    now = visit.json("/api/v1/cells?measures=people")["measures"]["people"]
    before = visit.json(f"/api/v1/cells?measures=people&publication={first}")["measures"]["people"]
    page.wait_for_selector("text=Classes are those of today")
    counted = Counter(class_of(now["breaks"], value) for value in before["values"])
    shown = page.locator(".legend tr[data-class] td").all_inner_texts()
    assert [int(text) for text in shown] == [counted[at] for at in range(len(now["breaks"]) - 1)]
    page.check("input[name=difference]")
    page.wait_for_selector("text=Change of People")
    counts = [int(text) for text in page.locator(".legend tr[data-class] td").all_inner_texts()]
    # the same growth everywhere stands on one side of no change
    assert (sum(counts[:4]), sum(counts[4:])) == (0, len(now["values"]))
    assert findings(page) == []
    slider.press("ArrowRight")
    page.wait_for_selector("text=a value on a limit belongs to the lower class")


def test_two_measures_are_counted_and_painted_by_the_services_thirds(visit: Visit) -> None:
    page = visit.open()
    page.select_option("select[name=second]", "people")
    page.wait_for_selector(".legend .pair")
    answer = visit.json("/api/v1/cells?measures=penetration,people&scheme=tertile")
    first, second = (answer["measures"][name] for name in ("penetration", "people"))
    classes: dict[str, int] = {}
    for cell, a, b in zip(answer["cells"], first["values"], second["values"], strict=True):
        if a is not None and b is not None:
            classes[cell] = 3 * class_of(second["breaks"], b) + class_of(first["breaks"], a)
    counted = Counter(classes.values())
    squares = page.locator(".legend [data-pair]").all()
    shown = {int(each.get_attribute("data-pair") or ""): each for each in squares}
    assert {at: int(each.inner_text()) for at, each in shown.items()} == {at: counted[at] for at in range(9)}
    colours = {at: each.get_attribute("data-colour") for at, each in shown.items()}
    assert len(set(colours.values())) == 9
    for layer in ("buildings", "streets", "boundaries", "catchments", "branches"):
        page.uncheck(f"input[name={layer}]")
    page.mouse.move(2, 2)
    settle(page)
    screen = picture(page)
    firm = {
        cell
        for cell, *kinds in zip(answer["cells"], first["evidence"], strict=True)
        if cell in classes and kinds == ["firm"]
    }
    places = zip(firm, pixels_of(page, firm), strict=True)
    assert {cell for cell, place in places if colour_at(screen, place) != colours[classes[cell]]} == set()
    assert len({classes[cell] for cell in firm}) >= 4
    assert findings(page) == []


def test_search_is_worked_by_keys_and_moves_the_map(visit: Visit) -> None:
    page = visit.open()
    field = page.locator("#search")
    field.press_sequentially("vaduz")
    page.wait_for_selector("#search-list [role=option]")
    assert findings(page) == []
    kinds = [each.get_attribute("data-kind") for each in page.locator("#search-list li").all()]
    assert {"branch", "place"} <= set(kinds)
    field.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    customer = visit.json("/api/v1/parties/customers?limit=1")["customers"][0]
    found = next(each for each in visit.json(f"/api/v1/search?q={customer['id']}")["found"] if each["cell"])
    field.fill(found["id"])
    page.wait_for_selector('#search-list [data-kind="customer"]')
    field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "search-0"
    field.press("Enter")
    page.wait_for_selector(f'body[data-selected-cell="{found["cell"]}"]')
    branch = visit.json("/api/v1/branches")["branches"][1]
    # Enter is taken before the answer is there.
    field.fill(branch["name"])
    field.press("Enter")
    page.wait_for_selector(f'select[name=branch]:has(option[value="{branch["id"]}"]:checked)')


def test_picture_holds_map_legend_and_notices(visit: Visit) -> None:
    page = visit.open()
    with page.expect_download() as waiting:
        page.click("[data-save=png]")
    saved = np.asarray(Image.open(waiting.value.path()).convert("RGB"))
    assert waiting.value.suggested_filename.endswith(".png")
    box = page.locator("#map").bounding_box()
    assert box is not None
    assert saved.shape[1] > box["width"]
    squares = page.locator(".legend tr[data-class]").all()
    wanted = {each.get_attribute("data-colour") for each in squares}
    for left, right in ((14, 14 + int(box["width"])), (14 + int(box["width"]), saved.shape[1])):
        part = saved[64 : 64 + int(box["height"]), left:right].reshape(-1, 3)
        there = {f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in np.unique(part, axis=0).tolist()}
        assert wanted <= there
    # the words of internal use stand above the map in their own red
    assert (saved[30:60] == (0xA3, 0x12, 0x2E)).all(axis=2).any()


def test_table_holds_the_cells_in_view_with_their_figures(visit: Visit) -> None:
    page = visit.open()
    with page.expect_download() as waiting:
        page.click("[data-save=csv]")
    raw = Path(waiting.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    answer = visit.json("/api/v1/cells?measures=penetration")
    values = dict(zip(answer["cells"], answer["measures"]["penetration"]["values"], strict=True))
    assert {row["cell"]: float(row["Penetration"]) if row["Penetration"] else None for row in rows} == values
    assert {row["synthetic"] for row in rows} == {"true"}
    cell = answer["cells"][0]
    page.fill("#search", cell)
    page.wait_for_selector('#search-list [data-kind="cell"]')
    page.press("#search", "Enter")
    page.wait_for_selector(f'body[data-selected-cell="{cell}"]')
    with page.expect_download() as waiting:
        page.click("[data-save=csv]")
    near = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text("utf-8-sig"))))
    assert cell in {row["cell"] for row in near}
    assert len(near) < len(rows)


CLASSES = [0.0, 1.5, 3.5, 5.5, 7.0]


def serve_instead(page: Page, cells: list[str], columns: dict[str, list[float]]) -> None:
    """Answer questions for measures with other cells and columns."""

    def answer(route: Route) -> None:
        body: dict[str, Any] = route.fetch().json()
        bare = {"low": None, "high": None, "evidence": None, "reasons": None, "breaks": CLASSES}
        measures = {name: column | bare | {"values": columns[name]} for name, column in body["measures"].items()}
        body |= {"cells": cells, "branch_index": [0] * len(cells), "total": len(cells), "measures": measures}
        route.fulfill(content_type="application/json", body=json.dumps(body))

    page.route("**/api/v1/cells?measures=*", answer)


def whole_parents(cells: list[str]) -> dict[str, list[int]]:
    """Return the positions of the cells of each parent whose seven cells are all there."""
    found: dict[str, list[int]] = {}
    for at, cell in enumerate(cells):
        found.setdefault(h3.cell_to_parent(cell, 8), []).append(at)
    return {parent: of for parent, of in found.items() if len(of) == 7}


def test_larger_hexagons_stand_for_cells_where_too_many_are_in_view(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.page
    centre = visit.json("/api/v1/cells?measures=people")["cells"][0]
    cells = sorted(h3.grid_disk(centre, 84))
    values = [float(h3.grid_distance(centre, cell) // 12) for cell in cells]
    # A share is its numerator over its denominator, whose sums a parent has.
    info = next(one for one in visit.json("/api/v1/measures")["measures"] if one["id"] == "penetration")
    below = [1.0 + 9 * (at % 2) for at in range(len(cells))]
    above = [value * weight for value, weight in zip(values, below, strict=True)]
    serve_instead(page, cells, {"penetration": values, info["numerator"]: above, info["weight"]: below})
    visit.open()
    assert len(cells) > 20_000
    page.wait_for_selector('.legend [data-levels="1"]')
    for layer in ("buildings", "streets", "boundaries", "catchments", "branches"):
        page.uncheck(f"input[name={layer}]")
    page.mouse.move(2, 2)
    colours = [each.get_attribute("data-colour") for each in page.locator(".legend tr[data-class]").all()]
    whole = whole_parents(cells)
    assert len(whole) > 2_500
    share = {parent: sum(above[at] for at in of) / sum(below[at] for at in of) for parent, of in whole.items()}
    wanted = {parent: class_of(CLASSES, value) for parent, value in share.items()}
    plain = {parent: class_of(CLASSES, float(np.mean([values[at] for at in of]))) for parent, of in whole.items()}
    assert plain != wanted
    places = dict(zip(whole, pixels_of(page, whole), strict=True))
    # Parents have no colour before what they are weighted by is there.
    picture_when(page, lambda screen: all(colour_at(screen, places[one]) == colours[at] for one, at in wanted.items()))
    for _ in range(2):
        page.click('[data-act="in"]')
    page.wait_for_selector(".legend:not(:has([data-levels]))")
