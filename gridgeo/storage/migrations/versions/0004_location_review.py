"""Doubtful locations, what people decided about them, and whom they concern."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgeo.storage.types import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def json_check(column: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IS NULL OR json_valid({column})", name=op.f(name)).ddl_if(dialect="sqlite")


def upgrade() -> None:
    op.create_table(
        "review_item",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("party_kind", TEXT, nullable=False),
        sa.Column("branch_id", TEXT, nullable=True),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("house", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_item")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_review_item_key"), "review_item", ["key"], unique=False)
    op.create_table(
        "location_review",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reasons", TEXT, nullable=False),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("tier", TEXT, nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("matched", TEXT, nullable=True),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("parties", sa.Integer(), nullable=False),
        sa.Column("effect", sa.Double(), nullable=False),
        sa.Column("candidates", sa.JSON(none_as_null=True), nullable=False),
        json_check("candidates", "ck_location_review_candidates_json"),
        sa.PrimaryKeyConstraint("version_id", "item_id", name=op.f("pk_location_review")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_location_review_version_id_effect_item_id"),
        "location_review",
        ["version_id", "effect", "item_id"],
        unique=False,
    )
    op.create_table(
        "review_party",
        sa.Column("item_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("party_kind", TEXT, nullable=False),
        sa.Column("party_id", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["review_item.id"], name=op.f("fk_review_party_item_id_review_item")),
        sa.PrimaryKeyConstraint("item_id", "party_kind", "party_id", name=op.f("pk_review_party")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_review_party_party_kind_party_id"), "review_party", ["party_kind", "party_id"], unique=False
    )
    op.create_table(
        "review_decision",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("item_id", ROW_ID, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("house", TEXT, nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("precision_m", sa.Double(), nullable=True),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("args", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("actor_role", TEXT, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("undoes", ROW_ID, nullable=True),
        sa.Column("idempotency_key", TEXT, nullable=True),
        json_check("args", "ck_review_decision_args_json"),
        sa.ForeignKeyConstraint(["item_id"], ["review_item.id"], name=op.f("fk_review_decision_item_id_review_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decision")),
        sa.UniqueConstraint("item_id", "idempotency_key", name=op.f("uq_review_decision_item_id_idempotency_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_review_decision_item_id"), "review_decision", ["item_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_review_decision_item_id"), "review_decision")
    op.drop_table("review_decision")
    op.drop_index(op.f("ix_review_party_party_kind_party_id"), "review_party")
    op.drop_table("review_party")
    op.drop_index(op.f("ix_location_review_version_id_effect_item_id"), "location_review")
    op.drop_table("location_review")
    op.drop_index(op.f("ix_review_item_key"), "review_item")
    op.drop_table("review_item")
