"""Internal prices, the days of a customer's first and second product, and which merchants are customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("customer", sa.Column("opened_on", sa.Date(), nullable=True))
    op.add_column("customer", sa.Column("second_product_on", sa.Date(), nullable=True))
    op.add_column("merchant", sa.Column("customer_id", TEXT, nullable=True))
    op.create_table(
        "price",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("margin_share", sa.Double(), nullable=True),
        sa.Column("margin_fen", sa.BigInteger(), nullable=True),
        sa.Column("fee_fen", sa.BigInteger(), nullable=True),
        sa.Column("cost_fen", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_price")),
    )


def downgrade() -> None:
    op.drop_table("price")
    op.drop_column("merchant", "customer_id")
    op.drop_column("customer", "second_product_on")
    op.drop_column("customer", "opened_on")
