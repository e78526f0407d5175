"""What a reaction has yet to see and the inbox no longer keeps for it; it sees that first.

Here come groups that it left waiting for a day, groups it failed on, and what a load wakes it for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.timeline.event import SCHEMA
from regulars.timeline.inbox import decode, encode
from regulars.timeline.tables import reaction_backlog

Group = tuple[int, pa.Table]
"""The number of a group of the inbox, and those of its events that matter."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Events that a reaction sees at once, by group.

    From the backlog: `rows` of it are done with then, and of the row `rest` so much is left. From
    the inbox: `last` is the last group that was looked at.
    """

    groups: list[Group]
    rows: Sequence[int] = ()
    rest: tuple[int, pa.Table] | None = None
    last: int | None = None

    @property
    def events(self) -> pa.Table:
        """All its events, in order."""
        return pa.concat_tables([table for _seq, table in self.groups] or [SCHEMA.empty_table()])


def mattering(batch: bytes, names: Sequence[str]) -> pa.Table:
    """Return the events of a group that a reaction to the named events is to see.

    What was known before it reached us is history, told in bulk: it wakes nobody.
    """
    table = pa.Table.from_batches([decode(batch)])
    named = pc.is_in(table.column("name"), value_set=pa.array(names, pa.string()))
    if not pc.any(named).as_py():
        return table.slice(0, 0)
    live = pc.greater_equal(table.column("known_at"), table.column("received_at"))
    return table.filter(pc.and_(named, live))


def keep(connection: sa.Connection, name: str, groups: Iterable[Group], since: datetime) -> None:
    """Keep groups for a reaction, behind what is kept for it already."""
    rows = [
        {
            "reaction": name,
            "seq": seq,
            "events": table.num_rows,
            "waiting_since": since,
            "batch": encode(table),
        }
        for seq, table in groups
        if table.num_rows
    ]
    if rows:
        connection.execute(sa.insert(reaction_backlog), rows)


def front(connection: sa.Connection, name: str, most: int) -> Portion:
    """Return the first events kept for a reaction, so many at most; its cursor stays."""
    query = (
        sa.select(reaction_backlog)
        .where(reaction_backlog.c.reaction == name)
        .order_by(reaction_backlog.c.id)
    )
    groups: list[Group] = []
    rows: list[int] = []
    left = most
    for row in connection.execute(query.execution_options(yield_per=20)):
        table = pa.Table.from_batches([decode(row.batch)])
        groups.append((row.seq, table.slice(0, left)))
        if table.num_rows > left:
            return Portion(groups, rows, (row.id, table.slice(left)))
        rows.append(row.id)
        left -= table.num_rows
        if not left:
            break
    return Portion(groups, rows)


def take_off(connection: sa.Connection, portion: Portion) -> None:
    """Keep no longer what a reaction is done with."""
    table = reaction_backlog
    if portion.rows:
        connection.execute(sa.delete(table).where(table.c.id.in_(portion.rows)))
    if portion.rest is not None:
        number, left = portion.rest
        values = {"events": left.num_rows, "batch": encode(left)}
        connection.execute(sa.update(table).where(table.c.id == number).values(**values))


def drop(connection: sa.Connection, names: Sequence[str] | None = None) -> int:
    """Drop what is kept for the named reactions, or for all; return how many events."""
    chosen = reaction_backlog.c.reaction.in_(names) if names is not None else sa.true()
    count = sa.select(sa.func.coalesce(sa.func.sum(reaction_backlog.c.events), 0)).where(chosen)
    dropped = int(connection.execute(count).scalar_one())
    connection.execute(sa.delete(reaction_backlog).where(chosen))
    return dropped
