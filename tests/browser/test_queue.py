"""The queue of doubtful locations: gone through by keyboard and by mouse, with what the service says of it."""

from __future__ import annotations

import re
from typing import Any

import h3
import pytest
from playwright.sync_api import Page

from gridgeo.locate import audit, chinese, match, parsed
from gridgeo.pipeline import positions
from gridgeo.pipeline.review import items, report

from .conftest import PHONE, ROOT, NewVisit, Visit
from .screen import asked_at, mercator, pixel_at, settle, view_of
from .test_page import CHINESE, findings, speak, words_of

LIST = "/api/v1/locations/review"
KEY = re.compile("[A-Z]")
LOG = "ol.queue-log[aria-label]"
"""Of all decisions; that of one location has no name of its own."""


def enter(visit: Visit) -> Page:
    """Open the page in the queue and wait for its first location."""
    page = visit.page
    page.goto(visit.service.url + "/#/queue")
    page.wait_for_selector('body[data-ready="true"][data-room="queue"]')
    page.wait_for_selector(".queue-card .facts")
    return page


def current(page: Page) -> int:
    """Return the number of the location that is looked at."""
    return int(page.get_attribute(".queue-list [aria-current]", "data-item") or "0")


def after(page: Page, item: int) -> int:
    """Wait until another location is looked at and its card is there; return its number."""
    page.wait_for_selector(f'.queue-list [aria-current]:not([data-item="{item}"])')
    page.wait_for_selector(".queue-card .facts")
    return current(page)


def last_entry(visit: Visit) -> dict[str, Any]:
    """Return the newest decision of the log."""
    entry: dict[str, Any] = visit.json(f"{LIST}/history?limit=1")["decisions"][0]
    return entry


def done(page: Page, words: str) -> None:
    """Wait until the page says what came of a decision."""
    page.wait_for_selector(f".queue-done >> text={words}")


def test_the_page_has_a_chinese_word_for_every_doubt() -> None:
    words = (ROOT / "api/web/src/core/words/queue.ts").read_text(encoding="utf-8")
    doubts = (
        *audit.AUDIT_REASONS,
        match.UNKNOWN_TOWN,
        match.UNKNOWN_STREET,
        match.SEVERAL_TOWNS,
        parsed.NOT_UNDERSTOOD,
    )
    others = (chinese.CLASH, chinese.UNSETTLED, items.UNSURE, report.REPORTED, positions.REJECTED_IN_REVIEW)
    assert [doubt for doubt in (*doubts, *others) if f'"{doubt}": "' not in words] == []


def test_the_list_is_the_services_worst_first_and_the_card_shows_the_candidates(visit: Visit) -> None:
    page = enter(visit)
    listed = visit.json(f"{LIST}?limit=20")
    shown = [int(row.get_attribute("data-item") or "0") for row in page.locator("[data-item]").all()[:20]]
    assert shown == [item["id"] for item in listed["items"]]
    item = visit.json(f"{LIST}/{current(page)}")
    assert page.locator("#queue-house").inner_text() == item["house"]
    for candidate in item["candidates"]:
        text = page.locator(f'[data-candidate="{candidate["candidate"]}"]').inner_text()
        assert candidate["matched"] is None or candidate["matched"] in text


def test_the_keyboard_alone_goes_through_the_queue(visit: Visit) -> None:
    page = enter(visit)
    first = current(page)
    page.keyboard.press("j")
    second = after(page, first)
    page.keyboard.press("k")
    assert after(page, second) == first
    page.keyboard.press("r")
    assert after(page, first) == second
    done(page, "Rejected")
    entry = last_entry(visit)
    assert (entry["id"], entry["kind"]) == (first, "reject")
    page.keyboard.press("s")
    third = after(page, second)
    page.keyboard.press("u")
    page.keyboard.press("u")
    assert after(page, third) == first
    assert page.locator(".queue-refused").is_hidden()
    assert last_entry(visit)["kind"] == "undo"
    assert visit.json(f"{LIST}/{first}")["status"] == "open"


def test_a_candidate_is_chosen_by_its_number(visit: Visit) -> None:
    page = enter(visit)
    listed = visit.json(f"{LIST}?limit=50")["items"]
    several = next(one["id"] for one in listed if len(visit.json(f"{LIST}/{one['id']}")["candidates"]) > 0)
    page.click(f'[data-item="{several}"]')
    page.wait_for_selector('[data-candidate="1"]')
    wanted = visit.json(f"{LIST}/{several}")["candidates"][0]
    page.keyboard.press("1")
    done(page, "Chosen")
    entry = last_entry(visit)
    assert (entry["id"], entry["kind"], entry["lng"], entry["lat"]) == (several, "choose", wanted["lng"], wanted["lat"])


def test_arrows_and_enter_place_a_location_at_a_cells_centre(visit: Visit) -> None:
    page = enter(visit)
    item = current(page)
    page.keyboard.press("p")
    page.wait_for_selector(".pin-bar", state="visible")
    before = page.get_attribute("body", "data-selected-cell")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f'body:not([data-selected-cell="{before}"])')
    cell = page.get_attribute("body", "data-selected-cell") or ""
    page.keyboard.press("Enter")
    done(page, "Placed")
    entry = last_entry(visit)
    lat, lng = h3.cell_to_latlng(cell)
    assert (entry["id"], entry["kind"]) == (item, "place")
    assert h3.latlng_to_cell(entry["lat"], entry["lng"], h3.get_resolution(cell)) == cell
    assert (entry["lng"], entry["lat"]) == pytest.approx((lng, lat), abs=2e-5)


def test_a_location_is_dragged_to_its_place(visit: Visit) -> None:
    page = enter(visit)
    listed = visit.json(f"{LIST}?limit=50")["items"]
    placed = next(one for one in listed if one["lng"] is not None)
    page.click(f'[data-item="{placed["id"]}"]')
    page.wait_for_selector(f'.queue-list [aria-current][data-item="{placed["id"]}"]')
    page.wait_for_selector(".queue-card .facts")
    left, top = pixel_at(page, placed["lng"], placed["lat"])
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 30, top + 20, steps=4)
    page.mouse.up()
    page.wait_for_selector(".pin-bar", state="visible")
    resolution = view_of(page)[2]
    page.click(".pin-bar [data-act=here]")
    done(page, "Placed")
    entry = last_entry(visit)
    assert entry["id"] == placed["id"]
    moved = [
        a - b for a, b in zip(mercator(entry["lng"], entry["lat"]), mercator(placed["lng"], placed["lat"]), strict=True)
    ]
    assert moved == pytest.approx([30 * resolution, -20 * resolution], abs=resolution)


def test_a_location_that_another_has_decided_meanwhile_is_said_in_words(visit: Visit) -> None:
    page = enter(visit)
    item = visit.json(f"{LIST}/{current(page)}")
    headers = {"If-Match": f'"{item["revision"]}"', "Origin": visit.service.url}
    path = f"{visit.service.url}{LIST}/{item['id']}/decisions"
    assert page.context.request.post(path, data={"decision": "reject"}, headers=headers).ok
    page.keyboard.press("r")
    page.wait_for_selector(".queue-refused", state="visible")
    assert item["house"] in page.locator(".queue-refused").inner_text()
    assert page.locator(f'[data-item="{item["id"]}"]').count() == 0
    visit.faults.clear()  # the browser itself notes the answer 412 in its console


def test_decisions_are_listed_and_taken_back(visit: Visit) -> None:
    page = enter(visit)
    item = current(page)
    page.keyboard.press("r")
    done(page, "Rejected")
    page.click("[data-queue-tab=decided]")
    entry = last_entry(visit)
    row = page.locator(f'[data-decision="{entry["decision"]}"]')
    row.wait_for()
    assert entry["actor"] in row.inner_text()
    row.locator("button").click()
    page.wait_for_selector(f'.queue-list [aria-current][data-item="{item}"]')
    assert visit.json(f"{LIST}/{item}")["status"] == "open"
    more_of_the_log(visit)


def more_of_the_log(visit: Visit) -> None:
    """Ask for more of the log twice at once: it comes once."""
    page = visit.page
    page.route("**/history?*", lambda route: route.continue_(url=route.request.url.replace("limit=25", "limit=1")))
    page.reload()
    page.click("[data-queue-tab=decided]")
    page.wait_for_selector(f"{LOG} [data-decision]")
    first, second = visit.json(f"{LIST}/history?limit=2")["decisions"]
    asked = asked_at(page, f"before={first['decision']}")
    page.eval_on_selector(f"{LOG} ~ button", "more => { more.click(); more.click(); }")
    page.wait_for_selector(f'{LOG} [data-decision="{second["decision"]}"]')
    settle(page)
    shown = page.eval_on_selector_all(f"{LOG} [data-decision]", "all => all.map((one) => +one.dataset.decision)")
    assert (shown, len(asked)) == ([first["decision"], second["decision"]], 1)


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_the_queue_is_whole_in_both_languages_and_axe_finds_nothing(
    new_visit: NewVisit, size: dict[str, int] | None
) -> None:
    visit = new_visit(size=size) if size else new_visit()
    page = enter(visit)
    page.keyboard.press("p")
    page.wait_for_selector(".pin-bar", state="visible")
    english = words_of(page)
    assert findings(page) == []
    speak(page, "zh")
    assert findings(page) == []
    chinese = words_of(page)
    assert [text for text in english if CHINESE.search(text)] == []
    assert [text for text in chinese if not CHINESE.search(text) and not KEY.fullmatch(text)] == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
