"""What of an event is seen: all its columns, but no identity that names nobody, and words as meant.

Events keep the identity and the words they came with. Identities of before that are judged to be
nobody's are left out where events are read, and a word that was taken over is read as the one it
means, so that a change of either list counts for all events at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.timeline import judged, spelling
from regulars.timeline.event import COLUMNS
from regulars.timeline.spelling import Spelled

if TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Sight:
    """Identities on the timeline that name nobody, and words that stand for others."""

    nobody: tuple[str, ...] = ()
    spelled: Spelled = ()

    def select(self) -> str:
        """Return the head of a query that reads events: SELECT … FROM."""
        return f"SELECT {', '.join(map(self._seen, COLUMNS))} FROM"

    def identity(self) -> str:
        """Return the SQL of the column `identity_id` as it is seen."""
        if not self.nobody:
            return "identity_id AS identity_id"
        listed = ", ".join(f"'{one}'" for one in sorted(self.nobody))
        return f"CASE WHEN identity_id NOT IN ({listed}) THEN identity_id END AS identity_id"

    def changed(self) -> list[str]:
        """Return the SQL of the columns that may be seen otherwise than they came."""
        return [self.identity(), *(self._seen(one) for one in self._spelled_columns())]

    def _spelled_columns(self) -> list[str]:
        return sorted({column for column, _written, _meant in self.spelled})

    def _seen(self, column: str) -> str:
        if column == "identity_id" and self.nobody:
            return self.identity()
        return spelling.sql(column, self.spelled)


EVERYTHING = Sight()
"""Events as they came."""


def now(connection: sa.Connection) -> Sight:
    """Return what is seen of events from now on."""
    return Sight(judged.nobody(connection), spelling.spelled(connection))
