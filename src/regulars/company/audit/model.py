"""One line of the audit log."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.kit.period import ALL_TIME, Period

SECRET = re.compile(r"(^|_)(password|secret|token|csrf|cookie|authorization)s?$", re.IGNORECASE)
HIDDEN = "•••"
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
"""Signs by which a spreadsheet takes a cell for a formula."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`caller_name` did `action` to `subject`; `details` are plain JSON values."""

    id: int
    at: datetime
    caller_kind: str
    caller_id: str
    caller_name: str
    action: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries are wanted: all of the `words` somewhere, this action, caller, period."""

    words: str = ""
    action: str = ""
    caller_id: str = ""
    period: Period = ALL_TIME


def without_secrets(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return `details` with the value of every key that names a secret hidden.

    A safety net: callers do not pass secrets in the first place.
    """
    return {key: _shown(key, value) for key, value in details.items()}


def _shown(key: str, value: Any) -> Any:
    if SECRET.search(key):
        return HIDDEN
    if isinstance(value, Mapping):
        return without_secrets({str(inner): part for inner, part in value.items()})
    if isinstance(value, list | tuple):
        return [_shown("", part) for part in value]
    return value


CSV_HEADER = ("id", "at", "caller_kind", "caller_id", "caller_name", "action", "subject", "details")


def csv_row(entry: Entry) -> tuple[str, ...]:
    """Return the entry as cells for `CSV_HEADER`; none can be taken for a formula."""
    details = json.dumps(entry.details, ensure_ascii=False)
    cells = (
        str(entry.id),
        entry.at.isoformat(),
        entry.caller_kind,
        entry.caller_id,
        entry.caller_name,
        entry.action,
        entry.subject,
        details,
    )
    return tuple("'" + cell if cell and cell[0] in FORMULA else cell for cell in cells)
