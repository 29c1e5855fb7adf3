"""The watch over one running job: it says that the job is alive and how far it is, and passes on the wish to stop."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType

import sqlalchemy as sa

from gridgeo.errors import ConflictError, GridgeoError
from gridgeo.storage.job_pulse import Pulse, beat, begin_pulse, end_pulse
from gridgeo.storage.jobs import JobRecord, Lease

logger = logging.getLogger("gridgeo.jobs")
Clock = Callable[[], datetime]


class JobCancelledError(GridgeoError):
    """Somebody asked the job to stop."""


class WorkerStopsError(GridgeoError):
    """The worker is to end; the job goes back into the queue."""


@dataclass(frozen=True)
class Beats:
    """How a worker shows that it lives.

    lease_s: after this long without a sign of life others may take the job. every_s: between two signs.
    """

    lease_s: float = 30.0
    every_s: float = 1.0


def worker_name(role: str) -> str:
    """Return a name that no other process has had: role, machine, process and a random part."""
    return f"{role} {socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Watch:
    """Stand by while a job is done: ``with Watch(...) as watch: work(..., progress=watch)``.

    The work calls the watch with the step it is at, and the share done (0 to 1) where it knows it. The call only takes
    a note, so it may come as often as one likes; a thread of its own writes the note into the store. From that call
    the work is stopped: it raises `JobCancelledError` when the job was cancelled, `WorkerStopsError` when the worker
    is to end, ConflictError when the lease ran out and somebody else has the job.

    stop: set when the worker is to end.
    """

    def __init__(
        self, engine: sa.Engine, job: JobRecord, clock: Clock, beats: Beats, stop: threading.Event | None = None
    ) -> None:
        self._engine = engine
        self._job = job
        self._clock = clock
        self._beats = beats
        self._stop = stop or threading.Event()
        self._cancelled = False
        self._lost = False
        self._over = threading.Event()
        self._pulse = Pulse(job.id, job.worker or "", clock())
        self._thread = threading.Thread(target=self._beat_on, name=f"job {job.id}", daemon=True)

    def __call__(self, step: str, share: float | None = None) -> None:
        """Take note of how far the work is; raises when it is to stop."""
        progress = self._pulse.progress if share is None else min(max(share, 0.0), 1.0)
        self._pulse = replace(self._pulse, step=step, progress=progress)
        self.check()

    def check(self) -> None:
        """Raise when the work is to stop."""
        if self._lost:
            raise ConflictError("job {job} was taken over by somebody else", job=self._job.id)
        if self._cancelled:
            raise JobCancelledError("job {job} was cancelled", job=self._job.id)
        if self._stop.is_set():
            raise WorkerStopsError("the worker ends; job {job} waits for the next one", job=self._job.id)

    def __enter__(self) -> Watch:
        """Begin to show that the job is alive."""
        begin_pulse(self._engine, self._alive())
        self._beat()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop showing it; the job's end is written by whoever did the work."""
        self._over.set()
        self._thread.join()
        end_pulse(self._engine, self._job.id, self._job.worker or "")

    def _beat_on(self) -> None:
        while not self._over.wait(self._beats.every_s):
            try:
                self._beat()
            except Exception:
                # A beat may be missed: the lease is long enough for many, and the work must not die of it.
                logger.warning("job %s could not show that it lives", self._job.id, exc_info=True)

    def _beat(self) -> None:
        asked = beat(self._engine, self._alive())
        self._lost = asked is None
        self._cancelled = bool(asked)

    def _alive(self) -> Pulse:
        until = Lease(self._pulse.worker, self._clock(), self._beats.lease_s).until
        return replace(self._pulse, lease_until=until)
