"""Long work: queued, watched, waited for, cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import cast

import httpx
import orjson

from gridgeo.client.records import Job
from gridgeo.client.transport import Transport
from gridgeo.errors import GridgeoError

PATH = "/api/v1/jobs"
FINISHED = ("done", "failed", "cancelled")
LOOK_EVERY_S = 1.0


class JobFailedError(GridgeoError):
    """A job that did not come to its end. job: as it stands."""

    def __init__(self, job: Job) -> None:
        self.job = job
        super().__init__("{error}", error=job["error"] or job["state"])


class Jobs:
    """The jobs of a service."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, state: str | None = None) -> Iterator[Job]:
        """Yield jobs, newest first."""
        return self._transport.pages(PATH, "jobs", {"state": state})

    def read(self, job_id: str) -> Job:
        """Return a job as it stands now."""
        return cast("Job", self._transport.get(f"{PATH}/{job_id}"))

    def cancel(self, job_id: str) -> Job:
        """Cancel a job that waits, ask one under way to stop."""
        return cast("Job", self._transport.post(f"{PATH}/{job_id}/cancel"))

    def run(self, **chosen: object) -> Job:
        """Queue every step from catchments to publication."""
        return cast("Job", self._transport.post("/api/v1/runs", chosen))

    def watch(self, job_id: str) -> Iterator[Job]:
        """Yield a job at every change until it is over, as the service tells of it."""
        while True:
            job = self.read(job_id)
            yield job
            if job["state"] in FINISHED:
                return
            try:
                with self._transport.stream(f"{PATH}/{job_id}/events") as lines:
                    told = (orjson.loads(line[6:]) for line in lines if line.startswith("data: "))
                    for job in told:
                        yield job
            except httpx.TransportError:
                self._transport.retry.sleep(LOOK_EVERY_S)
                continue
            if job["state"] in FINISHED:
                return

    def wait(
        self, job_id: str, *, timeout_s: float | None = None, on_change: Callable[[Job], None] | None = None
    ) -> Job:
        """Return a job once it is done. on_change: called with the job at every change.

        Raises JobFailedError when it failed or was cancelled, TimeoutError when it takes longer than allowed.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        for job in self.watch(job_id):
            if on_change is not None:
                on_change(job)
            if job["state"] == "done":
                return job
            if job["state"] in FINISHED:
                raise JobFailedError(job)
            if until is not None and time.monotonic() > until:
                break
        raise TimeoutError(f"job {job_id} is not done after {timeout_s} seconds")
