"""Policies on branches ask for the branch itself and no longer for a range; the meaning is the same. PostgreSQL.

The planner took the range for 0.5 % of a table, whoever asked, and read a whole version for a handful of its cells.
"""

from __future__ import annotations

from collections.abc import Callable

from alembic import op

from gridgeo.storage.fence import of_branch, refence
from gridgeo.storage.migrations import range_policies

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OF_A_BRANCH = {
    "org_unit": "id",
    "staff": "org_unit_id",
    **dict.fromkeys(
        (
            *("catchment", "catchment_cell", "cell_score", "certificate", "customer", "dispute", "grid_set"),
            *("public_score", "score_basis", "territory", "territory_cell"),
        ),
        "branch_id",
    ),
}
OR_SHARED = ("feature_grid", "overlay")
OR_NO_BRANCHES = ("review_item",)


def upgrade() -> None:
    _put(of_branch)


def downgrade() -> None:
    _put(range_policies.of_branch)


def _put(condition: Callable[..., str]) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in OF_A_BRANCH.items():
        op.execute(refence(table, condition(column)))
    for table in OR_SHARED:
        op.execute(refence(table, condition("branch_id", nullable=True, shared=True)))
    for table in OR_NO_BRANCHES:
        op.execute(refence(table, condition("branch_id", nullable=True)))
