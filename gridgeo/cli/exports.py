"""`gridgeo export` and `gridgeo bench`: files out, figures out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, session


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("export")(export)
    app.command("bench")(bench)


def export(
    out: Annotated[Path, typer.Option("--out", help="File to write; CSV writes a folder of tables.")],
    kind: Annotated[str, typer.Option("--format", help="geopackage, geoparquet, csv, html or png.")] = "geopackage",
    measure: Annotated[str, typer.Option(help="Measure that colours html and png.")] = "penetration",
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Write the live publication to a file: cells, catchments, territories and branches.

    Example: gridgeo export --format html --out map.html
    """
    from gridgeo.pipeline.export import export_publication
    from gridgeo.storage import reading

    with session(store, as_json, actor, for_consumers=True) as opened, reading(opened.engine) as connection:
        emit(as_json, export_publication(connection, opened.actor, kind, out, measure=measure))


def bench(
    name: Annotated[str, typer.Argument(help="Bench to run: demo, import, geocode or score.")],
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes: for the checks, not for the figures.")] = False,
    postgis: Annotated[
        str | None, typer.Option(metavar="URL", help="Empty PostGIS database; by default one of a private server.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure gridgeo on this machine, beside a peer where there is one.

    Example: gridgeo bench demo --json
    """
    from gridgeo.bench import run_bench

    body = run_bench(name, quick=quick, postgis_url=postgis)
    table = Table(title=f"{body['bench']} · yardstick x{body['yardstick']['scale']}")
    for column in ("case", "ours", "unit", "floor", "met"):
        table.add_column(column)
    for case in body["cases"]:
        table.add_row(
            *(str(case[key] if case[key] is not None else "") for key in ("id", "ours", "unit", "floor", "met"))
        )
    emit(as_json, body, table)
