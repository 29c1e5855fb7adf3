"""What a run found in tables that have no versions, so that a later one can tell what has changed since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Written out and not imported: a revision keeps its meaning when the models move on.
    text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
    op.add_column("run", sa.Column("state", text, nullable=True))


def downgrade() -> None:
    op.drop_column("run", "state")
