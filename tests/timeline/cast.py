"""The cast of the timeline's tests: Ann, Bo and Chen, and events a minute apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from regulars.timeline import inbox
from regulars.timeline.engine.view import View
from regulars.timeline.workspace import Workspace

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ANN, BO, CHEN = "a" * 32, "b" * 32, "c" * 32


def visits(who: str, *numbers: int, start: datetime = NOON, **more: Any) -> pa.Table:
    """Return one "Page Viewed" for each number, that many minutes after `start`."""
    rows = [
        {
            "event_id": f"{who[0]}{number}",
            "identity_id": who,
            "name": "Page Viewed",
            "occurred_at": start + timedelta(minutes=number),
            **more,
        }
        for number in numbers
    ]
    return inbox.make(rows, NOON)


def all_ids(view: View) -> ir.Table:
    """Select every event id, in order."""
    return view.events.select("event_id").order_by("event_id")


def ids(workspace: Workspace) -> list[str]:
    """Return the ids that a reader sees now."""
    return list(workspace.query(all_ids).column("event_id").to_pylist())
