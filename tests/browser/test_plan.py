"""The planner's room: figures as the service's, work as jobs, and the whole way to a publication by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import h3
import pytest
from playwright.sync_api import Page

from .conftest import PHONE, NewVisit, Service, Visit, gridgeo
from .many_users import Many, serving_many
from .plan_room import INFEASIBLE, SCENARIOS, bars, certified, choose, enter, kept, look, same
from .screen import asked_at, held_back, settle
from .test_page import CHINESE, findings, speak, words_of


@pytest.fixture(scope="module")
def planned(plan_store: str) -> Iterator[Many]:
    """The same store, served to many users."""
    with serving_many(plan_store) as served:
        yield served


def test_bars_are_the_certificates_figures(room: Visit) -> None:
    choose(room.page, "Spring")
    shown = bars(room.page)
    assert same(shown, certified(room, "Spring"))
    # a control: another plan of the same branch has other figures
    assert not same(shown, certified(room, "Copy"))
    # What cannot work in a plan out of tolerance is said once it is known.
    found = {"branches": ["B2"], "smallest_tolerance_percent": 1.5, "message": "One cell is too heavy."}
    room.page.route("**/Copy/check", lambda route: route.fulfill(json={"feasible": False, "findings": [found]}))
    choose(room.page, "Copy")
    room.page.wait_for_selector(f".plan-warnings >> text={found['message']}")
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
        told = room.json(f"{SCENARIOS}/Spring/{tab}?limit=50")
        assert page.get_attribute("[data-count]", "data-count") == str(told["count"])
        rows = page.inner_text("#plan-panel table")
        assert "high_end" not in rows
        assert "Demo bank Schaan" in rows, "a branch is called by its name"
    look(page, "gains")
    managers = room.json(f"{SCENARIOS}/Spring/gains")["managers"]
    concerned = [one for one in managers if one["customers_before"] or one["customers_after"]]
    assert page.locator("#plan-panel table").first.locator("tbody tr").count() == len(concerned)
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
    # Whoever types goes on typing when the list of scenarios comes.
    page.fill("input[name=plan-tolerance-customers]", "0")
    with page.expect_response(lambda answer: f"{SCENARIOS}?" in answer.url):
        page.eval_on_selector("[data-do=again]", "again => again.click()")
    settle(page)
    page.keyboard.type(".5")
    assert page.input_value("input[name=plan-tolerance-customers]") == "0.5"
    page.fill("input[name=plan-tolerance-customers]", "0")
    page.click("[data-do=check]")
    assert page.evaluate("document.activeElement.validationMessage") == "Enter a number from 0.01 to 99.99."
    page.fill("input[name=plan-tolerance-customers]", "5")
    page.fill("input[name=plan-k]", "60")
    page.click("[data-do=check]")
    page.wait_for_selector(".plan-found li")
    asked = {"branches": ["B2"], "measures": ["customers", "workload"], "tolerance_percent": [5, 5], "k": 60}
    headers = {"origin": room.service.url}
    told = page.context.request.post(f"{room.service.url}{SCENARIOS}/check", data=asked, headers=headers).json()
    first = told["findings"][0]
    rounded = float(first["message"].rsplit("the smallest tolerance is ", 1)[1].removesuffix(" %"))
    # rounded up: what is told must do
    assert 0 <= rounded - first["smallest_tolerance_percent"] < 0.1
    assert page.locator(".plan-found li").count() == len(told["findings"])
    assert page.locator(".plan-found li").first.inner_text().endswith(": " + first["message"])


def test_work_under_way_is_cancelled_and_keeps_nothing(room: Visit) -> None:
    page = room.page
    # Longer than the slowest machine takes to press the button.
    page.route(f"**{SCENARIOS}", lambda route: route.continue_(post_data=route.request.post_data_json | {"starts": 64}))
    page.click(".plan-make summary")
    page.fill("input[name=plan-name]", "Never")
    page.fill("input[name=plan-tolerance-customers]", "0.5")
    page.click("[data-do=make]")
    last_word = held_back(page, "**/api/v1/jobs/*")
    page.click(".plan-work [data-do=cancel]")
    page.wait_for_selector('.plan-work[data-state="cancelled"]')
    # The last word of a job that comes late does not take the place of the next one.
    page.fill("input[name=plan-name]", "Never again")
    page.click("[data-do=make]")
    page.wait_for_selector('.plan-work:not([data-state="cancelled"])')
    last_word()
    assert page.get_attribute(".plan-work", "data-state") != "cancelled"
    page.click(".plan-work [data-do=cancel]")
    page.wait_for_selector('.plan-work[data-state="cancelled"]')
    assert not {"Never", "Never again"} & {row["scenario"] for row in room.json(SCENARIOS)["scenarios"]}


def test_a_change_of_somebody_else_is_said_and_loses_nothing(room: Visit, plan_store: str) -> None:
    page = room.page
    choose(page, "Copy")
    page.fill("textarea[name=plan-remark]", "The river divides it.")
    gridgeo("territory", "submit", "Copy", "--store", plan_store, "--as", "Li:planner")
    page.click("[data-do=submit]")
    page.wait_for_selector(".plan-trouble")
    page.wait_for_selector('body[data-plan$="submitted"]')
    assert "nothing of yours is lost" in page.inner_text(".plan-trouble")
    assert page.input_value("textarea[name=plan-remark]") == "The river divides it."
    # Nobody waits for the answer about what cannot work.
    page.route(f"**{SCENARIOS}/Copy/check", lambda _: None)
    read = held_back(page, f"**{SCENARIOS}/Copy")
    with page.expect_request(f"**{SCENARIOS}/Copy"):
        page.click("[data-do=reject]")
    settle(page)
    assert page.is_disabled("[data-do=comments]"), "no press is lost before it is read again"
    read()
    page.wait_for_selector('body[data-plan$="rejected"]')
    log = room.json(f"{SCENARIOS}/Copy")["log"]
    assert (log[-1]["kind"], log[-1]["remark"]) == ("rejected", "The river divides it.")
    assert page.input_value("textarea[name=plan-remark]") == ""
    # A step that takes no remark is followed by the one that was written.
    page.fill("textarea[name=plan-remark]", "By road now.")
    page.click("[data-do=submit]")
    page.wait_for_selector('body[data-plan$="submitted"]')
    assert page.input_value("textarea[name=plan-remark]") == ""
    assert room.json(f"{SCENARIOS}/Copy")["comments"][-1]["text"] == "By road now."
    page.click("[data-do=reject]")
    page.wait_for_selector('body[data-plan$="rejected"]')
    typed_while_a_remark_is_taken(room, "Copy")


def typed_while_a_remark_is_taken(room: Visit, name: str) -> None:
    """Send a remark and go on typing: what is typed stays."""
    page = room.page
    taken = held_back(page, f"**/{name}/comments")
    page.fill("textarea[name=plan-remark]", "One thing")
    page.click("[data-do=comments]")
    page.fill("textarea[name=plan-remark]", "One thing, and another")
    with page.expect_response(lambda answer: answer.url.endswith(f"{SCENARIOS}/{name}")):
        taken()
    settle(page)
    assert page.input_value("textarea[name=plan-remark]") == "One thing, and another"
    assert room.json(f"{SCENARIOS}/{name}")["comments"][-1]["text"] == "One thing"


def repair_pressed_twice(page: Page, name: str) -> None:
    """Press the button twice at once: it is asked for once, for what is asked twice is refused."""
    page.route(f"**/{name}/repair", lambda route: route.abort())
    asked = asked_at(page, f"/{name}/repair")
    page.eval_on_selector("[data-do=repair]", "repair => { repair.click(); repair.click(); }")
    page.wait_for_selector(".plan-trouble")
    settle(page)
    assert len(asked) == 1


def read_again(page: Page, name: str) -> None:
    """Have the list and the chosen scenario read again."""
    with page.expect_response(lambda answer: answer.url.endswith(f"{SCENARIOS}/{name}")):
        page.eval_on_selector("[data-do=again]", "again => again.click()")


def test_a_draft_is_deleted_once_the_question_is_answered(room: Visit, plan_store: str) -> None:
    page = room.page
    copied = ("--as-it-is", "--branch", "B2", "--tolerance", "60", "--store", plan_store, "--as", "Li:planner")
    gridgeo("territory", "replan", "--scenario", "Away", *copied, returns=(INFEASIBLE,))
    page.click("[data-do=again]")
    choose(page, "Away")
    repair_pressed_twice(page, "Away")
    # A press that has begun is taken, whatever comes meanwhile.
    page.hover("[data-do=delete]")
    page.mouse.down()
    read_again(page, "Away")
    settle(page)
    page.mouse.up()
    assert "Delete Away" in page.inner_text(".plan-question")
    # It stays while what it asks about is read again as it was, in the reader's language; changed, it is asked anew.
    read_again(page, "Away")
    assert "Delete Away" in page.inner_text(".plan-question")
    speak(page, "zh")
    assert CHINESE.search(page.inner_text(".plan-question"))
    speak(page, "en")
    gridgeo("territory", "submit", "Away", "--store", plan_store, "--as", "Li:planner")
    gridgeo("territory", "reject", "Away", "--remark", "Not yet", "--store", plan_store, "--as", "Wang:planner")
    read_again(page, "Away")
    page.wait_for_selector('body[data-plan$="rejected"]')
    assert page.inner_text(".plan-question") == ""
    page.click("[data-do=delete]")
    page.click("[data-do=keep]")
    assert page.inner_text(".plan-question") == ""
    assert room.json(f"{SCENARIOS}/Away")["status"] == "rejected"
    page.click("[data-do=delete]")
    page.click("[data-do=delete-sure]")
    page.wait_for_selector('[data-scenario="Away"]', state="detached")
    page.wait_for_selector("#plan-life", state="hidden")
    assert "Away" not in [row["scenario"] for row in room.json(SCENARIOS)["scenarios"]]
    # The others are as they were.
    choose(page, "Spring")
    assert same(bars(page), certified(room, "Spring"))


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


NOTE_POINTERS = """
    for (const kind of ["pointerdown", "mousedown", "touchstart", "wheel"])
      addEventListener(kind, () => pointed(kind), {capture: true, passive: true});"""


def watch_pointers(page: Page) -> list[str]:
    """Return the list of what a pointer does on this page and on those it leads to, from now on.

    Not its moves: Chromium tells of one itself where the page moves under a pointer that stands still.
    """
    seen: list[str] = []
    page.expose_binding("pointed", lambda _, kind: seen.append(kind))
    page.add_init_script(NOTE_POINTERS)
    return seen


def make_by_keyboard(page: Page, name: str) -> None:
    """Make a scenario out of the live plan as it is."""
    press(page, ".plan-make summary")
    tab_to(page, "input[name=plan-name]")
    page.keyboard.type(name)
    tab_to(page, "select[name=plan-start]")
    page.keyboard.press("ArrowDown")
    press(page, "[data-do=make]")
    page.wait_for_selector(f'body[data-plan^="{name} "]')


def check_published(visit: Visit, name: str) -> None:
    """Check that a scenario is what is published, that the page shows it, and that two people have done it."""
    now = visit.json("/api/v1/session")["versions"]["publication"]
    assert visit.page.get_attribute("body", "data-version") == str(now)
    newest = visit.json("/api/v1/territories/history")["history"][0]
    assert (newest["scenario"], newest["publication"], newest["live"]) == (name, now, True)
    log = visit.json(f"{SCENARIOS}/{name}")["log"]
    assert [(entry["kind"], entry["by"]) for entry in log if entry["kind"] in ("submitted", "approved")] == [
        ("submitted", "Li"),
        ("approved", "Wang"),
    ]


def walk_on(page: Page, arrow: str) -> str:
    """Go to the next cell that way and return it; fails where the ground ends."""
    before = page.get_attribute("body", "data-selected-cell")
    page.keyboard.press(arrow)
    cell = page.get_attribute("body", "data-selected-cell") or ""
    assert cell != before, "the ground ends here"
    return cell


def paint_by_keyboard(page: Page, visit: Visit, name: str) -> None:
    """Give a cell to a neighbour of the same branch; one of another branch does not get it."""
    cells = visit.json(f"{SCENARIOS}/{name}/cells")
    owner = dict(zip(cells["cells"], cells["territory_index"], strict=True))
    group = [territory["group"] for territory in cells["territories"]]
    assert {len(set(group)), len(set(cells["group_index"]))} == {4}
    for arrow, within in (("ArrowRight", False), ("ArrowDown", True)):
        tab_to(page, "#map")
        others: list[int] = []
        while not others:
            cell = walk_on(page, arrow)
            near = {owner[one] for one in h3.grid_ring(cell, 1) if one in owner} - {owner[cell]}
            others = [one for one in near if (group[one] == group[owner[cell]]) == within]
        tab_to(page, "select[name=plan-target]")
        page.keyboard.press("Home")
        for _ in range(others[0]):
            page.keyboard.press("ArrowDown")
        tab_to(page, "#map")
        page.keyboard.press("Enter")
        page.wait_for_selector(f".tools-said >> text={'Painted' if within else 'Nothing changed'}")
    kept(page)
    owner[cell] = others[0]
    painted = visit.json(f"{SCENARIOS}/{name}/cells")
    assert dict(zip(painted["cells"], painted["territory_index"], strict=True)) == owner


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def sign_in_by_keyboard(page: Page, many: Many, role: str, who: str) -> None:
    """Come from the page that asks for a sign-in to the planner's room, as somebody with a role."""
    many.provider.groups, many.provider.more = [role], {"sub": who}
    page.goto(many.service.url)
    page.wait_for_selector('body[data-phase="signedOut"]')
    press(page, "a.primary")
    page.wait_for_selector("#ok")
    press(page, "#ok")
    page.wait_for_selector(f'body[data-ready="true"] .who[data-role="{role}"]')
    press(page, 'nav a[data-tab="plan"]')
    page.wait_for_selector('body[data-room="plan"]')
    page.wait_for_selector("[data-scenario]")


def test_from_the_sign_in_to_a_publication_by_keyboard_alone(new_visit: NewVisit, planned: Many) -> None:
    visit = new_visit(at=planned.service)
    page = visit.page
    pointed = watch_pointers(page)
    sign_in_by_keyboard(page, planned, "planner", "Li")
    before = visit.json("/api/v1/session")["versions"]["publication"]
    make_by_keyboard(page, "Keyboard")
    paint_by_keyboard(page, visit, "Keyboard")
    press(page, "[data-do=submit]")
    page.wait_for_selector('body[data-plan$="submitted"]')
    press(page, "[data-do=approve]")
    page.wait_for_selector(".plan-trouble")
    assert "second person" in page.inner_text(".plan-trouble")
    press(page, "[data-act=sign-out]")
    page.wait_for_url(f"{planned.provider.url}/end_session_endpoint*")
    # the second person, at the same desk
    sign_in_by_keyboard(page, planned, "hq", "Wang")
    press(page, '[data-scenario="Keyboard"]')
    page.wait_for_selector('body[data-plan$="submitted"]')
    press(page, "[data-do=approve]")
    page.wait_for_selector('body[data-plan$="approved"]')
    press(page, "[data-do=publish]")
    page.wait_for_selector('body[data-plan$="published"]')
    page.wait_for_selector(f'body[data-ready="true"]:not([data-version="{before}"])')
    check_published(visit, "Keyboard")
    press(page, "[data-do=rollback]")
    page.wait_for_selector(f'body[data-ready="true"][data-version="{before}"]')
    assert visit.violations() == []
    assert pointed == []
    page.mouse.click(640, 400)
    # What the page tells by itself has come by the time it answers what it is asked afterwards.
    settle(page)
    assert {"pointerdown", "mousedown"} <= {*pointed}
