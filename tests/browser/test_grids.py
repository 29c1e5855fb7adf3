"""The room of grids: divided by line and in parts, merged, named, owned, submitted; by mouse and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import h3
import numpy as np
import pytest
import shapely
from playwright.sync_api import Page

from gridgeo.cells import cells_from_polygon

from .conftest import NewVisit, Visit
from .grids_room import (
    BRANCH,
    PATH,
    after,
    cells_of,
    choose,
    close_plan_page,
    elsewhere,
    held_unsaved,
    in_sight,
    kept_while_another_is_saved,
    left_of,
    logged,
    name_that_was_missing,
    page_of_another,
    settled,
    shown,
    tried_for_the_branch_before,
    typed_and_tried,
    walk,
)
from .screen import held_back, pixel_of, settle
from .test_page import findings, speak, words_of


@pytest.fixture
def room(new_visit: NewVisit) -> Iterator[Visit]:
    """The room of grids, begun where there are none; the tests change them one after another."""
    yield from begun(new_visit())


def begun(visit: Visit) -> Iterator[Visit]:
    """Enter the room; at the end nothing forbidden may have happened."""
    page = visit.open()
    page.click('[data-tab="grids"]')
    page.select_option("select[name=grids-branch]", BRANCH)
    page.wait_for_selector('[data-act="begin"]:visible, .grids-table:visible')
    if page.locator('[data-act="begin"]').is_visible():
        page.click('[data-act="begin"]')
        page.wait_for_selector(".grids-table")
    settled(visit)
    yield visit
    assert visit.violations() == []
    assert visit.faults == []
    assert visit.foreign == []


def test_split_in_parts_shows_its_counts_before_and_keeps_the_totals(room: Visit) -> None:
    page, before = room.page, settled(room)
    grid = before["grids"][0]
    choose(page, grid["name"])
    page.click('[data-fold="divide"] summary')
    page.fill("[name=grid-parts]", "3")
    tried_for_the_branch_before(room)
    choose(page, grid["name"])
    page.click('[data-act="split-parts"]')
    page.wait_for_selector('body[data-grids-pending="split_parts"]')
    assert room.json(PATH) == before, "nothing is done before it is confirmed"
    counts = room.json(f"{PATH}/counts")["counts"]["people"]["values"]
    previewed = page.locator(".grids-preview tbody").count()
    page.click('[data-act="apply"]')
    found = after(room, before["revision"] + 1)
    assert len(found["grids"]) == previewed == 3
    for at, one in enumerate(found["grids"]):
        people = sum(value for value, owner in zip(counts, found["grid_index"], strict=True) if owner == at)
        assert shown(page, ".grids-table", one["id"], "people") == pytest.approx(people, rel=1e-9, abs=1e-9)
        assert shown(page, ".grids-table", one["id"], "cells") == one["cells"] == found["grid_index"].count(at)
    page.click('[data-act="undo"]')
    assert len(after(room, before["revision"] + 2)["grids"]) == 1
    page.click('[data-act="redo"]')
    assert after(room, before["revision"] + 3)["grid_index"] == found["grid_index"]
    name_that_was_missing(room, found["grids"][2]["name"])
    page.click('[data-act="log"]')
    page.wait_for_selector(".grids-log")
    log = room.json(f"{PATH}/log")["log"]
    assert page.locator(".grids-log tbody tr").count() == len(log)
    page.click('[data-act="log"]')
    # merged again, what was divided is whole
    for box in page.locator(".grids-table input[type=checkbox]").all():
        if not box.is_checked():
            box.check()
    page.click('[data-act="merge"]')
    page.wait_for_selector('body[data-grids-pending="merge"]')
    page.click('[data-act="apply"]')
    merged = after(room, before["revision"] + 4)
    assert len(merged["grids"]) == 1
    assert merged["cells"] == before["cells"]


def begin_line(page: Page, grid: str) -> None:
    """Choose a grid, give it another owner, and begin a line at once."""
    page.locator(f'[data-grid="{grid}"] .link').focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('[data-grid]').dataset.grid") == grid
    page.locator('[data-fold="divide"] summary').focus()
    page.keyboard.press("Enter")
    page.select_option("[name=grid-owner]", index=2)
    page.locator('[data-act="split-line"]').focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "map"


def test_a_grid_is_split_by_a_line_without_the_mouse(room: Visit) -> None:
    page, before = room.page, settled(room)
    whole = before["grids"][0]
    begin_line(page, whole["id"])
    # An owner that is saved meanwhile takes no drawing away.
    after(room, before["revision"] + 1)
    assert page.is_visible(".grids-draft")
    line = []
    for number, key in enumerate(("ArrowLeft", "ArrowRight"), start=1):
        line.append(walk(page, key))
        page.keyboard.press("Enter")
        page.wait_for_selector(f'body[data-drawn="{number}"]')
    page.keyboard.press("Enter")
    page.wait_for_selector('body[data-grids-pending="split_line"]')
    assert page.evaluate("document.activeElement.id") == "grids-preview"
    page.locator('[data-act="apply"]').focus()
    page.keyboard.press("Enter")
    found = after(room, before["revision"] + 2)
    assert len(found["grids"]) == 2
    ends = [[h3.cell_to_latlng(cell)[axis] for cell in line] for axis in (1, 0)]
    north = {cell for cell in found["cells"] if left_of(cell, ends[0], ends[1])}
    # the centres of the line's own cells lie on it: they are on either side
    assert cells_of(found, whole["name"]) - {*line} == north - {*line}, "the left side stays the grid that it was"
    assert 20 < len(north) < len(found["cells"]) - 20


def test_a_grid_is_named_owned_and_submitted_without_the_mouse(room: Visit) -> None:
    page, before = room.page, settled(room)
    page.locator(f'[data-grid="{before["grids"][0]["id"]}"] .link').focus()
    page.keyboard.press("Enter")
    page.locator("[name=grid-name]").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("North side")
    page.keyboard.press("Enter")
    assert after(room, before["revision"] + 1)["grids"][0]["name"] == "North side"
    staff = room.json(f"{PATH}/counts")["staff"]
    page.select_option("[name=grid-owner]", staff[0]["id"])
    assert after(room, before["revision"] + 2)["grids"][0]["owner_id"] == staff[0]["id"]
    page.locator('[data-act="to-review"]').focus()
    page.keyboard.press("Enter")
    assert after(room, before["revision"] + 3)["grids"][0]["status"] == "review"
    page.locator('[data-act="to-live"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".grids-message.problem")
    assert "second person" in page.inner_text(".grids-message")
    assert room.json(PATH)["grids"][0]["status"] == "review"
    newest = ["Status set: for review\tNorth side", f"Owner set: {staff[0]['name']}\tNorth side"]
    assert logged(page)[:2] == newest
    room.faults.clear()  # the console tells of the refusal


def test_a_click_on_the_map_chooses_the_grid_and_its_page_says_what_the_service_says(room: Visit) -> None:
    page, found = room.page, settled(room)
    name = found["grids"][-1]["name"]
    inside = sorted(cells_of(found, name))
    page.mouse.click(*pixel_of(page, inside[len(inside) // 2]))
    page.wait_for_selector(f'.grids-table tr.current[data-grid="{found["grids"][-1]["id"]}"]')
    page.click('[data-act="plan-page"]')
    page.wait_for_selector('.grid-plan[data-state="open"]')
    card = room.json(f"{PATH}/{found['grids'][-1]['id']}/card")
    said = page.inner_text(".grid-plan")
    assert name in said
    assert f"{card['customers']['count']:,}" in said
    assert f"{round(card['people']['value']):,}" in said
    page.emulate_media(media="print")
    assert page.is_visible(".notices .synthetic"), "on paper too"
    assert page.locator(".grid-plan").is_visible()
    assert not page.locator(".map-panel").is_visible()
    assert not page.locator(".header").is_visible()
    page.emulate_media(media="screen")
    close_plan_page(page, found["grids"][-1]["id"])


def test_the_room_speaks_both_languages_and_axe_finds_nothing(room: Visit) -> None:
    page, found = room.page, settled(room)
    choose(page, found["grids"][0]["name"])
    for fold in page.locator(".fold summary").all():
        fold.click()
    unsaved = typed_and_tried(page)
    english = words_of(page)
    assert findings(page) == []
    with page.expect_response(lambda answer: answer.url.endswith("/counts")):
        speak(page, "zh")
    settled(room)
    page.wait_for_selector('[data-unclear="Vadutz"] [data-meant="Vaduz"]:has-text("行政区")')
    assert held_unsaved(page) == unsaved, "another language takes nothing away that is not saved"
    room.faults.clear()  # the console tells of the list that was not understood
    page.wait_for_selector('[data-total="households"]:has-text("未知"):not(:has-text("known"))')
    page.wait_for_selector('.grids-claim dd:has-text("未知"):not(:has-text("known")) small')
    chinese = words_of(page)
    assert min(len(english), len(chinese)) > 50
    assert [text for text in english if any("\u4e00" <= sign <= "\u9fff" for sign in text)] == []
    assert [text for text in chinese if not any("\u4e00" <= sign <= "\u9fff" for sign in text)] == []
    assert findings(page) == []


def test_cells_are_painted_saved_undone_and_kept_when_somebody_else_was_first(room: Visit) -> None:
    page, before = room.page, settled(room)
    if len(before["grids"]) == 1:
        half = before["cells"][: len(before["cells"]) // 2]
        before = elsewhere(room, before, {"operation": "create_cells", "args": {"name": "other half", "cells": half}})
        page.reload()
        page.wait_for_selector('body[data-ready="true"]')
        page.select_option("select[name=grids-branch]", BRANCH)
        settled(room)
    target = before["grids"][-1]
    page_of_another(page, before["grids"][0], target)
    page.click('[data-act="paint"]')
    page.wait_for_selector('body[data-grids-painting="saved"]')
    mine = cells_of(before, target["name"])
    cell = next(one for one in before["cells"] if one not in mine and mine.intersection(h3.grid_disk(one, 1)))
    page.mouse.click(*pixel_of(page, cell))
    found = after(room, before["revision"] + 1)
    assert cells_of(found, target["name"]) == mine | {cell}
    counts = room.json(f"{PATH}/counts")["counts"]["people"]["values"]
    live = page.get_attribute(f'.grids-live [data-grid="{target["id"]}"] [data-field="people"] data', "value")
    people = sum(value for one, value in zip(found["cells"], counts, strict=True) if one in mine | {cell})
    assert float(live or "nan") == pytest.approx(people, rel=1e-9)
    page.keyboard.press("Control+z")
    assert cells_of(after(room, before["revision"] + 2), target["name"]) == mine
    # somebody else is first, elsewhere: what is painted then is painted over theirs
    elsewhere(
        room, room.json(PATH), {"operation": "rename", "args": {"grid": target["id"], "name": "renamed by another"}}
    )
    page.mouse.click(*pixel_of(page, cell))
    kept = after(room, before["revision"] + 4)
    assert cells_of(kept, "renamed by another") == mine | {cell}
    page.wait_for_selector('body[data-grids-painting="saved"]')
    undone_after_a_conflict(room, target["id"], cell, mine)
    page.wait_for_selector('body[data-grids-painting="saved"]')
    page.click('[data-act="paint"]')
    page.wait_for_selector('body[data-grids-painting=""]')
    room.faults.clear()  # the console tells of the refusal


def undone_after_a_conflict(room: Visit, grid: str, painted: str, first: set[str]) -> None:
    """Meet a conflict once more: what was painted before it can be undone after it."""
    page, before = room.page, room.json(PATH)
    target = next(one["name"] for one in before["grids"] if one["id"] == grid)
    elsewhere(room, before, {"operation": "note", "args": {"grid": grid, "note": "seen"}})
    near = (one for one in before["cells"] if first.intersection(h3.grid_disk(one, 1)))
    second = next(one for one in near if one not in first | {painted})
    page.mouse.click(*pixel_of(page, second))
    assert cells_of(after(room, before["revision"] + 2), target) == first | {painted, second}
    for number, left in ((3, first | {painted}), (4, first)):
        page.wait_for_selector('body[data-grids-painting="saved"]')
        page.keyboard.press("Control+z")
        assert cells_of(after(room, before["revision"] + number), target) == left


def test_a_border_of_clicks_takes_exactly_pythons_cells(room: Visit) -> None:
    page, found = room.page, settled(room)
    middle = h3.latlng_to_cell(*np.mean([h3.cell_to_latlng(cell) for cell in found["cells"]], axis=0), 9)
    corners = [h3.grid_ring(middle, 6)[at] for at in (0, 9, 14, 27)]
    page.click('[data-fold="catchment"] summary')
    page.click('[data-act="try-catchment"]')
    with page.expect_response(lambda answer: answer.url.endswith("/catchments/preview")) as answered:
        for number, cell in enumerate(corners, start=1):
            left, top = pixel_of(page, cell)
            page.mouse.click(left + 3, top - 2)
            page.wait_for_selector(f'body[data-drawn="{number}"]')
            page.wait_for_timeout(400)  # two quick clicks would be a double click, which ends the drawing
        page.mouse.dblclick(*pixel_of(page, middle))
    sent = answered.value.request.post_data_json
    drawn = answered.value.json()["drawn"][0]
    ring = sent["spec"]["polygon"]["coordinates"][0]
    assert len(ring) == 6
    python = {f"{cell:x}" for cell in cells_from_polygon(shapely.Polygon(ring), 9).tolist()}
    ground = set(room.json("/api/v1/cells?measures=people")["cells"])
    assert python <= ground, "the border lies inside of the ground"
    assert set(drawn["claimed"]) == python
    assert len(python) > 20
    page.wait_for_selector(f'body[data-grids-claimed="{len(python)}"]')
    page.wait_for_selector(f'body[data-drawn-cells="{len(python)}"]')  # what is counted live is the same
    people = drawn["counts"]["people"]["value"]
    assert f"{round(people):,}" in page.inner_text(".grids-claim")
    assert "Others claim some of the same cells" in page.inner_text(".grids-claim")
    # with the keyboard: a corner more, moved to the selected cell, and taken out again
    page.focus("#map")
    with page.expect_response(lambda answer: answer.url.endswith("/catchments/preview")) as answered:
        page.keyboard.press(".")
        page.keyboard.press("Insert")
        page.wait_for_selector('body[data-drawn="6"]')
    longer = answered.value.request.post_data_json["spec"]["polygon"]["coordinates"][0]
    assert longer[1] == [(first + last) / 2 for first, last in zip(ring[0], ring[1], strict=True)]
    page.keyboard.press("Delete")
    page.wait_for_selector('body[data-drawn="5"]')
    page.click('[data-act="stop"]')


def test_a_pasted_list_is_mended_name_by_name_and_becomes_a_catchment(room: Visit) -> None:
    page = room.page
    settled(room)
    if not page.is_visible('[name="catchment-method"]'):
        page.click('[data-fold="catchment"] summary')
    page.select_option('[name="catchment-method"]', "places")
    page.click('[data-act="try-catchment"]')
    assert page.evaluate("document.activeElement.name") == "units", "what is missing is asked for where it is missing"
    page.fill('[name="units"]', "Vadutz、Äulestrasse")
    page.click('[data-act="try-catchment"]')
    page.click('[data-unclear="Vadutz"] [data-meant="Vaduz"]')
    assert page.input_value('[name="units"]') == "Vaduz、Äulestrasse"
    with page.expect_response(lambda answer: answer.url.endswith("/catchments/preview")) as answered:
        page.click('[data-act="try-catchment"]')
    drawn = answered.value.json()["drawn"][0]
    assert drawn["border"]["type"] == "GeometryCollection", "ground and a street"
    page.wait_for_selector(f'body[data-grids-claimed="{len(drawn["claimed"])}"]')
    page.click('[data-act="drop-catchment"]')
    room.faults.clear()  # the console tells of the refusal
    around_a_place_of_the_map(page)


def around_a_place_of_the_map(page: Page) -> None:
    """Choose the middle of a buffer with the keyboard: it is tried at once; Escape leaves what is there."""
    page.select_option('[name="catchment-method"]', "buffer")
    page.click('[data-act="pick-point"]')
    for key in ("ArrowLeft", "+", "+", "+"):
        page.keyboard.press(key)
    with page.expect_response(lambda answer: answer.url.endswith("/catchments/preview")) as answered:
        page.keyboard.press("Enter")
    lat, lng = h3.cell_to_latlng(page.get_attribute("body", "data-selected-cell") or "")
    assert answered.value.request.post_data_json["spec"]["point"] == pytest.approx([lng, lat], abs=1e-9)
    claimed = in_sight(page, answered.value.json()["drawn"][0]["claimed"])
    page.click('[data-act="pick-point"]')
    page.keyboard.press("Escape")
    assert page.get_attribute("body", "data-grids-claimed") == str(claimed)
    assert page.inner_text('[data-fold="catchment"] .grids-message') == ""
    kept_while_another_is_saved(page)
    page.click('[data-act="drop-catchment"]')


def several_conditions(room: Visit) -> None:
    """Count a cohort of which every chosen condition holds, as the service counts them joined."""
    page = room.page
    conditions = [{"attribute": "age_band", "is": "60+"}, {"attribute": "tier", "is": "core"}]
    page.select_option("[name=layer-about]", label="age band is 60+")
    page.select_option("[name=layer-and]", label="tier is core")
    assert page.locator("[name=layer-and]").count() == 2, "there is always one more to choose"
    with page.expect_response(lambda answer: answer.url.endswith("/features/count")) as answered:
        page.click('[data-act="count-layer"]')
    assert answered.value.request.post_data_json["rule"] == {"where": {"all": conditions}}
    page.wait_for_selector(f'.grids-layers :has-text("{answered.value.json()["count"]["members"]:,} in your branches")')


def test_industries_and_cohorts_lie_over_the_grids_with_their_counts(room: Visit) -> None:
    page = room.page
    settled(room)
    page.click('[data-fold="new-layer"] summary')
    page.wait_for_selector('[data-act="count-layer"]:enabled')
    page.select_option("[name=layer-about]", label="F Wholesale and retail trade")
    page.click('[data-act="count-layer"]')
    page.wait_for_selector('.grids-layers .grids-message:has-text("would hold")')
    page.select_option("[name=layer-kind]", "cohort")
    several_conditions(room)
    page.select_option("[name=layer-kind]", "industry")
    page.select_option("[name=layer-about]", label="F Wholesale and retail trade")
    page.fill("[name=layer-name]", "Shops")
    kept_late = held_back(page, "**/api/v1/features")
    page.dblclick('[data-act="keep-layer"]')
    page.fill("[name=layer-name]", "Shops by the river")
    kept_late()
    page.wait_for_selector('body:not([data-grids-layers=""])')
    assert page.input_value("[name=layer-name]") == "Shops by the river", "what is typed meanwhile stays"
    (kept,) = room.json("/api/v1/features")["features"]
    assert (kept["name"], kept["branch_id"], kept["rule"]["codes"]) == ("Shops", BRANCH, ["F"])
    feature = kept["id"]
    page.wait_for_selector(f'body[data-grids-layers="{feature}"]')
    layer = room.json(f"/api/v1/features/{feature}/cells?branch_id={BRANCH}")
    assert sum(layer["counts"]) == layer["members"] > 0
    shown = page.get_attribute(".grids-layers [data-members]", "data-members")
    assert shown == str(layer["members"])
    columns = page.eval_on_selector_all(
        f'[data-layer-of="{feature}"] data', "cells => cells.map((cell) => Number(cell.value))"
    )
    assert sum(columns) == sum(layer["grids"].values())
    page.click(f'[data-layer="{feature}"]')
    page.wait_for_selector('body[data-grids-layers=""]')
    # Taken back before it is there, it does not come.
    with page.expect_response(lambda answer: f"/features/{feature}/cells" in answer.url):
        page.dblclick(f'[data-layer="{feature}"]')
    settle(page)
    assert page.get_attribute("body", "data-grids-layers") == ""
