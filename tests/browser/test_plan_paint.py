"""Painting between managers: figures follow the brush, and strokes of several sessions lose nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from .conftest import Visit, gridgeo
from .plan_room import INFEASIBLE, PIXELS, SCENARIOS, bars, border, certified, choose, kept, same, scenario_cells
from .screen import pixel_of, pixels_of


def test_bars_follow_the_brush_and_are_the_services_to_the_last_digit_when_kept(room: Visit) -> None:
    page = room.page
    choose(page, "Paint")
    before = bars(page)
    cells = room.json(f"{SCENARIOS}/Paint/cells")
    assert page.is_disabled("input[name=plan-grids]") == page.is_visible(".plan-paint >> text=no area grids yet")
    page.click('.plan-bars [data-territory="T-RM06"] button')
    page.select_option("select[name=plan-target]", "0")
    cell = border(cells, 1, 0)
    page.mouse.click(*pixel_of(page, cell))
    painted = bars(page)
    assert painted["T-RM06"] != before["T-RM06"]
    kept(page)
    told = certified(room, "Paint")
    assert same(painted, told)
    assert not same(before, told)
    after = room.json(f"{SCENARIOS}/Paint/cells")
    assert after["territory_index"][cells["cells"].index(cell)] == 0
    # taken back by the keyboard: the figures before, bit by bit
    page.focus("#map")
    page.keyboard.press("Control+z")
    page.wait_for_selector('[data-act=undo][data-strokes="0"]')
    assert bars(page) == before
    kept(page)
    assert room.json(f"{SCENARIOS}/Paint/cells")["territory_index"] == cells["territory_index"]
    a_boundary_is_painted_as_a_whole(room, cells, cell)


def a_boundary_is_painted_as_a_whole(room: Visit, cells: dict[str, Any], cell: str) -> None:
    """Paint the municipality of a cell with a key and a click: exactly the service's cells change hands; undo it."""
    page = room.page
    page.keyboard.press("a")
    page.wait_for_selector(".tools[data-boundaries]")
    page.mouse.click(*pixel_of(page, cell))
    kept(page)
    told = room.json("/api/v1/boundaries/cells")
    of = dict(zip(told["cells"], told["boundary_index"], strict=True))
    owners = zip(cells["cells"], cells["territory_index"], strict=True)
    expected = [0 if owner >= 0 and of.get(one) == of[cell] else owner for one, owner in owners]
    assert sum(was != now for was, now in zip(cells["territory_index"], expected, strict=True)) > 1
    assert room.json(f"{SCENARIOS}/Paint/cells")["territory_index"] == expected
    page.keyboard.press("Control+z")
    page.wait_for_selector('[data-act=undo][data-strokes="0"]')
    kept(page)
    assert room.json(f"{SCENARIOS}/Paint/cells")["territory_index"] == cells["territory_index"]


def test_what_is_locked_or_out_of_bounds_is_not_painted(room: Visit) -> None:
    page = room.page
    choose(page, "Paint")
    cells = room.json(f"{SCENARIOS}/Paint/cells")
    cell = border(cells, 1, 0)
    before = bars(page)
    page.select_option("select[name=plan-target]", "0")
    page.check(f'[data-territory="{cells["territories"][1]["id"]}"] input[name=plan-lock]')
    page.mouse.click(*pixel_of(page, cell))
    assert bars(page) == before
    page.click("[data-do=unlock-all]")
    page.select_option("select[name=plan-limit]", "unassigned")
    page.mouse.click(*pixel_of(page, cell))
    assert bars(page) == before
    # a control: without lock and limit the same click paints
    page.select_option("select[name=plan-limit]", "")
    page.mouse.click(*pixel_of(page, cell))
    assert bars(page) != before
    kept(page)


def test_the_table_paints_what_the_map_paints(room: Visit) -> None:
    page = room.page
    choose(page, "Paint")
    before = room.json(f"{SCENARIOS}/Paint/cells")
    page.select_option("select[name=plan-target]", "0")
    # One cell a press: the brush is as large as it is on the map.
    page.focus("#map")
    for _ in range(9):
        page.keyboard.press("[")
    page.keyboard.press("t")
    page.wait_for_selector("table.cells td.here")
    inside = dict(zip(before["cells"], before["territory_index"], strict=True))
    rows = [row.get_attribute("data-cell") or "" for row in page.query_selector_all("table.cells tbody tr")]
    cell = next(each for each in rows if inside.get(each, -1) > 0)
    told = page.locator(f'table.cells tr[data-cell="{cell}"] td.here')
    assert told.inner_text() == before["territories"][inside[cell]]["rm_name"]
    page.focus(f'table.cells tr[data-cell="{cell}"] button')
    page.keyboard.press("Enter")
    kept(page)
    assert told.inner_text() == before["territories"][0]["rm_name"]
    after = room.json(f"{SCENARIOS}/Paint/cells")
    changed = [at for at, each in enumerate(after["territory_index"]) if each != before["territory_index"][at]]
    assert [after["cells"][at] for at in changed] == [cell]
    page.keyboard.press("Control+z")
    kept(page)
    assert room.json(f"{SCENARIOS}/Paint/cells")["territory_index"] == before["territory_index"]


STROKES = 125


def seen(page: Page) -> tuple[list[str], dict[str, Any], list[str]]:
    """Return every pixel of the map's canvases, the bars, and cells and parts as the table has them."""
    page.mouse.move(5, 5)
    counts = page.locator(".plan-bars tbody tr > td.number").all_inner_texts()
    return page.evaluate(PIXELS), bars(page), counts


def waiting(page: Page, owner: dict[str, str]) -> dict[str, str]:
    """Return who has each cell once all strokes that wait in the browser are saved upon these owners."""
    text = page.evaluate("Object.entries(localStorage).find(([name]) => name.startsWith('gridgeo.strokes.plan'))[1]")
    after = dict(owner)
    for stroke in json.loads(text):
        assert [after[cell] for cell in stroke["cells"]] == stroke["from"]
        after |= dict(zip(stroke["cells"], stroke["to"], strict=True))
    return after


def wander(page: Page) -> None:
    """Move the map there and back by keyboard: its picture is put together of parts that were drawn apart."""
    page.focus("#map")
    page.keyboard.down(" ")
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        for _ in range(2):
            view = page.get_attribute("#map", "data-view")
            page.keyboard.press(key)
            page.wait_for_selector(f'#map:not([data-view="{view}"])')
    page.keyboard.up(" ")


def test_a_hundred_strokes_undone_and_done_again_leave_every_owner_figure_and_pixel_as_it_was(room: Visit) -> None:
    page = room.page
    page.route("**/moves", lambda route: route.abort())
    choose(page, "Paint")
    owner, _ = scenario_cells(room, "Paint")
    before = seen(page)
    wander(page)
    assert seen(page) == before
    # every third a line of the brush, every fifth of a larger one, and one whole part filled
    places = pixels_of(page, list(owner)[:: max(1, len(owner) // STROKES)][:STROKES])
    for at, (x, y) in enumerate(places):
        page.select_option("select[name=plan-target]", str(at % 3))
        page.mouse.move(x, y)
        page.mouse.down()
        if at % 3 == 0:
            page.mouse.move(x + 40, y + 25, steps=3)
        page.mouse.up()
        if at % 5 == 0:
            page.click("[data-act=larger]" if at % 10 == 0 else "[data-act=smaller]")
    page.check("input[name=shape][value=fill]", force=True)
    page.mouse.click(*places[0])
    painted = seen(page)
    strokes = int(page.get_attribute("[data-act=undo]", "data-strokes") or 0)
    assert strokes >= 100
    assert all(one != other for one, other in zip(painted, before, strict=True))
    mine = waiting(page, owner)
    assert mine != owner
    page.focus("#map")
    for _ in range(strokes):
        page.keyboard.press("Control+z")
    page.wait_for_selector('[data-act=undo][data-strokes="0"]')
    assert waiting(page, owner) == owner
    assert seen(page) == before
    for _ in range(strokes):
        page.keyboard.press("Control+y")
    page.wait_for_selector('[data-act=redo][data-strokes="0"]')
    assert waiting(page, owner) == mine
    assert seen(page) == painted


def elsewhere(store: str, cell: str, territory: str) -> None:
    """Move a cell as another planner would."""
    command = ("territory", "move", "Paint", cell, territory, "--store", store, "--as", "Li:planner")
    gridgeo(*command, returns=(0, INFEASIBLE))


def owners(visit: Visit) -> dict[str, int]:
    """Return the territory of each cell of the scenario that is painted, as the service has it."""
    now = visit.json(f"{SCENARIOS}/Paint/cells")
    return dict(zip(now["cells"], now["territory_index"], strict=True))


def test_strokes_that_somebody_elses_change_came_before_are_put_on_top(room: Visit, plan_store: str) -> None:
    page = room.page
    choose(page, "Paint")
    cells = room.json(f"{SCENARIOS}/Paint/cells")
    ids = [one["id"] for one in cells["territories"]]
    cell, theirs = border(cells, 0, 1), border(cells, 2, 1)
    elsewhere(plan_store, theirs, ids[1])
    page.select_option("select[name=plan-target]", "1")
    with page.expect_response(lambda answer: answer.url.endswith("/moves") and answer.status == 412):
        page.mouse.click(*pixel_of(page, cell))
    kept(page)
    assert (owners(room)[cell], owners(room)[theirs]) == (1, 1)
    assert same(bars(page), certified(room, "Paint"))


@pytest.mark.parametrize(("choice", "owner"), [("theirs", 2), ("mine", 1)])
def test_cells_that_two_planners_painted_are_asked_about(room: Visit, plan_store: str, choice: str, owner: int) -> None:
    page = room.page
    choose(page, "Paint")
    cells = room.json(f"{SCENARIOS}/Paint/cells")
    cell = border(cells, 0, 1)
    elsewhere(plan_store, cell, cells["territories"][2]["id"])
    page.select_option("select[name=plan-target]", "1")
    page.mouse.click(*pixel_of(page, cell))
    page.wait_for_selector('.strokes[data-health="conflict"]')
    page.dblclick('.strokes [data-act="decide"]')
    page.click(f'[role="dialog"] [data-act="all-{choice}"]')
    page.click('[role="dialog"] [data-act="go"]')
    assert page.locator("#conflict").count() == 0, "pressed twice, it is asked once"
    kept(page)
    assert owners(room)[cell] == owner
    assert same(bars(page), certified(room, "Paint"))


def painted_in_vain(room: Visit) -> str:
    """Paint a cell of the first territory for the second while nothing can be saved; return the cell."""
    page = room.page
    choose(page, "Paint")
    cell = border(room.json(f"{SCENARIOS}/Paint/cells"), 0, 1)
    page.route("**/moves", lambda route: route.abort())
    page.select_option("select[name=plan-target]", "1")
    page.mouse.click(*pixel_of(page, cell))
    page.wait_for_selector('.strokes[data-health="waiting"][data-pending="1"]')
    return cell


def test_strokes_without_a_connection_survive_a_reload(room: Visit) -> None:
    page = room.page
    cell = painted_in_vain(room)
    page.reload()
    page.wait_for_selector('body[data-ready="true"]')
    page.unroute("**/moves")
    choose(page, "Paint")
    page.wait_for_selector(".strokes-left")
    assert owners(room)[cell] == 0
    page.click('.strokes-left [data-act="take"]')
    page.wait_for_selector(".strokes-left", state="detached")
    kept(page)
    assert owners(room)[cell] == 1
    assert same(bars(page), certified(room, "Paint"))


def test_locks_and_strokes_to_undo_stay_when_somebody_else_changes_the_scenario(room: Visit, plan_store: str) -> None:
    page = room.page
    choose(page, "Paint")
    cells = room.json(f"{SCENARIOS}/Paint/cells")
    ids = [one["id"] for one in cells["territories"]]
    lock = f'[data-territory="{ids[2]}"] input[name=plan-lock]'
    page.check(lock)
    page.select_option("select[name=plan-target]", "1")
    page.mouse.click(*pixel_of(page, border(cells, 0, 1)))
    kept(page)
    owner = owners(room)
    theirs = next(cell for cell, one in reversed(owner.items()) if one == 0)
    elsewhere(plan_store, theirs, ids[1])
    with page.expect_response(lambda answer: answer.url.endswith("/moves") and answer.status == 412):
        page.mouse.click(*pixel_of(page, border(room.json(f"{SCENARIOS}/Paint/cells"), 0, 1)))
    kept(page)
    assert page.is_checked(lock)
    painted = owners(room)
    page.mouse.click(*pixel_of(page, next(cell for cell, one in painted.items() if one == 2)))
    assert page.get_attribute("[data-act=undo]", "data-strokes") == "2"
    page.focus("#map")
    for left in ("1", "0"):
        page.keyboard.press("Control+z")
        page.wait_for_selector(f'[data-act=undo][data-strokes="{left}"]')
    kept(page)
    # one's own strokes are undone, the other planner's stands
    assert owners(room) == owner | {border(cells, 0, 1): 0, theirs: 1}


def test_strokes_for_a_scenario_that_is_submitted_meanwhile_wait_and_are_offered_again(
    room: Visit, plan_store: str
) -> None:
    page = room.page
    cell = painted_in_vain(room)
    gridgeo("territory", "submit", "Paint", "--store", plan_store, "--as", "Li:planner")
    page.unroute("**/moves")
    page.wait_for_selector('body[data-plan$="submitted"]')
    page.wait_for_selector('.strokes-left[data-behind="1"]')
    gridgeo("territory", "reject", "Paint", "--remark", "Again.", "--store", plan_store, "--as", "Wang:hq")
    page.click("[data-do=again]")
    page.wait_for_selector('body[data-plan$="rejected"]')
    assert owners(room)[cell] == 0
    page.click('.strokes-left [data-act="take"]')
    kept(page)
    assert owners(room)[cell] == 1
