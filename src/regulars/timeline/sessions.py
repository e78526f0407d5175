"""What one session is: its number together with the source that gave it.

Web site, app and telephone each number their sessions on their own, so that two of them may use the
same number. 17 of the web site and 17 of the telephone are two sessions, whoever they are of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

BETWEEN = ": "
SESSION_SQL = f"coalesce(source, '') || '{BETWEEN}' || session_id"
"""The same as `session`, as SQL over the columns of an event."""


def session(events: ir.Table) -> ir.Value:
    """Return what tells an event's session apart; null where it has none."""
    return events.source.fill_null("") + BETWEEN + events.session_id
