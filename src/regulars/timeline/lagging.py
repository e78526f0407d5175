"""How far reactions lag behind what was taken in, for those who look after them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from regulars.store.workspace import Store
from regulars.timeline.tables import inbox, reaction_backlog, reactions, set_aside

LATE = timedelta(minutes=1)
"""From when on somebody is to be told that a reaction lags."""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a reaction lags: groups of the inbox, and events of its backlog, it has not seen.

    `since`: when the oldest of these was taken in. `error` is what it said when it failed last and
    was not well since; it is tried again at `retry_at`. `set_aside` events wait to be tried again
    by hand. One that is no longer declared says since when, and is `dropped` after a day.
    """

    reaction: str
    groups: int
    backlog: int
    since: datetime | None
    failures: int
    error: str | None
    retry_at: datetime | None
    set_aside: int
    undeclared_at: datetime | None
    dropped: bool
    now: datetime

    @property
    def seconds(self) -> float:
        """For how long the oldest event has been waiting."""
        return 0.0 if self.since is None else max((self.now - self.since).total_seconds(), 0.0)

    @property
    def well(self) -> bool:
        """Whether nobody needs to look at it."""
        wrong = self.error is not None or self.set_aside or self.undeclared_at is not None
        return not wrong and self.seconds < LATE.total_seconds()


def behind(store: Store, names: Iterable[str] | None, now: datetime) -> list[Lag]:
    """Return how far each of the named reactions lags, or each that the database knows.

    With names, those that are known and not among them come after these, as no longer declared.
    """
    with store.database.reading() as connection:
        known = {row.name: row for row in connection.execute(sa.select(reactions))}
        wanted = sorted(known) if names is None else [*dict.fromkeys(names)]
        rest = sorted(known.keys() - set(wanted))
        return [_lag(connection, one, known.get(one), now) for one in (*wanted, *rest)]


def _lag(connection: sa.Connection, name: str, row: sa.Row[Any] | None, now: datetime) -> Lag:
    if row is None:  # it begins when it is advanced first
        return Lag(name, 0, 0, None, 0, None, None, 0, None, dropped=False, now=now)
    aside = sa.select(sa.func.count()).where(set_aside.c.reaction == name)
    unseen = sa.select(sa.func.count(), sa.func.min(inbox.c.appended_at)).where(
        inbox.c.seq > row.seq if row.seq is not None else sa.false()
    )
    mine = reaction_backlog.c.reaction == name
    kept = sa.select(
        sa.func.coalesce(sa.func.sum(reaction_backlog.c.events), 0),
        sa.func.min(reaction_backlog.c.waiting_since),
    ).where(mine)
    groups, oldest = connection.execute(unseen).one()
    events, longest = connection.execute(kept).one()
    since = min((one for one in (oldest, longest) if one is not None), default=None)
    return Lag(
        name, groups, int(events), since, row.failures, row.error, row.retry_at,
        int(connection.execute(aside).scalar_one()), row.undeclared_at,
        dropped=row.seq is None, now=now,
    )  # fmt: skip
