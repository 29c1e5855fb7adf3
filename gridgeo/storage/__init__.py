"""The store: one set of models for SQLite and PostGIS, versions, bulk readers and writers."""
