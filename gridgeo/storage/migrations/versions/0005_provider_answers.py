"""Answers of geocoders that the bank hosts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgeo.storage.types import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def json_check(column: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IS NULL OR json_valid({column})", name=op.f(name)).ddl_if(dialect="sqlite")


def upgrade() -> None:
    op.create_table(
        "provider_answer",
        sa.Column("provider", TEXT, nullable=False),
        sa.Column("query", TEXT, nullable=False),
        sa.Column("answer", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("fetched_at", Instant(), nullable=False),
        json_check("answer", "ck_provider_answer_answer_json"),
        sa.PrimaryKeyConstraint("provider", "query", name=op.f("pk_provider_answer")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("provider_answer")
