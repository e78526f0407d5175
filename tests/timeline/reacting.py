"""The reaction of the tests: it writes a row for each order, and stumbles over some of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from regulars.timeline import inbox, reacting
from regulars.timeline.reacting import reacts_to
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import NOON

ORDER = "Order Completed"
stones: set[str] = set()
"""Events that the reaction stumbles over."""


@reacts_to(ORDER, name="test.thanks")
def thanks(ws: Workspace, connection: sa.Connection, events: pa.Table, now: datetime) -> None:
    """Write a row for each order, none that stands there twice."""
    ids = events.column("event_id").to_pylist()
    connection.execute(sa.text("INSERT INTO thanks VALUES (:id)"), [{"id": one} for one in ids])
    for one in ids:
        if one in stones:
            raise ValueError(f"no thanks for {one}")


def begin(ws: Workspace, *, now: datetime = NOON) -> None:
    """Make the table that the reaction writes, and declare the reaction."""
    with ws.database.transaction() as connection:
        connection.execute(sa.text("CREATE TABLE thanks (event_id VARCHAR(80) NOT NULL)"))
    reacting.declare(ws, [thanks], now=now)


def thanked(ws: Workspace) -> list[str]:
    """Return the ids of what was reacted to, in the order in which that was done."""
    order = "rowid" if ws.database.dialect == "sqlite" else "ctid"
    with ws.database.reading() as connection:
        query = sa.text(f"SELECT event_id FROM thanks ORDER BY {order}")
        return list(connection.execute(query).scalars())


def orders(who: str, *numbers: int, at: datetime = NOON, **more: Any) -> pa.Table:
    """Return one order for each number, taken in at a moment."""
    rows = [
        {"event_id": f"{who[0]}{number}", "identity_id": who, "name": ORDER, "occurred_at": at,
         **more}
        for number in numbers
    ]  # fmt: skip
    return inbox.make(rows, at)


def order(ws: Workspace, who: str, *numbers: int, at: datetime = NOON, **more: Any) -> None:
    """Take in orders, as one group of the inbox."""
    inbox.accept(ws, orders(who, *numbers, at=at, **more), now=at)


def advance(ws: Workspace, *, now: datetime = NOON) -> int:
    """Let the reaction see everything there is for it; return how many events it saw."""
    total = 0
    while seen := reacting.advance(ws, thanks, now=now):
        total += seen
    return total


def groups(ws: Workspace) -> int:
    """Return how many groups are in the inbox, needed or not."""
    with ws.database.reading() as connection:
        query = sa.select(sa.func.count()).select_from(inbox.inbox)
        return int(connection.execute(query).scalar_one())


def later(**time: float) -> datetime:
    """Return the moment so long after noon."""
    return NOON + timedelta(**time)
