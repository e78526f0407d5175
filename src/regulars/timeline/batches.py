"""Tables whose rows hold a batch of events: what an erasure takes out of them, and whom they name.

Inbox, staged acts and what reactions have yet to see are such tables. SQL cannot look into a
batch, so rows are decoded; what waits anywhere is a flush's or a backlog's worth, not a lake's.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.store.workspace import Store
from regulars.timeline.inbox import decode, encode, erased_among


def take_out(
    connection: sa.Connection, table: sa.Table, identities: Iterable[str], *, above: int = 0
) -> int:
    """Take the identities' events out of every row; return how many were in rows after `above`.

    A row left without events is deleted. Where rows have a `revision` it rises, so that whoever
    has decoded the row before notices.
    """
    (key,) = table.primary_key
    named = pa.array(sorted(identities), pa.string())
    gone = 0
    for row in connection.execute(sa.select(table).order_by(key)).all():
        held = pa.Table.from_batches([decode(row.batch)])
        others = held.filter(pc.invert(pc.is_in(held.column("identity_id"), value_set=named)))
        if others.num_rows == held.num_rows:
            continue
        number = getattr(row, key.name)
        gone += held.num_rows - others.num_rows if number > above else 0
        if not others.num_rows:
            connection.execute(sa.delete(table).where(key == number))
            continue
        values = {"batch": encode(others), "events": others.num_rows}
        if "revision" in table.c:
            values["revision"] = row.revision + 1
        connection.execute(sa.update(table).where(key == number).values(**values))
    return gone


def without_erased(store: Store, connection: sa.Connection, events: pa.Table) -> pa.Table:
    """Return the events but for those of erased persons."""
    erased = erased_among(store, connection, set(events.column("identity_id").to_pylist()) - {None})
    if not erased:
        return events
    named = pa.array(sorted(erased), pa.string())
    return events.filter(pc.invert(pc.is_in(events.column("identity_id"), value_set=named)))


def named_in(connection: sa.Connection, table: sa.Table) -> set[str]:
    """Return every identity that the events of the table's rows name."""
    named: set[str] = set()
    for batch in connection.execute(sa.select(table.c.batch)).scalars():
        named.update(decode(batch).column("identity_id").to_pylist())
    return named - {None}
