"""`gridgeo audit-log`: who did or tried what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, session
from gridgeo.i18n import translate

COLUMNS = ("id", "at", "actor_id", "role", "action", "object", "outcome", "request_id")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Who did or tried what.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(list_)
    app.add_typer(group, name="audit-log")


def list_(  # noqa: PLR0913 - the options are the command's interface
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most lines to list, newest first.")] = 100,
    before: Annotated[int | None, typer.Option(help="Only lines before this number: next of the page before.")] = None,
    who: Annotated[str | None, typer.Option(help="Only lines of this actor.")] = None,
    outcome: Annotated[
        str | None, typer.Option(help="Only lines with this outcome: done, denied, refused, failed or not_found.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only lines from then on (UTC).")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List lines of the audit log, newest first: changes, exports, unmasked names, and tries that were denied.

    Example: gridgeo audit-log list --outcome denied --json
    """
    from gridgeo.pipeline.audit_log import audit_lines
    from gridgeo.storage import reading
    from gridgeo.storage.audit_log import LinesWanted

    wanted = LinesWanted(before, who, outcome, None if since is None else since.replace(tzinfo=UTC))
    with session(store, as_json, actor) as opened:
        with reading(opened.engine) as connection:
            body = audit_lines(connection, opened.actor, wanted, limit)
        table = Table(*(translate(name, opened.language) for name in COLUMNS))
        for line in body["lines"]:
            table.add_row(*("" if line[name] is None else str(line[name]) for name in COLUMNS))
        emit(as_json, body, table)
