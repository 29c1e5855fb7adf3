"""Two plans compared in the planner's room: two maps that move as one, and what stands beside them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .conftest import PHONE, NewVisit, Service, Visit
from .plan_room import (
    PIXELS,
    SCENARIOS,
    all_of_the_ground,
    border,
    box_of,
    choose,
    enter,
    gains_shown,
    look,
    patches,
    scenario_cells,
)
from .screen import pixel_of


def compare_spring_with_copy(page: Page) -> None:
    choose(page, "Spring")
    look(page, "compare")
    # The last choice counts, whichever answer comes first.
    page.select_option("select[name=plan-against]", "Paint")
    page.select_option("select[name=plan-against]", "Copy")
    page.wait_for_selector('.twin[aria-label="Other plan: Copy"]')
    page.wait_for_selector("[data-movers]")


def test_every_manager_gets_and_gives_what_the_two_plans_differ_by(room: Visit) -> None:
    page = room.page
    compare_spring_with_copy(page)
    (before, _), (after, weights) = scenario_cells(room, "Copy"), scenario_cells(room, "Spring")
    moved = [cell for cell in {*before, *after} if before.get(cell) != after.get(cell)]
    assert page.get_attribute("body", "data-changed") == str(len(moved))
    shown = gains_shown(page)
    assert set(shown) == {*before.values(), *after.values()}
    for territory, figures in shown.items():
        had, has = ([cell for cell, one in plan.items() if one == territory] for plan in (before, after))
        parts = (had, set(has) - set(had), set(had) - set(has), has)
        told = [float(len(part)) for part in parts]
        told += [sum(column.get(cell, 0.0) for cell in part) for column in weights.values() for part in parts]
        assert figures == pytest.approx(told, rel=1e-9, abs=1e-9)
    # the customers who change hands between these two, each with its cell
    people = room.json(f"{SCENARIOS}/Spring/handover?against=Copy&limit=50")
    assert page.get_attribute("[data-movers]", "data-movers") == str(people["customers"])
    first = people["rows"][0]
    page.click(f'[data-row="{first["customer_id"]}"]')
    page.wait_for_selector(f'body[data-selected-cell="{first["cell"]}"]')
    with page.expect_download() as download:
        page.click("[data-do=png]")
    assert download.value.suggested_filename == "gridgeo-Spring-Copy.png"
    # on paper goes the same picture, and nothing else
    page.evaluate("window.print = () => undefined")
    page.click("[data-do=print]")
    assert page.locator(".on-paper").is_hidden()
    page.emulate_media(media="print")
    assert page.locator("body > :visible").evaluate_all("all => all.map(one => one.className)") == ["on-paper"]
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".on-paper").count() == 0


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_two_plans_are_two_maps_that_move_as_one_and_a_row_leads_to_its_place(
    new_visit: NewVisit, planning: Service, size: dict[str, int] | None
) -> None:
    visit = new_visit(at=planning, size=size) if size else new_visit(at=planning)
    page = enter(visit)
    compare_spring_with_copy(page)
    assert page.get_attribute("#map", "aria-label") == "This scenario: Spring"
    other, own = [(box["x"], box["y"]) for box in map(box_of, page.locator(".map").all())]
    assert (own[1] > other[1], own[0] > other[0]) == ((True, False) if size else (False, True))
    # the row of a pair: its cells come into view, and look otherwise on either map
    row = page.locator(".plan-pairs [data-row]").first
    pair = (row.get_attribute("data-row") or "").split(" > ")
    view = page.get_attribute("#map", "data-view")
    row.click()
    page.wait_for_selector(f'#map:not([data-view="{view}"])')
    page.wait_for_selector(".plan-pairs tr.current")
    (before, _), (after, _) = scenario_cells(visit, "Copy"), scenario_cells(visit, "Spring")
    passed = next(cell for cell, one in before.items() if [one, after.get(cell)] == pair)
    one, two = patches(page, passed)
    assert one.shape == two.shape == (7, 7, 3)
    assert (one != two).any()
    # both move as one: a drag on the other plan's map, and its keys
    view = page.get_attribute("#map", "data-view")
    page.mouse.move(other[0] + 150, other[1] + 90)
    page.mouse.down()
    page.mouse.move(other[0] + 110, other[1] + 70, steps=4)
    page.mouse.up()
    page.wait_for_selector(f'#map:not([data-view="{view}"])')
    page.focus(".twin")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector('body:not([data-selected-cell=""])')
    look(page, "balance")
    assert page.locator(".twin").is_hidden()
    assert page.get_attribute("#map", "aria-label") != "This scenario: Spring"
    all_of_the_ground(visit)
    assert (visit.violations(), visit.foreign) == ([], [])


def test_a_comparison_follows_the_brush_on_both_maps_and_its_undoing_leaves_no_pixel(room: Visit) -> None:
    page = room.page
    page.route("**/moves", lambda route: route.abort())
    choose(page, "Paint")
    look(page, "compare")
    page.select_option("select[name=plan-against]", "Copy")
    page.wait_for_selector('.twin[aria-label="Other plan: Copy"]')
    cells = room.json(f"{SCENARIOS}/Paint/cells")
    # Others paint in this scenario too.
    (own, _), (other, _) = scenario_cells(room, "Paint"), scenario_cells(room, "Copy")
    changed = {cell for cell in own if own[cell] != other[cell]}
    page.wait_for_selector(f'body[data-changed="{len(changed)}"]')
    page.mouse.move(5, 5)
    before = page.evaluate(PIXELS)
    page.select_option("select[name=plan-target]", "0")
    page.mouse.click(*pixel_of(page, border(cells, 1, 0, changed)))
    page.wait_for_selector(f'body[data-changed="{len(changed) + 1}"]')
    page.mouse.move(5, 5)
    painted = page.evaluate(PIXELS)
    # cells and lines of both maps
    assert [one != other for one, other in zip(before, painted, strict=True)].count(True) == 4
    page.focus(".twin")
    page.keyboard.press("Control+z")
    page.wait_for_selector(f'body[data-changed="{len(changed)}"]')
    assert page.evaluate(PIXELS) == before
