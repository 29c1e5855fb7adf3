"""The schema's history, and the ways along it."""

from gridgeo.storage.migrations.moves import check_schema, downgrade, require_known, store_revision, upgrade

__all__ = ["check_schema", "downgrade", "require_known", "store_revision", "upgrade"]
