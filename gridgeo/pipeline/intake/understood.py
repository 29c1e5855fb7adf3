"""A file as it is understood, without a row written; what an import begins with and a trial run ends with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import polars.selectors as cs
import sqlalchemy as sa

from gridgeo.cells import check_resolution
from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.intake.known import known_of
from gridgeo.pipeline.intake.parties import check_merge_on
from gridgeo.pipeline.intake.request import ImportRequest
from gridgeo.pipeline.intake.sources import check_weights, form_on_ground
from gridgeo.pipeline.steps import require_planner
from gridgeo.sources.files import open_table
from gridgeo.sources.intake import (
    CellTable,
    Understanding,
    import_kind,
    understand,
    understand_cells,
    understand_denominators,
)

FileUnderstood = Understanding | CellTable
SHOWN = 10
"""Rows of a preview."""


def understood(connection: sa.Connection, request: ImportRequest) -> FileUnderstood:
    """Open a file and understand it against what the store knows.

    Raises InvalidInputError when the file as a whole does not fit.
    """
    kind = import_kind(request.options.kind)
    check_merge_on(kind.name, kind.field_names, request.merge_on, request.options.gone)
    _check_cell_options(request)
    raw = open_table(request.path, replace(request.how, meant_as=kind.name))
    if kind.name == "denominators":
        check_weights(request)
        form = form_on_ground(connection, raw, request)
        return understand_denominators(raw, request.options, known_of(connection, kind), form)
    read = understand_cells if kind.name == "cells" else understand
    return read(raw, request.options, known_of(connection, kind))


def _check_cell_options(request: ImportRequest) -> None:
    options = request.options
    if options.kind == "cells" and options.resolution is not None:
        check_resolution(options.resolution)
    by_cells = options.cell_column is not None and options.kind != "denominators"
    if options.kind != "cells" and (by_cells or options.resolution is not None):
        raise InvalidInputError(
            "--cell-column and --resolution are for gridgeo import cells, not for {kind}", kind=options.kind
        )
    if options.kind != "denominators" and (options.form or options.weights or options.figures):
        raise InvalidInputError(
            "--form, --weights and --figures are for gridgeo import denominators, not for {kind}", kind=options.kind
        )


def preview_file(connection: sa.Connection, actor: Actor, request: ImportRequest) -> dict[str, Any]:
    """Return what an import of the file would make of it, nothing written.

    notes: how it was read and which column is which field. account: rows in, accepted, rejected by reason. rows,
    rejected: the first ones, as understood and as refused (reasons are English templates).
    """
    require_planner(actor)
    file = understood(connection, request)
    taken: list[pl.DataFrame] = []
    refused: list[pl.DataFrame] = []
    for batch in file.batches():
        taken.append(batch.accepted.head(SHOWN))
        refused.append(batch.rejected.head(SHOWN))
    rows = pl.concat(taken).head(SHOWN).select(~cs.binary()) if taken else pl.DataFrame()
    return {
        "kind": request.options.kind,
        "file": request.name,
        "notes": file.notes(),
        "account": file.account.as_dict(),
        "rows": rows.to_dicts(),
        "rejected": pl.concat(refused).head(SHOWN).to_dicts() if refused else [],
    }
