"""`gridgeo import fields|rejected|review|decide`: what a file may hold, what was refused, what waits for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.cli.common import ActorOption, JsonOption, Session, StoreOption, emit, language, now, session
from gridgeo.cli.import_tables import list_table
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import Language, translate

WhatArgument = Annotated[str, typer.Argument(help="zones or parties.")]


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group of imports."""
    group.command("fields")(fields)
    group.command("rejected")(rejected)
    group.command("review")(review)
    group.command("decide")(decide)


def fields(
    kind: Annotated[str, typer.Argument(help="Kind of file, such as customers.")], as_json: JsonOption = False
) -> None:
    """Show the fields of a kind of file: type, class, accepted words and header names.

    Example: gridgeo import fields customers
    """
    from gridgeo.sources.intake import import_kind

    found = import_kind(kind)
    rows = [
        {
            "field": item.name,
            "type": item.type,
            "class": item.column_class,
            "required": item.required,
            "default": item.default,
            "low": item.low,
            "high": item.high,
            "words": dict(item.words),
            "headers": list(item.headers),
        }
        for item in found.fields
    ]
    emit(as_json, {"kind": kind, "key": list(found.key), "fields": rows}, _fields_table(kind, rows, language()))


def rejected(
    version: Annotated[int, typer.Argument(min=1, help="Version that an import made.")],
    out: Annotated[Path, typer.Option(help="CSV to write.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Write the rejected rows of an import, with their reasons, in the columns of its own file.

    Example: gridgeo import rejected 12 --out rejected.csv
    """
    with session(store, as_json, actor) as opened:
        count = write_rejected_of(opened, version, out)
        emit(as_json, {"version": version, "rejected": count, "path": str(out)})


def review(
    what: WhatArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """List what waits for a person: zones without a sure boundary, or rows that may be one party.

    Example: gridgeo import review zones
    """
    from gridgeo.pipeline.intake.review import review_list
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened:
        with reading(opened.engine) as connection:
            rows = review_list(connection, opened.actor, what)
        title = translate("Waiting for a decision", opened.language)
        emit(as_json, {what: rows}, list_table(rows, title, opened.language))


def decide(  # noqa: PLR0913 - the options are the command's interface
    what: WhatArgument,
    given: Annotated[str, typer.Argument(help="The zone as the file wrote it, or the id of the row.")],
    into: Annotated[
        str | None, typer.Option(help="The boundary's id or name, or the id of the party that the row is.")
    ] = None,
    refuse: Annotated[
        bool, typer.Option("--refuse", help="It is none of them; of a party, with --into: not that one.")
    ] = False,
    code: Annotated[str | None, typer.Option(help="Code of the zone, where one name stands with several.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Settle one entry of a review list; the decision holds for later files too.

    Example: gridgeo import decide zones "Newtown" --into relation/123
    """
    from gridgeo.pipeline.intake.review import decide_party, decide_zone

    if into is None and not (refuse and what == "zones"):
        raise InvalidInputError("say what it is with --into; a zone that is no boundary: --refuse")
    if what == "zones" and refuse and into is not None:
        raise InvalidInputError("a zone is either a boundary (--into) or none (--refuse)")
    if what not in ("zones", "parties"):
        raise InvalidInputError("review list must be one of {known}, got {given}", known="zones, parties", given=what)
    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            if what == "zones":
                body = decide_zone(connection, opened.actor, given, into, now(), code=code)
            else:
                body = decide_party(connection, opened.actor, given, str(into), now(), same=not refuse)
        emit(as_json, body)


def write_rejected_of(opened: Session, version_id: int, out: Path) -> int:
    """Write the rejected rows of an import in the language of the person; return how many."""
    from gridgeo.pipeline.intake.refused import rejected_rows, write_rejected
    from gridgeo.storage import reading

    with reading(opened.engine) as connection:
        rows = rejected_rows(connection, opened.actor, version_id, opened.language)
    return write_rejected(rows, out)


def _fields_table(kind: str, rows: list[dict[str, Any]], tongue: Language) -> Any:  # noqa: ANN401 - a rich table
    shown = [
        {
            "field": row["field"] + ("*" if row["required"] else ""),
            "type": row["type"],
            "class": translate(row["class"], tongue),
            "default": row["default"],
            "words": ", ".join(sorted(set(row["words"].values()))),
            "headers": ", ".join(row["headers"]),
        }
        for row in rows
    ]
    return list_table(shown, f"{kind} (* {translate('required', tongue)})", tongue)
