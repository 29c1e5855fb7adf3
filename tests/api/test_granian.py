"""The application under its real server, in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from .conftest import TOKEN
from .small_bank import Bank

SERVE = """
import sys
from granian.constants import Interfaces
from granian.server import Server
Server("gridgeo_api.main:create_app", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI,
       factory=True, workers=1, log_access=False).serve()
"""
START_WITHIN_S = 60.0


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    process: subprocess.Popen[str]

    @property
    def base(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(store_url: str, **environ: str) -> Iterator[Served]:
    """Start granian over a store, wait until it answers, stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "GRIDGEO_STORE_URL": store_url,
        "GRIDGEO_LOGIN_TOKEN": TOKEN,
        "GRIDGEO_PORT": str(port),
        "GRIDGEO_MAX_BODY_BYTES": "100000",
        **environ,
    }
    command = [sys.executable, "-c", SERVE, str(port)]
    with subprocess.Popen(command, env=environment, text=True, stderr=subprocess.PIPE) as process:
        log: list[str] = []
        reader = threading.Thread(target=lambda: log.extend(process.stderr or ()), daemon=True)
        reader.start()
        try:
            transport = httpx.HTTPTransport(retries=12)
            with httpx.Client(transport=transport, timeout=START_WITHIN_S) as client:
                assert client.get(f"http://127.0.0.1:{port}/ready").status_code == 200, "".join(log)
            yield Served(port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(START_WITHIN_S)
            reader.join()


@pytest.fixture(scope="module")
def served(published: tuple[str, Bank]) -> Iterator[Served]:
    """A server over the small store."""
    with serving(published[0]) as server:
        yield server


@pytest.fixture(scope="module")
def browser(served: Served) -> Iterator[httpx.Client]:
    """A client that has opened the login link."""
    with httpx.Client(base_url=served.base) as client:
        answer = client.get("/login", params={"token": TOKEN})
        assert answer.status_code == 303
        yield client


def exchange(served: Served, raw: bytes) -> bytes:
    """Send bytes as they are and return the answer."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=START_WITHIN_S) as connection:
        connection.sendall(raw)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_the_whole_way_from_link_to_tile(browser: httpx.Client, bank: Bank) -> None:
    assert browser.get("/api/v1/cells").json()["cells"] == bank.names()
    address = browser.get("/tiles/cells.json?measure=people").json()["tiles"][0]
    assert address.startswith(str(browser.base_url))
    tile = browser.get(address.replace("{z}", "9").replace("{x}", "269").replace("{y}", "179"))
    assert tile.status_code == 200
    assert tile.headers["content-encoding"] == "gzip"


def test_many_clients_at_once_are_all_answered(browser: httpx.Client) -> None:
    answers: list[int] = []

    def ask(number: int) -> None:
        with httpx.Client(base_url=browser.base_url, cookies=dict(browser.cookies), timeout=START_WITHIN_S) as client:
            answers.extend(client.get(f"/api/v1/cells?branch_id=b{1 + number % 2}").status_code for _ in range(10))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 160


@pytest.mark.parametrize(
    "path", ["/%ff%fe", "/%00", "/api/v1/cells/%ed%a0%80", "/tiles/%F0%28%8C%28/1/0/0.mvt", "/%2e%2e/x"]
)
def test_bytes_that_are_no_text_are_a_problem(browser: httpx.Client, served: Served, path: str) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    raw = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
    answer = exchange(served, raw)
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 422", b"HTTP/1.1 400")), answer[:200]


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 99999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Host: evil.example\r\n",
        b"X-Forwarded-Host: evil.example\r\nOrigin: http://evil.example\r\n",
    ],
)
def test_a_strange_request_is_refused_and_the_server_goes_on(
    browser: httpx.Client, served: Served, head: bytes
) -> None:
    chunk = b"186a1\r\n" + b"x" * 100_001 + b"\r\n0\r\n\r\n" if b"chunked" in head else b""
    raw = b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + head + b"\r\n" + chunk
    answer = exchange(served, raw)
    assert answer == b"" or answer.split(b" ")[1][:1] == b"4", answer[:200]
    assert browser.get("/api/v1/session").status_code == 200


def memory_mib(served: Served) -> float:
    """Return the memory that the server and its workers hold."""
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in (str(served.process.pid), *children)]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.parametrize("chunked", [False, True])
def test_ninety_megabytes_of_json_are_refused_and_not_kept(
    browser: httpx.Client, served: Served, chunked: bool
) -> None:
    piece = b"[" * 65_536
    count = 90 * 2**20 // len(piece)
    length = f"Content-Length: {count * len(piece)}" if not chunked else "Transfer-Encoding: chunked"
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    head = (
        f"POST /api/v1/cells/query HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nOrigin: {served.base}\r\n"
        f"Cookie: {cookie}\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    )
    before = memory_mib(served)
    answer = b""
    with socket.create_connection(("127.0.0.1", served.port), timeout=START_WITHIN_S) as connection:
        connection.sendall(head.encode())
        framed = f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if chunked else piece
        # The server may hang up before all is sent: that is what is wanted.
        with suppress(ConnectionError):
            for _ in range(count):
                connection.sendall(framed)
        with suppress(ConnectionError):
            answer = connection.recv(65_536)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413"), answer[:100]
    assert memory_mib(served) - before < 45
    assert browser.get("/api/v1/session").status_code == 200


def test_connections_that_stop_half_way_keep_nobody_else_waiting(browser: httpx.Client, served: Served) -> None:
    starts = (
        b"GET /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"POST /api/v1/cells/query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{",
        b"POST /api/v1/cells/query HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"",
    )
    with ExitStack() as stack:
        for start in starts * 16:
            address = ("127.0.0.1", served.port)
            half = stack.enter_context(socket.create_connection(address, timeout=START_WITHIN_S))
            half.sendall(start)
        assert [browser.get("/api/v1/session").status_code for _ in range(8)] == [200] * 8
    assert browser.get("/api/v1/session").status_code == 200


def test_a_foreign_host_is_refused(browser: httpx.Client) -> None:
    answer = browser.get("/api/v1/session", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_link_is_dead_for_everybody_else(served: Served, browser: httpx.Client) -> None:
    assert browser.get("/api/v1/session").status_code == 200
    assert httpx.get(f"{served.base}/login", params={"token": TOKEN}).status_code == 403


def test_the_server_stops_when_told(published: tuple[str, Bank]) -> None:
    with serving(published[0]) as server:
        process = server.process
    assert process.returncode == 0
