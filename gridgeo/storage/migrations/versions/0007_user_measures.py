"""Measures that users add, and what the measures of each score version meant when it was computed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgeo.storage.types import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def json_check(column: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IS NULL OR json_valid({column})", name=op.f(name)).ddl_if(dialect="sqlite")


def meaning() -> list[sa.Column[str]]:
    """Return the columns that say what a measure is."""
    always = ("name_zh", "name_en", "unit", "kind", "direction", "method")
    return [
        *(sa.Column(name, TEXT, nullable=False) for name in always),
        *(sa.Column(name, TEXT, nullable=True) for name in ("numerator", "denominator")),
    ]


def upgrade() -> None:
    # Made anew and not altered: every upgrade fills this table from the release.
    op.drop_table("measure")
    op.create_table(
        "measure",
        sa.Column("id", TEXT, nullable=False),
        *meaning(),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("formula", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    op.create_table(
        "user_measure",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("added_by", TEXT, nullable=False),
        sa.Column("added_role", TEXT, nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        json_check("definition", "ck_user_measure_definition_json"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_measure")),
    )
    op.create_table(
        "score_measure",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *meaning(),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("formula", TEXT, nullable=True),
        sa.Column("definition", sa.JSON(none_as_null=True), nullable=True),
        json_check("definition", "ck_score_measure_definition_json"),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_score_measure")),
    )


def downgrade() -> None:
    op.drop_table("score_measure")
    op.drop_table("user_measure")
    op.drop_table("measure")
    op.create_table(
        "measure",
        sa.Column("id", TEXT, nullable=False),
        *meaning(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
