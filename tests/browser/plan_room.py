"""What the tests of the planner's room do and read on the page."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import h3
import pytest
from playwright.sync_api import FloatRect, Locator, Page

from .screen import FRAMES, picture, pixel_at, pixel_of

if TYPE_CHECKING:
    from .conftest import Visit

SCENARIOS = "/api/v1/scenarios"
INFEASIBLE = 3
PIXELS = f"""async () => {{
  {FRAMES}
  return [...document.querySelectorAll(".map .map-canvas canvas")].map((one) => one.toDataURL());
}}"""
GAINS = """() => [...document.querySelectorAll(".plan-gains tbody tr")].map((row) => [
  row.dataset.territory, [...row.querySelectorAll("data")].map((one) => +one.value),
])"""
BARS = """() => [...document.querySelectorAll(".plan-bars tbody tr")].map((row) => [
  row.dataset.territory,
  [...row.querySelectorAll("[data-measure]")].map(({ dataset, children }) => [
    dataset.measure, children[0].querySelector("data").value, dataset.target, dataset.imbalance,
  ]),
])"""


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
    # In one question, so that nothing is drawn anew in the midst of it.
    return {
        territory: {measure: (float(load), float(target), float(off)) for measure, load, target, off in measures}
        for territory, measures in page.evaluate(BARS)
    }


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


def scenario_cells(visit: Visit, name: str) -> tuple[dict[str, str], dict[str, dict[str, float]]]:
    """Return cell -> territory, and measure -> cell -> weight."""
    body = visit.json(f"{SCENARIOS}/{name}/cells")
    ids = [one["id"] for one in body["territories"]]
    owner = {cell: ids[at] for cell, at in zip(body["cells"], body["territory_index"], strict=True) if at >= 0}
    return owner, {name: dict(zip(body["cells"], column, strict=True)) for name, column in body["weights"].items()}


def gains_shown(page: Page) -> dict[str, list[float]]:
    """Return territory -> had, gets, gives, has of cells, then of each measure, exactly as the table carries them."""
    return dict(page.evaluate(GAINS))


def box_of(element: Locator) -> FloatRect:
    box = element.bounding_box()
    assert box is not None
    return box


def patches(page: Page, cell: str) -> tuple[Any, Any]:
    """Return the pixels in the middle of a cell on either map: the other plan's, then the scenario's."""
    x, y = pixel_of(page, cell)
    screen = picture(page)
    twin, own = map(box_of, page.locator(".map").all())
    across, down = (round(twin[side] - own[side]) for side in ("x", "y"))
    at = [(int(x) + dx, int(y) + dy) for dx, dy in ((across, down), (0, 0))]
    return tuple(screen[v - 3 : v + 4, u - 3 : u + 4] for u, v in at)


def border(cells: dict[str, Any], give: int, get: int, but: Collection[str] = ()) -> str:
    """Return a cell of one territory that touches another's and is none of some."""
    owner = dict(zip(cells["cells"], cells["territory_index"], strict=True))
    mine = (cell for cell, one in owner.items() if one == give and cell not in but)
    return next(cell for cell in mine if any(owner.get(other) == get for other in h3.grid_ring(cell, 1)))


def kept(page: Page) -> None:
    """Wait until all strokes are kept."""
    page.wait_for_selector('.strokes[data-health="saved"][data-pending="0"]')


def all_of_the_ground(visit: Visit) -> None:
    """Show everything: it lies within the map, however many maps there were before."""
    page = visit.page
    view = page.get_attribute("#map", "data-view")
    page.click("[data-act=all]")
    page.wait_for_selector(f'#map:not([data-view="{view}"])')
    west, south, east, north = visit.json("/api/v1/session")["bounds"]
    (left, top), (right, bottom) = pixel_at(page, west, north), pixel_at(page, east, south)
    place = box_of(page.locator("#map"))
    assert place["x"] <= left < right <= place["x"] + place["width"]
    assert place["y"] <= top < bottom <= place["y"] + place["height"]
