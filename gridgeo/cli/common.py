"""What every subcommand shares: its options, its store, its output."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import orjson
import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from gridgeo.domain import Actor, local_actor
from gridgeo.domain.actor import ROLES, actor_from_text
from gridgeo.errors import InfeasibleError
from gridgeo.i18n import Language, language_from, translate
from gridgeo.settings import Settings

if TYPE_CHECKING:
    # A call that only prints help or an error must not wait for the database library.
    import sqlalchemy as sa

StoreOption = Annotated[
    str | None, typer.Option("--store", metavar="URL", help="Store: sqlite:///FILE or postgresql+psycopg://...")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")]
ActorOption = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME:ROLE", help=f"Act as this person: {', '.join(ROLES)}."),
]

MAX_SEED = 2**63 - 1
"""A store keeps seeds as 64-bit integers."""


@dataclass(frozen=True)
class Session:
    """One command's store, actor and way of answering."""

    engine: sa.Engine
    url: str
    actor: Actor
    as_json: bool
    language: Language


def now() -> datetime:
    """Return the time now, aware; the one clock of the command line."""
    return datetime.now(UTC)


def language() -> Language:
    """Return the language of this process: GRIDGEO_LANGUAGE, else the locale's."""
    return language_from(Settings().language)


def acting(actor: str | None) -> Actor:
    """Return who acts: NAME:ROLE as given, else the one actor of embedded mode."""
    return actor_from_text(actor) if actor else local_actor()


@contextmanager
def session(
    store: str | None,
    as_json: bool,
    actor: str | None,
    *,
    create: bool = False,
    missing: Literal["refuse", "make", "pretend"] = "refuse",
    for_consumers: bool = False,
) -> Iterator[Session]:
    """Open the store, brought up to the newest schema when ``create``, and close it at the end.

    missing: what becomes of a store that is a file and not there yet: made and said so, or an empty one for this
    command alone. for_consumers: to a consumer the command shows published figures only; others are closed to it.
    Raises NotFoundError when a store is to be refused, NotAllowedError for a consumer.
    """
    from gridgeo.cli.auditing import audited
    from gridgeo.pipeline.steps import require_insider
    from gridgeo.storage import acting as for_actor
    from gridgeo.storage import check_schema, open_engine, store_exists, upgrade

    url = store or Settings().store_url
    asking = acting(actor)
    new = missing != "refuse" and not store_exists(url)
    with ExitStack() as stack:
        if new and missing == "pretend":
            url = f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory(prefix='gridgeo-'))}/empty.db"
        engine = open_engine(url, create=create or new)
        stack.callback(engine.dispose)
        if create or new:
            upgrade(engine)
        else:
            check_schema(engine)
        if new and missing == "make":
            said = "A new store is made at {place}."
            Console(stderr=True).print(translate(said, language(), place=url.partition(":///")[2]), soft_wrap=True)
        stack.enter_context(audited(engine, asking))
        if not for_consumers:
            require_insider(asking)
        yield Session(for_actor(engine, asking), url, asking, as_json, language())


def emit(as_json: bool, record: dict[str, Any], table: RenderableType | None = None) -> None:
    """Print the record as JSON, or as the table made for people (the record itself, line by line, without one)."""
    if as_json:
        sys.stdout.write(orjson.dumps(record, option=orjson.OPT_SERIALIZE_NUMPY).decode() + "\n")
        return
    Console().print(table if table is not None else record_table(record))


def require_feasible(branches: dict[str, Any]) -> None:
    """Let pass plans that keep every tolerance; called once the best violating answer is written and printed.

    branches: branch -> its part of the plan's report.
    Raises InfeasibleError naming the first branch whose plan does not, with its largest violation.
    """
    for branch, figures in branches.items():
        if figures["feasible"]:
            continue
        worst = max(figures["violations"], key=lambda found: abs(found["value"]) - found["limit"])
        raise InfeasibleError(
            "branch {branch}: no plan within the tolerance was found; the nearest one is written. "
            "Largest violation: {territory}, {measure} {value}{unit}, allowed {limit}{unit}",
            branch=branch,
            territory=worst["territory"] or "-",
            measure=worst["measure"],
            value=round(worst["value"], 3),
            limit=round(worst["limit"], 3),
            unit="" if worst["measure"] == "pieces" else " %",
        )


def record_table(record: dict[str, Any]) -> Table:
    """Return a two-column table of a record in the language of this process; what is not there is left blank."""
    tongue = language()
    table = Table(show_header=False, box=None, pad_edge=False)
    for key, value in record.items():
        table.add_row(translate(key, tongue), _shown(value, tongue))
    return table


def _shown(value: Any, tongue: Language) -> str:  # noqa: ANN401 - plain JSON values
    if value is None:
        return ""
    if isinstance(value, bool):
        return translate("yes" if value else "no", tongue)
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else str(value)


@contextmanager
def progress_bar(steps: dict[str, str]) -> Iterator[Any]:
    """Show a bar on standard error; yields the function that a step calls with its name.

    steps: name -> English words for it.
    """
    tongue = language()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(steps))
        order = list(steps)

        def begin(step: str) -> None:
            bar.update(task, completed=order.index(step), description=translate(steps[step], tongue))

        yield begin
        bar.update(task, completed=len(steps))


@contextmanager
def parts_bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error; yields the function that is called with the parts done and their number.

    words: English words for what is done.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(translate(words, language()), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
