"""`gridgeo locate addresses`: a file of addresses located in a gazetteer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, acting, emit, language, session
from gridgeo.cli.groups import LOCATE
from gridgeo.cli.imports import EncodingOption, SeparatorOption
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.i18n import Language, translate

if TYPE_CHECKING:
    from gridgeo.pipeline.geocode import GazetteerInUse
    from gridgeo.sources.files import ReadOptions

FileArgument = Annotated[
    Path,
    typer.Argument(
        help="CSV with id and address, or street, number, unit, locality, city, postcode, name; hint: a city."
    ),
]
GazetteerOption = Annotated[
    str,
    typer.Option(
        "--gazetteer", metavar="NAME|FILE", help="Gazetteer: a file of address points, or a name in the store."
    ),
]
OutOption = Annotated[Path, typer.Option(help="CSV to write the answers to, one row an address.")]
DatumOption = Annotated[
    str | None,
    typer.Option(help="Datum of the gazetteer's positions: wgs84, gcj02 or bd09; they stay as they are."),
]
ResolutionOption = Annotated[int, typer.Option(help="H3 resolution of the cells, 7 to 11; 9 is about 0.1 km2 a cell.")]
ModelOption = Annotated[
    Path | None, typer.Option(help="Confidence model of your own, JSON; the shipped one by default.")
]

AliasesOption = Annotated[
    Path | None,
    typer.Option(
        help="CSV of your own names of places: alias, province, city, district, town, year (the last of use)."
    ),
]
YearOption = Annotated[
    int | None, typer.Option(help="Read the names of Chinese units as of this year; every former name by default.")
]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    LOCATE.command("addresses")(addresses)


def addresses(  # noqa: PLR0913 - the options are the command's interface
    file: FileArgument,
    gazetteer: GazetteerOption,
    out: OutOption,
    datum: DatumOption = None,
    resolution: ResolutionOption = 9,
    model: ModelOption = None,
    aliases: AliasesOption = None,
    year: YearOption = None,
    encoding: EncodingOption = None,
    separator: SeparatorOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Locate the addresses of a file; every row gets a position with its confidence, or a reason.

    Example: gridgeo locate addresses customers.csv --gazetteer points.csv --out located.csv --json
    """
    from gridgeo.cli.imports import reading_options
    from gridgeo.locate import DEFAULT_MODEL
    from gridgeo.maps import formula_safe
    from gridgeo.pipeline.geocode import GeocodeRequest, locate_file, model_in_file, write_answers

    acting(actor)
    how = reading_options(encoding, separator)
    request = GeocodeRequest(
        file, how, resolution, model_in_file(model) if model else DEFAULT_MODEL, aliases=aliases, year=year
    )
    answers, record = locate_file(request, _gazetteer(gazetteer, how, datum, (store, actor)))
    write_answers(formula_safe(answers), out)
    if record.get("note"):
        Console(stderr=True).print(translate(record["note"], language()))
    emit(as_json, record | {"out": str(out)}, _table(record, language()))


def _gazetteer(named: str, how: ReadOptions, datum: str | None, where: tuple[str | None, str | None]) -> GazetteerInUse:
    """Return the gazetteer of a file or, by its name, of the store; where: the store, who acts."""
    from gridgeo.pipeline.gazetteers import gazetteer_named
    from gridgeo.pipeline.geocode import gazetteer_in_file
    from gridgeo.storage import reading

    path = Path(named)
    if path.is_file():
        return gazetteer_in_file(path, how, datum)
    try:
        with session(where[0], False, where[1]) as opened, reading(opened.engine) as connection:
            found = gazetteer_named(connection, named)
    except NotFoundError as error:
        raise InvalidInputError(
            "there is no gazetteer {given}: neither a file nor a gazetteer of the store", given=named
        ) from error
    if datum is not None and datum != found.datum:
        raise InvalidInputError(
            "gazetteer {given} is in {own}, declared is {datum}: leave --datum out",
            given=named,
            own=found.datum,
            datum=datum,
        )
    return found


def _table(record: dict[str, Any], tongue: Language) -> Table:
    """Return how many addresses were found at each tier, and why others were not."""
    table = Table(show_header=False)
    for name in ("in", "placed", "to_an_area", "not_found"):
        table.add_row(translate(name.replace("_", " "), tongue), str(record[name]))
    for part in ("by_tier", "by_reason"):
        for name, count in record[part].items():
            table.add_row(f"  {translate(name, tongue)}", str(count))
    return table
