"""`gridgeo territory policy|conflicts|enclaves|gains`: account and area."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, Session, StoreOption, emit, language, now, session
from gridgeo.cli.feature_options import LimitOption, OffsetOption, rows_table
from gridgeo.cli.groups import TERRITORY
from gridgeo.cli.territory_cadence import FileArgument, kind_of, text_of
from gridgeo.cli.territory_options import ScenarioArgument, day_from
from gridgeo.cli.territory_plans import PlanArgument
from gridgeo.i18n import translate


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    words = "The policy of accounts and areas: who may contact, who is paid, when the account follows the area."
    group = typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None)
    group.command("show")(show)
    group.command("set")(set_table)
    TERRITORY.add_typer(group, name="policy")
    for command in (conflicts, enclaves, gains):
        TERRITORY.command(command.__name__)(command)


def show(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """Show the policy that counts now.

    Example: gridgeo territory policy show
    """
    from gridgeo.pipeline.territories.account_policy import show_policy
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = show_policy(connection, opened.actor)
    emit(as_json, body)


def set_table(
    file: FileArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """Set the policy from TOML or JSON; the shares of each month sum to 100 percent.

    Example: gridgeo territory policy set policy.toml
    """
    from gridgeo.pipeline.territories.account_policy import policy_from_text, set_policy

    body = policy_from_text(text_of(file), kind_of(file, ("toml", "json")))
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        stored = set_policy(connection, opened.actor, body, now())
    emit(as_json, stored)


def conflicts(  # noqa: PLR0913 - the options are the command's interface
    plan: PlanArgument = "live",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="CSV or XLSX for the whole list.")] = None,
    offset: OffsetOption = 0,
    limit: LimitOption = 50,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List customers whose account is with another manager than their area, with who may contact.

    Example: gridgeo territory conflicts Spring --out conflicts.csv
    """
    from gridgeo.pipeline.territories.accounts import conflicts as listed

    _list(listed, plan, (offset, limit), out, (store, as_json, actor))


def enclaves(  # noqa: PLR0913 - the options are the command's interface
    plan: PlanArgument = "live",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="CSV or XLSX for the whole list.")] = None,
    offset: OffsetOption = 0,
    limit: LimitOption = 50,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List customers of other branches who live in an area.

    Example: gridgeo territory enclaves live --limit 20
    """
    from gridgeo.pipeline.territories.accounts import enclaves as listed

    _list(listed, plan, (offset, limit), out, (store, as_json, actor))


def _list(
    listed: Any,  # noqa: ANN401 - one of two functions
    plan: str,
    page: tuple[int, int],
    out: Path | None,
    where: tuple[str | None, bool, str | None],
) -> None:
    from gridgeo.storage import reading

    with session(*where) as opened, reading(opened.engine) as connection:
        today = now().date()
        body = listed(connection, opened.actor, plan, today, page)
        if out is not None:
            body |= _written(listed(connection, opened.actor, plan, today, (0, body["count"])), plan, out, opened)
    columns = tuple(body["items"][0]) if body["items"] else ("customer_id",)
    emit(where[1], body, rows_table(body["items"], columns, f"{body['count']} / {body['customers']}"))


def _written(body: dict[str, Any], plan: str, out: Path, opened: Session) -> dict[str, str]:
    """Write the whole list to a file and say where it is."""
    import polars as pl

    from gridgeo.maps.handover_file import write_list
    from gridgeo.pipeline.territories.accounts import LISTED

    table = (
        pl.DataFrame(body["items"], schema_overrides={"balance_fen": pl.Int64})
        if body["items"]
        else pl.DataFrame(schema=dict.fromkeys(LISTED, pl.String))
    )
    headings = {name: translate(name, opened.language) for name in table.columns}
    write_list(table, headings, (plan, opened.language), out)
    return {"path": str(out)}


def gains(
    scenario: ScenarioArgument,
    effective_on: Annotated[
        str | None, typer.Option("--effective-on", metavar="YYYY-MM-DD", help="Day of effect; today by default.")
    ] = None,
    month: Annotated[int, typer.Option(min=0, max=120, help="Months after the day of effect whose shares count.")] = 0,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Say what every manager and branch gains and loses by a scenario: customers, balances, pay basis.

    Example: gridgeo territory gains Spring --effective-on 2027-01-01 --month 6
    """
    from gridgeo.pipeline.territories.accounts import gains as told
    from gridgeo.storage import reading

    day = now().date() if effective_on is None else day_from(effective_on)
    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = told(connection, opened.actor, scenario, day, month)
    shown = [_gains_table(body[name], key) for name, key in (("managers", "rm"), ("branches", "branch"))]
    emit(as_json, body, Group(*shown))


def _gains_table(rows: list[dict[str, Any]], key: str) -> Table:
    tongue = language()
    names = ("customers_gained", "customers_lost", "balance_gained_fen", "balance_lost_fen", "pay_basis_change_fen")
    known = [key, *(name for name in names if rows and name in rows[0])]
    table = Table()
    for name in known:
        table.add_column(translate(name, tongue), justify="left" if name == key else "right")
    for row in rows:
        table.add_row(*(str(row[name]) for name in known))
    return table
