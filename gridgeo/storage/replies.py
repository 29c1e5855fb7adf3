"""Answers of requests that named themselves by a key: kept with what they did, given again for a while."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import ConflictError
from gridgeo.storage.models import Reply

KEPT = timedelta(days=7)


@dataclass(frozen=True)
class ReplyRecord:
    """One answer. digest: of the request that it was for."""

    digest: str
    status: int
    headers: dict[str, str]
    body: bytes


def kept_reply(connection: sa.Connection, actor: Actor, key: str, digest: str) -> ReplyRecord | None:
    """Return what the actor's request of this key was answered, None when there was none.

    Raises ConflictError when the key was used for another request.
    """
    columns = (Reply.digest, Reply.status, Reply.headers, Reply.body)
    query = sa.select(*columns).where(Reply.actor_id == actor.id, Reply.key == key)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.digest != digest:
        raise ConflictError("the idempotency key {key} was used for another request", key=key)
    return ReplyRecord(*row)


def keep_reply(connection: sa.Connection, actor: Actor, key: str, reply: ReplyRecord, now: datetime) -> None:
    """Keep an answer in the transaction of what was done; answers older than KEPT go.

    Raises ConflictError when the same request was answered at the same moment.
    """
    connection.execute(sa.delete(Reply).where(Reply.at < now - KEPT))
    values = {"actor_id": actor.id, "key": key, "at": now, **asdict(reply)}
    try:
        connection.execute(sa.insert(Reply).values(values))
    except sa.exc.IntegrityError as error:
        raise ConflictError("request {key} was sent twice at once; send it again", key=key) from error
