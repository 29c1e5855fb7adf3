"""`gridgeo demo`: the whole job on a demo ground, with a synthetic bank over it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridgeo.cli.common import (
    MAX_SEED,
    ActorOption,
    JsonOption,
    StoreOption,
    acting,
    emit,
    language,
    now,
    parts_bar,
    progress_bar,
    require_feasible,
    session,
)
from gridgeo.cli.db import refuse_unsafe_role
from gridgeo.cli.serve import PortOption, server_address, start_server
from gridgeo.cli.tables import summary_table
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import translate

SYNTHETIC_WORDS = (
    "The bank, its customers and house numbers are synthetic; streets, boundaries and merchants are real "
    "(© OpenStreetMap contributors)."
)
FICTIONAL_WORDS = "Everything shown is synthetic and fictional: county, roads, addresses, people, shops, bank, figures."
STEPS = {
    "read": "Reading the ground",
    "bank": "Making the synthetic bank",
    "catchment": "Drawing catchments",
    "location": "Locating customers and merchants",
    "score": "Scoring cells",
    "plan": "Assigning territories",
    "publication": "Publishing",
}


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("demo")(demo)


def demo(  # noqa: PLR0913 - the options are the command's interface
    ground: Annotated[
        str, typer.Option(help="Demo ground: liechtenstein, helsinki or county (fictional).")
    ] = "liechtenstein",
    store: StoreOption = None,
    seed: Annotated[
        int, typer.Option(min=0, max=MAX_SEED, help="Seed of the synthetic bank; same seed, same bank.")
    ] = 1,
    households: Annotated[
        int | None, typer.Option(help="Households of the county, 2,000 to 10,000,000; 20,000 by default.")
    ] = None,
    resolution: Annotated[int | None, typer.Option(help="H3 resolution; the ground's own by default.")] = None,
    catchments: Annotated[
        str | None, typer.Option(help="How catchments are drawn: drive_time (the default) or municipality.")
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(help="Write the county's files as a bank would deliver them to this new folder, and run nothing."),
    ] = None,
    datum: Annotated[
        str | None, typer.Option(help="Datum of the exported files: wgs84 (the default), gcj02 or bd09.")
    ] = None,
    table_format: Annotated[
        str | None, typer.Option("--format", help="Format of the large exported tables: csv (the default) or parquet.")
    ] = None,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the map when done.")] = True,
    port: PortOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Run the whole main job on real or fictional ground with a synthetic bank, then serve the map.

    Example: gridgeo demo --ground liechtenstein --no-serve --json
    """
    from gridgeo.pipeline.demo import demo_params, run_demo

    runs: dict[str, object] = {"--store": store, "--resolution": resolution, "--catchments": catchments, "--port": port}
    _refuse_idle(runs if export else {"--datum": datum, "--format": table_format}, exporting=export is not None)
    if export is not None:
        _export(export, (ground, seed, households), (datum or "wgs84", table_format or "csv"), as_json=as_json)
        return
    method = catchments or "drive_time"
    # Asked first: a wrong option must not leave an empty store behind, nor show up after the run.
    demo_params(acting(actor), ground, resolution=resolution, method=method, seed=seed, households=households)
    address = server_address(port=port) if serve else None
    with session(store, as_json, actor, create=True) as opened, progress_bar(STEPS) as progress:
        if address:
            refuse_unsafe_role(opened.engine, allowed=False)
        report = run_demo(
            opened.engine,
            opened.actor,
            ground,
            seed=seed,
            resolution=resolution,
            method=method,
            households=households,
            clock=now,
            progress=progress,
        )
        url = opened.url
    emit(as_json, report | {"url": address.url if address else None}, summary_table(report, language()))
    if not as_json:
        typer.echo(translate(FICTIONAL_WORDS if report["fictional_ground"] else SYNTHETIC_WORDS, language()), err=True)
    if address:
        start_server(url, address, as_json=as_json)
    require_feasible(report["territories"]["branches"])


def _refuse_idle(options: dict[str, object], *, exporting: bool) -> None:
    """Refuse options that would do nothing: those of a run with an export, those of an export without one."""
    given = [flag for flag, value in options.items() if value is not None]
    if exporting and given:
        raise InvalidInputError("--export writes files and runs nothing: leave out {options}", options=", ".join(given))
    if given:
        raise InvalidInputError("{options} say how files are written: add --export FOLDER", options=", ".join(given))


def _export(folder: Path, county: tuple[str, int, int | None], how: tuple[str, str], *, as_json: bool) -> None:
    from gridgeo.demo.county.files import Delivery
    from gridgeo.pipeline.demo_files import write_demo_files

    with parts_bar("Writing the county") as progress:
        manifest = write_demo_files(folder, *county, Delivery(*how), progress)
    emit(as_json, manifest)
    if not as_json:
        typer.echo(translate(FICTIONAL_WORDS, language()), err=True)
