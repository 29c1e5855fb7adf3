"""What a job's work is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.jobs.watch import Clock
from gridgeo.pipeline.steps import StepResult


class Reported(Protocol):
    """A result that tells itself as plain JSON."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        ...


class Report(Protocol):
    """Takes note of the step a job is at and the share done (0 to 1); raises when the job is to stop."""

    def __call__(self, step: str, share: float | None = None) -> None:
        """Take note."""
        ...


@dataclass(frozen=True)
class Task:
    """One job as its work sees it.

    payload: the uploaded file. progress: to be called often. finish: to be called in the last transaction of the work
    with the result (plain JSON), so that the work and its 'done' are committed together.
    """

    engine: sa.Engine
    actor: Actor
    params: Mapping[str, Any]
    payload: bytes | None
    file_name: str | None
    clock: Clock
    progress: Report
    finish: Callable[[sa.Connection, Mapping[str, Any]], None]


def plain(result: StepResult | Reported) -> dict[str, Any]:
    """Return what came of a job's work as plain JSON."""
    if isinstance(result, StepResult):
        return {"version": result.version_id} | result.report
    return result.as_dict()
