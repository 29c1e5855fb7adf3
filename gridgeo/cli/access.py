"""`gridgeo key` and `gridgeo role`: which programs and people a service lets in, and as what."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, session
from gridgeo.i18n import Language, translate

DEFAULT_CLAIM = "groups"
RoleOption = Annotated[
    str, typer.Option(help="hq, planner, branch_manager, rm, helper, consumer or auditor.", show_default=False)
]
BranchesOption = Annotated[
    list[str] | None, typer.Option("--branch", help="Branch in the scope; can be given several times.")
]
ClaimOption = Annotated[str, typer.Option(help="Claim of the token; dots lead into nested ones.")]
ValueArgument = Annotated[str, typer.Argument(help="Value of the claim, such as the name of a group.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    keys = typer.Typer(help="Keys of programs that use the service.", no_args_is_help=True, rich_markup_mode=None)
    keys.command("add")(key_add)
    keys.command("list")(key_list)
    keys.command("revoke")(key_revoke)
    app.add_typer(keys, name="key")
    roles = typer.Typer(
        help="Roles that claims of the identity provider lead to.", no_args_is_help=True, rich_markup_mode=None
    )
    roles.command("add")(role_add)
    roles.command("list")(role_list)
    roles.command("remove")(role_remove)
    app.add_typer(roles, name="role")


def key_add(  # noqa: PLR0913 - the options are the command's interface
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    role: RoleOption,
    branch: BranchesOption = None,
    days: Annotated[int, typer.Option(help="Days until it runs out.")] = 365,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Make a key for a program; it is shown this once, the store keeps its digest alone.

    Example: gridgeo key add portal --role consumer --days 90
    """
    from gridgeo.pipeline.access import issue_key

    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = issue_key(connection, opened.actor, name, role, now(), branches=branch or (), days=days)
        emit(as_json, body)


def key_list(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List keys, newest first, without their secrets: role, branches, when they run out and were last used.

    Example: gridgeo key list
    """
    from gridgeo.pipeline.access import list_keys
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened:
        with reading(opened.engine) as connection:
            body = {"keys": list_keys(connection, opened.actor, now())}
        shown = ("prefix", "name", "role", "branch_ids", "state", "expires_at", "last_used_at")
        emit(as_json, body, _table(body["keys"], shown, opened.language))


def key_revoke(
    prefix: Annotated[str, typer.Argument(help="The part of the key between the two underscores.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Close a key from now on; it stays in the list.

    Example: gridgeo key revoke 1f0c9a77be
    """
    from gridgeo.pipeline.access import revoke_key

    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = revoke_key(connection, opened.actor, prefix, now())
        emit(as_json, body)


def role_add(  # noqa: PLR0913 - the options are the command's interface
    value: ValueArgument,
    role: RoleOption,
    branch: BranchesOption = None,
    branch_claim: Annotated[
        str | None, typer.Option(help="Claim that names the branches, in place of --branch.")
    ] = None,
    claim: ClaimOption = DEFAULT_CLAIM,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Give a role to everybody whose token has a value in a claim; who has no role is not let in.

    Example: gridgeo role add grid-managers --role branch_manager --branch-claim org_units
    """
    from gridgeo.pipeline.access import give_role

    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = give_role(
                connection,
                opened.actor,
                value,
                role,
                now(),
                claim=claim,
                branches=branch or (),
                branch_claim=branch_claim,
            )
        emit(as_json, body)


def role_list(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List which value of which claim leads to which role and branches.

    Example: gridgeo role list --json
    """
    from gridgeo.pipeline.access import list_roles
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened:
        with reading(opened.engine) as connection:
            body = {"roles": list_roles(connection, opened.actor)}
        shown = ("claim", "value", "role", "branch_ids", "branch_claim", "added_by", "added_at")
        emit(as_json, body, _table(body["roles"], shown, opened.language))


def role_remove(
    value: ValueArgument,
    role: Annotated[str | None, typer.Option(help="Only this role; all that the value gives without it.")] = None,
    claim: ClaimOption = DEFAULT_CLAIM,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take back what a value of a claim gives; it counts within seconds, for open sessions too.

    Example: gridgeo role remove grid-managers --role branch_manager
    """
    from gridgeo.pipeline.access import take_role

    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = take_role(connection, opened.actor, value, role, claim=claim)
        emit(as_json, body)


def _table(rows: list[dict[str, Any]], shown: tuple[str, ...], tongue: Language) -> Table:
    table = Table(*(translate(name, tongue) for name in shown))
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in shown))
    return table


def _cell(value: object) -> str:
    return "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)
