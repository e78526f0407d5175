"""Messages to made-up people, and what became of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from regulars.act.messages import queries, service
from regulars.act.messages.model import Message, MessageState, Purpose, Reason
from regulars.timeline.workspace import Workspace

NOW = datetime(2026, 9, 1, 4, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MEI, LEI, DANA = "mei@shop.test", "lei@shop.test", "dana@shop.test"


def message(key: str, address: str = MEI, **more: Any) -> Message:
    values = {"subject": f"About {key}", "text": f"Words of {key}", "stale_after": 3 * DAY, **more}
    return Message(key, Purpose.ALERT, service.EMAIL, address, **values)


def put(ws: Workspace, *messages: Message, now: datetime = NOW) -> list[int | None]:
    with ws.database.transaction() as connection:
        return [service.put(ws, connection, one, now=now) for one in messages]


def states(ws: Workspace) -> dict[str, tuple[MessageState, Reason | None]]:
    """Return key → (state, reason)."""
    with ws.database.reading() as connection:
        rows = connection.execute(queries.messages.select()).mappings().all()
    return {
        row["key"]: (MessageState(row["state"]), Reason(row["reason"]) if row["reason"] else None)
        for row in rows
    }


def row_of(ws: Workspace, key: str) -> Any:
    with ws.database.reading() as connection:
        query = queries.messages.select().where(queries.messages.c.key == key)
        return connection.execute(query).mappings().one()
