"""What a reader meets beside the plain rooms, in both languages: pages in the map's place, dialogs, lists, bars."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from playwright.sync_api import Page

from .conftest import DESKTOP, PHONE, NewVisit, Service, Visit
from .plan_room import SCENARIOS, border, choose, look
from .screen import PATIENCE_S, pixel_of
from .test_page import CHINESE, findings, words_of
from .test_plan_paint import elsewhere

BRANCH = "B4"
# The notice is written so by those who ask for it.
HALF = re.compile("[\u4e00-\u9fff](?<!仅供营销)[,:;!?]")


@dataclass
class Reader:
    """Somebody who looks at each state of a page in both languages and keeps what is wrong with it."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def look(self, state: str, there: str = "body") -> None:
        """Look at what is there now, once it is there in that language too."""
        for language in ("zh", "en"):
            # The button may be behind a dialog, where no pointer reaches it.
            self.page.dispatch_event(f'button[data-language="{language}"]', "click")
            self.page.wait_for_selector(f'body[data-language="{language}"]')
            self.page.wait_for_selector(there)
            self.wrong += [f"{state}, {language}: {found}" for found in findings(self.page)]
            self.wrong += [
                f"{state}, {language}: half-width: {text}" for text in words_of(self.page) if HALF.search(text)
            ]
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        self.wrong += [f"{state}, on a phone: {found}" for found in findings(self.page)]
        width = self.page.evaluate("document.scrollingElement.scrollWidth")
        self.wrong += [f"{state}, on a phone: {width} px wide"] if width > PHONE["width"] else []
        self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        # What the service says comes a moment after the page's own words.
        until = time.monotonic() + PATIENCE_S
        while (foreign := self.chinese()) and time.monotonic() < until:
            self.page.wait_for_timeout(100)
        self.wrong += [f"{state}: not in English: {text}" for text in foreign]

    def chinese(self) -> list[str]:
        """Return the texts that are Chinese now."""
        return [text for text in words_of(self.page) if CHINESE.search(text)]


@pytest.fixture
def reader(new_visit: NewVisit, planning: Service) -> Iterator[Reader]:
    visit = new_visit(at=planning)
    made = Reader(visit.page)
    made.page.goto(planning.url)
    made.page.wait_for_selector('body[data-ready="true"]')
    yield made
    assert "\n".join(made.wrong) == ""
    # Requests that a test makes fail are told on the console, errors of the page itself are not.
    assert [fault for fault in visit.faults if not fault.startswith("Failed to load resource")] == []
    assert visit.violations() == []


def test_pages_in_the_maps_place(reader: Reader, new_visit: NewVisit, planning: Service) -> None:
    page = reader.page
    page.context.clear_cookies()
    page.select_option("select[name=measure]", "gap")
    page.wait_for_selector('body[data-phase="signedOut"] .page')
    reader.look("session ended")
    page.reload()
    page.wait_for_selector('body[data-phase="signedOut"] .page')
    reader.look("signed out")
    failing = new_visit(at=planning).page
    failing.route("**/api/v1/cells*", lambda route: route.abort())
    failing.goto(planning.url)
    failing.wait_for_selector('body[data-phase="failed"]')
    replace(reader, page=failing).look("failed")


def test_lists_of_the_map(reader: Reader) -> None:
    page = reader.page
    page.fill("#search", "Vaduz")
    page.wait_for_selector("#search-list [role=option]")
    reader.look("search")
    page.fill("#search", "nowhere at all")
    page.wait_for_selector("#search-list [role=option]", state="detached")
    reader.look("nothing found")
    page.route("**/api/v1/cells?measures=gap", lambda route: route.abort())
    page.select_option("select[name=measure]", "gap")
    page.wait_for_selector(".busy.problem")
    reader.look("a measure that does not come")


def test_states_of_the_grids(reader: Reader) -> None:
    page = reader.page
    page.click('[data-tab="grids"]')
    page.select_option("select[name=grids-branch]", BRANCH)
    page.wait_for_selector('[data-act="begin"]:visible')
    reader.look("no grids")
    page.click('[data-act="begin"]')
    page.click(".grids-table .link >> nth=0")
    page.click('[data-fold="divide"] summary')
    page.fill("[name=grid-parts]", "2")
    page.click('[data-act="split-parts"]')
    page.wait_for_selector('body[data-grids-pending="split_parts"]')
    reader.look("counts before a split")
    # the other language reads the grids anew, and what was only tried is tried again
    page.click('[data-act="split-parts"]')
    page.wait_for_selector('body[data-grids-pending="split_parts"]')
    page.click('[data-act="apply"]')
    page.wait_for_selector('body[data-grids-pending=""]')
    page.click('[data-act="log"]')
    page.wait_for_selector(".grids-log tbody tr")
    reader.look("log of the grids")
    page.click('[data-act="log"]')
    page.click(".grids-table .link >> nth=0")
    page.click('[data-act="plan-page"]')
    page.wait_for_selector('.grid-plan[data-state="open"]')
    reader.look("a grid's page")
    page.keyboard.press("Escape")
    page.click('[data-act="to-review"]')
    page.click('[data-act="to-live"]')
    page.wait_for_selector(".grids-message.problem")
    reader.look("a refusal")


def test_painting_and_the_dialog_of_a_conflict(reader: Reader, plan_store: str) -> None:
    page = reader.page
    page.goto(page.url.split("#")[0] + "#/plan")
    page.wait_for_selector("[data-scenario]")
    choose(page, "Paint")
    visit = Visit(page, Service(page.url.split("/#")[0], []))
    cells = visit.json(f"{SCENARIOS}/Paint/cells")
    cell = border(cells, 0, 1)
    page.route("**/moves", lambda route: route.abort())
    page.select_option("select[name=plan-target]", "1")
    page.mouse.click(*pixel_of(page, cell))
    page.wait_for_selector('.strokes[data-health="waiting"][data-pending="1"]')
    reader.look("a stroke that waits")
    page.reload()
    page.wait_for_selector('body[data-ready="true"]')
    choose(page, "Paint")
    page.wait_for_selector(".strokes-left")
    reader.look("strokes that were left")
    ids = [one["id"] for one in cells["territories"]]
    page.unroute("**/moves")
    elsewhere(plan_store, cell, ids[2])
    page.click('.strokes-left [data-act="take"]')
    page.wait_for_selector('.strokes[data-health="conflict"]')
    reader.look("a conflict")
    page.click('.strokes [data-act="decide"]')
    page.wait_for_selector('[role="dialog"][aria-labelledby="conflict"]')
    reader.look("the dialog of a conflict")
    page.click('[role="dialog"] [data-act="go"]')


def test_lists_of_the_planner(reader: Reader) -> None:
    page = reader.page
    page.goto(page.url.split("#")[0] + "#/plan")
    page.wait_for_selector("[data-scenario]")
    for tab in ("history", "log"):
        look(page, tab)
        reader.look(f"{tab} before a scenario is chosen", f'#plan-panel[data-shown="{tab}"]')
    choose(page, "Spring")
    for tab in ("gains", "handover", "conflicts", "enclaves", "log", "history"):
        look(page, tab)
        reader.look(tab, f'#plan-panel[data-shown="{tab}"]')
    page.click(".plan-make summary")
    page.fill("input[name=plan-k]", "60")
    page.click("[data-do=check]")
    page.wait_for_selector(".plan-found li")
    reader.look("what cannot work")


def test_states_of_the_queue(reader: Reader) -> None:
    page = reader.page
    page.goto(page.url.split("#")[0] + "#/queue")
    page.wait_for_selector(".queue-card .facts")
    page.click("[data-queue-tab=decided]")
    page.wait_for_selector("[data-queue-tab=decided][aria-pressed=true]")
    reader.look("nothing decided yet")
    page.click("[data-queue-tab=waiting]")
    page.wait_for_selector(".queue-card .facts")
    page.keyboard.press("r")
    page.wait_for_selector(".queue-done >> text=Rejected")
    reader.look("a decision")
    page.click("[data-queue-tab=decided]")
    page.wait_for_selector("[data-decision]")
    reader.look("decided")
