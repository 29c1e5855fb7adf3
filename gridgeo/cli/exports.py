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


def export(  # noqa: PLR0913 - the options of the command
    out: Annotated[Path, typer.Option("--out", help="File to write; CSV writes a folder of tables.")],
    what: Annotated[
        str | None, typer.Argument(metavar="[FORMAT]", help="geopackage, geoparquet, csv, html, png or pmtiles.")
    ] = None,
    kind: Annotated[str, typer.Option("--format", help="The same as FORMAT.")] = "geopackage",
    measure: Annotated[
        str | None,
        typer.Option(help="Measure that colours html and png (penetration), or that cells of pmtiles carry (all)."),
    ] = None,
    layer: Annotated[
        str, typer.Option(help="Layer of pmtiles: all, cells, territories, grids, catchments, branches, ...")
    ] = "all",
    max_zoom: Annotated[int, typer.Option(min=0, max=16, help="Highest zoom of pmtiles.")] = 14,
    publication: Annotated[
        int | None, typer.Option(min=1, help="Version that pmtiles holds; the live publication without it.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Write the live publication to a file: cells, catchments, territories and branches; pmtiles its vector tiles.

    Example: gridgeo export pmtiles --out bank.pmtiles
    """
    from gridgeo.pipeline.export import export_publication
    from gridgeo.pipeline.tile_file import TilesWanted, export_pmtiles
    from gridgeo.storage import reading

    with session(store, as_json, actor, for_consumers=True) as opened, reading(opened.engine) as connection:
        if (what or kind) == "pmtiles":
            wanted = TilesWanted(layer, measure, max_zoom, publication)
            emit(as_json, export_pmtiles(connection, opened.actor, wanted, out))
            return
        chosen = measure or "penetration"
        emit(as_json, export_publication(connection, opened.actor, what or kind, out, measure=chosen))


def bench(
    name: Annotated[str, typer.Argument(help="Bench to run: demo, import, geocode, score, territory, serve or page.")],
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
