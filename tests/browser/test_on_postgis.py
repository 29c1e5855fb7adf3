"""The same claims on PostGIS, where the service has the application's login and every row is fenced by branch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser

from gridgeo.bench.postgis_server import PostgisServer
from gridgeo.bench.store_logins import store_logins
from gridgeo.storage import open_engine

from . import test_grids, test_map, test_plan, test_plan_paint, test_queue, test_scores, test_session
from .conftest import NewVisit, Service, Visit, gridgeo, serving, signed_in
from .many_users import Many, serving_many


@pytest.fixture(scope="module")
def plan_store(scenario_store: Path, make_store: Callable[[str], str], postgis: PostgisServer) -> Iterator[str]:
    """The demo with the planner's scenarios, moved to PostGIS; the URL logs in as the application."""
    with store_logins(make_store("postgis"), postgis) as logins:
        gridgeo("db", "move", "--store", f"sqlite:///{scenario_store}", "--to", logins.migrator)
        yield logins.application


@pytest.fixture(scope="module")
def service(browser: Browser, plan_store: str) -> Iterator[Service]:
    """The service over that store, signed in once by the link; every file's rooms are shown at it."""
    with serving(plan_store) as link:
        yield signed_in(browser, link)


@pytest.fixture(scope="module")
def planning(service: Service) -> Service:
    """The planner's room is shown at it too."""
    return service


@pytest.fixture(scope="module")
def many(plan_store: str) -> Iterator[Many]:
    """The same store served to many users."""
    with serving_many(plan_store) as served:
        yield served


def test_the_database_itself_shows_nothing_to_whom_it_was_not_told_of(plan_store: str) -> None:
    engine = open_engine(plan_store, create=False)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM catchment")) == 0
    engine.dispose()


class TestMap:
    test_colours = staticmethod(test_map.test_pixel_of_every_firm_cell_has_the_legend_colour_of_its_class)
    test_classes = staticmethod(test_scores.test_classes_are_the_services_for_the_scheme_that_is_chosen)
    test_reasons = staticmethod(test_scores.test_reasons_of_a_figure_are_the_services_own)


class TestGrids:
    @pytest.fixture
    def room(self, new_visit: NewVisit) -> Iterator[Visit]:
        yield from test_grids.begun(new_visit())

    test_split = staticmethod(test_grids.test_split_in_parts_shows_its_counts_before_and_keeps_the_totals)
    test_paint = staticmethod(test_grids.test_cells_are_painted_saved_undone_and_kept_when_somebody_else_was_first)


class TestPlan:
    @pytest.fixture
    def planned(self, many: Many) -> Many:
        return many

    test_lists = staticmethod(test_plan.test_lists_and_differences_are_the_services)
    test_paint = staticmethod(
        test_plan_paint.test_bars_follow_the_brush_and_are_the_services_to_the_last_digit_when_kept
    )
    test_conflict = staticmethod(test_plan_paint.test_cells_that_two_planners_painted_are_asked_about)
    test_publish = staticmethod(test_plan.test_from_the_sign_in_to_a_publication_by_keyboard_alone)


class TestQueue:
    test_decide = staticmethod(test_queue.test_the_keyboard_alone_goes_through_the_queue)
    test_refused = staticmethod(test_queue.test_a_location_that_another_has_decided_meanwhile_is_said_in_words)


class TestRoles:
    test_rooms = staticmethod(test_session.test_each_role_sees_its_rooms_and_nothing_else)
    test_consumer = staticmethod(test_session.test_a_consumers_page_holds_published_figures_only)
