"""Waking: a load of history wakes no reaction, unless whoever loads it asks that it does."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from regulars.kit import sql
from regulars.timeline import backlog, duck, erasure
from regulars.timeline.event import COLUMNS, SCHEMA
from regulars.timeline.tables import reactions

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

AT_ONCE = 2_000
"""Events kept in one transaction: intake waits for each on SQLite."""


def wake(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    paths: list[str],
    replaced: list[str],
    now: datetime,
) -> None:
    """Let reactions see the events of committed files, but for ids that `replaced` files hold.

    Done after the commit, a part at a time: a crash on the way leaves the rest unseen, the other
    order would let them react to what is nowhere.
    """
    with workspace.database.reading() as reading:
        query = sa.select(reactions.c.name, reactions.c.events).where(reactions.c.seq.is_not(None))
        wanted = {row.name: json.loads(row.events) for row in reading.execute(query)}
    names = sorted({one for events in wanted.values() for one in events})
    if not names or not paths:
        return
    listed = ", ".join(sql.literal(one) for one in names)
    ids = f"(SELECT event_id FROM read_parquet({duck.file_list(replaced)}))" if replaced else ""
    rest = f"ANTI JOIN {ids} USING (event_id) " if replaced else ""
    found = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM read_parquet({duck.file_list(paths)}) {rest}"
        f"WHERE name IN ({listed}) ORDER BY occurred_at, event_id"
    )
    for batch in found.to_arrow_reader(AT_ONCE):
        _keep(workspace, pa.Table.from_batches([batch]).cast(SCHEMA), wanted, now)


def _keep(
    workspace: Workspace, events: pa.Table, wanted: dict[str, list[str]], now: datetime
) -> None:
    with workspace.database.transaction() as connection:
        erasure.hold_off(connection)
        for name, names in wanted.items():
            theirs = pc.is_in(events.column("name"), value_set=pa.array(names, pa.string()))
            backlog.keep(connection, name, [(0, events.filter(theirs))], now)
