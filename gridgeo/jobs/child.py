"""A worker as a child of another process: it ends when its parent does, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from gridgeo.jobs.worker import work
from gridgeo.storage import open_engine

GRACE_S = 5.0
"""How long a job has to roll back when the parent has ended."""
AGAIN_AFTER_S = 2.0
MOST_WAIT_S = 30.0


@contextmanager
def worker_beside(store_url: str) -> Iterator[None]:
    """Have a worker process at the store while the block goes on; one that dies is started again."""
    over = threading.Event()
    # The first one is started in this very thread: the block may fork, and a fork in the middle of it would never end.
    thread = threading.Thread(target=_keep_alive, args=(store_url, _start(store_url), over), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(3 * GRACE_S)


def _start(store_url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gridgeo.jobs.child"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0)  # noqa: S603 - our own module
    # The URL goes through the pipe: a command line would show its password to everybody on the machine.
    if process.stdin is not None:
        process.stdin.write(f"{store_url}\n".encode())
    return process


def _keep_alive(store_url: str, first: subprocess.Popen[bytes], over: threading.Event) -> None:
    process, wait_s = first, AGAIN_AFTER_S
    while True:
        began = time.monotonic()
        while process.poll() is None and not over.wait(0.2):
            pass
        _end(process)
        # A store that is gone for long is not worth a new process every second.
        wait_s = AGAIN_AFTER_S if time.monotonic() - began > MOST_WAIT_S else min(2 * wait_s, MOST_WAIT_S)
        if over.wait(wait_s):
            return
        process = _start(store_url)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.terminate()
        process.wait(GRACE_S + 1.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> None:
    """Work at the store whose URL is the first line of standard input, until standard input ends."""
    # Ctrl-C reaches the whole group of processes; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    store_url, parent, stop = sys.stdin.readline().strip(), os.getppid(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threading.Thread(target=_end_with_input, args=(stop,), daemon=True).start()
    threading.Thread(target=_end_with_parent, args=(parent, stop), daemon=True).start()
    engine = open_engine(store_url, create=False)
    try:
        work(engine, lambda: datetime.now(UTC), stop=stop)
    finally:
        engine.dispose()


def _end_with_input(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def _end_with_parent(parent: int, stop: threading.Event) -> None:
    """Stop when the parent is gone: a process that it forked may still hold the other end of standard input."""
    while os.getppid() == parent and not stop.wait(0.5):
        pass
    stop.set()
    threading.Event().wait(GRACE_S)
    # The work does not listen; the store rolls back by itself and the job's lease runs out.
    os._exit(1)


if __name__ == "__main__":
    main()
