"""Alembic's entry: runs the revisions on the connection that `moves` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from gridgeo.storage.migrations.moves import context_options

connection = context.config.attributes["connection"]
context.configure(connection=connection, **context_options(connection.dialect))
with context.begin_transaction():
    context.run_migrations()
