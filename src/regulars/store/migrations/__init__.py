"""Alembic revisions of the SQL database; they run on SQLite and PostgreSQL."""
