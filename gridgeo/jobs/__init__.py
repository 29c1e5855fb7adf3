"""Long work as jobs: done by a worker or by a command, watched and stopped from anywhere."""

from gridgeo.jobs.here import here, run_here
from gridgeo.jobs.kinds import KINDS, JobKind
from gridgeo.jobs.tasks import Report, Task
from gridgeo.jobs.watch import Beats, JobCancelledError, Watch
from gridgeo.jobs.worker import work

__all__ = ["KINDS", "Beats", "JobCancelledError", "JobKind", "Report", "Task", "Watch", "here", "run_here", "work"]
