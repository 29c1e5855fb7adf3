"""The first schema: versions, ground, bank, catchments, locations, scores, territories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgeo.storage.types import Instant, Shape, has_postgis

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def create_shape_index(table: str) -> None:
    if has_postgis(op.get_bind().dialect):
        op.create_index(f"ix_{table}_geometry", table, ["geometry"], postgresql_using="gist")


def json_check(column: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IS NULL OR json_valid({column})", name=op.f(name)).ddl_if(dialect="sqlite")


def upgrade() -> None:
    op.create_table(
        "boundary",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("geometry", Shape(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_boundary")),
    )
    create_shape_index("boundary")
    op.create_table(
        "building",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=True),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("residential", sa.Boolean(), nullable=False),
        sa.Column("geometry", Shape(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_building")),
    )
    create_shape_index("building")
    op.create_table(
        "catchment",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch_id", TEXT, nullable=False),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("params", sa.JSON(), nullable=True),
        sa.Column("geometry", Shape(), nullable=False),
        json_check("params", "ck_catchment_params_json"),
        sa.PrimaryKeyConstraint("version_id", "branch_id", name=op.f("pk_catchment")),
    )
    create_shape_index("catchment")
    op.create_table(
        "catchment_cell",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch_id", TEXT, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("travel_s", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("version_id", "branch_id", "cell", name=op.f("pk_catchment_cell")),
        sa.UniqueConstraint("version_id", "cell", name=op.f("uq_catchment_cell_version_id_cell")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cell_score",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch_id", TEXT, nullable=False),
        sa.Column("measure", TEXT, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("evidence", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("version_id", "branch_id", "measure", "cell", name=op.f("pk_cell_score")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_cell_score_version_id_cell"), "cell_score", ["version_id", "cell"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch_id", TEXT, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        json_check("body", "ck_certificate_body_json"),
        sa.PrimaryKeyConstraint("version_id", "branch_id", name=op.f("pk_certificate")),
    )
    op.create_table(
        "customer",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("branch_id", TEXT, nullable=False),
        sa.Column("account_rm_id", TEXT, nullable=True),
        sa.Column("tier", TEXT, nullable=True),
        sa.Column("address", TEXT, nullable=True),
        sa.Column("locality", TEXT, nullable=True),
        sa.Column("age_band", TEXT, nullable=True),
        sa.Column("products", sa.Integer(), nullable=True),
        sa.Column("balance_fen", sa.BigInteger(), nullable=True),
        sa.Column("last_contact_on", sa.Date(), nullable=True),
        sa.Column("contacts_12m", sa.Integer(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_customer")),
    )
    op.create_index(op.f("ix_customer_version_id_branch_id"), "customer", ["version_id", "branch_id"], unique=False)
    op.create_table(
        "denominator",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("people", sa.Double(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("source", TEXT, nullable=True),
        sa.Column("assumed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "zone", name=op.f("pk_denominator")),
    )
    op.create_table(
        "gazetteer",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("street", TEXT, nullable=True),
        sa.Column("number", TEXT, nullable=True),
        sa.Column("unit", TEXT, nullable=True),
        sa.Column("locality", TEXT, nullable=True),
        sa.Column("city", TEXT, nullable=True),
        sa.Column("postcode", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=True),
        sa.Column("precision_m", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_gazetteer")),
    )
    op.create_table(
        "location",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party_kind", TEXT, nullable=False),
        sa.Column("party_id", TEXT, nullable=False),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("tier", TEXT, nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("matched", TEXT, nullable=True),
        sa.Column("gazetteer_id", TEXT, nullable=True),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("version_id", "party_kind", "party_id", name=op.f("pk_location")),
    )
    op.create_table(
        "location_cell",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party_kind", TEXT, nullable=False),
        sa.Column("party_id", TEXT, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "party_kind", "party_id", "cell", name=op.f("pk_location_cell")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_location_cell_version_id_cell"), "location_cell", ["version_id", "cell"], unique=False)
    op.create_table(
        "measure",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name_zh", TEXT, nullable=False),
        sa.Column("name_en", TEXT, nullable=False),
        sa.Column("unit", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("direction", TEXT, nullable=False),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("numerator", TEXT, nullable=True),
        sa.Column("denominator", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    op.create_table(
        "merchant",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("industry", TEXT, nullable=False),
        sa.Column("osm_tag", TEXT, nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_merchant")),
    )
    op.create_table(
        "org_unit",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("parent_id", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_org_unit")),
    )
    op.create_table(
        "road_edge",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "source", "target", name=op.f("pk_road_edge")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "road_node",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_road_node")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_run_unfinished_digest",
        "run",
        ["digest"],
        unique=True,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "staff",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("org_unit_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("post", TEXT, nullable=False),
        sa.Column("hours_per_week", sa.Double(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_staff")),
    )
    op.create_index(op.f("ix_staff_version_id_org_unit_id"), "staff", ["version_id", "org_unit_id"], unique=False)
    op.create_table(
        "street",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("highway", TEXT, nullable=False),
        sa.Column("geometry", Shape(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_street")),
    )
    create_shape_index("street")
    op.create_table(
        "territory",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("rm_id", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("colour", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "branch_id", "id", name=op.f("pk_territory")),
    )
    op.create_table(
        "territory_cell",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("branch_id", TEXT, nullable=False),
        sa.Column("territory_id", TEXT, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("version_id", "branch_id", "cell", name=op.f("pk_territory_cell")),
        sa.UniqueConstraint("version_id", "cell", name=op.f("uq_territory_cell_version_id_cell")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "version",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("actor_role", TEXT, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_version_kind"), "version", ["kind"], unique=False)
    op.create_table(
        "live",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_live_version_id_version")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_live")),
    )
    op.create_table(
        "live_log",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("previous_version_id", ROW_ID, nullable=True),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["previous_version_id"], ["version.id"], name=op.f("fk_live_log_previous_version_id_version")
        ),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_live_log_version_id_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_log")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "run_step",
        sa.Column("run_id", ROW_ID, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_step_run_id_run")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_run_step_version_id_version")),
        sa.PrimaryKeyConstraint("run_id", "step", name=op.f("pk_run_step")),
    )


def downgrade() -> None:
    op.drop_table("run_step")
    op.drop_table("live_log")
    op.drop_table("live")
    op.drop_table("version")
    op.drop_table("territory_cell")
    op.drop_table("territory")
    op.drop_table("street")
    op.drop_table("staff")
    op.drop_table("run")
    op.drop_table("road_node")
    op.drop_table("road_edge")
    op.drop_table("org_unit")
    op.drop_table("merchant")
    op.drop_table("measure")
    op.drop_table("location_cell")
    op.drop_table("location")
    op.drop_table("gazetteer")
    op.drop_table("denominator")
    op.drop_table("customer")
    op.drop_table("certificate")
    op.drop_table("cell_score")
    op.drop_table("catchment_cell")
    op.drop_table("catchment")
    op.drop_table("building")
    op.drop_table("boundary")
