"""Many users: each role sees its rooms, a session that ends loses nothing, signing out leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from gridgeo.domain.actor import ROLES
from gridgeo.domain.personal import SEES_NAMES

from .conftest import ROOT, NewVisit, Service, serving
from .many_users import Many, arrive, serving_many, sign_in
from .plan_room import box_of
from .screen import settle

ROOMS = {
    "hq": ["map", "grids", "plan", "queue"],
    "planner": ["map", "grids", "plan", "queue"],
    "branch_manager": ["map", "grids", "plan", "queue"],
    "rm": ["map"],
    "helper": ["map"],
    "consumer": ["map"],
    "auditor": ["map", "plan"],
}
BUILT = [room for room in ROOMS["hq"] if (ROOT / f"api/web/src/rooms/{room}.ts").is_file()]


@pytest.fixture(scope="module")
def many(service: Service) -> Iterator[Many]:
    """The demo store served to many users."""
    with serving_many(service.store) as served:
        yield served


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_rooms_and_nothing_else(new_visit: NewVisit, many: Many, role: str) -> None:
    page = sign_in(arrive(new_visit, many).page, many, role)
    assert page.get_attribute(".who", "data-role") == role
    shown = [tab.get_attribute("data-tab") for tab in page.locator("[data-tab]").all()]
    assert shown == [room for room in ROOMS[role] if room in BUILT]
    assert page.locator(".rooms").is_visible() == (len(shown) > 1)
    assert ("customer" in page.inner_text("label[for=search]")) == (role in SEES_NAMES)
    page.goto(many.service.url + "/#/queue")
    room = "queue" if "queue" in shown else "map"
    settle(page)
    page.wait_for_selector(f'body[data-ready="true"][data-room="{room}"]')
    assert page.evaluate("location.hash") == ("#/queue" if room == "queue" else "")


def test_a_consumers_page_holds_published_figures_only(new_visit: NewVisit, many: Many) -> None:
    visit = arrive(new_visit, many)
    asked: list[str] = []
    visit.page.on("response", lambda answer: asked.append(f"{answer.status} {urlsplit(answer.url).path}"))
    page = sign_in(visit.page, many, "consumer")
    page.focus("#map")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".figures")
    assert [answer for answer in asked if answer.startswith(("4", "5"))] == []
    cell = page.get_attribute("body", "data-selected-cell")
    told = visit.json(f"/api/v1/cells/{cell}")["measures"]
    assert page.locator(".figures tbody tr").count() == len(told)


def test_a_manager_reads_who_else_claims_the_own_cells(new_visit: NewVisit, many: Many) -> None:
    visit = arrive(new_visit, many, "#/grids")
    page = sign_in(visit.page, many, "branch_manager")
    page.select_option("select[name=grids-branch]", "B1")
    page.click('[data-fold="catchment"] summary')
    page.select_option('[name="catchment-method"]', "buffer")
    page.fill("[name=radius]", "6000")
    page.click('[data-act="try-catchment"]')
    page.wait_for_selector(".grids-overlaps li")
    own = [one["name"] for one in visit.json("/api/v1/branches")["branches"]]
    told = [one.split(":")[0] for one in page.locator(".grids-overlaps li").all_inner_texts()]
    assert len(own) == 1
    assert all(name.startswith("Demo bank ") and name not in own for name in told)


def test_signing_in_leads_to_the_room_that_was_asked_for(new_visit: NewVisit, many: Many) -> None:
    page = sign_in(arrive(new_visit, many, "#/queue").page, many, "planner")
    page.wait_for_selector('body[data-room="queue"]')


def test_a_session_that_ends_leads_back_to_the_same_room_with_nothing_lost(new_visit: NewVisit, many: Many) -> None:
    page = sign_in(arrive(new_visit, many, "#/queue").page, many, "planner")
    page.wait_for_selector(".queue-card .facts")
    house = page.locator("#queue-house").inner_text()
    page.keyboard.press("p")
    page.keyboard.press("ArrowRight")
    pin = page.locator(".pin-bar output").inner_text()
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    page.wait_for_selector('body[data-phase="signedOut"]')
    assert "Nothing that you entered is lost" in page.locator(".page").inner_text()
    said, link = box_of(page.locator(".page p").first), box_of(page.locator("a.primary"))
    assert said["y"] + said["height"] <= link["y"], "the button lies over no words"
    with page.context.expect_page() as opened:
        page.click("a.primary")
    opened.value.click("#ok")
    opened.value.wait_for_selector('body[data-ready="true"]')
    opened.value.close()
    page.click(".page button.primary")
    page.wait_for_selector('body[data-phase="ready"][data-room="queue"]')
    assert page.locator("#queue-house").inner_text() == house
    assert page.locator(".pin-bar output").inner_text() == pin
    page.click(".pin-bar [data-act=here]")
    page.wait_for_selector(".queue-done >> text=Placed")
    page.click(".queue-done button")
    page.wait_for_selector(".queue-done", state="hidden")


def test_signing_out_ends_the_session_and_leaves_nothing_on_the_page(new_visit: NewVisit, many: Many) -> None:
    page = sign_in(arrive(new_visit, many).page, many, "hq")
    page.dblclick("[data-act=sign-out]")
    page.wait_for_url(f"{many.provider.url}/end_session_endpoint*")
    page.goto(many.service.url)
    page.wait_for_selector('body[data-phase="signedOut"]')
    assert page.locator(".who").count() == 0


def test_signing_out_in_embedded_mode_leads_to_the_page_that_asks_for_a_link(
    new_visit: NewVisit, service: Service
) -> None:
    with serving(service.store) as link:
        page = new_visit(at=Service(link.split("/login")[0], [])).page
        page.goto(link)
        page.wait_for_selector('body[data-ready="true"]')
        page.click("[data-act=sign-out]")
        page.wait_for_selector('body[data-phase="signedOut"]')
