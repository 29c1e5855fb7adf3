"""Policies of planning, disputes and specialists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgeo.storage.types import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def json_check(column: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IS NULL OR json_valid({column})", name=op.f(name)).ddl_if(dialect="sqlite")


def upgrade() -> None:
    op.create_table(
        "planning_policy",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        json_check("body", "ck_planning_policy_body_json"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planning_policy")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_planning_policy_kind"), "planning_policy", ["kind"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("scenario_id", ROW_ID, nullable=False),
        sa.Column("branch_id", TEXT, nullable=False),
        sa.Column("subject_kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("claimed_by", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("raised_by", TEXT, nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("awarded_to", TEXT, nullable=True),
        sa.Column("decision", TEXT, nullable=True),
        sa.Column("decided_by", TEXT, nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"], name=op.f("fk_dispute_scenario_id_scenario")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_dispute_scenario_id"), "dispute", ["scenario_id"], unique=False)
    op.create_table(
        "overlay",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("feature_id", TEXT, nullable=False),
        sa.Column("staff_id", TEXT, nullable=False),
        sa.Column("branch_id", TEXT, nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["feature_id"], ["feature_grid.id"], name=op.f("fk_overlay_feature_id_feature_grid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overlay")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_overlay_feature_id"), "overlay", ["feature_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_overlay_feature_id"), "overlay")
    op.drop_table("overlay")
    op.drop_index(op.f("ix_dispute_scenario_id"), "dispute")
    op.drop_table("dispute")
    op.drop_index(op.f("ix_planning_policy_kind"), "planning_policy")
    op.drop_table("planning_policy")
