"""A scenario that was never published can be deleted, its log with it; PostgreSQL.

The application adds to the log and never changes it: it asks for this through a function that keeps every other log.
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

FORGET = """
CREATE FUNCTION gridgeo_forget_scenario(wanted bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $body$
DECLARE gone bigint;
BEGIN
    DELETE FROM {schema}.scenario_event WHERE scenario_id = wanted
    AND EXISTS (SELECT FROM {schema}.scenario s WHERE s.id = wanted AND s.status IN ('draft', 'rejected'))
    AND NOT EXISTS (SELECT FROM {schema}.scenario_event e WHERE e.scenario_id = wanted AND e.kind = 'published');
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$body$
"""
"""A log is kept for what waits for a decision, has one, or was ever published."""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    op.execute(FORGET.format(schema=schema))
    op.execute("REVOKE ALL ON FUNCTION gridgeo_forget_scenario(bigint) FROM PUBLIC")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gridgeo_forget_scenario(bigint)")
