"""Where there is no map to show, the page says why and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from .conftest import NewVisit, Service, gridgeo, serving, signed_in

BUSY = {"type": "x", "title": "Busy", "status": 503, "detail": "the store does not answer; try again", "code": "busy"}


@pytest.fixture
def empty_service(browser: Browser, tmp_path: Path) -> Iterator[Service]:
    """The service over a store where nothing was published."""
    store = f"sqlite:///{tmp_path / 'empty.db'}"
    gridgeo("db", "upgrade", "--store", store)
    with serving(store) as link:
        yield signed_in(browser, link)


def phase(page: Page, name: str) -> str:
    """Wait for a phase of the page and return what it says then."""
    page.wait_for_selector(f'body[data-phase="{name}"]')
    assert not page.locator("#map").is_visible()
    return page.locator(".page").inner_text()


def busy(route: Route) -> None:
    """Answer a request as an overloaded service does."""
    route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(BUSY))


def test_without_a_session_the_page_asks_for_the_login_link(new_visit: NewVisit, service: Service) -> None:
    for locale, words in (("en-GB", "Open the login link"), ("zh-CN", "登录链接")):
        page = new_visit(at=replace(service, cookies=[]), locale=locale).page
        page.goto(service.url)
        said = phase(page, "signedOut")
        assert words in said
        assert "gridgeo serve" in said


def test_where_nothing_is_published_the_page_says_so(new_visit: NewVisit, empty_service: Service) -> None:
    page = new_visit(at=empty_service).page
    page.goto(empty_service.url)
    assert "gridgeo demo" in phase(page, "empty")


def test_a_failure_is_told_in_the_services_words_and_can_be_tried_again(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.page
    page.route("**/api/v1/cells*", busy)
    page.goto(visit.service.url)
    assert BUSY["detail"] in phase(page, "failed")
    page.unroute("**/api/v1/cells*")
    page.click("button.primary")
    page.wait_for_selector('body[data-ready="true"]')


def test_a_measure_that_does_not_come_leaves_the_map_as_it_was(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.open()
    page.route("**/api/v1/cells?measures=gap", busy)
    page.select_option("select[name=measure]", "gap")
    page.wait_for_selector(f"text={BUSY['detail']}")
    assert page.get_attribute("body", "data-measure") == "penetration"
    assert page.input_value("select[name=measure]") == "penetration"


def test_a_cell_whose_figures_do_not_come_says_why(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.open()
    page.route("**/api/v1/cells/*", busy)
    page.focus("#map")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".details >> text={BUSY['detail']}")


def test_a_session_that_ends_leads_to_the_login_page(new_visit: NewVisit) -> None:
    visit = new_visit()
    page = visit.open()
    page.context.clear_cookies()
    page.select_option("select[name=measure]", "gap")
    assert "login link" in phase(page, "signedOut")


def test_a_browser_without_what_is_needed_gets_the_plain_page(new_visit: NewVisit) -> None:
    visit = new_visit()
    visit.page.add_init_script("delete window.ResizeObserver")
    visit.page.goto(visit.service.url)
    visit.page.wait_for_selector("#old-browser", state="visible")
    assert not visit.page.locator("#loading").is_visible()


def test_a_browser_that_cannot_read_the_script_gets_the_plain_page(new_visit: NewVisit) -> None:
    visit = new_visit()
    visit.page.route("**/app.js", lambda route: route.fulfill(content_type="text/javascript", body="a ?. = ("))
    visit.page.goto(visit.service.url)
    visit.page.wait_for_selector("#old-browser", state="visible")
    assert "Chrome" in visit.page.locator("#old-browser").inner_text()
