"""What providers answered, kept so that no address is asked twice."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.storage.conditions import among
from gridgeo.storage.models import ProviderAnswer

FAILED = "failed"
"""Key of an answer that is none: why there was no answer. Such an address is asked again."""


def kept_answers(connection: sa.Connection, provider: str, queries: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return text -> answer of those texts that a provider was asked before; empty where it knew nothing."""
    table: Any = ProviderAnswer.__table__
    wanted = among(table.c.query, list(queries), connection.dialect.name)
    query = sa.select(table.c.query, table.c.answer).where(table.c.provider == provider, wanted)
    return {str(text): dict(answer) for text, answer in connection.execute(query)}


def keep_answers(connection: sa.Connection, provider: str, answers: dict[str, dict[str, Any]], now: datetime) -> None:
    """Write answers by text in place of what was kept of the same texts."""
    if not answers:
        return
    table: Any = ProviderAnswer.__table__
    mine = (table.c.provider == provider) & among(table.c.query, list(answers), connection.dialect.name)
    connection.execute(sa.delete(ProviderAnswer).where(mine))
    rows = [
        {"provider": provider, "query": text, "answer": answer, "fetched_at": now} for text, answer in answers.items()
    ]
    connection.execute(sa.insert(ProviderAnswer), rows)
