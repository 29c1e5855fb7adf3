"""What the command line leaves in the audit log: every change, every export, every try that was denied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

# Typer carries a copy of Click of its own and hands out the context under no other name.
from typer.main import get_current_context  # type: ignore[attr-defined]

from gridgeo.domain import Actor
from gridgeo.domain.audit import AuditEntry, Outcome, audit_entry
from gridgeo.errors import NotAllowedError

if TYPE_CHECKING:
    import sqlalchemy as sa

OBJECTS = (
    *("branch", "branch_id", "grid", "grid_id", "scenario", "plan", "feature", "feature_id", "kind", "dataset"),
    *("version", "ground", "item", "item_id", "job", "prefix", "role", "value", "claim", "cell", "measure"),
)
"""Arguments that say what a command is about; the others may hold a person's name or a path, and stay out."""
TAKES_OUT = ("out", "unmask")
"""Arguments by which a command takes data out of the store or shows what is masked otherwise."""


@contextmanager
def audited(engine: sa.Engine, actor: Actor) -> Iterator[None]:
    """Write down what the command of this process does with a store, in the very transactions that do it."""
    from gridgeo.storage.audit_log import add_line_apart, audit_commits

    wrote = audit_commits(engine, lambda: _entry(actor, "done"))
    try:
        yield
    except NotAllowedError:
        add_line_apart(engine, _entry(actor, "denied"))
        raise
    if not wrote() and any(_given(name) for name in TAKES_OUT):
        add_line_apart(engine, _entry(actor, "done"))


def _entry(actor: Actor, outcome: Outcome) -> AuditEntry:
    context = get_current_context(silent=True)
    name = "" if context is None else context.command_path.partition(" ")[2]
    return audit_entry(actor, name or "command", _subject(_params()), outcome, datetime.now(UTC))


def _params() -> Mapping[str, Any]:
    context = get_current_context(silent=True)
    return {} if context is None else context.params


def _given(name: str) -> bool:
    return _params().get(name) not in (None, False)


def _subject(given: Mapping[str, Any]) -> str | None:
    """Return the arguments that say what a command is about, as ``name=value`` joined by blanks."""
    told = [(name, given.get(name)) for name in OBJECTS]
    parts = [f"{name}={_plain(value)}" for name, value in told if value not in (None, [], ())]
    return " ".join(parts) or None


def _plain(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
