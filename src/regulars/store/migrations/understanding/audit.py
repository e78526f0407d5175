"""The audit log only grows: the database itself refuses to change or delete an entry."""

from __future__ import annotations

from alembic import op

WORDS = "entries of the audit log stay as they are"


def create() -> None:
    """Create the triggers."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entries_no_{act.lower()} BEFORE {act} ON audit_entries "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$"
    )
    for event, scope in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER audit_entries_stay_{scope.lower()} BEFORE {event} ON audit_entries "
            f"FOR EACH {scope} EXECUTE FUNCTION audit_entries_stay()"
        )
