"""`gridgeo db backup|restore|move`: a store kept in a file, brought back, and taken to another database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from gridgeo.cli.common import JsonOption, StoreOption, emit, language, parts_bar, session
from gridgeo.i18n import translate
from gridgeo.settings import Settings

if TYPE_CHECKING:
    import sqlalchemy as sa

FileArgument = Annotated[Path, typer.Argument(help="File of the backup.")]


def register(db: typer.Typer) -> None:
    """Add the commands of this module to the group `db`."""
    db.command("backup")(backup)
    db.command("restore")(restore)
    db.command("move")(move)


def backup(file: FileArgument, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Write the store as it is now into a new file, with a manifest of every table beside it; others go on working.

    SQLite by its own copy, PostgreSQL by pg_dump in its custom format.

    Example: gridgeo db backup gridgeo-2027-01-31.backup --store sqlite:///gridgeo.db
    """
    from gridgeo.storage import backups

    with session(store, as_json, None) as opened, parts_bar("Reading tables") as told:
        report = backups.backup(opened.engine, file, told)
    _tell(as_json, report.as_dict())


def restore(file: FileArgument, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Fill an empty store from a backup and compare every table with its manifest; a store with data is refused.

    Example: gridgeo db restore gridgeo-2027-01-31.backup --store sqlite:///again.db
    """
    from gridgeo.storage import backups

    with _opened(store or Settings().store_url) as engine, parts_bar("Comparing tables") as told:
        report = backups.restore(engine, file, told)
    _tell(as_json, report.as_dict())


def move(
    to: Annotated[str, typer.Option(metavar="URL", help="The empty store that takes everything.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy every row of the store into another, empty one, of either kind, and compare both sides table by table.

    All of it arrives, or nothing does. On PostgreSQL with the migration login.

    Example: gridgeo db move --store sqlite:///gridgeo.db --to postgresql+psycopg://gridgeo_migrator@db.bank.example/gridgeo
    """
    from gridgeo.storage import moving

    with session(store, as_json, None) as opened, _opened(to) as target, parts_bar("Moving tables") as told:
        report = moving.move(opened.engine, target, told)
    _tell(as_json, report.as_dict())


@contextmanager
def _opened(url: str) -> Iterator[sa.Engine]:
    """Open a store that may still be without tables."""
    from gridgeo.storage import open_engine

    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _tell(as_json: bool, body: dict[str, Any]) -> None:
    """Print the report; for people without the tables that hold nothing."""
    if as_json:
        emit(True, body)
        return
    tongue = language()
    title = " · ".join(
        f"{translate(name, tongue)} {body[name]}" for name in ("from", "to", "store", "file", "rows") if name in body
    )
    table = Table(title=title, title_justify="left")
    for heading in ("table", "rows", "SHA-256"):
        table.add_column(translate(heading, tongue), justify="right" if heading == "rows" else "left")
    for name, held in body["tables"].items():
        if held["rows"]:
            table.add_row(name, f"{held['rows']:,}", held["sha256"][:16])
    emit(False, body, table)
    if body.get("compared", True) is None:
        typer.echo(
            translate("Nothing was compared: no manifest of this release stands beside the file.", tongue), err=True
        )
