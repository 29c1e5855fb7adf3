"""A real Chromium before the real service over a demo store; every page is watched for what it must not do."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "api" / "gridgeo_api" / "static"
GRIDGEO = Path(sys.executable).parent / "gridgeo"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-background-networking",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
NOTE_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(event.violatedDirective + " " + event.blockedURI));
"""


@dataclass(frozen=True)
class Service:
    """A running `gridgeo serve`: its address, the cookies of whoever opened the login link, and its store."""

    url: str
    cookies: list[dict[str, Any]]
    store: str = ""


@dataclass
class Visit:
    """A page with everything it did that it must not do."""

    page: Page
    service: Service
    faults: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self) -> Page:
        """Go to the page and wait until the map is drawn."""
        self.page.goto(self.service.url)
        self.page.wait_for_selector('body[data-ready="true"]')
        return self.page

    def json(self, path: str) -> Any:
        """Return what the service says at this path, asked with the page's own session."""
        answer = self.page.context.request.get(self.service.url + path)
        assert answer.ok, answer.text()
        return answer.json()

    def violations(self) -> list[str]:
        """Return what the content security policy forbade so far."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def note_request(self, request: Request) -> None:
        """Keep a request that goes anywhere but to the service; data and blob addresses go nowhere."""
        if not request.url.startswith((self.service.url + "/", "data:", "blob:")):
            self.foreign.append(request.url)


NewVisit = Callable[..., Visit]


def gridgeo(*arguments: str) -> None:
    """Run a gridgeo command to its end."""
    done = subprocess.run([GRIDGEO, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def serving(store: str, **settings: str) -> Iterator[str]:
    """Start `gridgeo serve`; gives the login link that it printed, with settings of a server its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [GRIDGEO, "serve", "--store", store, "--port", str(port)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8"}
    url = f"http://127.0.0.1:{port}" if settings else None
    environment |= {f"GRIDGEO_{name.upper()}": value for name, value in settings.items()}
    environment |= {"GRIDGEO_PUBLIC_URL": url} if url else {}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    try:
        yield _login_link(process, url)
    finally:
        process.terminate()
        process.wait()


def _login_link(process: subprocess.Popen[str], link: str | None) -> str:
    """Read the log until the worker is up; the link comes before, where there is none yet."""
    log = []
    for line in process.stdout or ():
        log.append(line)
        printed = re.search(r"http://\S+/login\?token=\S+", line)
        link = link or (printed.group() if printed else None)
        if link and "Started worker" in line:
            # A server logs every request: a pipe that nobody reads would stop it.
            threading.Thread(target=process.communicate, daemon=True).start()
            return link
    raise AssertionError("".join(log))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as it runs on a desktop without a graphics card."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    assert executable, "Chromium is missing: scripts/test installs it"
    assert (STATIC / "app.js").is_file(), "the page is not built: scripts/npm run build"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo store as a file; it may be served, so that whoever changes it copies it by SQLite first."""
    file = tmp_path_factory.mktemp("browser") / "demo.db"
    gridgeo("demo", "--no-serve", "--store", f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def service(browser: Browser, demo_store: Path) -> Iterator[Service]:
    """The service over a demo store, signed in once by the link."""
    store = f"sqlite:///{demo_store}"
    with serving(store) as link:
        yield replace(signed_in(browser, link), store=store)


def signed_in(browser: Browser, link: str) -> Service:
    """Open the login link once and keep the session."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    url = link.split("/login")[0]
    assert page.url == url + "/"
    cookies = context.cookies()
    context.close()
    return Service(url, [dict(cookie) for cookie in cookies])


@pytest.fixture
def new_visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[NewVisit]:
    """Make visits with a size, a language, a service of choice; nothing is asserted at their end."""
    contexts: list[BrowserContext] = []

    def make(*, at: Service | None = None, size: dict[str, int] = DESKTOP, locale: str = "en-GB") -> Visit:
        # Started when it is first wanted: a file with a service of its own does without.
        at = at or request.getfixturevalue("service")
        context = browser.new_context(viewport=size, locale=locale, reduced_motion="reduce")  # type: ignore[arg-type]
        contexts.append(context)
        context.add_cookies(at.cookies)  # type: ignore[arg-type]
        context.add_init_script(NOTE_VIOLATIONS)
        page = context.new_page()
        visit = Visit(page, at)
        page.on("console", lambda said: visit.faults.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: visit.faults.append(str(error)))
        page.on("request", visit.note_request)
        return visit

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def visit(new_visit: NewVisit) -> Iterator[Visit]:
    """An English visit at desktop size; at its end nothing forbidden may have happened."""
    made = new_visit()
    yield made
    assert made.violations() == []
    assert made.faults == []
    assert made.foreign == []
