"""`gridgeo gazetteer`: gazetteers built from files, listed and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, session
from gridgeo.cli.import_tables import list_table
from gridgeo.cli.imports import EncodingOption, LayerOption, SeparatorOption, reading_options
from gridgeo.i18n import translate

FilesArgument = Annotated[
    list[Path],
    typer.Argument(
        help="Address points, postcodes, merchants, corrected positions (CSV, Excel, Parquet), boundaries (GeoJSON, "
        "GeoPackage, shapefile), OpenStreetMap extracts; any mix."
    ),
]
NameOption = Annotated[str, typer.Option(help="What the gazetteer is found by; building it again makes a new version.")]
DatumOption = Annotated[
    str | None, typer.Option(help="Datum of the files that do not say theirs: wgs84, gcj02 or bd09. Never guessed.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Gazetteers: located addresses to find others by.", no_args_is_help=True)
    group.rich_markup_mode = None
    group.command("build")(build)
    group.command("list")(list_all)
    group.command("show")(show)
    app.add_typer(group, name="gazetteer")


def build(  # noqa: PLR0913 - the options are the command's interface
    files: FilesArgument,
    name: NameOption = "default",
    datum: DatumOption = None,
    layer: LayerOption = None,
    encoding: EncodingOption = None,
    separator: SeparatorOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Build a gazetteer from files into the store, as a version with a name.

    Example: gridgeo gazetteer build points.csv extract.osm.pbf --name county --datum wgs84
    """
    from gridgeo.pipeline.gazetteers import BuildRequest, build_gazetteer

    request = BuildRequest(files, name, reading_options(encoding, separator, layer=layer), datum)
    with session(store, as_json, actor, create=True) as opened:
        with opened.engine.begin() as connection:
            record = build_gazetteer(connection, opened.actor, request, now())
        emit(as_json, record)


def list_all(store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """List the gazetteers of the store, newest first.

    Example: gridgeo gazetteer list --json
    """
    from gridgeo.pipeline.gazetteers import list_gazetteers
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows = list_gazetteers(connection)
        emit(as_json, {"gazetteers": rows}, list_table(rows, translate("Gazetteers", opened.language), opened.language))


def show(
    name: Annotated[str, typer.Argument(help="Name of the gazetteer.")] = "default",
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Show the newest gazetteer of a name: what it holds, and what became of every file.

    Example: gridgeo gazetteer show county --json
    """
    from gridgeo.pipeline.gazetteers import show_gazetteer
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        emit(as_json, show_gazetteer(connection, name))
