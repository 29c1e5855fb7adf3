"""`gridgeo industry`: industry grids; and the groups of cohort grids, target groups and the grid card beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridgeo.cli import cohorts, grid_card, targets
from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, session
from gridgeo.cli.feature_options import (
    BranchOption,
    IdArgument,
    LimitOption,
    NameArgument,
    OffsetOption,
    OwnerOption,
    SubjectArgument,
    change,
    create,
    list_kind,
    remove,
    rows_table,
    shown_words,
    subject_of,
)

CatchmentOption = Annotated[str | None, typer.Option(help="Merchants in the catchment of this branch only.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module and of those beside it."""
    group = typer.Typer(
        help="Industry grids: merchants by scheme and code.", no_args_is_help=True, rich_markup_mode=None
    )
    for name, command in (
        ("codes", codes),
        ("new", new),
        ("list", list_grids),
        ("show", show),
        ("cells", cells),
        ("merchants", merchants),
        ("change", change),
        ("remove", remove),
    ):
        group.command(name)(command)
    app.add_typer(group, name="industry")
    cohorts.register(app)
    targets.register(app)
    grid_card.register(app)


def codes(
    scheme: Annotated[str | None, typer.Option(help="gbt4754, isic, gridgeo, or one that was imported.")] = None,
    edition: Annotated[str | None, typer.Option(help="Edition of the scheme, such as 2017.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List the industry codes that are known, shipped and imported, with names and source.

    Example: gridgeo industry codes --scheme gbt4754 --edition 2017
    """
    from gridgeo.pipeline.features.industry import industry_codes
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows = industry_codes(connection, opened.actor, scheme=scheme, edition=edition).to_dicts()
    columns = ("scheme", "edition", "code", "parent_code", "level", "name_zh", "name_en")
    emit(as_json, {"count": len(rows), "codes": rows}, rows_table(rows, columns))


def new(  # noqa: PLR0913 - the options are the command's interface
    name: NameArgument,
    code: Annotated[list[str], typer.Option(help="Code with all below it; can be given several times.")],
    scheme: Annotated[str, typer.Option(help="Scheme of the codes.")] = "gbt4754",
    edition: Annotated[str | None, typer.Option(help="Edition of the scheme; the newest by default.")] = None,
    osm_tags: Annotated[
        bool, typer.Option("--osm-tags/--no-osm-tags", help="Take merchants without a code by their map tag.")
    ] = True,
    branch: BranchOption = None,
    owner: OwnerOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Keep an industry grid: merchants of these codes and all below them.

    Example: gridgeo industry new Shops --scheme gbt4754 --code F --code 62
    """
    from gridgeo.pipeline.features.kept import FeatureDraft

    rule = {"scheme": scheme, "codes": code, "osm_tags": osm_tags} | ({"edition": edition} if edition else {})
    create(FeatureDraft("industry", name, rule, branch, owner), (store, as_json, actor))


def list_grids(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List the industry grids.

    Example: gridgeo industry list
    """
    list_kind("industry", (store, as_json, actor))


def show(
    grid: SubjectArgument,
    by: Annotated[str, typer.Option(help="Areas to compare: grid, branch or cell.")] = "grid",
    branch: CatchmentOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Count an industry's merchants and show where they are more, or fewer, than its share elsewhere.

    Example: gridgeo industry show I-1 --by grid
    """
    from gridgeo.pipeline.features.industry import industry_summary
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = industry_summary(connection, opened.actor, subject_of(grid), branch_id=branch, by=by)
    columns = ("area", "name", "merchants", "members", "expected", "quotient", "low", "high")
    emit(as_json, body, rows_table(body["areas"], columns, shown_words(body)["rule"]))


def cells(
    grid: SubjectArgument,
    out: Annotated[Path | None, typer.Option(help="CSV to write the whole list to.")] = None,
    branch: CatchmentOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Count an industry's merchants by cell.

    Example: gridgeo industry cells I-1 --out cells.csv
    """
    import polars as pl

    from gridgeo.cells import cell_strings
    from gridgeo.pipeline.features.industry import industry_cells
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        found = industry_cells(connection, opened.actor, subject_of(grid), branch_id=branch)
    rows = found.with_columns(cell=pl.Series(cell_strings(found["cell"].to_numpy()), dtype=pl.String))
    if out is not None:
        rows.write_csv(out)
    columns = ("branch_id", "cell", "merchants")
    emit(as_json, {"count": rows.height, "cells": rows.to_dicts()}, rows_table(rows.head(50).to_dicts(), columns))


def merchants(  # noqa: PLR0913 - the options are the command's interface
    grid: IdArgument,
    branch: CatchmentOption = None,
    offset: OffsetOption = 0,
    limit: LimitOption = 50,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List an industry's merchants, the bank's own first, then by name.

    Example: gridgeo industry merchants I-1 --limit 20
    """
    from gridgeo.pipeline.features.industry import top_merchants
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = top_merchants(connection, opened.actor, subject_of(grid), branch_id=branch, page=(offset, limit))
    emit(as_json, body, rows_table(body["items"], ("id", "name", "own", "known_code", "state", "branch_id")))
