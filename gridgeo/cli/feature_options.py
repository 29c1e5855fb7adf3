"""What the commands of industry grids, cohort grids and target groups share: options, rules from files, tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, language, now, session
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.i18n import translate

IdArgument = Annotated[str, typer.Argument(help="Id of the grid, such as C-1.")]
SubjectArgument = Annotated[str, typer.Argument(help="Id of the grid, or a .json file with a rule to try.")]
RuleArgument = Annotated[Path, typer.Argument(help="JSON file with the rule.")]
NameArgument = Annotated[str, typer.Argument(help="Name of the grid.")]
BranchOption = Annotated[str | None, typer.Option(help="Branch that the grid is of; every branch by default.")]
OwnerOption = Annotated[str | None, typer.Option(help="Member of staff who owns the grid.")]
DayOption = Annotated[
    str | None, typer.Option(help="Day that counts, YYYY-MM-DD; the rule's own by default, else today.")
]
OffsetOption = Annotated[int, typer.Option(min=0, help="Rows to skip.")]
LimitOption = Annotated[int, typer.Option(min=1, max=1000, help="Rows to print.")]
MAX_RULE_BYTES = 1 << 20
CLOSED = ("status", "state", "kind", "party_kind", "excluded", "tier")
Store = tuple[str | None, bool, str | None]
"""The options --store, --json and --as of a command."""


def subject_of(text: str) -> str | dict[str, Any]:
    """Return the id of a grid, or the rule of a .json file."""
    return rule_of(Path(text)) if text.endswith(".json") else text


def rule_of(path: Path) -> dict[str, Any]:
    """Read a rule; what it says is for the pipeline to check.

    Raises NotFoundError when there is no such file, InvalidInputError when it is too large or no JSON object.
    """
    if not path.is_file():
        raise NotFoundError("there is no file {path}", path=path)
    if path.stat().st_size > MAX_RULE_BYTES:
        raise InvalidInputError("{path} is larger than a rule can be", path=path)
    try:
        body = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InvalidInputError("{path} is not JSON: {detail}", path=path, detail=str(error)) from error
    if not isinstance(body, dict):
        raise InvalidInputError("{path} holds no JSON object", path=path)
    return body


def day_of(text: str | None) -> date | None:
    """Read a day of the command line."""
    from gridgeo.features.cohort_rules import day_from_json

    return day_from_json(text, "--as-of")


def rows_table(rows: list[dict[str, Any]], columns: tuple[str, ...], title: str | None = None) -> Table:
    """Return rows as a table; only closed words are translated, never what a person wrote."""
    table = Table(title=title)
    for column in columns:
        table.add_column(translate(column, language()))
    for row in rows:
        table.add_row(*(_cell(name, row.get(name)) for name in columns))
    return table


def shown_words(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record for people: its rule in the words of this process's language, lists left to --json."""
    plain = {name: _cell(name, value) for name, value in record.items() if not isinstance(value, list | dict)}
    return plain | ({"rule": record["words"][language()]} if "words" in record else {})


def create(draft: Any, where: Store) -> None:  # noqa: ANN401 - a FeatureDraft, whose module is loaded late
    """Keep a new grid and print its record."""
    from gridgeo.pipeline.features.kept import create_feature

    store, as_json, actor = where
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        record = create_feature(connection, opened.actor, draft, now())
    emit(as_json, record if as_json else shown_words(record))


def list_kind(kind: str, where: Store) -> None:
    """Print the grids of a kind."""
    from gridgeo.pipeline.features.kept import list_features
    from gridgeo.storage import reading

    store, as_json, actor = where
    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        rows = list_features(connection, opened.actor, kind)
    columns = ("id", "name", "status", "branch_id", "owner_id", "revision", "created_at")
    emit(as_json, {"kind": kind, "grids": rows}, rows_table(rows, columns))


def change(  # noqa: PLR0913 - the options are the command's interface
    grid: IdArgument,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    rule: Annotated[Path | None, typer.Option(help="JSON file with another rule.")] = None,
    owner: OwnerOption = None,
    status: Annotated[str | None, typer.Option(help="draft, review or live.")] = None,
    revision: Annotated[
        int | None, typer.Option(min=1, help="Revision that you have seen; refused when somebody has moved it on.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Change name, rule, owner or status of an industry grid, cohort grid or target group.

    Example: gridgeo cohort change C-1 --status live
    """
    from gridgeo.pipeline.features.kept import update_feature

    given = {"name": name, "rule": rule_of(rule) if rule else None, "owner_id": owner, "status": status}
    changes = {field: value for field, value in given.items() if value is not None}
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        record = update_feature(connection, opened.actor, grid, changes, expected_revision=revision)
    emit(as_json, record if as_json else shown_words(record))


def remove(grid: IdArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """Take out an industry grid, cohort grid or target group with its snapshots; one in use stays.

    Example: gridgeo cohort remove C-1
    """
    from gridgeo.pipeline.features.kept import remove_feature

    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        emit(as_json, remove_feature(connection, opened.actor, grid))


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return translate("yes" if value else "no", language())
    if isinstance(value, float):
        return f"{value:,.3g}"
    return translate(str(value), language()) if column in CLOSED else str(value)
