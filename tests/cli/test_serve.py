"""`gridgeo serve` as a server for many: no login link, any address, and an end that loses no request."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from gridgeo.domain import local_actor
from gridgeo.pipeline.access import issue_key
from gridgeo.storage import open_engine

from .test_help import free_port

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PUBLIC = "http://127.0.0.1:{port}"
WAIT_S = 60.0


@dataclass(frozen=True)
class Served:
    """A running server, its key, what it said at the start."""

    process: subprocess.Popen[str]
    port: int
    key: str
    said: dict[str, object]

    def ask(self, path: str) -> int:
        """Return the status of a GET with the key; 0 where nobody listens any more."""
        try:
            headers = {"authorization": f"Bearer {self.key}"}
            return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=WAIT_S).status_code
        except httpx.TransportError:
            return 0

    def wait_for(self, path: str, status: int) -> None:
        """Wait until a path is answered so."""
        until = time.monotonic() + WAIT_S
        while self.ask(path) != status:
            assert time.monotonic() < until, (path, status)
            time.sleep(0.05)


@pytest.fixture
def served(store_copy: Path) -> Iterator[Served]:
    url, port = f"sqlite:///{store_copy}", free_port()
    engine = open_engine(url)
    with engine.begin() as connection:
        key = issue_key(connection, local_actor(), "test", "planner", datetime.now(UTC))["key"]
    engine.dispose()
    environment = {
        **os.environ,
        "GRIDGEO_MODE": "server",
        "GRIDGEO_PUBLIC_URL": PUBLIC.format(port=port),
        "GRIDGEO_DRAIN_S": "1.5",
    }
    command = [sys.executable, "-m", "gridgeo.cli.main", "serve", "--store", url, "--host", "0.0.0.0", "--json"]  # noqa: S104
    command += ["--port", str(port)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            served = Served(process, port, key, json.loads(process.stdout.readline()))
            served.wait_for("/ready", 200)
            yield served
        finally:
            process.kill()


def test_a_server_prints_no_link_and_says_that_it_is_to_stop_before_it_does(served: Served) -> None:
    assert served.said["login"] is None
    assert served.ask("/api/v1/session") == 200
    with socket.create_connection(("127.0.0.1", served.port), timeout=WAIT_S) as slow:
        head = f"POST /api/v1/features/count HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {served.key}\r\n"
        slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{".encode())
        served.process.send_signal(signal.SIGTERM)
        served.wait_for("/ready", 503)
        assert served.ask("/api/v1/session") == 200, "what still comes is answered"
        served.wait_for("/health", 0)
        slow.sendall(b"}")
        assert slow.recv(65536).startswith(b"HTTP/1.1 422"), "what was under way is finished"
    assert served.process.wait(WAIT_S) == 0


def test_only_a_server_listens_on_more_than_loopback(gridgeo: Run, store_copy: Path) -> None:
    at = ("serve", "--store", f"sqlite:///{store_copy}", "--host", "0.0.0.0")  # noqa: S104
    refused = gridgeo(*at)
    assert refused.returncode == 2
    assert "GRIDGEO_MODE=server" in refused.stderr
    unfinished = gridgeo(*at, GRIDGEO_MODE="server")
    assert unfinished.returncode == 2
    assert "GRIDGEO_PUBLIC_URL" in unfinished.stderr
