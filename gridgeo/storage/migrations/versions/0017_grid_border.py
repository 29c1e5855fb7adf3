"""The street that an area grid is stated by, beside its own boundary and its cells."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gridgeo.storage.types import Shape

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("grid", sa.Column("border", Shape(), nullable=True))


def downgrade() -> None:
    op.drop_column("grid", "border")
