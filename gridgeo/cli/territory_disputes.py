"""`gridgeo territory dispute` and `gridgeo territory overlay`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, session
from gridgeo.cli.feature_options import rows_table
from gridgeo.cli.groups import TERRITORY
from gridgeo.cli.territory_options import ScenarioArgument, day_from
from gridgeo.errors import InvalidInputError

DayOption = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Day; today by default.")]
NumberArgument = Annotated[int, typer.Argument(help="Number of the entry.")]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    words = "Disputes: two claim a customer or a cell, head office decides."
    group = typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None)
    for name, command in (("raise", raise_claim), ("list", list_claims), ("decide", decide)):
        group.command(name)(command)
    TERRITORY.add_typer(group, name="dispute")
    words = "Specialists of industry and cohort grids beside the area's manager."
    overlays = typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None)
    for name, step in (("assign", assign), ("list", list_specialists), ("end", end)):
        overlays.command(name)(step)
    TERRITORY.add_typer(overlays, name="overlay")


def raise_claim(  # noqa: PLR0913 - the options are the command's interface
    scenario: ScenarioArgument,
    claimed_by: Annotated[str, typer.Option("--claimed-by", metavar="RM", help="Manager it is claimed for.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    customer: Annotated[str | None, typer.Option(help="Customer that is claimed.")] = None,
    cell: Annotated[str | None, typer.Option(help="Cell that is claimed.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Claim a customer or a cell of a scenario; it cannot be published before head office has decided.

    Example: gridgeo territory dispute raise Spring --customer C000091 --claimed-by RM06 --reason "Ours since 2019"
    """
    from gridgeo.pipeline.territories.disputes import raise_dispute

    if (customer is None) == (cell is None):
        raise InvalidInputError("say what is claimed by one of --customer and --cell")
    kind, subject = ("customer", str(customer)) if cell is None else ("cell", cell)
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        body = raise_dispute(connection, opened.actor, scenario, (kind, subject, claimed_by, reason), now())
    emit(as_json, body)


def list_claims(
    scenario: Annotated[str | None, typer.Argument(help="Scenario, by name; all by default.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Those that are not decided only.")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List disputes with their decisions.

    Example: gridgeo territory dispute list --open
    """
    from gridgeo.pipeline.territories.disputes import list_disputes
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows = list_disputes(connection, opened.actor, scenario, only_open=only_open)
    columns = (
        "id",
        "scenario",
        "branch_id",
        "subject_kind",
        "subject",
        "claimed_by",
        "status",
        "awarded_to",
        "decided_on",
    )
    emit(as_json, {"count": len(rows), "disputes": rows}, rows_table(rows, columns))


def decide(  # noqa: PLR0913 - the options are the command's interface
    dispute: NumberArgument,
    award: Annotated[str, typer.Option(metavar="RM", help="Manager who gets it.")],
    decision: Annotated[str, typer.Option(help="The decision in words.")],
    decided_on: Annotated[
        str | None, typer.Option("--decided-on", metavar="YYYY-MM-DD", help="Day of the decision; today by default.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Decide a dispute, once; head office alone may.

    Example: gridgeo territory dispute decide 1 --award RM06 --decision "The account stays" --as Wang:hq
    """
    from gridgeo.pipeline.territories.disputes import decide as settle

    moment = now()
    day = moment.date() if decided_on is None else day_from(decided_on)
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        body = settle(connection, opened.actor, dispute, (award, decision, day), moment)
    emit(as_json, body)


def assign(  # noqa: PLR0913 - the options are the command's interface
    grid: Annotated[str, typer.Argument(help="Industry or cohort grid, by id.")],
    staff: Annotated[str, typer.Argument(help="Member of staff, by id.")],
    branch: Annotated[str | None, typer.Option(help="Branch that it is for; all by default.")] = None,
    starts_on: Annotated[
        str | None, typer.Option("--starts-on", metavar="YYYY-MM-DD", help="First day; today by default.")
    ] = None,
    ends_on: Annotated[str | None, typer.Option("--ends-on", metavar="YYYY-MM-DD", help="Last day, if known.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Give an industry or cohort grid to a specialist; who owns the areas stays as it is.

    Example: gridgeo territory overlay assign I-1 RM05 --starts-on 2027-01-01
    """
    from gridgeo.pipeline.territories.overlays import assign_overlay

    moment = now()
    days = (moment.date() if starts_on is None else day_from(starts_on), None if ends_on is None else day_from(ends_on))
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        body = assign_overlay(connection, opened.actor, (grid, staff, branch), days, moment)
    emit(as_json, body)


def list_specialists(
    grid: Annotated[str | None, typer.Argument(help="Industry or cohort grid, by id; all by default.")] = None,
    on: DayOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List the specialists, all ever or those on duty on a day.

    Example: gridgeo territory overlay list --on 2027-01-01
    """
    from gridgeo.pipeline.territories.overlays import list_overlays
    from gridgeo.storage import reading

    day = None if on is None else day_from(on)
    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows: list[dict[str, Any]] = list_overlays(connection, opened.actor, day, grid)
    columns = ("id", "feature_id", "staff_id", "branch_id", "starts_on", "ends_on")
    emit(as_json, {"count": len(rows), "overlays": rows}, rows_table(rows, columns))


def end(
    overlay: NumberArgument,
    on: DayOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Write the last day of a specialist.

    Example: gridgeo territory overlay end 1 --on 2027-06-30
    """
    from gridgeo.pipeline.territories.overlays import finish_overlay

    day = now().date() if on is None else day_from(on)
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        body = finish_overlay(connection, opened.actor, overlay, day)
    emit(as_json, body)
