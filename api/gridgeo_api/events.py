"""Server-sent events: a job as it goes on."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio

from gridgeo.storage.jobs import FINISHED
from gridgeo_api.deps import json_bytes

LOOK_EVERY_S = 0.5
ALIVE_EVERY_S = 15.0
"""Something is said at least so often, so that nobody between takes the stream for dead."""
LONGEST_S = 60.0
"""A stream ends then, so that a service that is to stop does not wait for it long; browsers ask again."""
RETRY_MS = 1000
MAX_WATCHERS = 64
"""Streams open at the same time."""
EVENT_EXAMPLE = 'event: job\ndata: {"id": "3f1c8e0a5b7d4c2e9f60718293a4b5c6", "state": "running", "progress": 0.4}\n\n'

Look = Callable[[], Awaitable[dict[str, Any]]]


async def job_events(first: dict[str, Any], look: Look, watchers: anyio.CapacityLimiter) -> AsyncIterator[bytes]:
    """Yield an event for every change of a job, the last one when it is over."""
    async with watchers:
        yield f"retry: {RETRY_MS}\n\n".encode()
        job, told = first, b""
        begun = said = time.monotonic()
        while True:
            body = json_bytes(job)
            if body != told:
                told, said = body, time.monotonic()
                yield b"event: job\ndata: " + body + b"\n\n"
            if job["state"] in FINISHED or time.monotonic() - begun > LONGEST_S:
                return
            if time.monotonic() - said > ALIVE_EVERY_S:
                said = time.monotonic()
                yield b": alive\n\n"
            await anyio.sleep(LOOK_EVERY_S)
            job = await look()
