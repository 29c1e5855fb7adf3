"""When to stop, as values: rules are asked after every round with what is known so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Progress:
    """State of a solve after a round (one start, annealed and polished).

    rounds: rounds done; stale_rounds: of these, how many at the end brought no better plan. cpu_s: CPU seconds so far.
    total_excess: sum of the shares by which loads leave their tolerance, 0 when feasible; distance: its length.
    """

    rounds: int
    stale_rounds: int
    cpu_s: float
    total_excess: float
    distance: float


class StopRule(Protocol):
    """Anything that says after a round whether it was the last."""

    def __call__(self, progress: Progress) -> bool:
        """Tell whether to stop."""
        ...


@dataclass(frozen=True)
class Rounds:
    """Stop after so many rounds."""

    count: int

    def __call__(self, progress: Progress) -> bool:
        """Tell whether to stop."""
        return progress.rounds >= self.count


@dataclass(frozen=True)
class NoImprovement:
    """Stop when so many rounds in a row brought nothing better."""

    rounds: int

    def __call__(self, progress: Progress) -> bool:
        """Tell whether to stop."""
        return progress.stale_rounds >= self.rounds


@dataclass(frozen=True)
class WithinTolerance:
    """Stop with the first plan that keeps every tolerance, however long its ways are."""

    def __call__(self, progress: Progress) -> bool:
        """Tell whether to stop."""
        return progress.total_excess <= 0.0


@dataclass(frozen=True)
class CpuSeconds:
    """Stop before a further round of average length would pass the budget. Plans then depend on the machine's speed."""

    seconds: float

    def __call__(self, progress: Progress) -> bool:
        """Tell whether to stop."""
        return progress.cpu_s * (progress.rounds + 1) / progress.rounds > self.seconds


@dataclass(frozen=True)
class FirstOf:
    """Stop as soon as one of several rules says so."""

    rules: tuple[StopRule, ...]

    def __call__(self, progress: Progress) -> bool:
        """Tell whether to stop."""
        return any(rule(progress) for rule in self.rules)


@dataclass(frozen=True)
class WhenAsked:
    """Stop after the round during which somebody asked for it: a cancelled job, a key, a closed page."""

    asked: Callable[[], bool]

    def __call__(self, progress: Progress) -> bool:  # noqa: ARG002 - every rule is asked alike
        """Tell whether to stop."""
        return self.asked()


@dataclass(frozen=True)
class Watched:
    """Stop as another rule says, and hand every progress on to who watches: a bar, a log, a job's row."""

    rule: StopRule
    watch: Callable[[Progress], None]

    def __call__(self, progress: Progress) -> bool:
        """Tell whether to stop."""
        self.watch(progress)
        return self.rule(progress)
