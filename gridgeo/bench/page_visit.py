"""Visits to the page with a stopwatch: everything that the bench of the page measures of ours."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer", "--disable-background-networking"]
"""A desktop without a graphics card, as in a bank's virtual machines."""
SIZE = {"width": 1280, "height": 800}
STROKE_STEPS, PAN_S, CELLS_AT_ONCE = 40, 2.0, 500
CLOSER_STEPS = math.log2(math.sqrt(20_000 / 3_000))
"""Zoom steps from 20,000 cells in view to 3,000."""

STOPWATCH = """
  window.steps = [];
  window.readyAt = 0;
  const drawn = () => {
    for (const one of document.querySelectorAll(".map-canvas canvas")) one.getContext("2d").getImageData(0, 0, 1, 1);
  };
  window.timed = (act) => { const began = performance.now(); act(); drawn(); return performance.now() - began; };
  new MutationObserver(() => {
    if (!window.readyAt && document.body && document.body.dataset.ready === "true") window.readyAt = performance.now();
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });
  let began = 0;
  for (const kind of ["pointerdown", "pointermove", "pointerup"]) {
    window.addEventListener(kind, () => (began = performance.now()), true);
    window.addEventListener(kind, (event) => {
      if (!event.buttons && kind !== "pointerup") return;
      drawn();
      window.steps.push([kind, performance.now() - began]);
    });
  }
  window.panned = async (seconds, move) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    await frame();
    const began = performance.now();
    let frames = 0, gone = 0;
    while (performance.now() - began < 1000 * seconds) {
      const by = frames % 40 < 20 ? 5 : -5;
      move(by);
      await frame();
      drawn();
      frames += 1;
      gone += by;
    }
    const rate = (1000 * frames) / (performance.now() - began);
    // A slow map would have gone on and on: the next time as many cells are to be in view.
    move(-gone);
    await frame();
    return rate;
  };
"""


@dataclass(frozen=True)
class Figures:
    """medians: case -> figure. checks: what must be so, whatever the speed."""

    medians: dict[str, float] = field(default_factory=dict)
    checks: dict[str, Any] = field(default_factory=dict)


@contextmanager
def browsers() -> Iterator[Callable[[list[str]], Browser]]:
    """Give what starts the machine's Chromium with flags; all that were started end with the block."""
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright, ExitStack() as stack:

        def start(flags: list[str]) -> Browser:
            browser = playwright.chromium.launch(executable_path=executable, args=flags)
            stack.callback(browser.close)
            return browser

        yield start


def page_figures(browser: Browser, address: str, cookie: str, script: Path, quick: bool) -> Figures:
    """Measure ours: loading with the page as it is, painting with the bench's room beside it."""
    repeats = 1 if quick else 5
    loads = [_load(browser, address, cookie) for _ in range(repeats)]
    medians = {name: round(median(load[name] for load in loads), 3) for name in loads[0]}
    page = _visit(browser, address, cookie)
    page.route("**/app.js", lambda route: route.fulfill(path=script, content_type="text/javascript"))
    page.goto(f"{address}/#/plan")
    page.wait_for_selector('body[data-ready="true"][data-bench="true"]')
    checks = {"cells": page.evaluate("bench.edit.owner.length")}
    painted, seen = _painting(page, repeats)
    medians |= painted
    medians["redraw"] = round(median(page.evaluate("timed(() => bench.redraw())") for _ in range(repeats)), 2)
    medians["pan-20k"] = round(_pans(page, repeats), 1)
    page.evaluate(f"bench.zoom({CLOSER_STEPS})")
    page.wait_for_timeout(500)
    medians["pan-3k"] = round(_pans(page, repeats), 1)
    page.evaluate("bench.compare()")
    page.wait_for_timeout(500)
    checks["maps"] = page.locator(".map .map-cells canvas").count()
    medians["pan-two-maps"] = round(_pans(page, repeats), 1)
    page.context.close()
    return Figures(medians, checks | seen)


def _pans(page: Page, repeats: int) -> float:
    return median(float(each) for each in _panned(page, repeats))


def _panned(page: Page, repeats: int) -> list[Any]:
    return [page.evaluate(f"panned({PAN_S}, (by) => bench.pan(by, by))") for _ in range(repeats)]


def _visit(browser: Browser, address: str, cookie: str) -> Page:
    context = browser.new_context(viewport=SIZE, locale="en-GB", reduced_motion="reduce")  # type: ignore[arg-type]
    name, value = cookie.split("=", 1)
    context.add_cookies([{"name": name, "value": value, "url": address}])
    context.add_init_script(STOPWATCH)
    return context.new_page()


def _load(browser: Browser, address: str, cookie: str) -> dict[str, float]:
    """Open the page in a fresh context: seconds until it is drawn, milliseconds for the hexagons."""
    page = _visit(browser, address, cookie)
    page.goto(address)
    page.wait_for_selector('body[data-ready="true"]')
    ready_ms, geometry_ms = page.evaluate("[readyAt, performance.getEntriesByName('geometry')[0].duration]")
    page.context.close()
    return {"ready": ready_ms / 1000, "geometry": geometry_ms}


def _painting(page: Page, repeats: int) -> tuple[dict[str, float], dict[str, Any]]:
    """Paint by mouse and take everything back again; the owners must be what they were."""
    before = page.evaluate("Array.from(bench.edit.owner)")
    box = page.locator("#map").bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    single = [_drag(page, (middle[0] + 9 * at, middle[1]), (0, 0), 0) for at in range(-2 * repeats, 2 * repeats + 1)]
    page.check("input[value=rectangle]", force=True)
    side = page.evaluate(f"bench.widthOf({min(CELLS_AT_ONCE, len(before) // 16)})")
    single_changed = _changed(page, before)
    start = (middle[0] - side / 2, middle[1] - side / 2)
    many = [_drag(page, start, (side, side), 4) for _ in range(2 * repeats)]
    at_once = _changed(page, before) - single_changed
    page.check("input[value=brush]", force=True)
    page.locator("[data-act=larger]").click(click_count=2)
    strokes = [
        _drag(page, (middle[0] - 180, middle[1] - 60 + 30 * at), (360, 25), STROKE_STEPS) for at in range(repeats)
    ]
    page.locator("#map").focus()
    strokes_done = page.evaluate("bench.edit.undoable")
    for _ in range(strokes_done):
        page.keyboard.press("Control+z")
    after = page.evaluate("Array.from(bench.edit.owner)")
    medians = {
        "paint-1": median(steps["pointerdown"][0] for steps in single),
        "paint-500": median(steps["pointerup"][0] for steps in many),
        "brush-40": median(sum(sum(times) for times in steps.values()) for steps in strokes) / 1000,
        "brush-40-step": median(max(steps["pointermove"]) for steps in strokes),
    }
    checks = {"painted_at_once": at_once, "strokes": strokes_done, "undone_exactly": before == after}
    return {name: round(value, 4) for name, value in medians.items()}, checks


def _changed(page: Page, before: list[int]) -> int:
    """Return how many cells are not what they were."""
    now = page.evaluate("Array.from(bench.edit.owner)")
    return sum(a != b for a, b in zip(before, now, strict=True))


def _drag(page: Page, start: tuple[float, float], way: tuple[float, float], steps: int) -> dict[str, list[float]]:
    """Press, move in steps, release; returns milliseconds of each step by kind of event, pixels included."""
    page.mouse.move(*start)
    page.evaluate("void (steps.length = 0)")
    page.mouse.down()
    for at in range(1, steps + 1):
        page.mouse.move(start[0] + way[0] * at / steps, start[1] + way[1] * at / steps)
    page.mouse.up()
    found: dict[str, list[float]] = {"pointerdown": [], "pointermove": [0.0], "pointerup": []}
    for kind, taken_ms in page.evaluate("steps"):
        found[kind].append(taken_ms)
    return found
