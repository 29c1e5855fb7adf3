"""What the audit log says of one thing that was done or tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from gridgeo.domain.actor import Actor

Outcome = Literal["done", "denied", "refused", "failed", "not_found"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
MAX_TEXT = 200


@dataclass(frozen=True)
class AuditEntry:
    """One line: who, with which role, did what to what, when, and how it ended; nothing that names a customer.

    action: the route's or command's name. object: ids from the address or the arguments, null where there is none.
    outcome: denied for somebody without the right, refused for a request that was not valid or came too late, failed
    for a fault of ours. request_id: joins the line with the log of the service.
    """

    at: datetime
    actor_id: str
    role: str
    action: str
    object: str | None
    outcome: Outcome
    request_id: str | None = None


def audit_entry(
    actor: Actor | None,
    action: str,
    subject: str | None,
    outcome: Outcome,
    at: datetime,
    request_id: str | None = None,
) -> AuditEntry:
    """Return a line of the log; nobody's id and role are empty. Texts from outside are cut and stripped of controls."""
    who, role = ("", "") if actor is None else (_plain(actor.id), actor.role)
    about = None if subject is None else _plain(subject)
    return AuditEntry(at, who, role, _plain(action), about, outcome, request_id)


def _plain(text: str) -> str:
    readable = text.encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else "?" for letter in readable[:MAX_TEXT])
