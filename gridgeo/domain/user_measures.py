"""Measures that users add by a file: what such a file says of one, and the measures of cells that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from gridgeo.domain.measures import Measure

RANK = "_rank"
"""A composite's order is a measure of its own, named after it."""


@dataclass(frozen=True)
class Part:
    """One component of a composite: a column, its weight, and whether more of it is better."""

    measure: str
    weight: float
    direction: Literal["up", "down"]


@dataclass(frozen=True)
class UserMeasure:
    """A measure as a user's file defines it.

    formula: of a count or an index. numerator, denominator: columns of a share, shrunk towards the cells around where
    shrink is set. components: of an index that is a composite; its first `top` places in each branch are looked at
    under `draws` perturbed weights. version: the user's own number of the method.
    """

    id: str
    name_zh: str
    name_en: str
    unit: str
    kind: Literal["count", "share", "index"]
    direction: Literal["up", "down", "none"]
    version: int = 1
    formula: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    shrink: bool = False
    components: tuple[Part, ...] = ()
    top: int = 10
    draws: int = 1000

    @property
    def method(self) -> str:
        """How it is computed, with the user's version of it."""
        if self.components:
            return f"composite-{self.version}"
        if self.kind == "share":
            return f"{'beta-binomial-share' if self.shrink else 'plain-share'}-{self.version}"
        return f"formula-{self.version}"

    @property
    def text(self) -> str:
        """The computation as one line."""
        if self.components:
            return " + ".join(f"{part.weight:g} * {part.measure} ({part.direction})" for part in self.components)
        return self.formula or f"{self.numerator} / {self.denominator}"

    def measures(self) -> tuple[Measure, ...]:
        """Return the measures of cells that it makes: itself and, for a composite, the place in the branch."""
        own = Measure(
            self.id,
            self.name_zh,
            self.name_en,
            self.unit,
            self.kind,
            self.direction,
            self.method,
            self.numerator,
            self.denominator,
            "user",
            self.text,
        )
        return (own, self._rank(own)) if self.components else (own,)

    def _rank(self, own: Measure) -> Measure:
        names = f"{self.name_zh}(网点内名次)", f"{self.name_en} (place in the branch)"
        return Measure(self.id + RANK, *names, "rank", "index", "down", own.method, origin="user", formula=own.formula)

    def as_dict(self) -> dict[str, Any]:
        """Return the definition as plain JSON values."""
        return asdict(self)


def user_measure_from_dict(stored: Mapping[str, Any]) -> UserMeasure:
    """Return a definition that `UserMeasure.as_dict` wrote."""
    return UserMeasure(**{**stored, "components": tuple(Part(**part) for part in stored["components"])})
