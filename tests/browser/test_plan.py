"""The planner's room: figures as the service's, work as jobs, and the whole way to a publication by keyboard alone."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import h3
import pytest
from playwright.sync_api import Browser, Page

from .conftest import GRIDGEO, PHONE, NewVisit, Service, Visit, gridgeo, serving, signed_in
from .screen import pixel_of
from .test_page import CHINESE, findings, speak, words_of

SCENARIOS = "/api/v1/scenarios"
INFEASIBLE = 3
LONG_MS = 120_000
"""Publishing has every certificate recomputed first."""


@pytest.fixture(scope="module")
def store(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A demo store of its own, in which Li has solved Spring for B2, and has the live plan of B2 twice as it is."""
    file = tmp_path_factory.mktemp("plan") / "demo.db"
    with closing(sqlite3.connect(demo_store)) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
    url = f"sqlite:///{file}"
    solved = ("--branch", "B2", "--tolerance", "30", "--starts", "1")
    gridgeo("territory", "solve", "--scenario", "Spring", *solved, "--store", url, "--as", "Li:planner")
    copied = ("--as-it-is", "--branch", "B2", "--tolerance", "60")
    # the river leaves the live territory of RM07 in two parts, which is said and no reason to stop
    for name in ("Copy", "Paint"):
        command = ("territory", "replan", "--scenario", name, *copied, "--store", url, "--as", "Li:planner")
        assert subprocess.run([GRIDGEO, *command], capture_output=True, check=False).returncode == INFEASIBLE
    return url


@pytest.fixture(scope="module")
def planning(browser: Browser, store: str) -> Iterator[Service]:
    """The service over that store; what a test publishes does not stand in another file's way."""
    with serving(store) as link:
        yield signed_in(browser, link)


@pytest.fixture
def room(new_visit: NewVisit, planning: Service) -> Iterator[Visit]:
    """A visit in the planner's room; at its end nothing forbidden may have happened."""
    visit = new_visit(at=planning)
    enter(visit)
    yield visit
    assert visit.violations() == []
    assert visit.foreign == []


def enter(visit: Visit) -> Page:
    page = visit.page
    page.goto(visit.service.url + "/#/plan")
    page.wait_for_selector('body[data-ready="true"][data-room="plan"]')
    page.wait_for_selector("[data-scenario]")
    return page


def choose(page: Page, name: str) -> None:
    """Choose a scenario and wait until it is there with its cells."""
    page.click(f'[data-scenario="{name}"]')
    page.wait_for_selector(f'body[data-plan^="{name} "]')


def look(page: Page, tab: str) -> None:
    """Open a tab and wait until it is filled."""
    page.click(f'[role=tab][data-tab="{tab}"]')
    page.wait_for_selector(f'#plan-panel[data-shown="{tab}"]')


def bars(page: Page) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Return territory -> measure -> load, target and imbalance, exactly as the bars carry them."""
    found: dict[str, dict[str, tuple[float, float, float]]] = {}
    for row in page.query_selector_all(".plan-bars tbody tr"):
        cells = row.query_selector_all("[data-measure]")
        found[row.get_attribute("data-territory") or ""] = {
            cell.get_attribute("data-measure") or "": (
                float(cell.eval_on_selector("data", "each => each.value")),
                float(cell.get_attribute("data-target") or "nan"),
                float(cell.get_attribute("data-imbalance") or "nan"),
            )
            for cell in cells
        }
    return found


def certified(visit: Visit, name: str) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Return the same out of the certificates of a scenario."""
    found = {}
    body = visit.json(f"{SCENARIOS}/{name}")
    ids = {seat["rm_id"] or seat["id"]: seat["id"] for seat in body["territories"]}
    for each in body["branches"].values():
        proof = each["certificate"]
        columns = zip(proof["territories"], proof["loads"], proof["targets"], proof["imbalance_percent"], strict=True)
        for label, loads, targets, imbalance in columns:
            rows = zip(loads, targets, imbalance, strict=True)
            found[ids.get(label, label)] = dict(zip(proof["measures"], rows, strict=True))
    return found


def same(shown: dict[str, Any], told: dict[str, Any]) -> bool:
    """Tell whether all figures agree to 1e-9 of their size."""
    assert shown.keys() == told.keys()
    return all(
        shown[territory][measure] == pytest.approx(figures, rel=1e-9, abs=1e-9)
        for territory, by_measure in told.items()
        for measure, figures in by_measure.items()
    )


def test_bars_are_the_certificates_figures(room: Visit) -> None:
    choose(room.page, "Spring")
    shown = bars(room.page)
    assert same(shown, certified(room, "Spring"))
    # a control: another plan of the same branch has other figures
    assert not same(shown, certified(room, "Copy"))
    heads = {row["scenario"]: row for row in room.json(SCENARIOS)["scenarios"]}
    text = room.page.inner_text('[data-scenario="Spring"]')
    assert f"by {heads['Spring']['created_by']}" in text
    assert heads["Spring"]["created_by"] == "Li"


def test_lists_and_differences_are_the_services(room: Visit) -> None:
    page = room.page
    choose(page, "Spring")
    look(page, "handover")
    told = room.json(f"{SCENARIOS}/Spring/handover")
    assert page.get_attribute("[data-handover]", "data-handover") == str(told["customers"])
    while page.locator("[data-do=more]").is_visible():
        rows = page.locator("#plan-panel table").nth(1).locator("tbody tr").count()
        page.click("[data-do=more]")
        page.wait_for_selector(f"#plan-panel table >> nth=1 >> tbody tr >> nth={rows}")
    assert page.locator("#plan-panel table").nth(1).locator("tbody tr").count() == told["total"]
    for tab in ("conflicts", "enclaves"):
        look(page, tab)
        assert page.get_attribute("[data-count]", "data-count") == str(room.json(f"{SCENARIOS}/Spring/{tab}")["count"])
    look(page, "gains")
    assert page.locator("#plan-panel table").first.locator("tbody tr").count() == len(
        room.json(f"{SCENARIOS}/Spring/gains")["managers"]
    )
    look(page, "compare")
    page.select_option("select[name=plan-against]", "Copy")
    page.wait_for_selector('#plan-panel[data-shown="compare"] [data-moved]')
    compared = room.json(f"{SCENARIOS}/Spring/compare?against=Copy")
    assert page.get_attribute("[data-moved]", "data-moved") == str(compared["cells_moved"])
    assert page.get_attribute("body", "data-changed") == str(compared["cells_moved"])


def test_what_cannot_work_is_named_with_the_tolerance_that_would(room: Visit) -> None:
    page = room.page
    page.click(".plan-make summary")
    for box in page.query_selector_all("input[name=plan-branch]"):
        box.set_checked(box.get_attribute("value") == "B2")
    page.fill("input[name=plan-k]", "60")
    page.click("[data-do=check]")
    page.wait_for_selector(".plan-found li")
    asked = {"branches": ["B2"], "measures": ["customers", "workload"], "tolerance_percent": [5, 5], "k": 60}
    headers = {"origin": room.service.url}
    told = page.context.request.post(f"{room.service.url}{SCENARIOS}/check", data=asked, headers=headers).json()
    smallest = told["findings"][0]["smallest_tolerance_percent"]
    assert page.locator(".plan-found li").count() == len(told["findings"])
    assert f"{smallest:,.3f} %" in page.inner_text(".plan-found")


def test_work_under_way_is_cancelled_and_keeps_nothing(room: Visit) -> None:
    page = room.page
    page.click(".plan-make summary")
    page.fill("input[name=plan-name]", "Never")
    page.fill("input[name=plan-tolerance-customers]", "0.5")
    page.click("[data-do=make]")
    page.click(".plan-work [data-do=cancel]")
    page.wait_for_selector('.plan-work[data-state="cancelled"]')
    assert "Never" not in [row["scenario"] for row in room.json(SCENARIOS)["scenarios"]]


def test_a_change_of_somebody_else_is_said_and_loses_nothing(room: Visit, store: str) -> None:
    page = room.page
    choose(page, "Copy")
    page.fill("textarea[name=plan-remark]", "The river divides it.")
    gridgeo("territory", "submit", "Copy", "--store", store, "--as", "Li:planner")
    page.click("[data-do=submit]")
    page.wait_for_selector(".plan-trouble")
    page.wait_for_selector('body[data-plan$="submitted"]')
    assert "nothing of yours is lost" in page.inner_text(".plan-trouble")
    assert page.input_value("textarea[name=plan-remark]") == "The river divides it."
    page.click("[data-do=reject]")
    page.wait_for_selector('body[data-plan$="rejected"]')
    log = room.json(f"{SCENARIOS}/Copy")["log"]
    assert (log[-1]["kind"], log[-1]["remark"]) == ("rejected", "The river divides it.")
    assert page.input_value("textarea[name=plan-remark]") == ""


def border(cells: dict[str, Any], give: int, get: int) -> str:
    """Return a cell of one territory that touches another's."""
    owner = dict(zip(cells["cells"], cells["territory_index"], strict=True))
    mine = (cell for cell, one in owner.items() if one == give)
    return next(cell for cell in mine if any(owner.get(other) == get for other in h3.grid_ring(cell, 1)))


def kept(page: Page) -> None:
    """Wait until all strokes are kept."""
    page.wait_for_selector('.strokes[data-health="saved"][data-pending="0"]')


def test_bars_follow_the_brush_and_are_the_services_to_the_last_digit_when_kept(room: Visit) -> None:
    page = room.page
    choose(page, "Paint")
    before = bars(page)
    cells = room.json(f"{SCENARIOS}/Paint/cells")
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


def elsewhere(store: str, cell: str, territory: str) -> None:
    """Move a cell as another planner would."""
    command = [GRIDGEO, "territory", "move", "Paint", cell, territory, "--store", store, "--as", "Li:planner"]
    assert subprocess.run(command, capture_output=True, check=False).returncode in (0, INFEASIBLE)


def owners(visit: Visit) -> dict[str, int]:
    """Return the territory of each cell of the scenario that is painted, as the service has it."""
    now = visit.json(f"{SCENARIOS}/Paint/cells")
    return dict(zip(now["cells"], now["territory_index"], strict=True))


def test_strokes_that_somebody_elses_change_came_before_are_put_on_top(room: Visit, store: str) -> None:
    page = room.page
    choose(page, "Paint")
    cells = room.json(f"{SCENARIOS}/Paint/cells")
    ids = [one["id"] for one in cells["territories"]]
    cell, theirs = border(cells, 0, 1), border(cells, 2, 1)
    elsewhere(store, theirs, ids[1])
    page.select_option("select[name=plan-target]", "1")
    with page.expect_response(lambda answer: answer.url.endswith("/moves") and answer.status == 412):
        page.mouse.click(*pixel_of(page, cell))
    kept(page)
    assert (owners(room)[cell], owners(room)[theirs]) == (1, 1)
    assert same(bars(page), certified(room, "Paint"))


@pytest.mark.parametrize(("choice", "owner"), [("theirs", 2), ("mine", 1)])
def test_cells_that_two_planners_painted_are_asked_about(room: Visit, store: str, choice: str, owner: int) -> None:
    page = room.page
    choose(page, "Paint")
    cells = room.json(f"{SCENARIOS}/Paint/cells")
    cell = border(cells, 0, 1)
    elsewhere(store, cell, cells["territories"][2]["id"])
    page.select_option("select[name=plan-target]", "1")
    page.mouse.click(*pixel_of(page, cell))
    page.wait_for_selector('.strokes[data-health="conflict"]')
    page.click('.strokes [data-act="decide"]')
    page.click(f'[role="dialog"] [data-act="all-{choice}"]')
    page.click('[role="dialog"] [data-act="go"]')
    kept(page)
    assert owners(room)[cell] == owner
    assert same(bars(page), certified(room, "Paint"))


def test_strokes_without_a_connection_survive_a_reload(room: Visit) -> None:
    page = room.page
    choose(page, "Paint")
    cell = border(room.json(f"{SCENARIOS}/Paint/cells"), 0, 1)
    page.route("**/moves", lambda route: route.abort())
    page.select_option("select[name=plan-target]", "1")
    page.mouse.click(*pixel_of(page, cell))
    page.wait_for_selector('.strokes[data-health="waiting"][data-pending="1"]')
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


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_every_word_is_in_both_languages_and_axe_finds_nothing(
    new_visit: NewVisit, planning: Service, size: dict[str, int] | None
) -> None:
    visit = new_visit(at=planning, size=size) if size else new_visit(at=planning)
    page = enter(visit)
    choose(page, "Spring")
    page.click(".plan-make summary")
    for tab in ("balance", "compare"):
        look(page, tab)
        speak(page, "en")
        page.wait_for_selector(f'#plan-panel[data-shown="{tab}"]')
        english = words_of(page)
        assert [text for text in english if CHINESE.search(text)] == []
        assert findings(page) == []
        speak(page, "zh")
        page.wait_for_selector(f'#plan-panel[data-shown="{tab}"]')
        chinese = words_of(page)
        assert [text for text in chinese if not CHINESE.search(text)] == []
        assert min(len(chinese), len(english)) > 100
    assert visit.violations() == []


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the keyboard is there; fails when it never gets there."""
    for _ in range(150):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never reaches {selector}")


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def test_from_the_map_to_a_publication_by_keyboard_alone(new_visit: NewVisit, planning: Service, store: str) -> None:
    visit = new_visit(at=planning)
    page = visit.open()
    before = visit.json("/api/v1/session")["versions"]["publication"]
    press(page, 'nav a[data-tab="plan"]')
    page.wait_for_selector('body[data-room="plan"]')
    page.wait_for_selector("[data-scenario]")
    press(page, ".plan-make summary")
    tab_to(page, "input[name=plan-name]")
    page.keyboard.type("Keyboard")
    tab_to(page, "select[name=plan-start]")
    page.keyboard.press("ArrowDown")
    press(page, "[data-do=make]")
    page.wait_for_selector('body[data-plan^="Keyboard "]')
    press(page, "[data-do=submit]")
    page.wait_for_selector('body[data-plan$="submitted"]')
    press(page, "[data-do=approve]")
    page.wait_for_selector(".plan-trouble")
    assert "second person" in page.inner_text(".plan-trouble")
    gridgeo("territory", "approve", "Keyboard", "--store", store, "--as", "Wang:hq")
    press(page, "[data-do=again]")
    page.wait_for_selector('body[data-plan$="approved"]')
    press(page, "[data-do=publish]")
    page.wait_for_selector('body[data-plan$="published"]', timeout=LONG_MS)
    page.wait_for_selector(f'body[data-ready="true"]:not([data-version="{before}"])')
    now = visit.json("/api/v1/session")["versions"]["publication"]
    assert page.get_attribute("body", "data-version") == str(now)
    newest = visit.json("/api/v1/territories/history")["history"][0]
    assert (newest["scenario"], newest["publication"], newest["live"]) == ("Keyboard", now, True)
    press(page, "[data-do=rollback]")
    page.wait_for_selector(f'body[data-ready="true"][data-version="{before}"]')
    assert visit.violations() == []
