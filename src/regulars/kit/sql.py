"""Values written into SQL where the engine takes no parameters: in views, and in COPY."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path


def literal(value: str | Path) -> str:
    """Return a text, or a path, as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def moment(at: datetime) -> str:
    """Return an aware moment as an SQL literal."""
    return f"TIMESTAMPTZ '{at.isoformat()}'"
