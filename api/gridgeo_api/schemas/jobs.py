"""Jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from gridgeo_api.limits import MAX_CURSOR, NO_CONTROL
from gridgeo_api.schemas.common import answer_config

JOB: dict[str, Any] = {
    "id": "3f1c8e0a5b7d4c2e9f60718293a4b5c6",
    "kind": "import",
    "words": "Importing a file",
    "file_name": "customers.csv",
    "params": {"kind": "customers"},
    "state": "running",
    "step": "reading",
    "progress": 0.4,
    "cancel_asked": False,
    "attempts": 1,
    "result": None,
    "error": None,
    "created_by": "anna",
    "created_at": "2026-03-01T08:30:00+00:00",
    "started_at": "2026-03-01T08:30:01+00:00",
    "finished_at": None,
}


class Job(BaseModel):
    """One job: progress is the share done, result what came of it, error why it failed."""

    model_config = answer_config(JOB)

    id: str
    kind: str
    words: str
    file_name: str | None
    params: dict[str, Any]
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    step: str | None
    progress: FiniteFloat
    cancel_asked: bool
    attempts: int
    result: dict[str, Any] | None
    error: str | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Jobs(BaseModel):
    """Jobs that the actor may know of, newest first."""

    model_config = answer_config({"jobs": [JOB], "next": None})

    jobs: list[Job]
    next: str | None


class JobsAsked(BaseModel):
    """Which jobs are listed."""

    model_config = ConfigDict(extra="forbid")

    state: str | None = Field(
        None,
        max_length=20,
        description="Only jobs in this state: queued, running, done, failed or cancelled.",
        examples=["running"],
    )
    limit: int = Field(50, ge=1, le=1000, description="The most entries of a page.", examples=[50])
    cursor: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_CURSOR,
        pattern=NO_CONTROL,
        description="`next` of the page before; the first page without it.",
        examples=["WyJqb2JzIiwiMjAyNi0wMy0wMSJd"],
    )


class RunWanted(BaseModel):
    """What a planner chooses for a run; what is left out takes its default."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"resolution": 9, "method": "drive_time", "tolerance": 0.05}]}
    )

    resolution: int | None = Field(None, ge=7, le=11)
    method: str | None = Field(None, max_length=40)
    tolerance: FiniteFloat | None = None
    seed: int | None = Field(None, ge=0, le=2**63 - 1)
    threshold: int | None = Field(
        None, ge=3, le=1000, description="Least count, besides 0, that consumers are shown; never under 3."
    )
