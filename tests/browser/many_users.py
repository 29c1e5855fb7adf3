"""A server of many users, who sign in at a provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import Page

from gridgeo.domain import local_actor
from gridgeo.domain.actor import OF_BRANCHES, ROLES
from gridgeo.pipeline.access import give_role
from gridgeo.storage import acting, open_engine
from tests.api.identity_provider import AUDIENCE, CLIENT, Provider, provider_on_loopback

from .conftest import NewVisit, Service, Visit, serving


@dataclass(frozen=True)
class Many:
    """A server of many users, and the provider where they sign in."""

    service: Service
    provider: Provider


@contextmanager
def serving_many(store: str) -> Iterator[Many]:
    """Serve a store to many users; whoever is in a group named after a role has that role, in B1 where it needs one."""
    engine = open_engine(store)
    with acting(engine, local_actor()).begin() as connection:
        for role in ROLES:
            branches = ["B1"] if role in OF_BRANCHES else []
            give_role(connection, local_actor(), role, role, datetime.now(UTC), claim="groups", branches=branches)
    engine.dispose()
    with provider_on_loopback() as provider:
        given = {"oidc_issuer": provider.url, "oidc_audience": AUDIENCE, "oidc_client_id": CLIENT, "rate_per_s": "0"}
        with serving(store, mode="server", **given) as url:
            yield Many(Service(url, [], store), provider)


def arrive(new_visit: NewVisit, many: Many, room: str = "") -> Visit:
    """Open the page as somebody who is not signed in."""
    visit = new_visit(at=many.service)
    visit.page.goto(many.service.url + "/" + room)
    visit.page.wait_for_selector('body[data-phase="signedOut"]')
    return visit


def sign_in(page: Page, many: Many, role: str) -> Page:
    """Go to the provider and come back with a role."""
    many.provider.groups = [role]
    page.click("a.primary")
    page.click("#ok")
    page.wait_for_selector('body[data-ready="true"]')
    return page
