"""Values written into SQL where the engine takes no parameters: in views, and in COPY."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path


def literal(value: str | Path) -> str:
    """Return a text, or a path, as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def one_of(words: Iterable[str]) -> str:
    """Return DuckDB's type of a text that is one of these words: kept and written as a number."""
    return f"ENUM({', '.join(map(literal, words))})"


def portable(value: str) -> str:
    """Return a text as every engine reads it: `'`, `\\` and `$` mean other things to each."""
    parts = re.split(r"(['\\$])", value)
    signs = (f"chr({ord(one)})" if one in ("'", "\\", "$") else f"'{one}'" for one in parts)
    return f"({' || '.join(signs)})"


def moment(at: datetime) -> str:
    """Return an aware moment as an SQL literal."""
    return f"TIMESTAMPTZ '{at.isoformat()}'"
