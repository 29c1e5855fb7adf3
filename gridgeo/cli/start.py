"""`gridgeo start` and `gridgeo boundary`: a first map out of three lists, and the derived areas behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, progress_bar, session
from gridgeo.cli.demo import STEPS as RUN_STEPS
from gridgeo.cli.tables import summary_table
from gridgeo.errors import InvalidInputError

STEPS = {
    "orgs": "Reading the org units",
    "customers": "Reading the customers",
    "villages": "Reading the villages",
    "areas": "Deriving the village areas",
} | {kind: text for kind, text in RUN_STEPS.items() if kind not in ("read", "bank")}
MappingOption = Annotated[Path | None, typer.Option(help="Mapping saved by gridgeo import --save-mapping.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("start")(start)
    group = typer.Typer(help="Boundaries of the ground.", no_args_is_help=True, rich_markup_mode=None)
    group.command("confirm")(confirm)
    app.add_typer(group, name="boundary")


def start(  # noqa: PLR0913 - the options are the command's interface
    orgs: Annotated[Path, typer.Argument(help="List of org units with positions: Excel or CSV.")],
    customers: Annotated[Path, typer.Argument(help="List of customers with village code and position.")],
    villages: Annotated[Path, typer.Argument(help="List of villages: code, name, people or households.")],
    datum: Annotated[str, typer.Option(help="Datum of the coordinates: wgs84, gcj02 or bd09. Never guessed.")],
    unit: Annotated[str | None, typer.Option(help="Unit of money where no header says it: 元, 万元 or 亿元.")] = None,
    resolution: Annotated[int, typer.Option(help="H3 resolution, 7 to 11; 9 is about 0.1 km2 a cell.")] = 9,
    orgs_mapping: MappingOption = None,
    customers_mapping: MappingOption = None,
    villages_mapping: MappingOption = None,
    synthetic: Annotated[bool, typer.Option(help="Say that the lists are made up; every map then says so.")] = False,
    out: Annotated[Path | None, typer.Option(help="HTML file to write the map to.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Make a first map out of three lists, without a boundary: village areas are derived from the customers.

    Example: gridgeo start orgs.xlsx customers.xlsx villages.xlsx --datum gcj02 --out map.html
    """
    from gridgeo.pipeline.start import StartFiles
    from gridgeo.pipeline.start import start as start_map

    if out is not None and not out.parent.is_dir():
        raise InvalidInputError("folder {folder} does not exist", folder=str(out.parent))
    made_up = {"synthetic": "yes"} if synthetic else {}
    files = StartFiles(
        _request("orgs", orgs, orgs_mapping, made_up, datum=datum),
        _request("customers", customers, customers_mapping, made_up, datum=datum, unit=unit),
        _request("denominators", villages, villages_mapping, {}),
    )
    with session(store, as_json, actor, create=True) as opened, progress_bar(STEPS) as progress:
        body = start_map(opened.engine, opened.actor, files, now, resolution=resolution, progress=progress)
        if out is not None:
            body |= {"map": _write_map(opened.engine, opened.actor, out)}
        emit(as_json, body, summary_table(body, opened.language))


def _request(kind: str, path: Path, mapping: Path | None, constants: dict[str, str], **declared: Any) -> Any:  # noqa: ANN401 - loaded when needed
    from gridgeo.pipeline.intake.request import ImportRequest
    from gridgeo.sources.intake import ImportOptions, mapping_from_toml

    columns, fixed = mapping_from_toml(mapping, kind) if mapping else ({}, {})
    return ImportRequest(path, ImportOptions(kind, mapping=columns, constants=fixed | constants, **declared))


def _write_map(engine: Any, actor: Any, out: Path) -> str:  # noqa: ANN401 - loaded when needed
    from gridgeo.pipeline.export import export_publication
    from gridgeo.storage import reading

    with reading(engine) as connection:
        return str(export_publication(connection, actor, "html", out)["path"])


def confirm(
    codes: Annotated[
        list[str] | None, typer.Argument(help="Codes of the boundaries; all derived ones by default.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Confirm derived boundaries, so that they are no longer labelled as derived.

    Example: gridgeo boundary confirm 519999101200 --as wang:planner
    """
    from gridgeo.pipeline.start import confirm_boundaries

    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = confirm_boundaries(connection, opened.actor, tuple(codes or ()), now())
        emit(as_json, body)
