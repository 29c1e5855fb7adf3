"""What consumers are shown of a publication: scores of cells and sums of their ancestors, small counts hidden."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "public_score",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch_id", TEXT, nullable=False),
        sa.Column("measure", TEXT, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("evidence", TEXT, nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("version_id", "branch_id", "measure", "cell", name=op.f("pk_public_score")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_public_score_version_id_cell"), "public_score", ["version_id", "cell"], unique=False)
    op.create_table(
        "public_sum",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("measure", TEXT, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("version_id", "measure", "cell", name=op.f("pk_public_sum")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_public_sum_version_id_cell"), "public_sum", ["version_id", "cell"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_public_sum_version_id_cell"), "public_sum")
    op.drop_table("public_sum")
    op.drop_index(op.f("ix_public_score_version_id_cell"), "public_score")
    op.drop_table("public_score")
