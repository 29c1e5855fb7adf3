"""`gridgeo score validate`: how far a model of cells can be trusted where nothing was learned from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, acting, emit, language, progress_bar, session
from gridgeo.cli.groups import SCORE
from gridgeo.cli.imports import EncodingOption, SeparatorOption
from gridgeo.cli.tables import number
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import Language, translate

if TYPE_CHECKING:
    from gridgeo.pipeline.score_validate import Validated

WORDS = {"validate": "Validating on areas left out"}

TargetOption = Annotated[
    Path | None,
    typer.Option(
        "--target", metavar="FILE", help="Table of cells with features and a target; else the store's scores."
    ),
]
CellOption = Annotated[str | None, typer.Option(help="Column of H3 cells, all of one resolution.")]
TargetColumnOption = Annotated[str | None, typer.Option(help="Column to be forecast.")]
GroupOption = Annotated[
    str | None, typer.Option(help="Column of the areas to leave out one at a time, such as a branch or district.")
]
FeaturesOption = Annotated[
    str | None, typer.Option(metavar="A,B,C", help="Columns to learn from; by default every other column of numbers.")
]
PeopleOption = Annotated[
    str | None, typer.Option(help="Column that counts people, for the naive rule; found by its name by default.")
]
KeyOption = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="COLUMN", help="Column that tells rows apart, else the cells; again for several."),
]
OutOption = Annotated[Path, typer.Option(help="Folder for the report: Markdown, picture, JSON and forecasts.")]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - every module is registered alike
    """Add the command of this module."""
    SCORE.command("validate")(validate)


def validate(  # noqa: PLR0913 - the options are the command's interface
    out: OutOption,
    target: TargetOption = None,
    cell_column: CellOption = None,
    target_column: TargetColumnOption = None,
    group_column: GroupOption = None,
    features: FeaturesOption = None,
    people_column: PeopleOption = None,
    key: KeyOption = None,
    encoding: EncodingOption = None,
    separator: SeparatorOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Validate a model on areas left out, against people alone and the mean of the cells around.

    Example: gridgeo score validate --target cells.csv --cell-column cell --target-column accounts --out report
    """
    from gridgeo.pipeline.score_report import write_report

    columns = {"cell": cell_column, "target": target_column, "group": group_column, "people": people_column}
    flags: dict[str, object] = {f"--{name}-column": value for name, value in columns.items()}
    flags |= {"--features": features, "--key": key, "--encoding": encoding, "--separator": separator}
    if target is None:
        given = [flag for flag, value in flags.items() if value]
        if given:
            raise InvalidInputError("{option} describes a table: name its file with --target", option=given[0])
        found = _of_store(store, as_json, actor)
    else:
        acting(actor)
        found = _of_table(
            target, columns | {"features": _list(features), "key": tuple(key or ())}, (encoding, separator)
        )
    body = write_report(found, out, language())
    emit(as_json, body, _shown(body, found, language()))


def _of_store(store: str | None, as_json: bool, actor: str | None) -> Validated:
    from gridgeo.pipeline.score_validate import validate_store
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection, progress_bar(WORDS) as begin:
        begin("validate")
        return validate_store(connection, opened.actor)


def _of_table(path: Path, columns: dict[str, Any], how: tuple[str | None, str | None]) -> Validated:
    from gridgeo.pipeline.score_validate import validate_table
    from gridgeo.sources.cell_features import TableColumns
    from gridgeo.sources.files import ReadOptions

    for name in ("cell", "target"):
        if columns[name] is None:
            raise InvalidInputError("--target needs {option}", option=f"--{name}-column")
    sign = "\t" if how[1] in ("tab", "\\t") else how[1]
    with progress_bar(WORDS) as begin:
        begin("validate")
        return validate_table(path, TableColumns(**columns), ReadOptions(encoding=how[0], separator=sign))


def _list(text: str | None) -> tuple[str, ...] | None:
    names = None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())
    if names == ():
        raise InvalidInputError("--features names no column: give them as a,b,c")
    return names


def _shown(body: dict[str, Any], found: Validated, tongue: Language) -> Group:
    table = Table(title=translate("Rank correlation on areas left out", tongue))
    for column in ("what is left out", "model", "people only", "mean of the ring around", "evidence"):
        table.add_column(translate(column, tongue))
    for fold in body["folds"]:
        base = fold["spearman"]["baselines"]
        figures = (fold["spearman"]["model"], base["people_only"], base["ring_mean"])
        table.add_row(fold["name"], *(number(value) for value in figures), translate(fold["evidence"], tongue))
    remarks = [translate(each.template, tongue, **dict(each.values)) for each in found.notes]
    return Group(table, *remarks, body["files"]["markdown"])
