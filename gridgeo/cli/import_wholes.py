"""`gridgeo import ground|roads|bank`: everything of an extract, its roads alone, a bank's lists together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, progress_bar, session
from gridgeo.errors import InvalidInputError

ExtractArgument = Annotated[Path, typer.Argument(help="OpenStreetMap extract, .osm.pbf.")]
SpeedOption = Annotated[
    list[str] | None,
    typer.Option(metavar="CLASS=KMH", help="Speed of a class of roads, or of walk; can be given several times."),
]
TravelOption = Annotated[str, typer.Option(help="How customers reach a branch: drive or walk.")]
BANK_STEPS = {
    "orgs": "Reading the org units",
    "staff": "Reading the staff",
    "customers": "Reading the customers",
    "addresses": "Reading the addresses",
    "merchants": "Reading the merchants",
}


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group of imports."""
    group.command("ground")(ground)
    group.command("roads")(roads)
    group.command("bank")(bank)


def ground(  # noqa: PLR0913 - the options are the command's interface
    extract: ExtractArgument,
    population: Annotated[Path, typer.Option(help="CSV of people by zone: ground, unit, people, date, source.")],
    datum: Annotated[
        str, typer.Option(help="Datum of the coordinates: wgs84, gcj02 or bd09. Never guessed.")
    ] = "wgs84",
    name: Annotated[str | None, typer.Option(help="Name of the ground; the file's name by default.")] = None,
    admin_level: Annotated[str, typer.Option(help="OpenStreetMap admin_level of the zones.")] = "8",
    travel: TravelOption = "drive",
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take a ground: boundaries, streets, buildings, merchants, roads, and the people of each zone.

    Example: gridgeo import ground county.osm.pbf --population people.csv --datum wgs84
    """
    from gridgeo.pipeline.intake.whole import ground_spec, import_ground

    spec = ground_spec(extract, name, datum, admin_level, travel)
    with (
        session(store, as_json, actor, missing="make") as opened,
        progress_bar({"read": "Reading the ground"}) as progress,
    ):
        progress("read")
        with opened.engine.begin() as connection:
            result = import_ground(connection, opened.actor, (extract, population), spec, now())
        emit(as_json, {"version": result.version_id} | result.report)


def roads(
    extract: ExtractArgument,
    travel: TravelOption = "drive",
    speed: SpeedOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take the roads of an extract, which travel times come from, into the ground.

    Example: gridgeo import roads county.osm.pbf --travel drive --speed residential=20
    """
    from gridgeo.pipeline.intake import ImportRequest
    from gridgeo.pipeline.intake.roads import import_roads
    from gridgeo.sources.intake import ImportOptions

    with (
        session(store, as_json, actor, missing="make") as opened,
        progress_bar({"read": "Reading the roads"}) as progress,
    ):
        progress("read")
        request = ImportRequest(extract, ImportOptions("roads", datum="wgs84"))
        with opened.engine.begin() as connection:
            report = import_roads(connection, opened.actor, request, travel, now(), _speeds(speed))
        emit(as_json, report.as_dict())


def _speeds(options: list[str] | None) -> dict[str, float]:
    """Read CLASS=KMH texts; whether there is such a class is for the roads to say."""
    found = {}
    for text in options or ():
        name, _, kmh = text.partition("=")
        try:
            found[name.strip()] = float(kmh)
        except ValueError as error:
            raise InvalidInputError(
                "a speed is written CLASS=KMH, such as residential=20, got {given}", given=text
            ) from error
    return found


def bank(  # noqa: PLR0913 - the options are the command's interface
    orgs: Annotated[Path, typer.Option(help="File of org units.")],
    staff: Annotated[Path, typer.Option(help="File of staff.")],
    customers: Annotated[Path, typer.Option(help="File of customers.")],
    addresses: Annotated[Path, typer.Option(help="File of located addresses, the gazetteer.")],
    datum: Annotated[str, typer.Option(help="Datum of the coordinates: wgs84, gcj02 or bd09. Never guessed.")],
    merchants: Annotated[Path | None, typer.Option(help="File of the bank's own merchants.")] = None,
    unit: Annotated[str | None, typer.Option(help="Unit of money where no header says it: 元, 万元 or 亿元.")] = None,
    rejected: Annotated[
        Path | None, typer.Option(help="Folder to write rejected rows to, one CSV a file, with their reasons.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take a bank: org units, staff, customers and the addresses to locate them with; all of them or nothing.

    Example: gridgeo import bank --orgs orgs.csv --staff staff.csv --customers c.csv --addresses a.csv --datum wgs84
    """
    from gridgeo.cli.import_review import write_rejected_of
    from gridgeo.pipeline.intake.whole import import_bank
    from gridgeo.sources.intake import ImportOptions

    files = {"orgs": orgs, "staff": staff, "customers": customers, "addresses": addresses}
    files |= {"merchants": merchants} if merchants else {}
    with session(store, as_json, actor, missing="make") as opened, progress_bar(BANK_STEPS) as progress:
        options = ImportOptions("orgs", datum=datum, unit=unit)
        with opened.engine.begin() as connection:
            reports = import_bank(connection, opened.actor, files, options, now(), progress)
        if rejected:
            rejected.mkdir(exist_ok=True)
            for kind, report in reports.items():
                write_rejected_of(opened, report.version_id, rejected / f"{kind}.csv")
        version = max(report.composed["bank"] for report in reports.values())
        emit(as_json, {"version": version, "files": {kind: report.as_dict() for kind, report in reports.items()}})
