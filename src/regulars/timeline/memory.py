"""What the store remembers of its lake: which one it is, and how far it had come.

Each commit is announced before and noted after, so that a crash between the two is told apart
from a lake or a database that was put back from a backup.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from regulars.kit import clock
from regulars.store.database import Database, insert_or_ignore
from regulars.timeline.tables import lake_memory

if TYPE_CHECKING:
    from deltalake import DeltaTable

UNKNOWN = -1
"""Version of a database that was in use before stores remembered their lake."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The lake as the store knew it last.

    `announced` is the version that a commit under way may bring. `restored_at` is when the
    workspace was last put back from a backup; `unsettled` says why something is still to be done
    before the first request: `restored`, `old_database`, `empty_database`, `old_lake`, `erasures`.
    """

    workspace_id: str | None
    key_print: str | None
    lake_id: str | None
    version: int
    announced: int
    watermark: int
    events: int
    noted_at: datetime
    restored_at: datetime | None
    unsettled: str | None


def read(connection: sa.Connection) -> Memory | None:
    """Return what is remembered; None in a database that has never met a lake."""
    columns = [lake_memory.c[name] for name in Memory.__slots__]
    row = connection.execute(sa.select(*columns).where(lake_memory.c.id == 1)).one_or_none()
    return Memory(*row) if row else None


def watermark(connection: sa.Connection) -> int:
    """Return up to which group of the inbox the lake is known to have everything.

    Noted after each commit of the lake, so that no group below has to be looked at by anybody.
    """
    noted = sa.select(lake_memory.c.watermark).where(lake_memory.c.id == 1)
    return int(connection.execute(noted).scalar() or 0)


def write(connection: sa.Connection, **values: Any) -> None:
    """Remember `values`, beside what is remembered already."""
    blank = {"version": UNKNOWN, "announced": UNKNOWN, "watermark": 0, "events": 0}
    first = {"id": 1, **blank, "noted_at": clock.now()}
    connection.execute(insert_or_ignore(connection, lake_memory).values(**first))
    connection.execute(sa.update(lake_memory).where(lake_memory.c.id == 1).values(**values))


def announce(database: Database, handle: DeltaTable) -> None:
    """Say that the version after the handle's may come to be."""
    with database.transaction() as connection:
        write(connection, announced=handle.version() + 1)


def note(database: Database, **state: Any) -> None:
    """Remember the lake's state, right after it was committed or looked at."""
    with database.transaction() as connection:
        write(connection, announced=state["version"], noted_at=clock.now(), **state)
