"""Plan any graph that a problem file describes; no store takes part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.assign import require_true
from gridgeo.pipeline.territories.answers import percent_up
from gridgeo.territory import (
    CpuSeconds,
    FirstOf,
    Params,
    Request,
    Rounds,
    check_problem,
    params_within,
    request_from_json,
    result_to_json,
    solve,
    warm_up,
)

OWN_SHARE = 0.85
"""Part of a CPU budget for the starts; the rest is for the bound and the certificate."""


@dataclass(frozen=True)
class FilePlan:
    """The answer to a problem file, and the names in the file that meant nothing."""

    body: dict[str, Any]
    unused: tuple[str, ...]


def plan_problem_file(content: bytes, cores: int = 1) -> FilePlan:
    """Solve the problem of a file and have the independent checker verify its certificate.

    content: JSON as `request_from_json` reads it. cores: starts that run side by side. The answer is the best plan
    met; where none keeps every limit, the least violating one with its violations named.
    Raises InvalidInputError when the content is not JSON or not a problem.
    """
    request = _request(content)
    problem, budget_s = request.problem, request.max_cpu_s
    params = Params() if budget_s is None else params_within(OWN_SHARE * budget_s, problem.n, problem.k)
    starts = Rounds(request.starts)
    warm_up()
    stop = starts if budget_s is None else FirstOf((starts, CpuSeconds(OWN_SHARE * budget_s)))
    result = solve(problem, stop, seed=request.seed, params=params, cores=cores)
    body = result_to_json(result)
    require_true("problem file", problem, result.labels, body["certificate"])
    return FilePlan(body, request.unused)


def check_problem_file(content: bytes) -> dict[str, Any]:
    """Name what cannot work in a problem file before anything is solved; territories and measures by position.

    Raises InvalidInputError when the content is not JSON or not a problem.
    """
    findings = check_problem(_request(content).problem)
    return {
        "feasible": not findings,
        "findings": [
            {
                "territory": None if found.territory is None else int(found.territory),
                "measure": None if found.measure is None else int(found.measure),
                "smallest_tolerance_percent": percent_up(found.smallest_tolerance),
                "message": found.message,
                "template": found.template,
                "values": found.values,
            }
            for found in findings
        ],
    }


def _request(content: bytes) -> Request:
    try:
        given = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError("problem file is not JSON: {detail}", detail=str(error)) from error
    return request_from_json(given)
