"""What of an event is seen: all its columns, but no identity that names nobody.

Events keep the identity they came with. Identities of before that are judged to be nobody's are
left out where events are read, so that a change of the list counts for all events at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.timeline.event import COLUMNS


def select(nobody: Sequence[str]) -> str:
    """Return the head of a query that reads events: SELECT … FROM."""
    seen = (identity(nobody) if one == "identity_id" and nobody else one for one in COLUMNS)
    return f"SELECT {', '.join(seen)} FROM"


def identity(nobody: Sequence[str]) -> str:
    """Return the SQL of the column `identity_id` as it is seen."""
    if not nobody:
        return "identity_id AS identity_id"
    listed = ", ".join(f"'{one}'" for one in sorted(nobody))
    return f"CASE WHEN identity_id NOT IN ({listed}) THEN identity_id END AS identity_id"
