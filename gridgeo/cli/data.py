"""`gridgeo import`: a bank's own files into the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, progress_bar, session

DatumOption = Annotated[str, typer.Option(help="Datum of the coordinates: wgs84, gcj02 or bd09. Never guessed.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Bring your own files.", no_args_is_help=True, rich_markup_mode=None)
    group.command("ground")(ground)
    group.command("bank")(bank)
    app.add_typer(group, name="import")


def ground(  # noqa: PLR0913 - the options are the command's interface
    extract: Annotated[Path, typer.Argument(help="OpenStreetMap extract, .osm.pbf.")],
    population: Annotated[Path, typer.Option(help="CSV of people by zone: ground, unit, people, date, source.")],
    datum: DatumOption = "wgs84",
    name: Annotated[str | None, typer.Option(help="Name of the ground; the file's name by default.")] = None,
    admin_level: Annotated[str, typer.Option(help="OpenStreetMap admin_level of the zones.")] = "8",
    travel: Annotated[str, typer.Option(help="How customers reach a branch: drive or walk.")] = "drive",
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take a ground: boundaries, streets, buildings, merchants, roads, and the people of each zone.

    Example: gridgeo import ground county.osm.pbf --population people.csv --datum wgs84
    """
    from gridgeo.pipeline.imports import ground_files, import_ground

    words = {"read": "Reading the ground", "write": "Writing the ground"}
    with session(store, as_json, actor) as opened, progress_bar(words) as progress:
        progress("read")
        files = ground_files(extract, population, name=name, datum=datum, admin_level=admin_level, travel=travel)
        progress("write")
        with opened.engine.begin() as connection:
            result = import_ground(connection, opened.actor, files, now())
        emit(as_json, {"version": result.version_id} | result.report)


def bank(  # noqa: PLR0913 - the options are the command's interface
    orgs: Annotated[Path, typer.Option(help="CSV of org units.")],
    staff: Annotated[Path, typer.Option(help="CSV of staff.")],
    customers: Annotated[Path, typer.Option(help="CSV of customers.")],
    addresses: Annotated[Path, typer.Option(help="CSV of located addresses, the gazetteer.")],
    datum: DatumOption,
    merchants: Annotated[Path | None, typer.Option(help="CSV of the bank's own merchants.")] = None,
    rejected: Annotated[Path | None, typer.Option(help="CSV to write rejected rows to, with their reasons.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take a bank: org units, staff, customers and the addresses to locate them with.

    Example: gridgeo import bank --orgs orgs.csv --staff staff.csv --customers c.csv --addresses a.csv --datum wgs84
    """
    from gridgeo.pipeline.imports import bank_files, import_bank, write_rejected

    words = {"read": "Reading the bank's files", "write": "Writing the bank"}
    with session(store, as_json, actor) as opened, progress_bar(words) as progress:
        progress("read")
        tables = {"orgs": orgs, "staff": staff, "customers": customers, "addresses": addresses}
        files = bank_files(tables, datum, merchants)
        progress("write")
        with opened.engine.begin() as connection:
            result = import_bank(connection, opened.actor, files, now())
        if rejected:
            write_rejected(files, rejected)
        emit(as_json, {"version": result.version_id} | result.report)
