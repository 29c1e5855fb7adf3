"""`gridgeo territory replan`: from the plan before, with customers kept, when people and branches change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gridgeo.cli.common import (
    ActorOption,
    JsonOption,
    StoreOption,
    emit,
    now,
    progress_bar,
    require_feasible,
    session,
)
from gridgeo.cli.groups import TERRITORY
from gridgeo.cli.territory_options import (
    BranchOption,
    GrowthOption,
    MeasuresOption,
    NotesOption,
    ScenarioOption,
    SeedOption,
    StartsOption,
    ToleranceOption,
    UnitsOption,
    aim_from,
    names_in,
    pairs,
)
from gridgeo.cli.territory_options import scenario_table as table_of
from gridgeo.errors import InvalidInputError

if TYPE_CHECKING:
    from gridgeo.pipeline.territories.replans import Changes

RmsOption = list[str] | None


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the command of this module."""
    TERRITORY.command("replan")(replan)


def replan(  # noqa: PLR0913 - the options are the command's interface
    scenario: ScenarioOption = None,
    keep: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Least share of customers that stays with its manager: 0.92.")
    ] = None,
    leaves: Annotated[RmsOption, typer.Option(metavar="RM", help="Manager who leaves; again for several.")] = None,
    joins: Annotated[
        RmsOption,
        typer.Option(metavar="RM or RM=HOURS", help="Manager who joins; with hours a week if not in the staff list."),
    ] = None,
    part_time: Annotated[
        RmsOption,
        typer.Option("--part-time", metavar="RM=SHARE", help="Manager who works a share of the hours: RM01=0.5."),
    ] = None,
    absent: Annotated[
        RmsOption, typer.Option(metavar="RM", help="Manager who is away; the territory stays, a deputy holds it.")
    ] = None,
    deputy: Annotated[
        RmsOption, typer.Option(metavar="RM", help="Who stands in; one for each that is absent, in their order.")
    ] = None,
    branch_opens: Annotated[
        RmsOption, typer.Option("--branch-opens", metavar="BRANCH", help="Branch of the bank's list that opens.")
    ] = None,
    branch_closes: Annotated[
        RmsOption, typer.Option("--branch-closes", metavar="BRANCH", help="Branch that closes; those around take over.")
    ] = None,
    basis: Annotated[str, typer.Option("--from", metavar="PLAN", help="Plan before: live, or a scenario.")] = "live",
    as_it_is: Annotated[
        bool, typer.Option("--as-it-is", help="Take the plan before without solving, to be changed by hand.")
    ] = False,
    branch: BranchOption = None,
    measures: MeasuresOption = None,
    tolerance: ToleranceOption = None,
    growth: GrowthOption = None,
    units: UnitsOption = "cells",
    seed: SeedOption = 1,
    starts: StartsOption = 4,
    notes: NotesOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Plan again and keep customers with their managers: people and branches come and go, demand shifts.

    Example: gridgeo territory replan --scenario Autumn --leaves RM03 --keep 0.9
    """
    from gridgeo.pipeline.territories.drafts import asking, keep_answers, question
    from gridgeo.pipeline.territories.replans import replan_solver, spec_of_replan

    aim = aim_from(measures, tolerance, growth, units=units, seed=seed, starts=starts)
    changes = _changes(
        (keep, basis, as_it_is), (leaves, branch_opens, branch_closes), (joins, part_time), (absent, deputy)
    )
    with session(store, as_json, actor) as opened, progress_bar({"plan": "Assigning territories"}) as progress:
        progress("plan")
        moment = now()
        name = scenario or f"replan {moment:%Y-%m-%d %H:%M:%S}"
        with asking(opened.engine, opened.actor) as connection:
            spec = spec_of_replan(connection, opened.actor, changes, aim, names_in(branch))
            asked = question(connection, opened.actor, name, spec)
        solved = asked, asked.answers(replan_solver(changes))
        with opened.engine.begin() as connection:
            body = keep_answers(connection, opened.actor, solved, moment, kind="replanned", notes=notes)
    emit(as_json, body, table_of(body))
    require_feasible(body["branches"])


def _changes(
    kept: tuple[str | None, str, bool],
    lists: tuple[RmsOption, RmsOption, RmsOption],
    people: tuple[RmsOption, RmsOption],
    away: tuple[RmsOption, RmsOption],
) -> Changes:
    from gridgeo.pipeline.territories.replans import Changes
    from gridgeo.pipeline.territories.spec import share_from_text

    absent, deputy = (names_in(each) for each in away)
    if len(absent) != len(deputy):
        raise InvalidInputError(
            "give one --deputy for each --absent: {absent} and {deputy}", absent=len(absent), deputy=len(deputy)
        )
    leaves, opens, closes = (names_in(each) for each in lists)
    part_time = pairs(list(names_in(people[1])), "--part-time RM=SHARE")
    return Changes(
        keep_share=None if kept[0] is None else share_from_text(kept[0], "keep"),
        leaves=leaves,
        joins=dict(_joining(text) for text in names_in(people[0])),
        part_time={rm: share_from_text(text, "part-time") for rm, text in part_time.items()},
        deputies=dict(zip(absent, deputy, strict=True)),
        opens=opens,
        closes=closes,
        basis=kept[1],
        as_it_is=kept[2],
    )


def _joining(text: str) -> tuple[str, float | None]:
    name, sign, hours = text.partition("=")
    if not sign:
        return name, None
    try:
        return name, float(hours)
    except ValueError as error:
        raise InvalidInputError("write {how}, got {given}", how="--joins RM=HOURS", given=text) from error
