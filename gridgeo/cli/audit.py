"""`gridgeo locate audit`: positions of a file looked over before they are believed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, acting, emit, language
from gridgeo.cli.groups import LOCATE
from gridgeo.cli.imports import EncodingOption, SeparatorOption
from gridgeo.i18n import translate


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    LOCATE.command("audit")(audit)


def audit(  # noqa: PLR0913 - the options are the command's interface
    file: Annotated[Path, typer.Argument(help="CSV with id, lng, lat, and address where there is one.")],
    gazetteer: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Gazetteer to find the rows' own addresses in.")
    ] = None,
    boundary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Polygon in which the positions must lie, such as GeoJSON.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV to write, one row a row of the file, with what was found.")
    ] = None,
    crowd: Annotated[int, typer.Option(help="So many rows at one point are suspicious.")] = 50,
    encoding: EncodingOption = None,
    separator: SeparatorOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Look over the positions of a file: at 0,0, swapped, outside, rounded, crowded, repeated, far from the address.

    Example: gridgeo locate audit customers.csv --boundary county.geojson --gazetteer points.csv --out audited.csv
    """
    from gridgeo.cli.imports import reading_options
    from gridgeo.maps import formula_safe
    from gridgeo.pipeline.audit_file import AuditRequest, audit_file
    from gridgeo.pipeline.geocode import gazetteer_in_file, write_answers

    acting(actor)
    how = reading_options(encoding, separator)
    index = None if gazetteer is None else gazetteer_in_file(gazetteer, how).index
    rows, record = audit_file(AuditRequest(file, how, boundary, crowd), index)
    if out is not None:
        write_answers(formula_safe(rows), out)
        record["out"] = str(out)
    table = Table(title=translate("Positions", language()), show_header=False)
    for name in ("in", "fine", "flagged"):
        table.add_row(translate(name, language()), f"{record[name]:,}")
    for reason, count in record["by_reason"].items():
        table.add_row(f"  {translate(reason, language())}", f"{count:,}")
    emit(as_json, record, table)
