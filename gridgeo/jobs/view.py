"""A job as people and programs are shown it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gridgeo.i18n import Language, translate
from gridgeo.jobs.kinds import KINDS
from gridgeo.pipeline.intake.request import IMPORT_STEPS
from gridgeo.storage.jobs import JobRecord


def job_view(job: JobRecord, language: Language) -> dict[str, Any]:
    """Return a job as plain JSON in the reader's language.

    words: what the work is. error: why it failed, null otherwise. progress: share done, 0 to 1.
    """
    return {
        "id": job.id,
        "kind": job.kind,
        "words": _words(job.kind, language),
        "file_name": job.file_name,
        "params": job.params,
        "state": job.state,
        "step": _words(job.step, language) if job.step else None,
        "progress": job.progress,
        "cancel_asked": job.cancel_asked,
        "attempts": job.attempts,
        "result": job.result,
        "error": _told(job.error, language),
        "created_by": job.actor_id,
        "created_at": _moment(job.created_at),
        "started_at": _moment(job.started_at),
        "finished_at": _moment(job.finished_at),
    }


def _words(name: str, language: Language) -> str:
    """Return what a kind of job is, or the step of one; steps that are kinds of their own are called the same."""
    return translate(KINDS[name].words if name in KINDS else IMPORT_STEPS.get(name, name), language)


def _told(error: dict[str, Any] | None, language: Language) -> str | None:
    return None if error is None else translate(error["template"], language, **error["values"])


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
