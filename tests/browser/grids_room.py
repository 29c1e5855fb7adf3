"""What the tests of the room of grids do and read on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h3
from playwright.sync_api import Page

from . import screen
from .screen import asked_at, held_back

if TYPE_CHECKING:
    from .conftest import Visit

BRANCH = "B2"
OTHER = "B1"
"""A branch without grids."""
PATH = f"/api/v1/grids/{BRANCH}"
TOLD = "document.activeElement.validationMessage"


def settled(visit: Visit) -> dict[str, Any]:
    """Wait until the page shows the newest revision; return it."""
    found: dict[str, Any] = visit.json(PATH)
    visit.page.wait_for_selector(f'body[data-grids-revision="{BRANCH} {found["revision"]}"][data-grids-busy="false"]')
    return found


def after(visit: Visit, revision: int) -> dict[str, Any]:
    """Wait until the page shows a revision; return the grids as the service has them."""
    visit.page.wait_for_selector(f'body[data-grids-revision="{BRANCH} {revision}"][data-grids-busy="false"]')
    found: dict[str, Any] = visit.json(PATH)
    assert found["revision"] == revision
    return found


def cells_of(found: dict[str, Any], grid: str) -> set[str]:
    """Return the cells of a grid by its name."""
    at = [one["name"] for one in found["grids"]].index(grid)
    return {cell for cell, owner in zip(found["cells"], found["grid_index"], strict=True) if owner == at}


def shown(page: Page, where: str, grid: str, name: str) -> float:
    """Return a figure of the list as the page holds it."""
    return float(page.get_attribute(f'{where} [data-grid="{grid}"] [data-field="{name}"] data', "value") or "nan")


def choose(page: Page, name: str) -> None:
    """Choose a grid in the list."""
    page.locator(".grids-table .link", has_text=name).first.click()


def name_that_was_missing(room: Visit, other: str) -> None:
    """Rename to nothing, then choose another grid, whose name the page fills in: that is a name."""
    page = room.page
    page.fill("[name=grid-name]", "")
    page.click('[data-act="rename"]')
    assert page.evaluate(TOLD) == "Fill in this field."
    choose(page, other)
    with page.expect_response(lambda answer: answer.url.endswith(f"{PATH}/operations")) as renamed:
        page.click('[data-act="rename"]')
    assert renamed.value.json()["code"] == "input", "it was asked for, and nothing would change"
    room.faults.clear()  # the console tells of the refusal


def walk(page: Page, key: str) -> str:
    """Move the selection with an arrow key until the ground ends; return the cell."""
    for _ in range(60):
        page.keyboard.press(key)
    return page.get_attribute("body", "data-selected-cell") or ""


def left_of(cell: str, x: list[float], y: list[float]) -> bool:
    lat, lng = h3.cell_to_latlng(cell)
    return (x[1] - x[0]) * (lat - y[0]) - (y[1] - y[0]) * (lng - x[0]) >= 0


def elsewhere(visit: Visit, known: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """Do an operation as another browser would; return the grids after it."""
    headers = {"if-match": str(known["revision"]), "origin": visit.service.url}
    answer = visit.page.context.request.post(f"{visit.service.url}{PATH}/operations", data=operation, headers=headers)
    assert answer.ok, answer.text()
    found: dict[str, Any] = visit.json(PATH)
    return found


def typed_and_tried(page: Page) -> dict[str, Any]:
    """Fill the forms, leave a list half understood, and try a catchment; return all that would be lost."""
    page.fill("[name=grid-name]", "half a name")
    page.fill("[name=new-name]", "Riverside")
    page.fill("[name=grid-parts]", "3")
    page.fill("[name=places]", "Vadutz")
    page.click('[data-act="places"]')
    page.wait_for_selector('[data-unclear="Vadutz"] [data-meant="Vaduz"]')
    page.select_option("[name=catchment-method]", "buffer")
    page.fill("[name=radius]", "700")
    page.click('[data-act="try-catchment"]')
    page.wait_for_selector('body:not([data-grids-claimed=""])')
    return held_unsaved(page)


def held_unsaved(page: Page) -> dict[str, Any]:
    fields = ("grid-name", "new-name", "grid-parts", "places", "catchment-method", "radius")
    held: dict[str, Any] = {name: page.input_value(f"[name={name}]") for name in fields}
    return held | {"claimed": page.get_attribute("body", "data-grids-claimed")}


def logged(page: Page) -> list[str]:
    """Return what the log says was done and to which grids, newest first; it is closed again."""
    page.click('[data-act="log"]')
    page.wait_for_selector(".grids-log")
    rows = [row.inner_text().split("\t") for row in page.locator(".grids-log tbody tr").all()]
    page.click('[data-act="log"]')
    return ["\t".join(cells[2:]) for cells in rows]


def close_plan_page(page: Page, grid: str) -> None:
    """Close the plan page of the chosen grid by the keyboard that it holds, and by choosing the grid no longer."""
    assert page.evaluate("document.activeElement.closest('.grid-plan') !== null")
    page.keyboard.press("Escape")
    page.wait_for_selector(".grid-plan", state="hidden")
    assert page.evaluate("document.activeElement.id") == "map"
    page.click('[data-act="plan-page"]')
    page.wait_for_selector('.grid-plan[data-state="open"]')
    page.uncheck(f'[data-grid="{grid}"] input')
    page.wait_for_selector(".grid-plan", state="hidden")


def tried_for_the_branch_before(room: Visit) -> None:
    """Try an edit, and enter another branch before it is there: it is not shown there."""
    page = room.page
    tried = held_back(page, "**/operations/preview")
    page.click('[data-act="split-parts"]')
    page.select_option("select[name=grids-branch]", OTHER)
    page.wait_for_selector('[data-act="begin"]:visible')
    tried()
    assert page.get_attribute("body", "data-grids-pending") == ""
    page.select_option("select[name=grids-branch]", BRANCH)
    settled(room)


def page_of_another(page: Page, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Open a grid's page, close it before it is there and open another's: the late one does not take its place."""
    late = held_back(page, f"**/{first['id']}/card")
    choose(page, first["name"])
    page.click('[data-act="plan-page"]')
    page.click(".grid-plan .close")
    choose(page, second["name"])
    page.click('[data-act="plan-page"]')
    page.wait_for_selector('.grid-plan[data-state="open"]')
    late()
    assert page.inner_text(".grid-plan h2") == second["name"]
    page.click(".grid-plan .close")


def try_radius(page: Page, radius: str) -> str:
    """Try a buffer of a radius; return how many cells it takes."""
    page.fill("[name=radius]", radius)
    with page.expect_response(lambda answer: answer.url.endswith("/catchments/preview")) as answered:
        page.click('[data-act="try-catchment"]')
    claimed = str(len(answered.value.json()["drawn"][0]["claimed"]))
    page.wait_for_selector(f'body[data-grids-claimed="{claimed}"]')
    return claimed


def in_sight(page: Page, claimed: list[str]) -> int:
    """Wait until a tried catchment is shown, all of it on the map; return how many cells it takes."""
    page.wait_for_selector(f'body[data-grids-claimed="{len(claimed)}"]')
    _, (left, top, width, height) = screen.shown(page)
    for x, y in screen.pixels_of(page, claimed):
        assert left < x < left + width
        assert top < y < top + height
    return len(claimed)


def kept_while_another_is_saved(page: Page) -> None:
    """What is tried meanwhile stays, whether the catchment of before comes late or one is saved."""
    known = held_back(page, f"**/catchments/drawn/{BRANCH}")
    page.click('[data-act="known-catchment"]')
    claimed = try_radius(page, "400")
    tried = asked_at(page, "/catchments/preview")
    known()
    assert (tried, page.input_value("[name=radius]")) == ([], "400")
    # What is saved is what was there: the branch has the catchment that it had.
    page.click('[data-act="known-catchment"]')
    page.wait_for_selector(f'body:not([data-grids-claimed="{claimed}"]):not([data-grids-claimed=""])')
    over = held_back(page, "**/api/v1/jobs/*")
    page.click('[data-act="save-catchment"]')
    larger = try_radius(page, "900")
    over()
    page.wait_for_selector('[data-fold="catchment"] .grids-message:has-text("Saved")')
    assert page.get_attribute("body", "data-grids-claimed") == larger
