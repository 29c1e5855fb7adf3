"""A real Chromium before the real service over a demo store; every page is watched for what it must not do."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.made_once import MadeOnce, copy_sqlite, file_of
from tests.warm_commands import WarmCommands, commands

from .plan_room import INFEASIBLE, enter
from .screen import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "api" / "gridgeo_api" / "static"
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first is the same engine without windows of its own: a page and a screenshot take it a third of the time."""
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-background-networking",
]
PATIENCE_MS = 1000 * PATIENCE_S
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


def gridgeo(*arguments: str, returns: Collection[int] = (0,)) -> None:
    """Run a gridgeo command to its end, which is one of those expected."""
    done = commands().run(arguments)
    assert done.returncode in returns, done.stderr


@contextmanager
def serving(store: str, **settings: str) -> Iterator[str]:
    """Start `gridgeo serve`; gives the login link that it printed, with settings of a server its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}" if settings.get("mode") == "server" else None
    # What a busy machine answers late is no refusal.
    patient = {"request_timeout_s": str(PATIENCE_S)}
    environment = {f"GRIDGEO_{name.upper()}": value for name, value in (patient | settings).items()}
    environment |= {"GRIDGEO_PUBLIC_URL": url} if url else {}
    running = commands().start(["serve", "--store", store, "--port", str(port)], **environment)
    # A server logs every request: a pipe that nobody reads would stop it.
    reader = threading.Thread(target=running.drain, daemon=True)
    try:
        link = _login_link(running.output, url)
        reader.start()
        yield link
    finally:
        running.terminate()
        if reader.ident is None:
            reader.start()
        reader.join()


def _login_link(output: IO[str], link: str | None) -> str:
    """Read the log until the server says where it answers; give the link that it prints, or the known address."""
    log = []
    for line in output:
        log.append(line)
        printed = re.search(r"http://\S+/login\?token=\S+", line)
        if printed or (link and line.startswith("Serving ")):
            return link or printed.group()  # type: ignore[union-attr]
    raise AssertionError("".join(log))


@pytest.fixture(scope="session")
def browser(warm_commands: WarmCommands) -> Iterator[Browser]:  # noqa: ARG001 - closes them at the end
    """Chromium as it runs on a desktop without a graphics card."""
    executable = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    assert executable, "Chromium is missing: scripts/test installs it"
    assert (STATIC / "app.js").is_file(), "the page is not built: scripts/npm run build"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo_store(demo_file: tuple[Path, dict[str, Any]]) -> Path:
    """A finished demo store as a file that nobody serves or changes: whoever wants to takes a copy."""
    return demo_file[0]


def copy_of(store: Path, folder: Path) -> str:
    """Return the URL of a copy of a store, which somebody may have open."""
    file = folder / "demo.db"
    copy_sqlite(store, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def service(browser: Browser, demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service over a demo store of its own, signed in once by the link; a worker's tests share and change it."""
    store = copy_of(demo_store, tmp_path_factory.mktemp("service"))
    with serving(store) as link:
        yield replace(signed_in(browser, link), store=store)


def signed_in(browser: Browser, link: str) -> Service:
    """Open the login link once and keep the session."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
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
        context.set_default_timeout(PATIENCE_MS)
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


@pytest.fixture(scope="session")
def scenario_store(made_once: MadeOnce, demo_store: Path) -> Path:
    """A demo with scenarios, made once for all workers; as `demo_store` nobody serves or changes it."""

    def fill(url: str) -> None:
        copy_sqlite(demo_store, file_of(url))
        add_scenarios(url)

    return file_of(made_once.store("demo_with_scenarios", "sqlite", fill)[0])


@pytest.fixture(scope="session")
def plan_store(scenario_store: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A demo store of its own with scenarios."""
    return copy_of(scenario_store, tmp_path_factory.mktemp("plan"))


def add_scenarios(url: str) -> None:
    """Have Li solve Spring for B2 in a store, and take the live plan of B2 twice as it is."""
    solved = ("--branch", "B2", "--tolerance", "30", "--starts", "1")
    gridgeo("territory", "solve", "--scenario", "Spring", *solved, "--store", url, "--as", "Li:planner")
    copied = ("--as-it-is", "--branch", "B2", "--tolerance", "60")
    # the river leaves the live territory of RM07 in two parts, which is said and no reason to stop
    for name in ("Copy", "Paint"):
        command = ("territory", "replan", "--scenario", name, *copied, "--store", url, "--as", "Li:planner")
        gridgeo(*command, returns=(INFEASIBLE,))


@pytest.fixture(scope="session")
def planning(browser: Browser, plan_store: str) -> Iterator[Service]:
    """The service over that store; what a test publishes does not stand in other rooms' way."""
    with serving(plan_store) as link:
        yield signed_in(browser, link)


@pytest.fixture
def room(new_visit: NewVisit, planning: Service) -> Iterator[Visit]:
    """A visit in the planner's room; at its end nothing forbidden may have happened."""
    visit = new_visit(at=planning)
    enter(visit)
    yield visit
    assert visit.violations() == []
    assert visit.foreign == []


@pytest.fixture
def visit(new_visit: NewVisit) -> Iterator[Visit]:
    """An English visit at desktop size; at its end nothing forbidden may have happened."""
    made = new_visit()
    yield made
    assert made.violations() == []
    assert made.faults == []
    assert made.foreign == []
