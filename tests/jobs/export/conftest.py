"""What tests of export share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regulars.jobs.export import queries
from regulars.listen.profiles import service as profiles
from regulars.listen.profiles.model import Value
from regulars.timeline import inbox, linking
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings

LEI, PHONE = "a" * 32, "b" * 32


def at(day: int) -> datetime:
    return datetime(2026, 10, day, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_few_days(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Li Lei orders on three days and says something a spreadsheet would run; portions of one."""
    monkeypatch.setattr(queries, "PORTION", 1)
    lines = [{"line_id": "1", "product": "tea", "quantity": 2.0, "amount": None}]
    rows = [
        {
            "event_id": f"e{day}",
            "identity_id": PHONE,
            "occurred_at": at(day),
            "name": "Order Completed",
            "text": "=1+1",
            "lines": lines,
        }
        for day in (1, 2, 2 + 1)
    ]
    inbox.accept(ws, inbox.make(rows, at(4)))
    with ws.database.transaction() as connection:
        linking.link(ws, connection, LEI, PHONE, link_id="1", kind="phone", source="shop", at=at(1))
        profiles.keep(ws, connection, [Value(PHONE, "name", "shop", "李雷", at(1))])
    findings.store(ws, "test.answer", {"nps": 40}, as_of=at(2), now=at(2))
