"""What must always be seen, in both languages and sizes; what must never happen; what every reader can use."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page

from .conftest import DESKTOP, PHONE, ROOT, STATIC, NewVisit, Visit
from .screen import pixel_of, settle

ROOMS = [name for name in ("map", "grids", "plan", "queue") if (ROOT / f"api/web/src/rooms/{name}.ts").is_file()]
CHINESE = re.compile("[\u4e00-\u9fff]")
VISIBLE_TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const option = element.closest("option");
    const shown = (option ? option.parentElement : element).getClientRects().length > 0;
    if (shown && !element.closest('[translate="no"], script')) found.push(node.data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title]")) {
    if (element.closest('[translate="no"]')) continue;
    for (const name of ["aria-label", "title"]) if (element.hasAttribute(name)) found.push(element.getAttribute(name));
  }
  return [...found, document.title.replace("gridgeo", "")];
}"""
FORBIDDEN = """() => new Promise((done) => {
  document.addEventListener("securitypolicyviolation", () => window.violations.length === 2 && done());
  document.body.setAttribute("style", "color: red");
  fetch("http://127.0.0.1:9/").catch(() => null);
})"""
AXE = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
# All rules are tried; what passed, nearly a megabyte about each element, is not worked out and not handed over.
VIOLATIONS = """async () => {
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => [id, target]));
}"""


def words_of(page: Page) -> list[str]:
    """Return every text that a reader can see or hear, but names out of the data and bare figures."""
    texts: list[str] = page.evaluate(VISIBLE_TEXTS)
    return [text for text in texts if re.search("[A-Za-z\u4e00-\u9fff]", text)]


def speak(page: Page, language: str) -> None:
    """Switch the page's language."""
    page.click(f'button[data-language="{language}"]')
    page.wait_for_selector(f'body[data-language="{language}"]')


def loaded_words(page: Page) -> list[str]:
    """Return the files of words that were asked for, in their order."""
    names = page.evaluate("performance.getEntriesByType('resource').map(({name}) => name.split('/').pop())")
    return [name for name in names if name.startswith("words-")]


def show_everything(visit: Visit, mode: str) -> Page:
    """Open the page with a cell's figures, and the table where the view has one."""
    page = visit.open()
    cell = visit.json("/api/v1/cells?measures=people")["cells"][400]
    page.mouse.click(*pixel_of(page, cell))
    page.wait_for_selector(".figures")
    page.wait_for_selector("[data-why]")
    page.check(f"input[value={mode}]")
    page.wait_for_selector(f'body[data-mode="{mode}"]')
    return page


def findings(page: Page) -> list[str]:
    """Return what axe finds; its source comes through the debugger, so the policy of the page stays as it is."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[list[Any]] = page.evaluate(VIOLATIONS)
    return [f"{rule}: {target}" for rule, target in found]


@pytest.mark.parametrize("mode", ["scores", "territories"])
def test_every_word_changes_with_the_language(visit: Visit, mode: str) -> None:
    page = show_everything(visit, mode)
    english = words_of(page)
    speak(page, "zh")
    chinese = words_of(page)
    assert [text for text in english if CHINESE.search(text)] == []
    assert [text for text in chinese if not CHINESE.search(text)] == []
    assert len(english) == len(chinese) > 40
    assert page.get_attribute("html", "lang") == "zh-CN"


def test_language_is_remembered_and_else_the_browsers(new_visit: NewVisit) -> None:
    visit = new_visit(locale="zh-CN")
    page = visit.open()
    assert page.get_attribute("body", "data-language") == "zh"
    assert loaded_words(page) == ["words-zh.js"]
    # The last choice counts, whichever language is there first.
    with page.expect_response("**/words-en.js"):
        page.click('button[data-language="en"]')
        page.click('button[data-language="zh"]')
    settle(page)
    assert page.get_attribute("body", "data-language") == "zh"
    speak(page, "en")
    assert loaded_words(page) == ["words-zh.js", "words-en.js"]
    page.reload()
    page.wait_for_selector('body[data-ready="true"][data-language="en"]')


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_what_must_always_be_seen_is_seen(new_visit: NewVisit, size: dict[str, int] | None) -> None:
    visit = new_visit(size=size) if size else new_visit()
    page = visit.open()
    session = visit.json("/api/v1/session")
    assert "made up" in page.locator(".synthetic").inner_text()
    assert page.locator(".use").inner_text() == session["notice"]["en"]
    assert page.locator(".attribution").inner_text() == session["attribution"]
    assert str(session["versions"]["publication"]) in page.locator(".publication").inner_text()
    assert page.get_attribute(".publication time", "datetime") == session["published_at"]
    assert page.get_attribute("body", "data-version") == str(session["versions"]["publication"])
    width, height = page.viewport_size["width"], page.viewport_size["height"]  # type: ignore[index]
    for part in (".synthetic", ".use", ".attribution", ".publication", ".north", ".scale", ".pointer", "#map"):
        box = page.locator(part).bounding_box()
        assert box is not None, part
        assert box["width"] > 0, part
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= width, part
        assert box["y"] + box["height"] <= height, part
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_is_said_of_a_measure_that_does_not_come_lies_over_nothing(
    new_visit: NewVisit, size: dict[str, int]
) -> None:
    page = new_visit(size=size).open()
    page.focus("#map")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".figures")
    page.route("**/api/v1/cells?measures=gap", lambda route: route.abort())
    page.select_option("select[name=measure]", "gap")
    page.wait_for_selector(".busy.problem")
    settle(page)
    parts = (".busy", ".header", ".notices", "#map", ".details")
    line, *others = [page.locator(part).bounding_box() or {} for part in parts]
    assert line["height"] > 0
    for box in others:
        assert box["y"] >= line["y"] + line["height"] or box["y"] + box["height"] <= line["y"]


def test_names_of_layers_do_not_wrap(visit: Visit) -> None:
    page = visit.open()
    for language in ("en", "zh"):
        speak(page, language)
        lines = (
            "[...document.querySelectorAll('.layers label:not([hidden]) span')].map((e) => e.getClientRects().length)"
        )
        assert set(page.evaluate(lines)) == {1}


def test_table_of_territories_says_what_the_json_says(visit: Visit) -> None:
    page = visit.open()
    page.check("input[value=territories]")
    page.wait_for_selector('body[data-mode="territories"]')
    answer = visit.json("/api/v1/territories")
    assert page.locator("tr[data-territory]").count() == len(answer["territories"])
    for territory in answer["territories"]:
        row = page.locator(f'tr[data-territory="{territory["id"]}"]')
        assert territory["rm_name"] in row.inner_text()
        shown = [float(value.get_attribute("value") or "nan") for value in row.locator("data").all()]
        order = [name for name in ("customers", "potential", "workload") if name in territory["targets"]]
        assert shown == [x for name in order for x in (territory["loads"][name], territory["imbalance_percent"][name])]
    text = page.locator(".certificates").inner_text()
    for branch, body in answer["certificates"].items():
        assert ("Within tolerance" if body["feasible"] else "Not within tolerance") in text, branch
    assert "Gap to the best assignment for these centres" in text


def test_choosing_a_territory_in_the_table_shows_it(visit: Visit) -> None:
    page = visit.open()
    page.check("input[value=territories]")
    before = page.get_attribute("#map", "data-view")
    row = page.locator("tr[data-territory]").nth(2)
    row.locator("button").click()
    page.wait_for_selector("tr[data-territory].current")
    assert row.get_attribute("class") == "current"
    page.wait_for_selector(f'#map:not([data-view="{before}"])')


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("mode", ["scores", "territories"])
def test_axe_finds_nothing(visit: Visit, mode: str, language: str) -> None:
    page = show_everything(visit, mode)
    speak(page, language)
    assert findings(page) == []


def test_axe_finds_nothing_on_a_phone(new_visit: NewVisit) -> None:
    visit = new_visit(size=PHONE)
    page = visit.open()
    page.check("input[value=territories]")
    assert findings(page) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_usable_in_both_sizes_and_languages(new_visit: NewVisit, room: str, size: dict[str, int]) -> None:
    visit = new_visit(size=size)
    page = visit.page
    page.goto(f"{visit.service.url}/#/{room}")
    page.wait_for_selector(f'body[data-ready="true"][data-room="{room}"]')
    page.wait_for_load_state("networkidle")
    for language in ("zh", "en"):
        speak(page, language)
        assert findings(page) == []
        assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"]
    assert (visit.violations(), visit.faults, visit.foreign) == ([], [], [])


def test_axe_does_find_a_planted_fault(new_visit: NewVisit) -> None:
    page = new_visit().open()
    page.evaluate("document.body.append(document.createElement('button'))")
    assert any(found.startswith("button-name") for found in findings(page))


def test_a_forbidden_style_and_a_foreign_request_are_noticed(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.open()
    with page.expect_console_message():
        page.evaluate(FORBIDDEN)
    assert sorted(found.split()[0] for found in visit.violations()) == ["connect-src", "style-src-attr"]
    assert visit.faults
    foreign = new_visit()
    foreign.page.route("http://elsewhere.invalid/", lambda route: route.fulfill(body="x"))
    foreign.page.goto("http://elsewhere.invalid/")
    assert foreign.foreign == ["http://elsewhere.invalid/"]


def test_document_holds_no_inline_script_or_style() -> None:
    text = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text) == []
    assert re.findall(r"https?://", text) == []


def test_script_calls_nothing_younger_than_the_oldest_browser() -> None:
    script = (STATIC / "app.js").read_text(encoding="utf-8")
    # Object.hasOwn stands in a part of OpenLayers that the page never calls, so it is not in this list. After two more
    # dots a name is spread, not a method: the shortened script may have a function of its own called `at`.
    young = r"structuredClone\(|(?<!\.\.)\.(?:replaceAll|replaceChildren|at|findLast|toSorted)\(|Promise\.any|WeakRef"
    assert re.findall(young, script) == []
    assert re.findall(young, "x.replaceAll(a, b), x.at(-1), [...at(x)]") == [".replaceAll(", ".at("]


def test_licences_of_what_is_in_the_script_come_with_it() -> None:
    text = (STATIC / "licences.txt").read_text(encoding="utf-8")
    for name in ("ol", "h3-js", "rbush", "pbf", "quickselect"):
        assert re.search(rf"^{re.escape(name)} \d", text, re.MULTILINE), name
