"""Who may come in, and what they did: roles by claim, API keys, browser sessions, an audit log that only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgeo.storage.types import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

GUARDS = {
    "sqlite": (
        "CREATE TRIGGER audit_log_keeps_lines BEFORE UPDATE ON audit_log "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
        "CREATE TRIGGER audit_log_keeps_every_line BEFORE DELETE ON audit_log "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION gridgeo_audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
        "CREATE TRIGGER audit_log_keeps_lines BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION gridgeo_audit_log_is_append_only()",
    ),
}
"""Statements that have the store itself refuse to change or remove a line, whoever asks."""


def json_check(column: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IS NULL OR json_valid({column})", name=op.f(name)).ddl_if(dialect="sqlite")


def upgrade() -> None:
    op.create_table(
        "role_rule",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("claim", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("branch_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("branch_claim", TEXT, nullable=True),
        sa.Column("added_by", TEXT, nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        json_check("branch_ids", "ck_role_rule_branch_ids_json"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_rule")),
        sa.UniqueConstraint("claim", "value", "role", name=op.f("uq_role_rule_claim_value_role")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "api_key",
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("branch_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("added_by", TEXT, nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("last_used_at", Instant(), nullable=True),
        json_check("branch_ids", "ck_api_key_branch_ids_json"),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_api_key")),
    )
    op.create_table(
        "web_session",
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("claims", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        json_check("claims", "ck_web_session_claims_json"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_ends_at"), "web_session", ["ends_at"], unique=False)
    _audit_log()


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("object", TEXT, nullable=True),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("request_id", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_log_at"), "audit_log", ["at"], unique=False)
    op.create_index(op.f("ix_audit_log_actor_id"), "audit_log", ["actor_id"], unique=False)
    for statement in GUARDS[op.get_context().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_log_actor_id"), "audit_log")
    op.drop_index(op.f("ix_audit_log_at"), "audit_log")
    op.drop_table("audit_log")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gridgeo_audit_log_is_append_only()")
    op.drop_index(op.f("ix_web_session_ends_at"), "web_session")
    op.drop_table("web_session")
    op.drop_table("api_key")
    op.drop_table("role_rule")
