"""What a scenario asks for, as records that go into its version and come back the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

import polars as pl

from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.steps import BALANCED, REPORTED

Units = Literal["cells", "grids"]
UNITS: tuple[str, ...] = get_args(Units)
DEFAULT_TOLERANCE = 0.05


@dataclass(frozen=True)
class Seat:
    """One territory to be made. id: of the territory; rm_id: who holds it, None where nobody does yet.

    branch_id: the branch that the territory belongs to. hours_per_week: its target is in proportion to them.
    """

    id: str
    rm_id: str | None
    name: str
    branch_id: str
    hours_per_week: float

    @property
    def label(self) -> str:
        """What the territory is called in figures: its manager's id, else its own."""
        return self.rm_id or self.id


@dataclass(frozen=True)
class Aim:
    """What is balanced, how finely, and on which demand.

    measures, tolerance: of equal length; tolerance is a share. growth: measure, or ``all``, -> share by which demand
    grows. cell_growth: cell -> share, where it grows by place. units: cells, or grids that are not divided.
    cadence: number of the stored cadence table that workload is counted by, None for that of the scores.
    """

    measures: tuple[str, ...] = BALANCED
    tolerance: tuple[float, ...] = (DEFAULT_TOLERANCE,) * len(BALANCED)
    growth: Mapping[str, float] = field(default_factory=dict)
    cell_growth: Mapping[str, float] = field(default_factory=dict)
    units: Units = "cells"
    seed: int = 1
    starts: int = 4
    cadence: int | None = None

    def __post_init__(self) -> None:
        if not self.measures or len(set(self.measures)) < len(self.measures):
            raise InvalidInputError("name each measure once, got {given}", given=", ".join(self.measures))
        if len(self.tolerance) != len(self.measures):
            raise InvalidInputError(
                "give one tolerance for all measures or one for each: {measures} measures, {given} tolerances",
                measures=len(self.measures),
                given=len(self.tolerance),
            )
        for value in self.tolerance:
            if not 0 < value < 1:
                raise InvalidInputError("tolerance must lie between 0 and 1, got {given}", given=value)
        for name, share in {**self.growth, **self.cell_growth}.items():
            if not -1 < share <= 100:
                raise InvalidInputError("growth of {name} must be above -100 %, got {given}", name=name, given=share)
        self._check_words()

    def _check_words(self) -> None:
        for name in self.growth:
            if name != "all" and name not in self.weighed:
                raise InvalidInputError(
                    "growth is of one of {known}, got {given}", known=", ".join(self.weighed), given=name
                )
        if self.units not in UNITS:
            raise InvalidInputError("units must be cells or grids, got {given}", given=self.units)
        if not 1 <= self.starts <= 64:
            raise InvalidInputError("starts must be 1 to 64, got {given}", given=self.starts)

    @property
    def weighed(self) -> tuple[str, ...]:
        """All measures that are reported: those of every plan, then further ones that are balanced."""
        return tuple(dict.fromkeys((*REPORTED, *self.measures)))


@dataclass(frozen=True)
class Part:
    """One problem of a scenario: the cells of some branches, given to the same number of seats as territories.

    branches: whose cells. homes: cell a seat, where centres are fixed. locks: cell -> seat id that must keep it.
    previous: version whose territories are to be kept; change_cost: what a move costs, as the solver takes it.
    grid_revisions: of the area grids that the units were taken from, by branch.
    """

    branches: tuple[str, ...]
    seats: tuple[Seat, ...]
    homes: tuple[str, ...] = ()
    locks: Mapping[str, str] = field(default_factory=dict)
    previous: int | None = None
    change_cost: float = 0.0
    grid_revisions: Mapping[str, int] = field(default_factory=dict)

    def seat_number(self, name: str) -> int:
        """Return the position of the territory or manager of a name; InvalidInputError when there is none."""
        for at, seat in enumerate(self.seats):
            if name in (seat.id, seat.rm_id):
                return at
        known = ", ".join(seat.id for seat in self.seats)
        raise InvalidInputError("there is no territory {name}: known are {known}", name=name, known=known)


@dataclass(frozen=True)
class Spec:
    """A scenario's whole question. changes: in words, what is other than live (for readers)."""

    aim: Aim
    parts: tuple[Part, ...]
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def branches(self) -> list[str]:
        """Every branch that is planned, in order."""
        return [branch for part in self.parts for branch in part.branches]

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def spec_from_dict(body: Mapping[str, Any]) -> Spec:
    """Read back what `Spec.as_dict` wrote."""
    aim = body["aim"]
    parts = [
        Part(
            **{
                **part,
                "branches": tuple(part["branches"]),
                "seats": tuple(Seat(**seat) for seat in part["seats"]),
                "homes": tuple(part["homes"]),
            }
        )
        for part in body["parts"]
    ]
    aim = {**aim, "measures": tuple(aim["measures"]), "tolerance": tuple(aim["tolerance"])}
    return Spec(Aim(**aim), tuple(parts), body["changes"])


def aim_from_words(
    measures: str | None,
    tolerance: str | None,
    growth: Mapping[str, float],
    **chosen: Any,  # noqa: ANN401
) -> Aim:
    """Read measures and tolerances as a planner writes them: ``customers,workload`` and ``5,5`` (percent) or ``0.05``.

    A tolerance of at least 1, or with ``%``, is in percent, a smaller one a share. One tolerance counts for all.
    Raises InvalidInputError naming what does not fit.
    """
    names = BALANCED if measures is None else tuple(name.strip() for name in measures.split(",") if name.strip())
    shares = [share_from_text(word, "tolerance") for word in (tolerance or str(DEFAULT_TOLERANCE)).split(",")]
    if len(shares) == 1:
        shares *= len(names)
    return Aim(measures=names, tolerance=tuple(shares), growth=growth, **chosen)


def growth_from_csv(text: str) -> dict[str, float]:
    """Read the columns cell and growth: cell -> share by which its demand grows, written as in `share_from_text`.

    Raises InvalidInputError when a column is missing or a growth is no number.
    """
    try:
        rows = pl.read_csv(text.encode(), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise InvalidInputError("the file is not CSV: {detail}", detail=str(error).partition("\n")[0]) from error
    if not {"cell", "growth"} <= set(rows.columns):
        raise InvalidInputError("the file needs the columns {columns}", columns="cell, growth")
    word = pl.col("growth").fill_null("").str.strip_chars()
    value = word.str.strip_suffix("%").str.strip_suffix("％").cast(pl.Float64, strict=False)
    percent = word.str.contains("[%％]$") | (value.abs() >= 1)
    read = rows.select("cell", "growth", share=pl.when(percent).then(value / 100).otherwise(value))
    bad = read.filter(pl.col("share").is_null() | pl.col("share").is_nan())
    if not bad.is_empty():
        raise InvalidInputError(
            "{name} must be a number or a percentage, got {given}", name="growth", given=bad["growth"][0]
        )
    return dict(read.select("cell", "share").iter_rows())


def share_from_text(text: str, name: str) -> float:
    """Read ``5``, ``5%`` or ``0.05`` as the share 0.05: from 1 on a bare number is a percentage."""
    word = text.strip()
    try:
        value = float(word.removesuffix("%").removesuffix("％"))
    except ValueError as error:
        raise InvalidInputError(
            "{name} must be a number or a percentage, got {given}", name=name, given=text
        ) from error
    return value / 100.0 if word[-1:] in "%％" or abs(value) >= 1 else value
