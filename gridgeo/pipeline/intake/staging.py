"""The rows of a file under a version that nobody reads yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import move_counts
from gridgeo.domain.tables import CELL_VALUES, DENOMINATOR_FIGURES, PARTY_MATCHES, Contract, checked, empty
from gridgeo.pipeline.intake.denominators import placed_denominators
from gridgeo.pipeline.intake.parties import PARTY_KINDS, PartyMatcher
from gridgeo.pipeline.intake.refused import Refused
from gridgeo.pipeline.intake.request import ImportRequest
from gridgeo.pipeline.intake.sources import described
from gridgeo.pipeline.intake.understood import FileUnderstood
from gridgeo.pipeline.intake.zones import with_old_names
from gridgeo.pipeline.steps import Progress
from gridgeo.sources.intake import Batch, CellTable, ImportKind, form_of_file, import_kind, names_in
from gridgeo.sources.intake.kinds_ground import MEASURES
from gridgeo.storage import read_frame
from gridgeo.storage.frames import append_rows, refresh_statistics

SAME_PLACE = "an area or point that stands again under another key: both count"


@dataclass
class Staged:
    """What became of the rows besides their account.

    written: rows of the table. matches: decision -> zones or parties. synthetic: some row says that it is made up.
    sample: the first rows of the file, as they are written. source: of denominators, what `described` says of them.
    """

    refused: Refused = field(default_factory=Refused)
    written: int = 0
    matches: dict[str, int] = field(default_factory=dict)
    synthetic: bool = False
    sample: pl.DataFrame | None = None
    source: dict[str, Any] = field(default_factory=dict)


def stage(
    connection: sa.Connection,
    file: FileUnderstood,
    request: ImportRequest,
    versions: tuple[int | None, int],
    progress: Progress,
) -> Staged:
    """Write the accepted rows of a file, piece by piece, and keep its rejected ones.

    versions: the one before, None when there is none, and the unfinished one that is written.
    """
    staged, (before, version_id) = Staged(), versions
    kind = import_kind(request.options.kind)
    matcher = _matcher(connection, request, before)
    pieces: list[pl.DataFrame] = []
    written = 0
    for batch in _read_ahead(file.batches()):
        progress("write")
        staged.refused.take(batch.rejected)
        staged.synthetic |= "synthetic" in kind.contract and bool(batch.accepted["synthetic"].any())
        append_rows(connection, "original", batch.originals, version_id=version_id)
        staged.sample = batch.accepted if staged.sample is None else staged.sample
        rows = matcher.apart(batch.accepted) if matcher else batch.accepted
        if kind.name in ("denominators", "boundaries") or request.options.resolution is not None:
            # A zone can only be matched, an old name found, and a coarser cell summed, among all rows.
            pieces.append(rows)
        else:
            written += append_rows(connection, kind.table, rows, version_id=version_id)
    if kind.name == "denominators":
        rows = pl.concat(pieces) if pieces else empty(_contract_of(file))
        staged.source = described(file, request, rows)
        written += _write_denominators(connection, staged, (file, rows), version_id)
    if kind.name == "boundaries":
        rows = _whole(pieces, kind)
        standing = read_frame(connection, "boundary", version_id=before) if before else rows.clear()
        written += append_rows(connection, "boundary", with_old_names(rows, standing), version_id=version_id)
    if request.options.resolution is not None:
        rows = at_resolution(_whole(pieces, kind), request.options.resolution)
        written += append_rows(connection, kind.table, rows, version_id=version_id)
    if matcher:
        written += _write_merged(connection, staged, matcher, kind.table, version_id)
    refresh_statistics(connection, kind.table, written)
    staged.written = written
    return staged


def _read_ahead(pieces: Iterable[Batch]) -> Iterator[Batch]:
    """Yield the pieces of a file while a thread prepares the next one: reading and writing take about equally long."""
    source = iter(pieces)
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, source, None)
        while (piece := coming.result()) is not None:
            coming = reader.submit(next, source, None)
            yield piece


def at_resolution(rows: pl.DataFrame, resolution: int) -> pl.DataFrame:
    """Return CELL_VALUES of counts at another resolution, the sum of each figure kept; a cell without a value has none.

    Coarser: exact sums. Finer: by the area of the parts.
    """
    figures = rows.drop_nulls("value").partition_by("name", as_dict=True, maintain_order=True)
    moved = {
        name: move_counts(part["cell"].to_numpy(), part["value"].to_numpy(), resolution)
        for (name,), part in figures.items()
    }
    parts = [pl.DataFrame({"name": name, "cell": cells, "value": values}) for name, (cells, values) in moved.items()]
    return checked(pl.concat([empty(CELL_VALUES), *parts]), CELL_VALUES, "cell_value")


def _whole(pieces: list[pl.DataFrame], kind: ImportKind) -> pl.DataFrame:
    return pl.concat(pieces) if pieces else empty(kind.contract)


def _matcher(connection: sa.Connection, request: ImportRequest, before: int | None) -> PartyMatcher | None:
    """Return what tells parties of several files apart, None where nothing is declared or nothing stands yet."""
    if not request.merge_on or before is None:
        return None
    party_kind = PARTY_KINDS[request.options.kind]
    standing = read_frame(connection, party_kind, version_id=before, columns=["id", *request.merge_on])
    settled = read_frame(connection, "party_match", version_id=before, where={"party_kind": party_kind})
    return PartyMatcher(party_kind, request.merge_on, standing, settled)


def _contract_of(file: FileUnderstood) -> Contract:
    return CELL_VALUES if isinstance(file, CellTable) else file.kind.contract


def _write_denominators(
    connection: sa.Connection, staged: Staged, given: tuple[FileUnderstood, pl.DataFrame], version_id: int
) -> int:
    """Write zones with their matches, or units of their own, and every figure that has no column of its own."""
    file, rows = given
    if isinstance(file, CellTable):
        return append_rows(connection, "cell_value", rows.drop_nulls("value"), version_id=version_id)
    names = names_in(rows.columns)
    if form_of_file(file) == "zones":
        further = [name for name in names if name not in MEASURES]
        unit = pl.coalesce("given_name", "code", "zone")
        append_rows(connection, "denominator_figure", _long(rows, unit, further), version_id=version_id)
        placed, matches = placed_denominators(connection, rows.drop(further))
        append_rows(connection, "zone_match", matches, version_id=version_id)
        staged.matches = _by_decision(matches)
        return append_rows(connection, "denominator", placed, version_id=version_id)
    file.account.doubt(SAME_PLACE, rows.height - rows["geometry"].n_unique())
    append_rows(connection, "denominator_figure", _long(rows, pl.col("id"), names), version_id=version_id)
    return append_rows(connection, "denominator_unit", rows.select("id", "geometry"), version_id=version_id)


def _long(rows: pl.DataFrame, unit: pl.Expr, names: list[str]) -> pl.DataFrame:
    """Return DENOMINATOR_FIGURES of some columns of rows; what a row has no figure of is left out."""
    if not names:
        return empty(DENOMINATOR_FIGURES)
    table = rows.select(unit.alias("unit"), *names)
    long = table.unpivot(on=names, index="unit", variable_name="name", value_name="value")
    return checked(long.drop_nulls("value"), DENOMINATOR_FIGURES, "denominator_figure")


def _write_merged(connection: sa.Connection, staged: Staged, matcher: PartyMatcher, table: str, version_id: int) -> int:
    matches = checked(matcher.found(), PARTY_MATCHES, "party_match")
    append_rows(connection, "party_match", matches, version_id=version_id)
    staged.matches = _by_decision(matches)
    return append_rows(connection, table, matcher.merged_rows(), version_id=version_id)


def _by_decision(matches: pl.DataFrame) -> dict[str, int]:
    counted = matches["decision"].value_counts().sort("decision")
    return dict(counted.iter_rows())
