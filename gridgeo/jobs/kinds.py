"""Which work can be a job: kind -> the pipeline function that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from gridgeo.jobs.plans import do_repair, do_replan, do_solve
from gridgeo.jobs.tasks import Task, plain
from gridgeo.jobs.uploads import do_import
from gridgeo.pipeline.catchments.edit import draw_all, draw_branches
from gridgeo.pipeline.catchments.specs import spec_from_dict
from gridgeo.pipeline.run import STEPS, run, run_one
from gridgeo.pipeline.steps import run_params


@dataclass(frozen=True)
class JobKind:
    """What a worker does for one kind of job; words are what a reader is told it is."""

    words: str
    do: Callable[[Task], None]


def _run(task: Task) -> None:
    kinds = list(STEPS)

    def progress(kind: str) -> None:
        task.progress(kind, kinds.index(kind) / len(kinds))

    run(task.engine, task.actor, run_params(**task.params), task.clock, progress, task.finish)


def _step(kind: str) -> Callable[[Task], None]:
    def do(task: Task) -> None:
        task.progress(kind, 0.0)
        with task.engine.begin() as connection:
            result = run_one(connection, task.actor, kind, dict(task.params), task.clock())
            task.progress(kind, 1.0)
            task.finish(connection, plain(result))

    return do


def _draw_catchments(task: Task) -> None:
    """Draw the branches named, or all of them, as `CatchmentSpec` and rules say."""
    spec = spec_from_dict(task.params["spec"])
    branches, rules = task.params["branches"], task.params["rules"]
    task.progress("catchment", 0.0)
    with task.engine.begin() as connection:
        if branches:
            result = draw_branches(connection, task.actor, dict.fromkeys(branches, spec), task.clock(), rules)
        else:
            result = draw_all(connection, task.actor, spec, task.clock(), rules)
        task.progress("catchment", 1.0)
        # The report tells of every branch: somebody of one of them is told the version alone.
        task.finish(connection, plain(result if task.actor.branch_ids is None else replace(result, report={})))


KINDS: dict[str, JobKind] = {
    "scenario_solve": JobKind("Planning territories", do_solve),
    "scenario_replan": JobKind("Planning territories again", do_replan),
    "scenario_repair": JobKind("Mending a plan of territories", do_repair),
    "import": JobKind("Importing a file", do_import),
    "run": JobKind("Every step from catchments to publication", _run),
    "catchment": JobKind("Drawing the catchments", _step("catchment")),
    "catchment_drawing": JobKind("Drawing the catchments", _draw_catchments),
    "location": JobKind("Locating customers and merchants", _step("location")),
    "score": JobKind("Scoring the cells", _step("score")),
    "plan": JobKind("Assigning cells to relationship managers", _step("plan")),
    "publication": JobKind("Publishing", _step("publication")),
}
