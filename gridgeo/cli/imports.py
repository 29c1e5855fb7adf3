"""`gridgeo import KIND FILE`: a file of any format into the store, one command a kind of file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridgeo.cli import import_review, import_wholes
from gridgeo.cli.common import ActorOption, JsonOption, Session, StoreOption, emit, now, progress_bar, session
from gridgeo.cli.import_tables import preview_table, report_table
from gridgeo.errors import InvalidInputError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from gridgeo.jobs import Report
    from gridgeo.pipeline.intake import ImportReport, ImportRequest
    from gridgeo.sources.files import ReadOptions

HELP = {
    "orgs": "Take org units: head office, branches, outlets.",
    "staff": "Take staff: relationship managers and leads.",
    "boundaries": "Take boundaries: municipalities, villages, communities, zones.",
    "buildings": "Take buildings, with or without an outline; unknown households are counted, never named.",
    "households": "Take the households of a register.",
    "customers": "Take customers and prospects; a prospect needs its source, basis and expiry.",
    "merchants": "Take merchants.",
    "products": "Take the products that customers hold.",
    "prices": "Take internal prices: margins, fees and costs of products, balances and contacts.",
    "contacts": "Take contacts of staff with customers, merchants and households.",
    "addresses": "Take located addresses, which customers without a position are found by.",
    "denominators": "Take people, households, businesses or other counts: by zones, own areas, points or cells.",
    "cells": "Take figures that come keyed by H3 cells.",
    "industries": "Take the codes of an industry scheme.",
}
"""Kind -> what its command says of itself."""
EXAMPLES = {
    "boundaries": "villages.gpkg --crs EPSG:4490",
    "staff": "staff.xlsx",
    "products": "products.csv",
    "prices": "prices.csv",
    "contacts": "contacts.csv",
    "cells": "hexes.csv --datum wgs84 --cell-column h3",
    "industries": "gbt4754.csv",
    "customers": "customers.xlsx --datum gcj02 --unit 万元 --dry-run",
}
"""Kind -> arguments of its example."""
STEPS = {
    "read": "Reading the file",
    "write": "Writing rows",
    "compare": "Comparing with the version before",
    "finish": "Taking it live",
}

FileArgument = Annotated[
    Path,
    typer.Argument(
        help="CSV, Excel, HTML table, GeoJSON, GeoPackage, shapefile zip, Parquet, GeoParquet or OpenStreetMap pbf."
    ),
]
DatumOption = Annotated[str | None, typer.Option(help="Datum of the coordinates: wgs84, gcj02 or bd09. Never guessed.")]
CrsOption = Annotated[str | None, typer.Option(help="Reference system of projected coordinates, such as EPSG:27700.")]
MapOption = Annotated[
    list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Column of a field; FIELD=- leaves it out.")
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="One value of a field for every row.")
]
MappingOption = Annotated[Path | None, typer.Option(help="Mapping saved before, a TOML file.")]
SaveOption = Annotated[Path | None, typer.Option(help="TOML file to write the mapping to that was used.")]
EncodingOption = Annotated[str | None, typer.Option(help="Encoding of a text file that is not UTF-8: gb18030, cp1252.")]
SeparatorOption = Annotated[str | None, typer.Option(help="Separator of a CSV file, one character or the word tab.")]
SheetOption = Annotated[str | None, typer.Option(help="Sheet of a workbook; the first by default.")]
HeaderOption = Annotated[int | None, typer.Option(min=1, max=2, help="Rows of names above the data, 1 or 2.")]
LayerOption = Annotated[
    str | None, typer.Option(help="Layer of a GeoPackage, or of an OpenStreetMap extract: boundaries, merchants, ...")
]
UnitOption = Annotated[str | None, typer.Option(help="Unit of money where no header says it: 元, 万元 or 亿元.")]
KeyOption = Annotated[
    list[str] | None, typer.Option("--key", metavar="FIELD", help="Field that tells rows apart; again for several.")
]
OneRowOption = Annotated[str | None, typer.Option(help="Column that makes several rows of one key right.")]
DuplicatesOption = Annotated[
    str, typer.Option(help="Rows of one key with other values: reject all, take the first or the last.")
]
GoneOption = Annotated[str, typer.Option(help="Rows of the version before that the file does not have: drop or keep.")]
AddOption = Annotated[bool, typer.Option("--add", help="Add to what is there; the same as --gone keep.")]
MergeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--merge-on", metavar="FIELD", help="Field that tells the same party in several files; again for more."
    ),
]
PurposeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--on-purpose", metavar="FIELD", help="Take a field although it holds identity-card or account numbers."
    ),
]
CellColumnOption = Annotated[str | None, typer.Option(help="Column of H3 cells.")]
ResolutionOption = Annotated[
    int | None,
    typer.Option(help="H3 resolution that counts by cell are brought to, their sums kept; their own by default."),
]
FormOption = Annotated[
    str | None,
    typer.Option(help="Rows of denominators: zones, polygons, points or cells; found by their columns by default."),
]
WeightsOption = Annotated[
    str | None,
    typer.Option(help="What areas are spread by: area, buildings, streets, with commas; buildings,streets by default."),
]
FiguresOption = Annotated[
    list[str] | None,
    typer.Option(
        "--figures", metavar="COLUMN", help="Further column of counts, such as an age band; all for each one."
    ),
]
SourceOption = Annotated[
    str | None, typer.Option("--source", help="Where figures come from; sources of denominators stand side by side.")
]
DatedOption = Annotated[
    str | None, typer.Option("--dated-on", metavar="DATE", help="Day the figures are of, YYYY-MM-DD.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show how the file is understood; write nothing.")]
RejectedOption = Annotated[Path | None, typer.Option(help="CSV to write rejected rows to, with their reasons.")]
AgainOption = Annotated[bool, typer.Option("--again", help="Import a file that the store has already.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Bring your own files.", no_args_is_help=True, rich_markup_mode=None)
    for kind in HELP:
        group.command(kind)(denominators if kind == "denominators" else _command_of(kind))
    import_wholes.register(group)
    import_review.register(group)
    app.add_typer(group, name="import")


def denominators(  # noqa: PLR0913 - the options are the command's interface
    file: FileArgument,
    datum: DatumOption = None,
    crs: CrsOption = None,
    columns: MapOption = None,
    mapping: MappingOption = None,
    save_mapping: SaveOption = None,
    constants: SetOption = None,
    encoding: EncodingOption = None,
    separator: SeparatorOption = None,
    sheet: SheetOption = None,
    header_rows: HeaderOption = None,
    layer: LayerOption = None,
    unit: UnitOption = None,
    key: KeyOption = None,
    one_row_per: OneRowOption = None,
    duplicates: DuplicatesOption = "reject",
    gone: GoneOption = "drop",
    add: AddOption = False,
    merge_on: MergeOption = None,
    on_purpose: PurposeOption = None,
    cell_column: CellColumnOption = None,
    resolution: ResolutionOption = None,
    form: FormOption = None,
    weights: WeightsOption = None,
    figures: FiguresOption = None,
    source: SourceOption = None,
    dated_on: DatedOption = None,
    dry_run: DryRunOption = False,
    rejected: RejectedOption = None,
    again: AgainOption = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take people, households, businesses or other counts: by zones, own areas, points or cells.

    Example: gridgeo import denominators people.xlsx --map people=常住人口 --source census --dated-on 2020-11-01
    """
    _import("denominators", locals())


def _command_of(kind: str) -> Callable[..., None]:
    """Return the command of one kind; all but that of denominators, which has more, take the same options."""

    def command(  # noqa: PLR0913 - the options are the command's interface
        file: FileArgument,
        datum: DatumOption = None,
        crs: CrsOption = None,
        columns: MapOption = None,
        mapping: MappingOption = None,
        save_mapping: SaveOption = None,
        constants: SetOption = None,
        encoding: EncodingOption = None,
        separator: SeparatorOption = None,
        sheet: SheetOption = None,
        header_rows: HeaderOption = None,
        layer: LayerOption = None,
        unit: UnitOption = None,
        key: KeyOption = None,
        one_row_per: OneRowOption = None,
        duplicates: DuplicatesOption = "reject",
        gone: GoneOption = "drop",
        add: AddOption = False,
        merge_on: MergeOption = None,
        on_purpose: PurposeOption = None,
        cell_column: CellColumnOption = None,
        resolution: ResolutionOption = None,
        dry_run: DryRunOption = False,
        rejected: RejectedOption = None,
        again: AgainOption = False,
        store: StoreOption = None,
        as_json: JsonOption = False,
        actor: ActorOption = None,
    ) -> None:
        _import(kind, locals())

    command.__doc__ = (
        f"{HELP[kind]}\n\nExample: gridgeo import {kind} {EXAMPLES.get(kind, f'{kind}.csv --datum wgs84')}"
    )
    return command


def _import(kind: str, given: dict[str, Any]) -> None:
    """Import a file, or show how it is understood; given: what was typed, by the names of the options."""
    from gridgeo.pipeline.intake import ImportRequest

    several = {name: _names(given.get(name)) for name in ("key", "on_purpose", "merge_on", "figures")}
    named = ("datum", "crs", "unit", "one_row_per", "duplicates", "cell_column", "resolution", "form", "weights")
    plain = {name: given.get(name) for name in named}
    merge_on = several.pop("merge_on")
    declared = plain | several | {"gone": "keep" if given["add"] else given["gone"]}
    constants = [*(given["constants"] or []), *_said(given)]
    options = _options(kind, given["mapping"], (given["columns"], constants), declared)
    how = reading_options(*(given[name] for name in ("encoding", "separator", "sheet", "header_rows", "layer")))
    request = ImportRequest(given["file"], options, how, merge_on=merge_on, again=given["again"])
    if given["dry_run"] and given["rejected"]:
        raise InvalidInputError("--rejected writes what an import refused; --dry-run imports nothing")
    missing: Any = "pretend" if given["dry_run"] else "make"
    with session(given["store"], given["as_json"], given["actor"], missing=missing) as opened:
        notes = _show(opened, request) if given["dry_run"] else _take(opened, request, given["rejected"])
    _save(given["save_mapping"], kind, notes)


def _options(
    kind: str, saved: Path | None, pairs: tuple[list[str] | None, list[str] | None], declared: dict[str, Any]
) -> Any:  # noqa: ANN401 - its module is loaded when needed
    """Return the import options; what is declared on the command line goes before the saved mapping."""
    from gridgeo.sources.intake import ImportOptions, mapping_from_toml

    columns, constants = mapping_from_toml(saved, kind) if saved else ({}, {})
    columns |= _pairs("--map", pairs[0])
    constants |= _pairs("--set", pairs[1])
    columns = {name: column for name, column in columns.items() if name not in _pairs("--set", pairs[1])}
    return ImportOptions(kind, mapping=columns, constants=constants, **declared)


def _said(given: dict[str, Any]) -> list[str]:
    """Return --source and --dated-on as the fields that they fill."""
    return [f"{name}={given[name]}" for name in ("source", "dated_on") if given.get(name)]


def _names(texts: list[str] | None) -> tuple[str, ...]:
    """Return the names of an option that is given several times, or once with commas."""
    return tuple(name.strip() for text in texts or () for name in text.split(",") if name.strip())


def _pairs(option: str, texts: list[str] | None) -> dict[str, str]:
    parts = [text.partition("=") for text in texts or ()]
    for name, sign, value in parts:
        if not (name and sign and value):
            raise InvalidInputError(
                "{option} takes FIELD=TEXT, got {given}", option=option, given=f"{name}{sign}{value}"
            )
    return {name.strip(): value.strip() for name, _, value in parts}


def reading_options(
    encoding: str | None,
    separator: str | None,
    sheet: str | None = None,
    header_rows: int | None = None,
    layer: str | None = None,
) -> ReadOptions:
    """Return how a file is to be read, from what was typed."""
    from gridgeo.sources.files import ReadOptions

    sign = "\t" if separator in ("tab", "\\t") else separator
    return ReadOptions(encoding, sign, sheet, header_rows, layer)


def _show(opened: Session, request: ImportRequest) -> dict[str, Any]:
    from gridgeo.pipeline.intake import preview_file
    from gridgeo.storage import reading

    with reading(opened.engine) as connection:
        body = preview_file(connection, opened.actor, request)
    emit(opened.as_json, body, preview_table(body, opened.language))
    notes: dict[str, Any] = body["notes"]
    return notes


def _take(opened: Session, request: ImportRequest, rejected: Path | None) -> dict[str, Any]:
    from gridgeo.jobs import run_here
    from gridgeo.pipeline.intake import import_file

    with progress_bar(STEPS) as progress:

        def work(connection: sa.Connection, tell: Report) -> ImportReport:
            def step(name: str) -> None:
                progress(name)
                tell(name)

            return import_file(connection, opened.actor, request, now(), step)

        params = {"kind": request.options.kind} | request.declared()
        report: ImportReport = run_here(
            opened.engine, opened.actor, "import", params, work, now, file_name=request.name
        )
    if rejected:
        import_review.write_rejected_of(opened, report.version_id, rejected)
    body = report.as_dict()
    emit(opened.as_json, body, report_table(body, opened.language))
    return report.notes


def _save(out: Path | None, kind: str, notes: dict[str, Any]) -> None:
    if out is None:
        return
    from gridgeo.sources.intake import mapping_to_toml

    columns = {name: entry["column"] for name, entry in notes["mapping"].items()}
    out.write_text(mapping_to_toml(kind, columns, notes.get("constants", {})), encoding="utf-8")
