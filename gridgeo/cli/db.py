"""`gridgeo db`: the store itself, its schema, its logins and whether it is safe to serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridgeo.cli import db_copies
from gridgeo.cli.common import JsonOption, StoreOption, emit, session
from gridgeo.settings import Settings

if TYPE_CHECKING:
    import sqlalchemy as sa

UnsafeOption = Annotated[
    bool,
    typer.Option(
        "--allow-unsafe-role",
        help="For development: take a PostgreSQL login that no policy holds for, such as a superuser.",
    ),
]
DatumOption = Annotated[
    str | None,
    typer.Option(help="Datum of all positions in a new store: wgs84, cgcs2000 or gcj02; fixed once it holds data."),
]
MigratorPassword = Annotated[
    str | None,
    typer.Option(
        envvar="GRIDGEO_MIGRATOR_PASSWORD", help="Password of the migration login; rather by the environment."
    ),
]
ApplicationPassword = Annotated[
    str | None,
    typer.Option(
        envvar="GRIDGEO_APPLICATION_PASSWORD", help="Password of the application login; rather by the environment."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    db = typer.Typer(
        help="The store: schema, logins, policies, backups, moves.", no_args_is_help=True, rich_markup_mode=None
    )
    db.command("init")(init)
    db.command("upgrade")(upgrade)
    db.command("check")(check)
    db_copies.register(db)
    app.add_typer(db, name="db")


def refuse_unsafe_role(engine: sa.Engine, allowed: bool) -> None:
    """Let pass a login that is safe to serve the store with, or any where the option or the environment allows it.

    Raises InvalidInputError naming role or table and the remedy.
    """
    from gridgeo.storage import reading, require_safe_login

    if allowed or Settings().allow_unsafe_role:
        return
    with reading(engine) as connection:
        require_safe_login(connection)


def init(  # noqa: PLR0913 - the options are the command's interface
    owner: Annotated[str | None, typer.Option(help="Role that owns every table; DATABASE_owner by default.")] = None,
    migrator: Annotated[
        str | None, typer.Option(help="Login that changes the schema; DATABASE_migrator by default.")
    ] = None,
    application: Annotated[
        str | None, typer.Option(help="Login that the service runs with; DATABASE_application by default.")
    ] = None,
    migrator_password: MigratorPassword = None,
    application_password: ApplicationPassword = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Make the store without PostGIS, where the database has none."),
    ] = False,
    ask: Annotated[bool, typer.Option("--ask", help="Ask for the two passwords.")] = False,
    house_datum: DatumOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a store: a SQLite file, or the logins, the extension and the tables of a PostgreSQL database.

    On PostgreSQL as an administrator of the database. A password that is neither given nor asked for is made and
    printed this once; a login that is there already keeps its own.

    Example: gridgeo db init --store postgresql+psycopg://postgres@db.bank.example/gridgeo
    """
    from gridgeo.storage import open_engine, without_postgis
    from gridgeo.storage.making import make_store

    given = {"migrator": migrator_password, "application": application_password}
    if ask:
        given = {name: typer.prompt(name, hide_input=True, confirmation_prompt=True, err=True) for name in given}
    roles = {"owner": owner, "migrator": migrator, "application": application}
    url = store or Settings().store_url
    engine = open_engine(without_postgis(url) if plain else url)
    try:
        made = make_store(engine, roles, {name: word for name, word in given.items() if word})
        _fix_datum(engine, house_datum)
        emit(as_json, _store_facts(engine) | made.as_dict())
    finally:
        engine.dispose()


def upgrade(
    house_datum: DatumOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the store to the newest schema; makes it where there is none.

    Example: gridgeo db upgrade --store sqlite:///gridgeo.db
    """
    with session(store, as_json, None, create=True) as opened:
        _fix_datum(opened.engine, house_datum)
        emit(as_json, _store_facts(opened.engine))


def check(store: StoreOption = None, allow_unsafe_role: UnsafeOption = False, as_json: JsonOption = False) -> None:
    """Check that the store has the schema this version expects and, on PostgreSQL, that it is safe to serve.

    Safe means a login that row-level security holds for, and every policy in its place.

    Example: gridgeo db check
    """
    with session(store, as_json, None) as opened:
        refuse_unsafe_role(opened.engine, allow_unsafe_role)
        emit(as_json, _store_facts(opened.engine))


def _fix_datum(engine: sa.Engine, datum: str | None) -> None:
    from gridgeo.storage import fix_house_datum

    if datum is not None:
        with engine.begin() as connection:
            fix_house_datum(connection, datum)


def _store_facts(engine: sa.Engine) -> dict[str, Any]:
    from gridgeo.storage import house_datum, reading

    with reading(engine) as connection:
        datum = house_datum(connection)
    place = engine.url.render_as_string(hide_password=True)
    return {"store": place, "schema": "current", "house_datum": datum}
