"""The line that a catchment is stated by, beside the line around its cells."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gridgeo.storage.types import Shape

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("catchment", sa.Column("border", Shape(), nullable=True))


def downgrade() -> None:
    op.drop_column("catchment", "border")
