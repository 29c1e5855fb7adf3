"""The page in Chromium 78, the oldest it is built for, by mouse and keyboard; older ones get the plain page."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h3
import pytest

from .conftest import DESKTOP, PHONE, copy_of, serving
from .old_chromium import OldPage, old_page, unpacked
from .screen import FRAMES, colour_at, pixel_in
from .test_map import firm_cells

GRIDS = "/api/v1/grids/B2"
PLAIN = "This browser is too old"
# Chrome 78 takes the word and lays these out as blocks all the same.
LAID_OUT_IN_VAIN = """[...document.querySelectorAll("button, fieldset, summary")]
  .filter((each) => getComputedStyle(each).display.endsWith("grid")).map((each) => each.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def link(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The login link of a service over a store of its own."""
    with serving(copy_of(demo_store, tmp_path_factory.mktemp("oldest"))) as printed:
        yield printed


@pytest.fixture(scope="module")
def page(link: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OldPage]:
    """Chromium 78, signed in by the link; at the end nothing forbidden may have happened."""
    with old_page(unpacked("chromium-78"), tmp_path_factory.mktemp("profile")) as opened:
        opened.resize(DESKTOP)
        opened.goto(link)
        opened.wait('body[data-ready="true"]')
        assert "Chrome/78." in opened.evaluate("navigator.userAgent")
        yield opened
        assert opened.faults == []
        assert opened.evaluate("window.violations") == []
        ours = (link.split("/login")[0] + "/", "data:", "blob:", "about:")
        assert [url for url in opened.asked if not url.startswith(ours)] == []


def told(page: OldPage, path: str) -> Any:
    """Return what the service says at this path, asked by the page itself."""
    return json.loads(page.evaluate(f"fetch({json.dumps(path)}).then((answer) => answer.text())"))


def enter(page: OldPage, room: str) -> None:
    page.evaluate(f'void (location.hash = "#/{room}")')
    page.wait(f'body[data-ready="true"][data-room="{room}"]')


def pixel(page: OldPage, cell: str) -> tuple[float, float]:
    return pixel_in(page.attribute("#map", "data-view"), page.box("#map"), cell)


def test_hexagons_have_the_colours_of_their_classes(page: OldPage) -> None:
    enter(page, "map")
    for layer in ("buildings", "streets", "boundaries", "catchments", "branches"):
        page.click(f"input[name={layer}]")
    page.evaluate(f"(async () => {{ {FRAMES} }})()")
    answer = told(page, "/api/v1/cells?measures=penetration")
    screen, view, box = page.picture(), page.attribute("#map", "data-view"), page.box("#map")
    cells = firm_cells(answer, "penetration")
    classes = {at: page.attribute(f'.legend [data-class="{at}"]', "data-colour") for at in {at for _, at in cells}}
    assert len(set(classes.values())) >= 4
    assert [cell for cell, at in cells if colour_at(screen, pixel_in(view, box, cell)) != classes[at]] == []


def test_a_cell_is_chosen_by_mouse_and_by_keyboard(page: OldPage) -> None:
    enter(page, "map")
    cell = told(page, "/api/v1/cells?measures=people")["cells"][400]
    page.click_at(*pixel(page, cell))
    page.wait(f'body[data-selected-cell="{cell}"] .figures')
    page.find("#map", "e.focus()")
    page.press("ArrowRight")
    page.wait(f'body:not([data-selected-cell="{cell}"])')
    assert page.attribute("body", "data-selected-cell") in h3.grid_ring(cell, 1)
    page.press("Escape")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_room_is_entered_in_both_languages(page: OldPage, size: dict[str, int]) -> None:
    page.resize(size)
    rooms = {
        "map": ".legend tr[data-class]",
        "grids": "select[name=grids-branch]",
        "plan": ".plan-make",
        "queue": ".queue-card .facts",
    }
    for room, there in rooms.items():
        enter(page, room)
        page.wait(there)
        assert page.evaluate(LAID_OUT_IN_VAIN) == []
        for language in ("zh", "en"):
            page.click(f'button[data-language="{language}"]')
            page.wait(f'body[data-language="{language}"]')
            words = page.find("body", "e.innerText")
            assert len(re.findall("[\u4e00-\u9fff]", words)) > 100 or language == "en"
            assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"]
    page.resize(DESKTOP)


def choose_branch(page: OldPage) -> None:
    page.wait("select[name=grids-branch]")
    page.find("select[name=grids-branch]", "(e.value = 'B2', e.dispatchEvent(new Event('change', {bubbles: true})))")


def test_a_stroke_is_painted_saved_and_undone(page: OldPage) -> None:
    enter(page, "grids")
    choose_branch(page)
    page.wait('[data-act="begin"]:not([hidden])')
    page.click('[data-act="begin"]')
    page.wait(".grids-table")
    begun = told(page, GRIDS)
    half = begun["cells"][: len(begun["cells"]) // 2]
    operation = {"operation": "create_cells", "args": {"name": "half", "cells": half}}
    headers = {"if-match": str(begun["revision"]), "content-type": "application/json"}
    sent = {"method": "POST", "headers": headers, "body": json.dumps(operation)}
    assert page.evaluate(f"fetch('{GRIDS}/operations', {json.dumps(sent)}).then((answer) => answer.status)") == 200
    page.evaluate("location.reload()")
    page.wait('body[data-ready="true"][data-room="grids"]')
    choose_branch(page)
    page.wait(f'body[data-grids-revision="B2 {begun["revision"] + 1}"]')
    before = told(page, GRIDS)
    half_id = next(one["id"] for one in before["grids"] if one["name"] == "half")
    page.click(f'.grids-table [data-grid="{half_id}"] .link')
    page.click('[data-act="paint"]')
    page.wait('body[data-grids-painting="saved"]')
    names = [one["name"] for one in before["grids"]]
    mine = {cell for cell, at in zip(before["cells"], before["grid_index"], strict=True) if names[at] == "half"}
    cell = next(one for one in before["cells"] if one not in mine and mine.intersection(h3.grid_ring(one, 1)))
    page.click_at(*pixel(page, cell))
    page.wait(f'body[data-grids-revision="B2 {before["revision"] + 1}"][data-grids-painting="saved"]')
    painted = told(page, GRIDS)
    assert painted["grid_index"][before["cells"].index(cell)] == names.index("half")
    page.press("z", control=True)
    page.wait(f'body[data-grids-revision="B2 {before["revision"] + 2}"][data-grids-painting="saved"]')
    assert told(page, GRIDS)["grid_index"] == before["grid_index"]


def test_chromium_64_gets_the_plain_page_and_nothing_else(link: str) -> None:
    command = [unpacked("chromium-64"), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    done = subprocess.run([*command, link.split("/login")[0]], capture_output=True, text=True, check=True)
    assert re.search(r'id="old-browser" class="page" style="display: block', done.stdout)
    assert re.search(r'id="loading" class="page" style="display: none', done.stdout)
    assert PLAIN in done.stdout
    assert "<main" not in done.stdout
    assert "<header" not in done.stdout


@pytest.mark.parametrize(("version", "plain"), [(77, True), (78, False)])
def test_chrome_is_taken_by_its_word_from_78_on(link: str, tmp_path: Path, version: int, plain: bool) -> None:
    said = f"--user-agent=Mozilla/5.0 AppleWebKit/537.36 Chrome/{version}.0.1.2 Safari/537.36"
    with old_page(unpacked("chromium-78"), tmp_path, said) as opened:
        opened.goto(link.split("/login")[0])
        # Until the styles have come, everything that the page may say stands there.
        opened.wait('#old-browser[style*="block"]' if plain else 'body[data-phase="signedOut"] .page')
        assert (PLAIN in opened.find("body", "e.innerText")) == plain
        assert opened.evaluate("document.querySelector('header') === null") == plain
