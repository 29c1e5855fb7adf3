"""Contiguous, balanced territories with a certificate: problem, check, start, repair, improve, bound, certificate.

Importing this package does not import numba; `solve` does, when it is first called.
"""

from gridgeo.territory.certificate import Certificate, Violation, certify, violations_of
from gridgeo.territory.check import Finding, check_problem
from gridgeo.territory.colours import PALETTE_SIZE, territory_colours
from gridgeo.territory.graph import Ways, components, join_components, problem_from_cells
from gridgeo.territory.joining import most_kept_share, with_room
from gridgeo.territory.moves import Moved, Moves
from gridgeo.territory.params import Params, params_from_toml, params_within
from gridgeo.territory.problem import Problem
from gridgeo.territory.problem_json import Request, request_from_json, result_to_json
from gridgeo.territory.replan import MOST_TRIALS, matched_labels, replan
from gridgeo.territory.solve import Result, solve, warm_up
from gridgeo.territory.stop import (
    CpuSeconds,
    FirstOf,
    NoImprovement,
    Progress,
    Rounds,
    StopRule,
    Watched,
    WhenAsked,
    WithinTolerance,
)
from gridgeo.territory.verify import Disagreement, verify_plan

__all__ = [
    "MOST_TRIALS",
    "PALETTE_SIZE",
    "Certificate",
    "CpuSeconds",
    "Disagreement",
    "Finding",
    "FirstOf",
    "Moved",
    "Moves",
    "NoImprovement",
    "Params",
    "Problem",
    "Progress",
    "Request",
    "Result",
    "Rounds",
    "StopRule",
    "Violation",
    "Watched",
    "Ways",
    "WhenAsked",
    "WithinTolerance",
    "certify",
    "check_problem",
    "components",
    "join_components",
    "matched_labels",
    "most_kept_share",
    "params_from_toml",
    "params_within",
    "problem_from_cells",
    "replan",
    "request_from_json",
    "result_to_json",
    "solve",
    "territory_colours",
    "verify_plan",
    "violations_of",
    "warm_up",
    "with_room",
]
