"""`gridgeo target`: who is meant by area AND/OR/NOT industry AND/OR/NOT cohort, counted now, each party once."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, session
from gridgeo.cli.feature_options import (
    BranchOption,
    DayOption,
    LimitOption,
    NameArgument,
    OffsetOption,
    OwnerOption,
    RuleArgument,
    SubjectArgument,
    change,
    create,
    day_of,
    list_kind,
    remove,
    rows_table,
    rule_of,
    shown_words,
    subject_of,
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    words = "Target groups: area, industry and cohort grids joined by AND, OR, NOT."
    group = typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None)
    for name, command in (
        ("new", new),
        ("list", list_grids),
        ("count", count),
        ("parties", parties),
        ("change", change),
        ("remove", remove),
    ):
        group.command(name)(command)
    app.add_typer(group, name="target")


def new(  # noqa: PLR0913 - the options are the command's interface
    name: NameArgument,
    rule: RuleArgument,
    branch: BranchOption = None,
    owner: OwnerOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Keep a target group.

    Example: gridgeo target new Spring spring.json
    """
    from gridgeo.pipeline.features.kept import FeatureDraft

    create(FeatureDraft("target_group", name, rule_of(rule), branch, owner), (store, as_json, actor))


def list_grids(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List the target groups.

    Example: gridgeo target list
    """
    list_kind("target_group", (store, as_json, actor))


def count(
    grid: SubjectArgument,
    as_of: DayOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Count who is meant now; those who may not be contacted are left out and counted apart.

    Example: gridgeo target count spring.json
    """
    from gridgeo.pipeline.features.target_groups import target_count
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = target_count(connection, opened.actor, subject_of(grid), now().date(), as_of=day_of(as_of))
    emit(as_json, body if as_json else shown_words(body) | body["by_kind"] | body["excluded"])


def parties(  # noqa: PLR0913 - the options are the command's interface
    grid: SubjectArgument,
    as_of: DayOption = None,
    excluded: Annotated[
        bool, typer.Option("--excluded", help="Those who may not be contacted, with the reason.")
    ] = False,
    offset: OffsetOption = 0,
    limit: LimitOption = 50,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List who is meant, each party once, with the grids that it is in.

    Example: gridgeo target parties T-1 --limit 20
    """
    from gridgeo.pipeline.features.target_groups import excluded_page, target_page
    from gridgeo.storage import reading

    listing = excluded_page if excluded else target_page
    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = listing(
            connection,
            opened.actor,
            subject_of(grid),
            now().date(),
            as_of=day_of(as_of),
            page=(offset, limit),
        )
    rows = [row | {"in": _grids(row)} for row in body["items"]]
    columns = ("party_kind", "party_id", "branch_id", "in", *(("excluded",) if excluded else ()))
    emit(as_json, body, rows_table(rows, columns, shown_words(body)["rule"]))


def _grids(row: dict[str, Any]) -> str:
    return ", ".join(grid["name"] or grid["id"] for grid in row["in"])
