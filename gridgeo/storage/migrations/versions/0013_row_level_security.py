"""Row-level security on tables of branches and parties, and row counts for logins that own no table; PostgreSQL."""

from __future__ import annotations

from alembic import op

from gridgeo.storage.fence import closed_to_a_scope, fence, of_parent, of_party, unfence
from gridgeo.storage.migrations.range_policies import of_branch

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Written out and not taken from the models: a revision keeps its meaning when they move on.
CONDITIONS = {
    "org_unit": of_branch("id"),
    "staff": of_branch("org_unit_id"),
    **dict.fromkeys(
        (
            *("catchment", "catchment_cell", "cell_score", "certificate", "customer", "dispute", "grid_set"),
            *("public_score", "score_basis", "territory", "territory_cell"),
        ),
        of_branch("branch_id"),
    ),
    "feature_grid": of_branch("branch_id", nullable=True, shared=True),
    "overlay": of_branch("branch_id", nullable=True, shared=True),
    "review_item": of_branch("branch_id", nullable=True),
    "grid": of_parent("set_id", "grid_set"),
    "grid_cell": of_parent("set_id", "grid_set"),
    "grid_operation": of_parent("set_id", "grid_set"),
    "review_decision": of_parent("item_id", "review_item"),
    "review_party": of_parent("item_id", "review_item"),
    "location_review": of_parent("item_id", "review_item"),
    **dict.fromkeys(("location", "location_cell", "membership", "contact"), of_party()),
    **dict.fromkeys(("household", "original", "party_match", "price"), closed_to_a_scope()),
}

COUNT_ROWS = """
CREATE FUNCTION gridgeo_analyze(name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $body$
BEGIN
    EXECUTE format('ANALYZE (SKIP_LOCKED) {schema}.%I', name);
END
$body$
"""
"""Only the owner of a table may have its rows counted; others ask through this."""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table, condition in CONDITIONS.items():
        for statement in fence(table, condition):
            op.execute(statement)
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    op.execute(COUNT_ROWS.format(schema=schema))
    op.execute("REVOKE ALL ON FUNCTION gridgeo_analyze(text) FROM PUBLIC")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("DROP FUNCTION gridgeo_analyze(text)")
    for table in CONDITIONS:
        for statement in unfence(table):
            op.execute(statement)
