"""`gridgeo locate review`: doubtful locations worst first, decided one by one; the log; forgetting a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridgeo.cli.common import ActorOption, JsonOption, Session, StoreOption, emit, now, session
from gridgeo.cli.groups import LOCATE
from gridgeo.cli.import_tables import list_table
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import translate

if TYPE_CHECKING:
    from gridgeo.pipeline.review.decisions import Decision

ItemArgument = Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of the location on the list.")]
BranchOption = Annotated[str | None, typer.Option("--branch", help="Only locations of this branch.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most entries on a page.")]
AfterOption = Annotated[str | None, typer.Option("--after", help="Go on after this: next of the page before.")]
RevisionOption = Annotated[
    int | None, typer.Option("--revision", min=0, help="Refuse if the location has moved on from this revision.")
]
LISTED = ("id", "branch_id", "house", "reasons", "tier", "parties", "effect")
LOGGED = ("decision", "id", "kind", "house", "lng", "lat", "actor", "role", "at", "undoes")


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    group = typer.Typer(help="Doubtful locations that wait for a person.", rich_markup_mode=None)
    group.callback(invoke_without_command=True)(review)
    for name, command in (
        ("list", list_items),
        ("show", show),
        ("accept", accept),
        ("choose", choose),
        ("place", place),
        ("reject", reject),
        ("undo", undo),
        ("history", show_history),
        ("report", report),
        ("forget", forget_person),
        ("gazetteer", write_gazetteer),
    ):
        group.command(name)(command)
    LOCATE.add_typer(group, name="review")


def review(  # noqa: PLR0913 - the options are the command's interface
    context: typer.Context,
    branch: BranchOption = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List doubtful locations, worst first by effect on the scores; see the commands below for what to do with one.

    Example: gridgeo locate review --limit 20
    """
    if context.invoked_subcommand is None:
        list_items(branch, limit, after, store, as_json, actor)
        return
    given = [name for name, value in context.params.items() if value not in (None, False, 50)]
    if given:
        raise InvalidInputError(
            "options go behind {command}, got {given} before it",
            command=context.invoked_subcommand,
            given=", ".join(f"--{name}" for name in sorted(given)),
        )


def list_items(
    branch: BranchOption = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List doubtful locations, worst first by effect on the scores.

    Example: gridgeo locate review list --branch B1 --limit 20
    """
    from gridgeo.pipeline.review.decisions import queue_page
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened:
        with reading(opened.engine) as connection:
            page = queue_page(connection, opened.actor, branch_id=branch, after=after, most=limit)
        rows = [{name: item[name] for name in LISTED} for item in page["items"]]
        title = f"{translate('Waiting for a decision', opened.language)}: {page['open']:,}"
        emit(as_json, page, list_table([_words(row, opened) for row in rows], title, opened.language))


def show(item: ItemArgument, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None) -> None:
    """Show one location: what is doubtful, candidates with scores, whom it concerns, what was decided.

    Example: gridgeo locate review show 12
    """
    from gridgeo.pipeline.review.decisions import read_item
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened:
        with reading(opened.engine) as connection:
            body = read_item(connection, opened.actor, item)
        emit(as_json, body)


def accept(
    item: ItemArgument,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Accept a location as it stands; the next run takes it as known.

    Example: gridgeo locate review accept 12
    """
    from gridgeo.pipeline.review.decisions import Decision

    _decide(item, Decision("accept", expected_revision=revision), (store, as_json, actor))


def choose(
    item: ItemArgument,
    candidate: Annotated[int, typer.Option("--candidate", min=1, help="Number of the candidate, as show lists them.")],
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Choose one of the candidates of a location; the next run takes it as known.

    Example: gridgeo locate review choose 12 --candidate 2
    """
    from gridgeo.pipeline.review.decisions import Decision

    _decide(item, Decision("choose", candidate=candidate, expected_revision=revision), (store, as_json, actor))


def place(  # noqa: PLR0913 - the options are the command's interface
    item: ItemArgument,
    lng: Annotated[float, typer.Option("--lng", help="Longitude of the house.")],
    lat: Annotated[float, typer.Option("--lat", help="Latitude of the house.")],
    datum: Annotated[
        str | None, typer.Option("--datum", help="Datum of the point: wgs84, cgcs2000, gcj02, bd09; the store's own.")
    ] = None,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Place a location by hand; in the next run everybody of that house is there.

    Example: gridgeo locate review place 12 --lng 9.5215 --lat 47.1392 --datum wgs84
    """
    from gridgeo.pipeline.review.decisions import Decision

    decision = Decision("place", lng=lng, lat=lat, datum=datum, expected_revision=revision)
    _decide(item, decision, (store, as_json, actor))


def reject(
    item: ItemArgument,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Reject a location: nobody can say where it is, so it stays without a cell.

    Example: gridgeo locate review reject 12
    """
    from gridgeo.pipeline.review.decisions import Decision

    _decide(item, Decision("reject", expected_revision=revision), (store, as_json, actor))


def undo(
    item: ItemArgument,
    revision: RevisionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Undo what was decided about a location; it waits again.

    Example: gridgeo locate review undo 12
    """
    from gridgeo.pipeline.review.decisions import Decision

    _decide(item, Decision("undo", expected_revision=revision), (store, as_json, actor))


def show_history(
    limit: LimitOption = 50,
    before: Annotated[int | None, typer.Option("--before", min=1, help="Go on before this: next of the page.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List what was decided, newest first, with who and when.

    Example: gridgeo locate review history --limit 20
    """
    from gridgeo.pipeline.review.decisions import history
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened:
        with reading(opened.engine) as connection:
            page = history(connection, opened.actor, before=before, most=limit)
        rows = [{name: entry[name] for name in LOGGED} for entry in page["decisions"]]
        emit(as_json, page, list_table(rows, translate("Decisions about locations", opened.language), opened.language))


def report(
    customer: Annotated[str, typer.Argument(help="Id of the customer who is somewhere else.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Put a customer's house on the list, however sure the geocoder is of it.

    Example: gridgeo locate review report c-0042
    """
    from gridgeo.pipeline.review.report import report_location

    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = report_location(connection, opened.actor, customer)
        emit(as_json, body)


def forget_person(
    party: Annotated[str, typer.Argument(help="Id of the person who is erased.")],
    kind: Annotated[str, typer.Option("--kind", help="Kind of party: customer or merchant.")] = "customer",
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Take out the links between decisions and a person; what is known of the house stays.

    Example: gridgeo locate review forget c-0042
    """
    from gridgeo.pipeline.review.decisions import forget

    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = forget(connection, opened.actor, party, kind)
        emit(as_json, body)


def write_gazetteer(
    out: Annotated[Path, typer.Option("--out", help="CSV to write: id, lng, lat, address, source, precision_m.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Write the houses that people placed as a gazetteer file, without anybody who lives there.

    Example: gridgeo locate review gazetteer --out reviewed.csv
    """
    from gridgeo.maps import formula_safe
    from gridgeo.pipeline.review.decisions import reviewed_gazetteer
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened:
        with reading(opened.engine) as connection:
            rows = reviewed_gazetteer(connection, opened.actor)
        formula_safe(rows).write_csv(out)
        emit(as_json, {"path": str(out), "rows": rows.height})


def _decide(item: int, decision: Decision, common: tuple[str | None, bool, str | None]) -> None:
    from gridgeo.pipeline.review.decisions import decide

    store, as_json, actor = common
    with session(store, as_json, actor) as opened:
        with opened.engine.begin() as connection:
            body = decide(connection, opened.actor, item, decision, now())
        emit(as_json, body)


def _words(row: dict[str, Any], opened: Session) -> dict[str, Any]:
    """Return a row of the list as people read it."""
    reasons = "; ".join(translate(reason, opened.language) for reason in row["reasons"])
    return row | {"reasons": reasons, "effect": f"{row['effect']:.2f}"}
