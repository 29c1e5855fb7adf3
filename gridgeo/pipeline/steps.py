"""What every step of the pipeline shares: its inputs, its parameters, its outcome."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, Protocol, get_args

import sqlalchemy as sa

from gridgeo.cells import check_resolution
from gridgeo.domain import Actor
from gridgeo.domain.public import DEFAULT_THRESHOLD, LEAST_THRESHOLD, sees_money, sees_public_only
from gridgeo.errors import InvalidInputError, NotAllowedError
from gridgeo.features.cohort_rules import day_from_json
from gridgeo.features.life_cycle import stages_from_dict

CatchmentMethod = Literal["drive_time", "straight_line", "municipality", "as_drawn"]
CATCHMENT_METHODS: tuple[CatchmentMethod, ...] = get_args(CatchmentMethod)
BALANCED = ("customers", "workload")
REPORTED = (*BALANCED, "potential")

MOST_THRESHOLD = 1000
"""Beyond, next to nothing is shown: a slip."""

Progress = Callable[[str], None]
"""Called with a step's name when it begins."""


def no_progress(step: str) -> None:
    """Take note of nothing."""


POTENTIAL_MODELS = ("glm", "auto")
OVERSEERS = ("hq", "planner", "auditor")
"""Roles that see the work of all the others."""


@dataclass(frozen=True)
class RunParams:
    """What a planner chooses for one run; stored with every version it makes.

    resolution: H3 resolution of the cells. method: how catchments are drawn; as_drawn draws those of the newest version
    again. tolerance: largest deviation of a territory from its target, as a share, for each balanced measure. seed: of
    the territory solver. starts: solver starts a branch; the best one is kept. threshold: the least count, besides 0,
    that consumers are shown. branch_resolutions: branch -> finer resolution of its cells. provider: label of a geocoder
    of the bank that was asked for what the gazetteer lacks. as_of: the day, YYYY-MM-DD, that contacts within a year and
    stages of life are counted back from; the newest day of the bank's figures when it is None. lifecycle: rule of the
    stages of life; that of the scores before when it is None. potential: glm, the regression; auto, boosted trees where
    they forecast areas left out better.
    """

    resolution: int = 9
    method: CatchmentMethod = "drive_time"
    tolerance: float = 0.05
    seed: int = 1
    starts: int = 4
    threshold: int = DEFAULT_THRESHOLD
    branch_resolutions: Mapping[str, int] = field(default_factory=dict)
    provider: str | None = None
    as_of: str | None = None
    lifecycle: Mapping[str, Any] | None = None
    potential: str = "glm"

    def __post_init__(self) -> None:
        _ = self.day
        _one_of("model of potential must be one of {known}, got {given}", POTENTIAL_MODELS, self.potential)
        if self.lifecycle is not None:
            stages_from_dict(self.lifecycle)
        check_resolution(self.resolution)
        for branch_id, finer in self.branch_resolutions.items():
            if check_resolution(finer) < self.resolution:
                raise InvalidInputError(
                    "branch {branch}: resolution {given} is coarser than {common}, at which catchments are settled; "
                    "take the coarsest for all and finer ones by branch",
                    branch=branch_id,
                    given=finer,
                    common=self.resolution,
                )
        _one_of("catchment method must be one of {known}, got {given}", CATCHMENT_METHODS, self.method)
        if not 0 < self.tolerance < 1:
            raise InvalidInputError("tolerance must lie between 0 and 1, got {given}", given=self.tolerance)
        if not LEAST_THRESHOLD <= self.threshold <= MOST_THRESHOLD:
            raise InvalidInputError(
                "threshold must be {least} to {most}, got {given}",
                least=LEAST_THRESHOLD,
                most=MOST_THRESHOLD,
                given=self.threshold,
            )
        if not 1 <= self.starts <= 64:
            raise InvalidInputError("starts must be 1 to 64, got {given}", given=self.starts)

    @property
    def day(self) -> date | None:
        """The day that counts; InvalidInputError when it is no day."""
        return day_from_json(self.as_of, "as_of")

    def as_dict(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return asdict(self)


def _one_of(template: str, known: Collection[str], given: str) -> None:
    if given not in known:
        raise InvalidInputError(template, known=", ".join(known), given=given)


@dataclass(frozen=True)
class Inputs:
    """Versions that belong together; 0 where a step has not run yet."""

    ground: int
    bank: int
    catchment: int = 0
    location: int = 0
    score: int = 0
    plan: int = 0

    def with_version(self, kind: str, version_id: int) -> Inputs:
        """Return the inputs with the version of one kind filled in."""
        return replace(self, **{kind: version_id})

    def as_dict(self) -> dict[str, int]:
        """Return kind -> version, those that have run."""
        return {kind: version for kind, version in asdict(self).items() if version}


@dataclass(frozen=True)
class StepResult:
    """One finished step: the version it wrote and what there is to say about it (plain JSON values)."""

    version_id: int
    report: dict[str, Any] = field(default_factory=dict)


class Step(Protocol):
    """A step reads versions, computes, and writes one version of its own."""

    def __call__(
        self, connection: sa.Connection, actor: Actor, inputs: Inputs, params: RunParams, now: datetime
    ) -> StepResult:
        """Run the step inside the caller's transaction."""
        ...


def run_params(**chosen: Any) -> RunParams:  # noqa: ANN401 - plain values from a command line or a stored version
    """Return run parameters from plain values; what is left out keeps its default.

    Raises InvalidInputError naming the value that does not fit.
    """
    return RunParams(**{name: value for name, value in chosen.items() if value is not None})


def require_insider(actor: Actor) -> None:
    """Let pass everybody inside the bank: what is read here is not made for consumers.

    Raises NotAllowedError for a consumer.
    """
    if sees_public_only(actor):
        raise NotAllowedError("role {role} may see published figures only, not this", role=actor.role)


def require_money(actor: Actor) -> None:
    """Let pass everybody who may see balances: a helper from outside may not.

    Raises NotAllowedError for consumers and helpers.
    """
    require_insider(actor)
    if not sees_money(actor):
        raise NotAllowedError("role {role} may not see figures of money, which stand here", role=actor.role)


def require_overseer(actor: Actor) -> None:
    """Let pass those who may look over the work of others: head office, planners and auditors.

    Raises NotAllowedError for every other role.
    """
    if actor.role not in OVERSEERS:
        raise NotAllowedError(
            "role {role} may not see this; it takes {allowed}", role=actor.role, allowed=", ".join(OVERSEERS)
        )


def require_changer(actor: Actor) -> None:
    """Let pass everybody but those who only look: an auditor changes nothing.

    Raises NotAllowedError for an auditor.
    """
    if actor.only_looks:
        raise NotAllowedError("role {role} may look at everything and change nothing", role=actor.role)


def require_planner(actor: Actor) -> None:
    """Let pass those who may write a run: head office and planners.

    Raises NotAllowedError for every other role.
    """
    if actor.role not in ("hq", "planner"):
        raise NotAllowedError("role {role} may not change data; it takes hq or planner", role=actor.role)
