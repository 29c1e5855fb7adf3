"""Commands in processes of their own that need not load the libraries first.

A command spends most of its seconds importing. Here one process imports all of gridgeo, computes nothing, and forks
for every command: the child takes over arguments, folder, environment and outputs, runs `gridgeo.cli.main.main` (or a
piece of code) and leaves with its exit code, as a process started afresh does. `tests/cli/test_warm.py` holds the two
side by side. A service can be started the same way; `tests/cli/test_serve.py` starts it afresh.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NoReturn, Self

FIRST_IMPORTED = ("sklearn.isotonic", "sklearn.ensemble", "sklearn.cluster", "pyproj", "granian.server.mp")
"""What gridgeo imports only when it is needed."""
AFTERWARDS_IMPORTED = ("gridgeo_api.main",)
"""What a service runs."""
NOT_IMPORTED = ("gridgeo.bench", "gridgeo.storage.migrations", "gridgeo.cli.main")
AT_START = ("LC_ALL", "LANG", "PYTHON", "LD_", "POLARS_", "OMP_", "OPENBLAS_", "NUMBA_")
"""Beginnings of the names of variables that a process reads before it runs: they cannot be given to a child."""
REQUEST_BYTES = 1 << 20


@dataclass(frozen=True)
class Running:
    """A command that has not ended. output: what it prints, on either stream; whoever waits for it reads that first."""

    process_id: int
    output: IO[str]

    def terminate(self) -> None:
        """Tell it to stop."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process_id, signal.SIGTERM)

    def drain(self) -> None:
        """Read what it prints until it has ended, and every process that it started as well."""
        for _ in self.output:
            pass
        self.output.close()


class WarmCommands:
    """The client of one such process; closed with it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket, self._lock = ours, threading.Lock()
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        command = [sys.executable, str(Path(__file__)), str(theirs.fileno())]
        self._server = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment)
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()
        self._server.wait()

    def run(
        self, arguments: Sequence[str | Path], *, cwd: Path | None = None, code: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `gridgeo ARGUMENTS`, or a piece of code with these arguments, and return what came of it."""
        request = _request(arguments, environment, cwd=str(cwd or Path.cwd()), code=code)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            returned = self._ask(request, out.fileno(), err.fileno())
            printed = [_text(stream) for stream in (out, err)]
        return subprocess.CompletedProcess(["gridgeo", *request["arguments"]], returned, *printed)

    def ask(self, arguments: Sequence[str | Path], out: int, err: int, *, cwd: str, **environment: str) -> int:
        """Run `gridgeo ARGUMENTS` with open files as its outputs and return its exit code."""
        return self._ask(_request(arguments, environment, cwd=cwd), out, err)

    def start(self, arguments: Sequence[str | Path], *, code: str | None = None, **environment: str) -> Running:
        """Start `gridgeo ARGUMENTS`, or a piece of code, and go on."""
        reading, writing = os.pipe()
        try:
            process_id = self._ask(_request(arguments, environment, code=code, goes_on=True), writing, writing)
        finally:
            os.close(writing)
        return Running(process_id, os.fdopen(reading, encoding="utf-8"))

    def _ask(self, request: dict[str, Any], out: int, err: int) -> int:
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(request).encode()], [out, err])
            answer = self._socket.recv(64)
        assert answer, "the process that forks for commands is gone"
        return int(answer)


@cache
def commands() -> WarmCommands:
    """Return the warm commands of this test process."""
    return WarmCommands()


def _request(arguments: Sequence[str | Path], environment: dict[str, str], **more: Any) -> dict[str, Any]:
    read_at_start = [name for name in environment if name.startswith(AT_START)]
    assert not read_at_start, f"{read_at_start} is read before a process runs: start a fresh one"
    return {
        "arguments": [str(argument) for argument in arguments],
        "cwd": str(Path.cwd()),
        "environment": {**os.environ, "LC_ALL": "C.UTF-8", **environment},
        "code": None,
        "goes_on": False,
    } | more


def _text(stream: Any) -> str:
    stream.seek(0)
    text: str = stream.read().decode().replace("\r\n", "\n")
    return text


def _import_everything() -> None:
    import gridgeo

    for name in FIRST_IMPORTED:
        importlib.import_module(name)
    for found in pkgutil.walk_packages(gridgeo.__path__, "gridgeo.", onerror=lambda _: None):
        if not found.name.startswith(NOT_IMPORTED):
            importlib.import_module(found.name)
    for name in AFTERWARDS_IMPORTED:
        importlib.import_module(name)


def _next_request(connection: socket.socket) -> dict[str, Any] | None:
    """Answer requests until this process is a child with one of them, or the client is gone."""
    going_on: set[int] = set()
    while True:
        message, files, _, _ = socket.recv_fds(connection, REQUEST_BYTES, 2)
        going_on -= {child for child in going_on if os.waitpid(child, os.WNOHANG)[0]}
        if not message:
            return None
        child = os.fork()
        if child == 0:
            for target, given in enumerate(files, start=1):
                os.dup2(given, target)
            connection.close()
            request: dict[str, Any] = json.loads(message)
            return request
        for given in files:
            os.close(given)
        if json.loads(message)["goes_on"]:
            going_on.add(child)
            answer = child
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        connection.send(str(answer).encode())


def _leave(error: BaseException | None) -> NoReturn:
    """Leave as the interpreter does, but for taking its modules down, which takes longer than most commands."""
    code = 0
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        if not isinstance(error.code, int | None):
            sys.stderr.write(f"{error.code}\n")
    elif error is not None:
        traceback.print_exception(error)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(request: dict[str, Any]) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    if request["code"] is not None:
        sys.argv = ["-c", *request["arguments"]]
        exec(compile(request["code"], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - the tests' own code
        return
    sys.argv = ["gridgeo", *request["arguments"]]
    from gridgeo.cli.main import main

    main()


def _serve(handle: int) -> None:
    gc.disable()
    _import_everything()
    gc.enable()
    # What is imported stays as it is: no child need look through it for garbage.
    gc.freeze()
    # A terminal's interrupt goes to everybody in its group; this process ends with its client.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    request = _next_request(socket.socket(fileno=handle))
    if request is None:
        return
    try:
        _run(request)
    except BaseException as error:
        _leave(error)
    _leave(None)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
