"""Long work as jobs: done by a worker or by a command, watched and stopped from anywhere."""

from gridgeo.jobs.here import run_here
from gridgeo.jobs.kinds import KINDS, JobKind, Task
from gridgeo.jobs.watch import Beats, JobCancelledError, Watch
from gridgeo.jobs.worker import work

__all__ = ["KINDS", "Beats", "JobCancelledError", "JobKind", "Task", "Watch", "run_here", "work"]
