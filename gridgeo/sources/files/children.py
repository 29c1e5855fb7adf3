"""Files that only a large library of C or Rust can read are read in a child process with limits of its own."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess  # the only way to bound the memory and the time of a library
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.limits import FileLimits, check_limit, over_limit

HERE = Path(__file__).parent
KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "PROJ_LIB", "PROJ_DATA", "GDAL_DATA")
OUT_OF_MEMORY = (signal.SIGABRT, signal.SIGKILL)
OUT_OF_TIME = (signal.SIGXCPU,)


@dataclass(frozen=True)
class Reply:
    """What a worker found: plain values, and the table where it made one (mapped from a file that is gone by name)."""

    values: dict[str, Any]
    table: pa.Table | None


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Give a new folder that only this user can enter, and remove it with all that is in it."""
    with tempfile.TemporaryDirectory(prefix="gridgeo-") as name:
        yield Path(name)


def ask_child(
    worker: str,
    path: Path,
    request: Mapping[str, Any],
    limits: FileLimits,
    environment: Mapping[str, str] | None = None,
) -> Reply:
    """Run a worker of this folder on a file and return its reply.

    worker: name of the module. path: the file as the person named it (for messages); the worker reads
    ``request["file"]``. The worker writes reply.json and perhaps table.arrow into a private folder.
    Raises InvalidInputError when the worker says why it refuses, breaks, or reaches a limit of memory or time.
    """
    with private_folder() as folder:
        folder.joinpath("request.json").write_bytes(orjson.dumps(dict(request)))
        done = _run(worker, path, folder, (limits, environment or {}))
        reply = folder / "reply.json"
        if not reply.is_file() or done.returncode != 0:
            raise _failure(done, path, limits)
        values = orjson.loads(reply.read_bytes())
        _check_reply(values, path, limits)
        return Reply(values, _mapped(folder / "table.arrow"))


def _run(
    worker: str, path: Path, folder: Path, bounds: tuple[FileLimits, Mapping[str, str]]
) -> subprocess.CompletedProcess[bytes]:
    limits, extra = bounds
    seconds = math.ceil(limits.seconds)
    numbers = (limits.memory_bytes, seconds, limits.unpacked_bytes)
    command = [sys.executable, "-I", str(HERE / "child_main.py"), str(HERE / f"{worker}.py"), *map(str, numbers)]
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    quiet = {"LC_ALL": "C.UTF-8", "TMPDIR": str(folder), "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"}
    try:
        return subprocess.run(  # noqa: S603 - our own modules; what came from outside is in request.json
            command, cwd=folder, env=kept | quiet | dict(extra), capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise over_limit("seconds", path, seconds, limits) from error


def _failure(done: subprocess.CompletedProcess[bytes], path: Path, limits: FileLimits) -> InvalidInputError:
    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [""]
    if -done.returncode in OUT_OF_MEMORY or last[0].startswith("MemoryError") or "malloc" in last[0]:
        return over_limit("memory_bytes", path, 0, limits)
    if -done.returncode in OUT_OF_TIME:
        return over_limit("seconds", path, limits.seconds, limits)
    if "File too large" in last[0]:
        return over_limit("unpacked_bytes", path, limits.unpacked_bytes, limits)
    return InvalidInputError("{path} cannot be read, it is broken: {detail}", path=path.name, detail=last[0][:200])


def _check_reply(values: dict[str, Any], path: Path, limits: FileLimits) -> None:
    """Raise for what the worker found over a limit, or broken in its own words."""
    for limit, given in values.get("sizes", {}).items():
        check_limit(limit, path, given, limits)
    if "broken" in values:
        raise InvalidInputError(
            "{path} cannot be read, it is broken: {detail}", path=path.name, detail=values["broken"][:200]
        )


def _mapped(file: Path) -> pa.Table | None:
    """Map the table; the memory stays valid when the folder goes."""
    if not file.is_file():
        return None
    return pa.ipc.open_file(pa.memory_map(str(file))).read_all()
