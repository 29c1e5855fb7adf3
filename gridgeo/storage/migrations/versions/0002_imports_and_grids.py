"""Imports with their files, registers of the bank, jobs, area grids with their log, industry and cohort grids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridgeo.storage.types import Instant, Shape, has_postgis

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Written out and not imported: a revision keeps its meaning when the models move on.
TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def json_check(column: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IS NULL OR json_valid({column})", name=op.f(name)).ddl_if(dialect="sqlite")


def upgrade() -> None:
    op.create_table(
        "cell_value",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("version_id", "name", "cell", name=op.f("pk_cell_value")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_cell_value_version_id_cell"), "cell_value", ["version_id", "cell"], unique=False)
    op.create_table(
        "contact",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("party_kind", TEXT, nullable=False),
        sa.Column("party_id", TEXT, nullable=False),
        sa.Column("staff_id", TEXT, nullable=True),
        sa.Column("channel", TEXT, nullable=True),
        sa.Column("contacted_on", sa.Date(), nullable=False),
        sa.Column("outcome", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_contact")),
    )
    op.create_index(
        op.f("ix_contact_version_id_party_kind_party_id"),
        "contact",
        ["version_id", "party_kind", "party_id"],
        unique=False,
    )

    op.create_table(
        "feature_grid",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("branch_id", TEXT, nullable=True),
        sa.Column("owner_id", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("rule", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("actor_id", TEXT, nullable=False),
        json_check("rule", "ck_feature_grid_rule_json"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feature_grid")),
        sa.UniqueConstraint("kind", "name", name=op.f("uq_feature_grid_kind_name")),
    )
    op.create_table(
        "household",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=True),
        sa.Column("building_id", TEXT, nullable=True),
        sa.Column("head", TEXT, nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("status", TEXT, nullable=True),
        sa.Column("village_code", TEXT, nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("source", TEXT, nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_household")),
    )
    op.create_table(
        "industry_code",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("edition", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("parent_code", TEXT, nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("name_zh", TEXT, nullable=True),
        sa.Column("name_en", TEXT, nullable=True),
        sa.Column("source", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("version_id", "scheme", "edition", "code", name=op.f("pk_industry_code")),
    )
    op.create_table(
        "job",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("params", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("file_name", TEXT, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("step", TEXT, nullable=True),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("actor_role", TEXT, nullable=False),
        sa.Column("branch_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("worker", TEXT, nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", TEXT, nullable=True),
        json_check("branch_ids", "ck_job_branch_ids_json"),
        json_check("error", "ck_job_error_json"),
        json_check("params", "ck_job_params_json"),
        json_check("result", "ck_job_result_json"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("actor_id", "idempotency_key", name=op.f("uq_job_actor_id_idempotency_key")),
    )
    op.create_index(op.f("ix_job_state_lease_until"), "job", ["state", "lease_until"], unique=False)

    op.create_table(
        "membership",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party_kind", TEXT, nullable=False),
        sa.Column("party_id", TEXT, nullable=False),
        sa.Column("grid_id", TEXT, nullable=True),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("by_code", TEXT, nullable=True),
        sa.Column("by_boundary", TEXT, nullable=True),
        sa.Column("by_cell", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("version_id", "party_kind", "party_id", name=op.f("pk_membership")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_membership_version_id_grid_id"), "membership", ["version_id", "grid_id"], unique=False)

    op.create_table(
        "original",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("shape", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("version_id", "kind", "id", name=op.f("pk_original")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "party_match",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party_kind", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("into_id", TEXT, nullable=False),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("decision", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("version_id", "party_kind", "id", "into_id", name=op.f("pk_party_match")),
    )
    op.create_table(
        "product",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("version_id", "id", name=op.f("pk_product")),
    )
    op.create_table(
        "store_setting",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_store_setting")),
    )
    op.create_table(
        "zone_match",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("given", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=True),
        sa.Column("zone", TEXT, nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("decision", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("version_id", "given", name=op.f("pk_zone_match")),
    )
    op.create_table(
        "grid_set",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("branch_id", TEXT, nullable=False),
        sa.Column("resolution", sa.Integer(), nullable=False),
        sa.Column("catchment_id", ROW_ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["catchment_id"], ["version.id"], name=op.f("fk_grid_set_catchment_id_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_set")),
        sa.UniqueConstraint("branch_id", name=op.f("uq_grid_set_branch_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_file",
        sa.Column("version_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("table_kind", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("options", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rows_in", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("rejected_csv", sa.LargeBinary(), nullable=True),
        json_check("options", "ck_import_file_options_json"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_import_file_version_id_version")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_import_file")),
    )
    op.create_index(op.f("ix_import_file_table_kind_sha256"), "import_file", ["table_kind", "sha256"], unique=False)

    op.create_table(
        "snapshot",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("feature_id", TEXT, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("inputs", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        json_check("inputs", "ck_snapshot_inputs_json"),
        sa.ForeignKeyConstraint(["feature_id"], ["feature_grid.id"], name=op.f("fk_snapshot_feature_id_feature_grid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_snapshot_feature_id"), "snapshot", ["feature_id"], unique=False)

    op.create_table(
        "grid",
        sa.Column("set_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=True),
        sa.Column("owner_id", TEXT, nullable=True),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("survey_planned_on", sa.Date(), nullable=True),
        sa.Column("survey_done_on", sa.Date(), nullable=True),
        sa.Column("develop_planned_on", sa.Date(), nullable=True),
        sa.Column("develop_done_on", sa.Date(), nullable=True),
        sa.Column("maintain_planned_on", sa.Date(), nullable=True),
        sa.Column("maintain_done_on", sa.Date(), nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.Column("geometry", Shape(), nullable=True),
        sa.ForeignKeyConstraint(["set_id"], ["grid_set.id"], name=op.f("fk_grid_set_id_grid_set")),
        sa.PrimaryKeyConstraint("set_id", "id", name=op.f("pk_grid")),
    )
    if has_postgis(op.get_bind().dialect):
        op.create_index("ix_grid_geometry", "grid", ["geometry"], postgresql_using="gist")
    op.create_table(
        "grid_cell",
        sa.Column("set_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grid_id", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["grid_set.id"], name=op.f("fk_grid_cell_set_id_grid_set")),
        sa.PrimaryKeyConstraint("set_id", "cell", name=op.f("pk_grid_cell")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_grid_cell_set_id_grid_id"), "grid_cell", ["set_id", "grid_id"], unique=False)

    op.create_table(
        "grid_operation",
        sa.Column("set_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("actor_id", TEXT, nullable=False),
        sa.Column("actor_role", TEXT, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("args", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("patch", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("redoes", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", TEXT, nullable=True),
        json_check("args", "ck_grid_operation_args_json"),
        json_check("patch", "ck_grid_operation_patch_json"),
        sa.ForeignKeyConstraint(["set_id"], ["grid_set.id"], name=op.f("fk_grid_operation_set_id_grid_set")),
        sa.PrimaryKeyConstraint("set_id", "seq", name=op.f("pk_grid_operation")),
        sa.UniqueConstraint("set_id", "idempotency_key", name=op.f("uq_grid_operation_set_id_idempotency_key")),
    )
    op.create_table(
        "snapshot_member",
        sa.Column("snapshot_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("party_kind", TEXT, nullable=False),
        sa.Column("party_id", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_snapshot_member_snapshot_id_snapshot")),
        sa.PrimaryKeyConstraint("snapshot_id", "party_kind", "party_id", name=op.f("pk_snapshot_member")),
        sqlite_with_rowid=False,
    )
    op.add_column("boundary", sa.Column("code", TEXT, nullable=True))
    op.add_column("boundary", sa.Column("parent_code", TEXT, nullable=True))
    op.add_column("boundary", sa.Column("label", TEXT, nullable=True))
    op.add_column("boundary", sa.Column("aliases", TEXT, nullable=True))
    op.add_column("boundary", sa.Column("source", TEXT, nullable=True))
    op.add_column("boundary", sa.Column("confirmed_by", TEXT, nullable=True))

    with op.batch_alter_table("building") as batch:
        batch.add_column(sa.Column("name", TEXT, nullable=True))
        batch.add_column(sa.Column("address", TEXT, nullable=True))
        batch.add_column(sa.Column("floors", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("dwellings", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("village_code", TEXT, nullable=True))
        batch.alter_column("area_m2", existing_type=sa.Double(), nullable=True)
        batch.alter_column("geometry", existing_type=Shape(), nullable=True)

    op.add_column("customer", sa.Column("party", TEXT, nullable=True))
    op.add_column("customer", sa.Column("name", TEXT, nullable=True))
    op.add_column("customer", sa.Column("phone", TEXT, nullable=True))
    op.add_column("customer", sa.Column("occupation", TEXT, nullable=True))
    op.add_column("customer", sa.Column("tags", TEXT, nullable=True))
    op.add_column("customer", sa.Column("product_ids", TEXT, nullable=True))
    op.add_column("customer", sa.Column("village_code", TEXT, nullable=True))
    op.add_column("customer", sa.Column("household_id", TEXT, nullable=True))
    op.add_column("customer", sa.Column("lng", sa.Double(), nullable=True))
    op.add_column("customer", sa.Column("lat", sa.Double(), nullable=True))
    op.add_column("customer", sa.Column("consent", sa.Boolean(), nullable=True))
    op.add_column("customer", sa.Column("do_not_contact", sa.Boolean(), nullable=True))
    op.add_column("customer", sa.Column("source", TEXT, nullable=True))
    op.add_column("customer", sa.Column("basis", TEXT, nullable=True))
    op.add_column("customer", sa.Column("expires_on", sa.Date(), nullable=True))

    with op.batch_alter_table("denominator") as batch:
        batch.add_column(sa.Column("code", TEXT, nullable=True))
        batch.add_column(sa.Column("given_name", TEXT, nullable=True))
        batch.add_column(sa.Column("households", sa.Double(), nullable=True))
        batch.add_column(sa.Column("businesses", sa.Double(), nullable=True))
        batch.alter_column("people", existing_type=sa.Double(), nullable=True)

    op.add_column("merchant", sa.Column("address", TEXT, nullable=True))
    op.add_column("merchant", sa.Column("village_code", TEXT, nullable=True))
    op.add_column("merchant", sa.Column("scheme", TEXT, nullable=True))
    op.add_column("merchant", sa.Column("code", TEXT, nullable=True))


def downgrade() -> None:

    op.drop_column("merchant", "code")
    op.drop_column("merchant", "scheme")
    op.drop_column("merchant", "village_code")
    op.drop_column("merchant", "address")

    # The older schema has no place for zones without people and buildings without an outline.
    op.execute("DELETE FROM denominator WHERE people IS NULL")
    op.execute("DELETE FROM building WHERE geometry IS NULL OR area_m2 IS NULL")
    with op.batch_alter_table("denominator") as batch:
        batch.alter_column("people", existing_type=sa.Double(), nullable=False)
        batch.drop_column("businesses")
        batch.drop_column("households")
        batch.drop_column("given_name")
        batch.drop_column("code")

    op.drop_column("customer", "expires_on")
    op.drop_column("customer", "basis")
    op.drop_column("customer", "source")
    op.drop_column("customer", "do_not_contact")
    op.drop_column("customer", "consent")
    op.drop_column("customer", "lat")
    op.drop_column("customer", "lng")
    op.drop_column("customer", "household_id")
    op.drop_column("customer", "village_code")
    op.drop_column("customer", "product_ids")
    op.drop_column("customer", "tags")
    op.drop_column("customer", "occupation")
    op.drop_column("customer", "phone")
    op.drop_column("customer", "name")
    op.drop_column("customer", "party")

    with op.batch_alter_table("building") as batch:
        batch.alter_column("geometry", existing_type=Shape(), nullable=False)
        batch.alter_column("area_m2", existing_type=sa.Double(), nullable=False)
        batch.drop_column("village_code")
        batch.drop_column("dwellings")
        batch.drop_column("floors")
        batch.drop_column("address")
        batch.drop_column("name")

    op.drop_column("boundary", "confirmed_by")
    op.drop_column("boundary", "source")
    op.drop_column("boundary", "aliases")
    op.drop_column("boundary", "label")
    op.drop_column("boundary", "parent_code")
    op.drop_column("boundary", "code")

    op.drop_table("snapshot_member")
    op.drop_table("grid_operation")
    op.drop_index(op.f("ix_grid_cell_set_id_grid_id"), "grid_cell")

    op.drop_table("grid_cell")
    op.drop_table("grid")
    op.drop_index(op.f("ix_snapshot_feature_id"), "snapshot")

    op.drop_table("snapshot")
    op.drop_index(op.f("ix_import_file_table_kind_sha256"), "import_file")

    op.drop_table("import_file")
    op.drop_table("grid_set")
    op.drop_table("zone_match")
    op.drop_table("store_setting")
    op.drop_table("product")
    op.drop_table("party_match")
    op.drop_table("original")
    op.drop_index(op.f("ix_membership_version_id_grid_id"), "membership")

    op.drop_table("membership")
    op.drop_index(op.f("ix_job_state_lease_until"), "job")

    op.drop_table("job")
    op.drop_table("industry_code")
    op.drop_table("household")
    op.drop_table("feature_grid")
    op.drop_index(op.f("ix_contact_version_id_party_kind_party_id"), "contact")

    op.drop_table("contact")
    op.drop_index(op.f("ix_cell_value_version_id_cell"), "cell_value")
    op.drop_table("cell_value")
