"""Sources of denominators that count by areas or points of their own, and counts besides people and households."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgeo.storage.types import Shape, has_postgis

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "denominator_unit",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("geometry", Shape(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_denominator_unit")),
    )
    if has_postgis(op.get_bind().dialect):
        op.create_index("ix_denominator_unit_geometry", "denominator_unit", ["geometry"], postgresql_using="gist")
    op.create_table(
        "denominator_figure",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "name", "unit", name=op.f("pk_denominator_figure")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("denominator_figure")
    if has_postgis(op.get_bind().dialect):
        op.drop_index("ix_denominator_unit_geometry", "denominator_unit")
    op.drop_table("denominator_unit")
