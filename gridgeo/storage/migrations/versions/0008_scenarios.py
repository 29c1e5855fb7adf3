"""Scenarios of territories and what happened to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgeo.storage.types import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def json_check(column: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IS NULL OR json_valid({column})", name=op.f(name)).ddl_if(dialect="sqlite")


def upgrade() -> None:
    op.create_table(
        "scenario",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("scope", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("notes", TEXT, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        json_check("scope", "ck_scenario_scope_json"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_scenario_version_id_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sa.UniqueConstraint("name", name=op.f("uq_scenario_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "scenario_event",
        sa.Column("scenario_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("actor_role", TEXT, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        json_check("body", "ck_scenario_event_body_json"),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_scenario_event_scenario_id_scenario")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_scenario_event_version_id_version")),
        sa.PrimaryKeyConstraint("scenario_id", "seq", name=op.f("pk_scenario_event")),
    )


def downgrade() -> None:
    op.drop_table("scenario_event")
    op.drop_table("scenario")
