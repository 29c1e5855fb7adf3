"""`gridgeo cohort`: customers by a dated rule, counted, listed, kept as snapshots, compared."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, session
from gridgeo.cli.feature_options import (
    BranchOption,
    DayOption,
    IdArgument,
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

MEMBER_COLUMNS = ("party_id", "branch_id", "account_rm_id", "tier")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Cohort grids: customers by a dated rule.", no_args_is_help=True, rich_markup_mode=None)
    for name, command in (
        ("new", new),
        ("list", list_grids),
        ("count", count),
        ("members", members),
        ("snapshot", snapshot),
        ("snapshots", list_snapshots),
        ("held", held),
        ("overlap", overlap),
        ("change", change),
        ("remove", remove),
    ):
        group.command(name)(command)
    app.add_typer(group, name="cohort")


def new(  # noqa: PLR0913 - the options are the command's interface
    name: NameArgument,
    rule: RuleArgument,
    branch: BranchOption = None,
    owner: OwnerOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Keep a cohort grid; rules on ethnicity, religion, health or minors are refused.

    Example: gridgeo cohort new Seniors seniors.json
    """
    from gridgeo.pipeline.features.kept import FeatureDraft

    create(FeatureDraft("cohort", name, rule_of(rule), branch, owner), (store, as_json, actor))


def list_grids(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List the cohort grids.

    Example: gridgeo cohort list
    """
    list_kind("cohort", (store, as_json, actor))


def count(
    grid: SubjectArgument,
    as_of: DayOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Count whom a cohort holds, and those of whom too little is known to say.

    Example: gridgeo cohort count C-1 --as-of 2026-03-01
    """
    from gridgeo.pipeline.features.cohorts import cohort_count
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = cohort_count(connection, opened.actor, subject_of(grid), now().date(), as_of=day_of(as_of))
    emit(as_json, body if as_json else shown_words(body))


def members(  # noqa: PLR0913 - the options are the command's interface
    grid: SubjectArgument,
    as_of: DayOption = None,
    offset: OffsetOption = 0,
    limit: LimitOption = 50,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List whom a cohort holds by number, branch, manager and tier; no names.

    Example: gridgeo cohort members C-1 --limit 20
    """
    from gridgeo.pipeline.features.cohorts import cohort_page
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = cohort_page(
            connection,
            opened.actor,
            subject_of(grid),
            now().date(),
            as_of=day_of(as_of),
            page=(offset, limit),
        )
    emit(as_json, body, rows_table(body["items"], MEMBER_COLUMNS, shown_words(body)["rule"]))


def snapshot(
    grid: IdArgument,
    as_of: DayOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Write down whom a cohort holds on a day, with the rule and the versions it rests on.

    Example: gridgeo cohort snapshot C-1 --as-of 2026-03-01
    """
    from gridgeo.pipeline.features.cohorts import take_snapshot

    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        body = take_snapshot(connection, opened.actor, grid, now(), as_of=day_of(as_of))
    emit(as_json, body)


def list_snapshots(
    grid: IdArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """List the snapshots of a cohort, newest first.

    Example: gridgeo cohort snapshots C-1
    """
    from gridgeo.pipeline.features.cohorts import snapshots
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows = snapshots(connection, opened.actor, grid)
    emit(as_json, {"id": grid, "snapshots": rows}, rows_table(rows, ("id", "as_of", "taken_at", "actor_id", "size")))


def held(
    snapshot: Annotated[int, typer.Argument(help="Number of the snapshot.")],
    offset: OffsetOption = 0,
    limit: LimitOption = 50,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List whom a snapshot holds.

    Example: gridgeo cohort held 1 --limit 20
    """
    from gridgeo.pipeline.features.cohorts import snapshot_page
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = snapshot_page(connection, opened.actor, snapshot, page=(offset, limit))
    emit(as_json, body, rows_table(body["items"], ("party_kind", "party_id")))


def overlap(
    grids: Annotated[list[str], typer.Argument(help="Ids of two or more cohorts.")],
    as_of: DayOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Compare cohorts pair by pair: members in both, and their share of those in either (Jaccard).

    Example: gridgeo cohort overlap C-1 C-2 C-3
    """
    from gridgeo.pipeline.features.cohorts import cohort_overlap
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = cohort_overlap(connection, opened.actor, grids, now().date(), as_of=day_of(as_of))
    emit(as_json, body, _matrix(body))


def _matrix(body: dict[str, Any]) -> Table:
    table = Table()
    names = [f"{cohort['id']} {cohort['name']}" for cohort in body["cohorts"]]
    for column in ("", *names):
        table.add_column(column)
    for name, common, shares in zip(names, body["common"], body["jaccard"], strict=True):
        pairs = zip(common, shares, strict=True)
        table.add_row(name, *(f"{both} ({share:.2f})" if share is not None else str(both) for both, share in pairs))
    return table
