"""`gridgeo locate parse`: a file of addresses taken apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from gridgeo.cli.addresses import AliasesOption, YearOption
from gridgeo.cli.common import ActorOption, JsonOption, acting, emit, language
from gridgeo.cli.groups import LOCATE
from gridgeo.cli.imports import EncodingOption, SeparatorOption
from gridgeo.i18n import Language, translate

Script = Literal["auto", "chinese", "western"]
FileArgument = Annotated[
    Path,
    typer.Argument(
        help="CSV with id and address, or street, number, unit, locality, city, postcode, name; hint: a city."
    ),
]
OutOption = Annotated[Path, typer.Option(help="CSV to write the components to, one row an address.")]
ScriptOption = Annotated[
    Script, typer.Option(help="How rows are read: chinese, western, or auto, by the characters of each row.")
]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    LOCATE.command("parse")(parse)


def parse(  # noqa: PLR0913 - the options are the command's interface
    file: FileArgument,
    out: OutOption,
    script: ScriptOption = "auto",
    aliases: AliasesOption = None,
    year: YearOption = None,
    encoding: EncodingOption = None,
    separator: SeparatorOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take the addresses of a file apart; what an address does not tell stays empty.

    Example: gridgeo locate parse customers.csv --out components.csv --json
    """
    from gridgeo.cli.imports import reading_options
    from gridgeo.maps import formula_safe
    from gridgeo.pipeline.geocode import write_answers
    from gridgeo.pipeline.parsing import ParseRequest, parse_file

    acting(actor)
    request = ParseRequest(file, reading_options(encoding, separator), script, aliases, year)
    parsed, record = parse_file(request)
    write_answers(formula_safe(parsed), out)
    emit(as_json, record | {"out": str(out)}, _table(record, language()))


def _table(record: dict[str, Any], tongue: Language) -> Table:
    """Return how many addresses told each component, and why others could not be read."""
    table = Table(show_header=False)
    table.add_row(translate("in", tongue), str(record["in"]))
    for part in ("found", "by_reason"):
        for name, count in record[part].items():
            if count:
                table.add_row(f"  {translate(name, tongue)}", str(count))
    return table
