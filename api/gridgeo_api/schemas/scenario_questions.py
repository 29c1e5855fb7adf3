"""What is asked of scenarios: a plan, another plan from the one before, moves by hand, a decision."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from gridgeo.pipeline.steps import BALANCED
from gridgeo.pipeline.territories.drafts import MOST_NAME, MOST_TEXT, Draft
from gridgeo.pipeline.territories.replans import Changes
from gridgeo.pipeline.territories.spec import DEFAULT_TOLERANCE, Aim
from gridgeo_api.limits import MAX_CURSOR, MAX_ROWS, MAX_TEXT, NO_CONTROL
from gridgeo_api.paging import PageQuery
from gridgeo_api.schemas.common import CELL, answer_config

MOST_BRANCHES, MOST_PEOPLE, MOST_CELLS, MOST_TERRITORIES = 500, 500, 20_000, 1_000
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=NO_CONTROL)]
Name = Annotated[str, Field(min_length=1, max_length=MOST_NAME, pattern=NO_CONTROL)]
Remark = Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
Texts = Annotated[list[Text], Field(max_length=MOST_PEOPLE)]
Percent = Annotated[FiniteFloat, Field(gt=-100, le=10_000)]
CellText = Annotated[str, Field(min_length=15, max_length=15, pattern=r"^[0-9a-fA-F]+$")]
Hours = Annotated[FiniteFloat, Field(gt=0, le=168)]


def question(example: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a body: no other fields, and an example."""
    return answer_config(example)


class AimAsked(BaseModel):
    """What is balanced, how finely, and on which demand.

    tolerance_percent: one for all measures, or one for each. growth_percent: measure, or all, -> growth of demand;
    cell_growth_percent: cell -> growth. units: what is not divided. starts: without a better plan, after which the
    solver ends.
    """

    model_config = ConfigDict(extra="forbid")

    measures: Annotated[list[Text], Field(min_length=1, max_length=10)] | None = None
    tolerance_percent: (
        Annotated[list[Annotated[FiniteFloat, Field(gt=0, lt=100)]], Field(min_length=1, max_length=10)] | None
    ) = None
    growth_percent: Annotated[dict[Text, Percent], Field(max_length=20)] = {}
    cell_growth_percent: Annotated[dict[CellText, Percent], Field(max_length=MOST_CELLS)] = {}
    units: Literal["cells", "grids"] = "cells"
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    starts: Annotated[int, Field(ge=1, le=64)] = 4

    def aim(self) -> Aim:
        """Return what is asked, shares in place of percent."""
        measures = BALANCED if self.measures is None else tuple(self.measures)
        given = [100 * DEFAULT_TOLERANCE] if self.tolerance_percent is None else self.tolerance_percent
        shares = tuple(percent / 100 for percent in given)
        return Aim(
            measures=measures,
            tolerance=shares * len(measures) if len(shares) == 1 else shares,
            growth={name: percent / 100 for name, percent in self.growth_percent.items()},
            cell_growth={cell: percent / 100 for cell, percent in self.cell_growth_percent.items()},
            units=self.units,
            seed=self.seed,
            starts=self.starts,
        )


class DraftAsked(AimAsked):
    """A fresh plan. k: territories a branch, its managers' number without it. homes: manager or territory -> cell."""

    model_config = question({"branches": ["b1"], "k": 6, "tolerance_percent": [5, 5]})

    branches: Annotated[list[Text], Field(min_length=1, max_length=MOST_BRANCHES)]
    k: Annotated[int, Field(ge=1, le=MOST_TERRITORIES)] | None = None
    homes: Annotated[dict[Text, CellText], Field(max_length=MOST_TERRITORIES)] = {}

    def draft(self) -> Draft:
        """Return the plan as it is asked for."""
        return Draft(tuple(self.branches), self.aim(), self.k, dict(self.homes))


class ScenarioWanted(DraftAsked):
    """A new scenario: its name, and the plan that it holds."""

    model_config = question({"scenario": "Spring", "branches": ["b1"], "k": 6, "tolerance_percent": [5, 5]})

    scenario: Name
    notes: Remark | None = None


class ScenarioSolved(DraftAsked):
    """Another plan for a scenario that is open."""

    model_config = question({"branches": ["b1"], "tolerance_percent": [4]})

    notes: Remark | None = None


class ChangesAsked(AimAsked):
    """What is other than in the plan before, and how much of it stays.

    keep_share: least share of customers that stays with its manager; without it as much as usually can. joins: manager
    -> hours a week, null for those of the staff list. part_time: manager -> share of the hours. deputies: absent
    manager -> who stands in. basis: live, or a scenario. branches: to plan; those that the changes concern without it.
    as_it_is: the plan before, unsolved, to be changed by hand.
    """

    model_config = question({"leaves": ["s1"], "keep_share": 0.9, "tolerance_percent": [10]})

    keep_share: Annotated[FiniteFloat, Field(ge=0, le=1)] | None = None
    leaves: Texts = []
    joins: Annotated[dict[Text, Hours | None], Field(max_length=MOST_PEOPLE)] = {}
    part_time: Annotated[dict[Text, Annotated[FiniteFloat, Field(gt=0, le=1)]], Field(max_length=MOST_PEOPLE)] = {}
    deputies: Annotated[dict[Text, Text], Field(max_length=MOST_PEOPLE)] = {}
    branch_opens: Texts = []
    branch_closes: Texts = []
    basis: Text = "live"
    as_it_is: bool = False
    branches: Annotated[list[Text], Field(max_length=MOST_BRANCHES)] = []

    def asked(self) -> tuple[Changes, Aim, tuple[str, ...]]:
        """Return the changes, the aim, and the branches to plan."""
        changes = Changes(
            keep_share=self.keep_share,
            leaves=tuple(self.leaves),
            joins=dict(self.joins),
            part_time=dict(self.part_time),
            deputies=dict(self.deputies),
            opens=tuple(self.branch_opens),
            closes=tuple(self.branch_closes),
            basis=self.basis,
            as_it_is=self.as_it_is,
        )
        return changes, self.aim(), tuple(dict.fromkeys(self.branches))


class ReplanWanted(ChangesAsked):
    """A new scenario from the plan before."""

    model_config = question({"scenario": "Autumn", "leaves": ["s1"], "keep_share": 0.9})

    scenario: Name
    notes: Remark | None = None


class ScenarioReplanned(ChangesAsked):
    """Another plan, from the plan before, for a scenario that is open."""

    model_config = question({"leaves": ["s1"], "keep_share": 0.9})

    notes: Remark | None = None


class CellMove(BaseModel):
    """A cell, and the territory or manager that gets it."""

    model_config = ConfigDict(extra="forbid")

    cell: CellText
    territory: Text


class MovesWanted(BaseModel):
    """Cells given to other territories by hand, in their order, all or none."""

    model_config = question({"moves": [{"cell": CELL, "territory": "T-s2"}]})

    moves: Annotated[list[CellMove], Field(min_length=1, max_length=MOST_CELLS)]


class RepairWanted(BaseModel):
    """Territories or managers that keep all of their cells while the solver mends the rest."""

    model_config = question({"locked": ["T-s1"]})

    locked: Texts = []


class CommentWanted(BaseModel):
    """A remark on a scenario."""

    model_config = question({"text": "The river divides T-s2."})

    text: Remark


class DecisionWanted(BaseModel):
    """The reason of a decision, kept in the log."""

    model_config = question({"remark": "T-s3 cannot reach the north."})

    remark: Annotated[str, Field(max_length=MOST_TEXT)] = ""


class PublishWanted(BaseModel):
    """The day from which duties follow the plan."""

    model_config = question({"effective_on": "2027-01-01"})

    effective_on: date


class DisputeWanted(BaseModel):
    """A claim of a customer or a cell for a manager."""

    model_config = question({"kind": "cell", "subject": CELL, "claimed_by": "s2", "reason": "Ours since 2019."})

    kind: Literal["customer", "cell"]
    subject: Text
    claimed_by: Text
    reason: Remark


class DisputeDecision(BaseModel):
    """Who gets it and why; decided_on: today without it."""

    model_config = question({"awarded_to": "s2", "decision": "The account stays."})

    awarded_to: Text
    decision: Remark
    decided_on: date | None = None


class DisputesAsked(PageQuery):
    """Which disputes are listed."""

    scenario: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=NO_CONTROL)] | None = Field(
        None, description="Only those of this scenario.", examples=["Spring"]
    )
    open: bool = Field(False, description="Only those that are not decided.", examples=[True])


class HandoverAsked(PageQuery):
    """Which page of who changes hands, and between which plans."""

    against: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=NO_CONTROL)] = Field(
        "live", description="The plan before: live, or another scenario.", examples=["live"]
    )


class HistoryAsked(PageQuery):
    """Which page of what was published, the newest first by default."""

    sort: Annotated[str, Field(min_length=1, max_length=60, pattern=NO_CONTROL)] = Field(
        "-at", description="Field to sort by, with - before it for the largest first.", examples=["-at"]
    )


class AccountsAsked(BaseModel):
    """Which page of a list of accounts."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=MAX_ROWS, description="The most entries of a page.", examples=[50])
    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR, pattern=NO_CONTROL)] | None = Field(
        None, description="`next` of the page before.", examples=["WyJjb25mbGljdHMiLCJTcHJpbmciLDUwXQ"]
    )
